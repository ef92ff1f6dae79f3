package curl

import (
	"errors"
	"fmt"
	"strings"

	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/shell/proc"
)

const version = "7.88.1"

// World is where a curl has its network from: a cell that others share.
type World interface {
	// Network returns what is reached now.
	Network() remote.Network
	// Change puts the network that do returns in place of the present one.
	Change(do func(remote.Network) (remote.Network, error)) error
}

// The exit codes that come from here, as curl(1) has them.
const (
	exitOK          = 0
	exitProtocol    = 1
	exitUsage       = 2
	exitURL         = 3
	exitResolve     = 6
	exitConnect     = 7
	exitPartial     = 18
	exitHTTP        = 22
	exitWrite       = 23
	exitRead        = 26
	exitTLS         = 35
	exitRedirects   = 47
	maxCombinations = 10_000
)

// Program returns the command, for the executable file /usr/bin/curl of a
// shell's machine.
func Program(w World) func(*proc.Proc) int {
	return func(p *proc.Proc) int {
		c := &command{p: p, world: w}
		status := c.run()
		_ = p.Out().Flush() // an error of it was met before
		return status
	}
}

// command is one run.
type command struct {
	p     *proc.Proc
	world World
	o     *options
	conns int // connections made so far
	last  string
	saved map[string]bool // files already begun by this run
}

const hint = "curl: try 'curl --help' or 'curl --manual' for more information\n"

func (c *command) run() int {
	o, err := parse(c.p.Args[1:])
	c.o, c.saved = o, map[string]bool{}
	var u *usage
	switch {
	case errors.As(err, &u):
		c.err("curl: " + u.message + "\n" + hint)
		return exitUsage
	case len(c.p.Args) == 1:
		c.err(hint)
		return exitUsage
	case o.help:
		c.help()
		return exitOK
	case o.version:
		c.p.Printf("curl %s (layerlab)\nProtocols: http \nFeatures: \n", version)
		return exitOK
	case len(o.urls) == 0:
		c.err("curl: no URL specified!\n" + hint)
		return exitUsage
	}
	if o.head && len(o.data) > 0 && !o.get {
		c.warn("You can only select one HTTP request method! You asked for both POST \nWarning: (-d, --data) and HEAD (-I, --head).")
		return exitUsage
	}
	content, ok := c.body()
	if !ok {
		return exitRead
	}
	status := exitOK
	for i, pattern := range o.urls {
		urls := []globbed{{url: pattern}}
		if !o.globoff {
			if urls, err = expand(pattern); err != nil {
				if c.talks() {
					c.err("curl: (3) " + err.Error() + "\n")
				}
				return exitURL
			}
		}
		out := "-"
		if i < len(o.outputs) {
			out = o.outputs[i]
		} else if o.remoteAll {
			out = ""
		}
		for _, u := range urls {
			status = c.transfer(u, out, content)
		}
	}
	return status
}

// talks reports whether errors are told.
func (c *command) talks() bool { return !c.o.silent || c.o.showError }

// err writes to standard error, after all that was written before.
func (c *command) err(s string) {
	_ = c.p.Out().Flush()
	c.p.Errorf("%s", s)
}

func (c *command) warn(s string) {
	if !c.o.silent {
		c.err("Warning: " + s + "\n")
	}
}

// fail tells of a transfer that failed and returns its code.
func (c *command) fail(code int, format string, a ...any) int {
	if c.talks() {
		c.err(fmt.Sprintf("curl: (%d) ", code) + fmt.Sprintf(format, a...) + "\n")
	}
	return code
}

func (c *command) help() {
	c.p.Puts("Usage: curl [options...] <url>\n")
	for _, o := range table {
		short := "    "
		if o.short != 0 {
			short = "-" + string(o.short) + ", "
		}
		name := "--" + o.long
		if o.arg != "" {
			name += " <" + o.arg + ">"
		}
		c.p.Printf(" %s%-22s %s\n", short, name, o.help)
	}
	c.p.Puts("\nOnly the registries of this network are to be reached.\n")
}

// body puts the pieces of -d and its kin together; nil is none.
func (c *command) body() (*string, bool) {
	if len(c.o.data) == 0 {
		return nil, true
	}
	var all []string
	for _, d := range c.o.data {
		v := d.value
		switch d.kind {
		case "data-urlencode":
			v = c.encoded(v)
		case "data-raw":
		default:
			if name, ok := strings.CutPrefix(v, "@"); ok {
				v = string(c.read(name))
				if d.kind == "data" {
					v = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(v)
				}
			}
		}
		// JSON is one text in pieces, all else is a form.
		if d.kind == "json" && len(all) > 0 {
			all[len(all)-1] += v
			continue
		}
		all = append(all, v)
	}
	joined := strings.Join(all, "&")
	return &joined, true
}

// read gives the content of a file that data comes from. One that is not there
// is empty data and no error.
func (c *command) read(name string) []byte {
	b, err := c.p.ReadFile(inputName(name))
	if err != nil {
		c.warn(fmt.Sprintf("Couldn't read data from file \"%s\", this makes an empty POST.", name))
	}
	return b
}

func inputName(name string) string {
	if name == "-" {
		return "/dev/stdin"
	}
	return name
}

// encoded is --data-urlencode: [NAME]=TEXT, TEXT, [NAME]@FILE.
func (c *command) encoded(v string) string {
	i := strings.IndexAny(v, "=@")
	if i < 0 {
		return escape(v)
	}
	name, value := v[:i], v[i+1:]
	if v[i] == '@' {
		value = string(c.read(value))
	}
	if name != "" {
		name += "="
	}
	return name + escape(value)
}

func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch ch := s[i]; {
		case ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' || ch >= '0' && ch <= '9' || strings.IndexByte("-._~", ch) >= 0:
			b.WriteByte(ch)
		case ch == ' ':
			b.WriteByte('+')
		default:
			fmt.Fprintf(&b, "%%%02X", ch)
		}
	}
	return b.String()
}
