package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/filters"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"layerlab.dev/core/docker/option"
)

// Command describes a command of docker before anything is made of it: of the
// some 180 commands a run needs one.
type Command struct {
	Use     string // its name and the form of its arguments
	Short   string
	Long    string
	Example string
	Aliases []string
	// Hidden: help does not show it.
	Hidden bool
	// Missing is what the daemon lacks for it: "experimental features".
	Missing string
	// Experimental: help says so.
	Experimental bool
	// Shown are the aliases that help of 29 shows; empty: Aliases.
	Shown string
	// Top is where the command stands among the common ones in help of 29.
	Top string
	// Swarm: help of 29 lists it as one of swarm's.
	Swarm bool
	// Blank: an empty line precedes its help where it is called alone.
	Blank bool
	// Deprecated are flags with what is said where they are used.
	Deprecated map[string]string
	// Args checks the number of arguments; nil: any.
	Args cobra.PositionalArgs
	Sub  []*Command
	// Flags are lines "name|shorthand|type|default|usage", the types those of
	// option.New, or "=NAME" for another name of that flag. A name after "!" is not shown by help, nor after "buildkit!" and
	// "classic!" where the other builder is in use; after "windows!" and
	// "experimental!" the flag is refused besides.
	Flags string
	// Leading: what follows the first argument are arguments, dashes or not.
	Leading bool
	// OwnHelp: --help has no -h, which is another flag.
	OwnHelp bool
	Run     func(s *Session, c *Call) error
}

// Call is a command with its flags and arguments as typed.
type Call struct {
	Flags *pflag.FlagSet
	Args  []string
	Path  string // "docker image ls"
}

// Name is the first word of Use.
func (c *Command) Name() string {
	name, _, _ := strings.Cut(c.Use, " ")
	return name
}

// As is the command under another name: its Use, its aliases.
func (c Command) As(use string, aliases ...string) *Command {
	c.Use, c.Aliases = use, aliases
	return &c
}

// Find returns the subcommand with the given name or alias, or nil.
func (c *Command) Find(name string) *Command {
	for _, sub := range c.Sub {
		if sub.Name() == name {
			return sub
		}
		for _, alias := range sub.Aliases {
			if alias == name {
				return sub
			}
		}
	}
	return nil
}

// Stub makes a cobra command that has a name and help, no flags.
func (c *Command) Stub() *cobra.Command {
	stub := &cobra.Command{
		Use: c.Use, Short: c.Short, Long: c.Long, Example: c.Example, Aliases: c.Aliases, Args: c.Args,
		DisableFlagsInUseLine: true, Hidden: c.Hidden,
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	if c.Missing != "" {
		stub.Hidden = true
		stub.Annotations = map[string]string{"missing": c.Missing}
	}
	note := func(key, value string) {
		if stub.Annotations == nil {
			stub.Annotations = map[string]string{}
		}
		stub.Annotations[key] = value
	}
	if c.Experimental {
		note("experimentalCLI", "")
	}
	if c.Shown != "" {
		note("aliases", c.Shown)
	}
	if c.Top != "" {
		note("category-top", c.Top)
	}
	if c.Swarm {
		note("swarm", "")
	}
	return stub
}

// Complete gives the stub its flags, what it runs and stubs of what is below.
func (c *Command) Complete(s *Session, stub *cobra.Command) {
	for _, sub := range c.Sub {
		below := sub.Stub()
		if len(sub.Sub) > 0 {
			below.AddCommand(sub.Sub[0].Stub()) // so that help knows a group
		}
		stub.AddCommand(below)
	}
	if len(c.Sub) > 0 {
		stub.RunE = func(cmd *cobra.Command, args []string) error {
			cmd.SetOut(s.Stderr)
			if c.Blank {
				fmt.Fprintln(s.Stderr)
			}
			cmd.HelpFunc()(cmd, args)
			return nil
		}
	}
	if check := c.Args; check != nil {
		stub.Args = func(cmd *cobra.Command, args []string) error {
			if err := Unsupported(cmd); err != nil && cmd.Annotations["missing"]+cmd.Parent().Annotations["missing"] != "" {
				return err
			}
			return check(cmd, args)
		}
	}
	flags := stub.Flags()
	flags.SetInterspersed(!c.Leading)
	if c.OwnHelp {
		flags.Bool("help", false, "Print usage")
	}
	for line := range strings.Lines(c.Flags) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			s.define(flags, line)
		}
	}
	for name, why := range c.Deprecated {
		_ = flags.MarkDeprecated(name, why)
	}
	if c.Run != nil && len(c.Sub) == 0 {
		stub.RunE = func(cmd *cobra.Command, args []string) error {
			return c.Run(s, &Call{cmd.Flags(), args, cmd.CommandPath()})
		}
	}
}

// define adds the flag that a line describes.
func (s *Session) define(flags *pflag.FlagSet, line string) {
	f := strings.SplitN(line, "|", 5)
	name, short, kind, value, usage := f[0], f[1], f[2], f[3], strings.ReplaceAll(f[4], `\n`, "\n")
	condition, name, hidden := cutCondition(name)
	switch kind {
	case "bool":
		flags.BoolP(name, short, value == "true", usage)
	case "string":
		flags.StringP(name, short, value, usage)
	case "strings":
		flags.StringSliceP(name, short, []string{}, usage)
	case "stringArray":
		flags.StringArrayP(name, short, []string{}, usage)
	case "int":
		n, _ := strconv.Atoi(value)
		flags.IntP(name, short, n, usage)
	case "int64":
		n, _ := strconv.ParseInt(value, 10, 64)
		flags.Int64P(name, short, n, usage)
	case "uint16":
		flags.Uint16P(name, short, 0, usage)
	case "uint64":
		flags.Uint64P(name, short, 0, usage)
	case "duration":
		d, _ := time.ParseDuration(value)
		flags.DurationP(name, short, d, usage)
	default:
		if same, ok := strings.CutPrefix(kind, "="); ok {
			flags.VarP(flags.Lookup(same).Value, name, short, usage)
			break
		}
		flags.VarP(option.New(kind, value, s.Environ), name, short, usage)
	}
	if !hidden {
		return
	}
	flag := flags.Lookup(name)
	switch condition {
	case "buildkit", "classic":
		on, err := s.BuildKit()
		flag.Hidden = err == nil && on == (condition == "classic")
	default:
		flag.Hidden = true
		flag.Annotations = map[string][]string{condition: nil}
	}
}

func cutCondition(name string) (condition, bare string, hidden bool) {
	if condition, bare, hidden = strings.Cut(name, "!"); hidden {
		return condition, bare, true
	}
	return "", name, false
}

// Unsupported returns the error of a command, or of flags that were given, that
// this daemon does not offer.
func Unsupported(cmd *cobra.Command) error {
	for c := cmd; c != nil; c = c.Parent() {
		if what := c.Annotations["missing"]; what != "" {
			return fmt.Errorf("%s is only supported on a Docker daemon with %s enabled", cmd.CommandPath(), what)
		}
	}
	var all []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Changed {
			return
		}
		if _, ok := f.Annotations["windows"]; ok {
			all = append(all, fmt.Sprintf(`"--%s" is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux`, f.Name))
		}
		if _, ok := f.Annotations["experimental"]; ok {
			all = append(all, fmt.Sprintf(`"--%s" is only supported on a Docker daemon with experimental features enabled`, f.Name))
		}
	})
	if all == nil {
		return nil
	}
	return Errorf("%s", strings.Join(all, "\n"))
}

// Changed reports whether the flag was given.
func (c *Call) Changed(name string) bool { return c.Flags.Changed(name) }

// value looks a flag up. A name that the command does not have is a mistake in
// the program.
func (c *Call) value(name string) pflag.Value {
	f := c.Flags.Lookup(name)
	if f == nil {
		panic(fmt.Sprintf("%s has no flag --%s", c.Path, name))
	}
	return f.Value
}

// Bool is the value of a flag.
func (c *Call) Bool(name string) bool { return c.value(name).String() == "true" }

// String is the value of a flag.
func (c *Call) String(name string) string { return c.value(name).String() }

// Int is the value of a flag of any kind of integer.
func (c *Call) Int(name string) int64 {
	n, err := strconv.ParseInt(c.value(name).String(), 10, 64)
	if err != nil {
		panic(fmt.Sprintf("%s: --%s is no number", c.Path, name))
	}
	return n
}

// Duration is the value of a flag.
func (c *Call) Duration(name string) time.Duration {
	d, err := c.Flags.GetDuration(name)
	if err != nil {
		panic(err)
	}
	return d
}

// List is what a flag that may be repeated was given, nil for nothing.
func (c *Call) List(name string) []string {
	switch v := c.value(name).(type) {
	case *option.List:
		return v.Values
	case pflag.SliceValue:
		if !c.Changed(name) {
			return nil
		}
		return v.GetSlice()
	}
	panic(fmt.Sprintf("%s: --%s is no list", c.Path, name))
}

// Filter is the value of --filter.
func (c *Call) Filter(name string) filters.Args { return c.value(name).(*option.Filter).Args }

// Bytes is the value of a flag that is a size.
func (c *Call) Bytes(name string) int64 { return int64(*c.value(name).(*option.Bytes)) }

// Value is the value of a flag of one of option's further kinds.
func Value[T pflag.Value](c *Call, name string) T { return c.value(name).(T) }
