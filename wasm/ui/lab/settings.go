package lab

import (
	"cmp"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/wasm/wire"
)

// Compressions lists how layers can be stored, the default first.
var Compressions = []string{"gzip", "zstd", "uncompressed"}

// Platforms lists what the settings offer; any other can be typed.
var Platforms = []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/riscv64", "linux/s390x"}

// MaxSeed is the largest seed: JavaScript keeps whole numbers up to it.
const MaxSeed = 1<<53 - 1

// Configure changes the settings, which are part of the workspace, and builds
// with them where they are others than before.
func (l *Lab) Configure(change func(*wire.Settings)) {
	next := l.Meta.Settings
	next.BuildArgs = maps.Clone(next.BuildArgs)
	change(&next)
	if len(next.BuildArgs) == 0 {
		next.BuildArgs = nil
	}
	if reflect.DeepEqual(next, l.Meta.Settings) {
		return
	}
	l.Meta.Settings = next
	l.host.SaveMeta(l.Meta)
	l.changed()
}

// SetEpoch sets SOURCE_DATE_EPOCH, in seconds; none below zero.
func (l *Lab) SetEpoch(seconds int64) {
	if seconds >= 0 {
		l.Configure(func(s *wire.Settings) { s.Epoch = seconds })
	}
}

// SetPlatform sets the platform of the build; that of the default is kept as
// no setting at all, so that the image says what its base says.
func (l *Lab) SetPlatform(name string) {
	if name = strings.TrimSpace(name); name == Platforms[0] {
		name = ""
	}
	l.Configure(func(s *wire.Settings) { s.Platform = name })
}

// SetTarget sets the stage to build; "" is the last one.
func (l *Lab) SetTarget(stage string) {
	l.Configure(func(s *wire.Settings) { s.Target = stage })
	l.Stage = -1
}

// SetCompression sets how layers are stored.
func (l *Lab) SetCompression(name string) {
	if !slices.Contains(Compressions, name) {
		return
	}
	if name == Compressions[0] {
		name = ""
	}
	l.Configure(func(s *wire.Settings) { s.Compression = name })
}

// SetLenient sets whether base images that BuildKit refuses are taken.
func (l *Lab) SetLenient(on bool) {
	l.Configure(func(s *wire.Settings) { s.Lenient = on })
}

// SetSeed reads what everything random in a RUN begins from; it tells whether
// the text is a seed.
func (l *Lab) SetSeed(text string) bool {
	n, err := strconv.ParseUint(cmp.Or(strings.TrimSpace(text), "0"), 10, 64)
	if err != nil || n > MaxSeed {
		return false
	}
	l.Configure(func(s *wire.Settings) { s.Seed = n })
	return true
}

// SetBuildArg sets a build argument.
func (l *Lab) SetBuildArg(name, value string) {
	l.Configure(func(s *wire.Settings) {
		if s.BuildArgs == nil {
			s.BuildArgs = map[string]string{}
		}
		s.BuildArgs[name] = value
	})
}

// DropBuildArg leaves an argument to its default.
func (l *Lab) DropBuildArg(name string) {
	l.Configure(func(s *wire.Settings) { delete(s.BuildArgs, name) })
}

var (
	argName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	argLine = regexp.MustCompile(`(?im)^[ \t]*ARG[ \t]+(.+?)[ \t]*\\?$`)
	argWord = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)(?:=("(?:[^"\\]|\\.)*"|'[^']*'|\S*))?`)
)

// AddBuildArg takes NAME=VALUE, as --build-arg does; it tells whether the text
// is of that form. The field that it was put into is then for the next one;
// another text stays in it, to be mended.
func (l *Lab) AddBuildArg(text string) bool {
	name, value, _ := strings.Cut(strings.TrimSpace(text), "=")
	if !argName.MatchString(name) {
		l.ArgDraft = text
		return false
	}
	l.ArgDraft = ""
	l.ArgsAdded++
	l.SetBuildArg(name, value)
	return true
}

// BuildArg is an argument that the chosen Dockerfile declares or the settings
// set.
type BuildArg struct {
	Name     string
	Default  string // as the Dockerfile has it
	Declared bool
	Value    string
	Set      bool
}

// BuildArgs lists the arguments that the chosen Dockerfile declares, in its
// order, then those that are set beside them.
func (l *Lab) BuildArgs() []BuildArg {
	var out []BuildArg
	seen := map[string]bool{}
	put := func(a BuildArg) {
		if !seen[a.Name] {
			seen[a.Name] = true
			a.Value, a.Set = l.Meta.Settings.BuildArgs[a.Name], false
			_, a.Set = l.Meta.Settings.BuildArgs[a.Name]
			out = append(out, a)
		}
	}
	if f := l.File(l.Meta.Dockerfile); Editable(f) {
		for _, line := range argLine.FindAllStringSubmatch(*f.Text, -1) {
			for _, w := range argWord.FindAllStringSubmatch(line[1], -1) {
				put(BuildArg{Name: w[1], Default: w[2], Declared: true})
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Meta.Settings.BuildArgs)) {
		put(BuildArg{Name: name})
	}
	return out
}

// Targets lists the stages that can be built: the names of the chosen
// Dockerfile's, numbers where they have none.
func (l *Lab) Targets() []string {
	var out []string
	if img := l.Drawn(); img != nil {
		for i := range img.Stages {
			out = append(out, img.Stages[i].Name)
		}
	}
	if t := l.Meta.Settings.Target; t != "" && !slices.Contains(out, t) {
		out = append(out, t)
	}
	return out
}

// Unusual lists the settings that are not as they are at first, in short, for
// the button that leads to them: "linux/arm64", "zstd", "2 args".
func (l *Lab) Unusual() []string {
	s := l.Meta.Settings
	var out []string
	for _, word := range []string{s.Platform, s.Target, s.Compression} {
		if word != "" {
			out = append(out, word)
		}
	}
	if n := len(s.BuildArgs); n > 0 {
		out = append(out, l.W.BuildArgCount(n))
	}
	if s.Lenient {
		out = append(out, l.W.LenientShort)
	}
	if s.Seed != 0 {
		out = append(out, l.W.Seed+" "+strconv.FormatUint(s.Seed, 10))
	}
	return out
}
