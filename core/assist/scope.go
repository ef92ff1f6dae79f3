package assist

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/message"
)

var (
	originLine    = message.New("assist.origin-line", "%s on line %s")
	originBase    = message.New("assist.origin-base", "set by the base image %s")
	originArg     = message.New("assist.origin-arg", "build argument, declared on line %s")
	originBuiltin = message.New("assist.origin-predefined", "predefined")
	originPath    = message.New("assist.origin-path", "set by BuildKit where the base image sets none")
)

// variable is a name in scope with its value as far as it is known.
type variable struct {
	name, value string
	set         bool
	origin      message.Message
	line        int // 0 where it is not of the file
}

// scope is what is known at a place of a stage.
type scope struct {
	env  *dockerfile.Env
	vars map[string]variable
	dir  string
}

func newScope() *scope {
	return &scope{env: &dockerfile.Env{}, vars: map[string]variable{}, dir: "/"}
}

func (s *scope) put(v variable) {
	if v.set {
		s.env.Set(v.name, v.value)
	}
	s.vars[v.name] = v
}

// list gives the variables by name.
func (s *scope) list() []variable {
	out := make([]variable, 0, len(s.vars))
	for _, v := range s.vars {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b variable) int { return strings.Compare(a.name, b.name) })
	return out
}

// globals are the variables that FROM may use, of the lines before one.
func globals(f *dockerfile.File, c Context, before int) *scope {
	s := newScope()
	env, err := f.GlobalArgs(c.Options)
	if err != nil {
		env = &dockerfile.Env{}
	}
	for _, name := range env.Keys() {
		value, _ := env.Get(name)
		s.put(variable{name: name, value: value, set: true, origin: originBuiltin.With()})
	}
	for _, in := range f.MetaArgs {
		cmd, ok := in.NewCommand().(*instructions.ArgCommand)
		if !ok || in.Range.Start.Line >= before {
			continue
		}
		for _, arg := range cmd.Args {
			value, set := env.Get(arg.Key)
			s.put(variable{name: arg.Key, value: value, set: set, origin: argOrigin(in, arg.Key, c), line: in.Range.Start.Line})
		}
	}
	return s
}

func argOrigin(in *dockerfile.Instruction, name string, c Context) message.Message {
	if _, ok := c.Options.BuildArgs[name]; ok {
		return originArg.With(in.Range.Start.Line)
	}
	return originLine.With("ARG", in.Range.Start.Line)
}

// scopeOf is what is known in a stage before its nth instruction.
func scopeOf(f *dockerfile.File, stage *dockerfile.Stage, n int, c Context) *scope {
	s := newScope()
	if stage == nil {
		return globals(f, c, 1<<30)
	}
	all := globals(f, c, 1<<30)
	lex := f.Lex()
	base := stage.BaseName
	if word, _, err := lex.ProcessWord(base, all.env); err == nil {
		base = word
	}
	if below := stageNamed(f, base, stage.Index); below != nil {
		s = scopeOf(f, below, len(below.Instructions), c)
	} else {
		s.put(variable{name: "PATH", value: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", set: true, origin: originPath.With()})
		if c.Options.BaseImage != nil && base != "scratch" {
			if img, ok := c.Options.BaseImage(base, stage.Platform); ok {
				for _, kv := range img.Env {
					name, value, _ := strings.Cut(kv, "=")
					s.put(variable{name: name, value: value, set: true, origin: originBase.With(base)})
				}
				if img.WorkingDir != "" {
					s.dir = img.WorkingDir
				}
			}
		}
	}
	for _, in := range stage.Instructions[:min(n, len(stage.Instructions))] {
		s.follow(f, in, all, c)
	}
	return s
}

// follow takes an instruction into account.
func (s *scope) follow(f *dockerfile.File, in *dockerfile.Instruction, all *scope, c Context) {
	lex := f.Lex()
	expand := func(text string) (string, bool) {
		value, _, err := lex.ProcessWord(text, s.env)
		return value, err == nil
	}
	line := in.Range.Start.Line
	switch cmd := in.NewCommand().(type) {
	case *instructions.EnvCommand:
		var found []variable
		for _, kv := range cmd.Env {
			value, ok := expand(kv.Value)
			found = append(found, variable{name: kv.Key, value: value, set: ok, origin: originLine.With("ENV", line), line: line})
		}
		for _, v := range found {
			s.put(v)
		}
	case *instructions.ArgCommand:
		for _, arg := range cmd.Args {
			if v, ok := s.vars[arg.Key]; ok && strings.HasPrefix(v.origin.Text, "ENV ") {
				continue // ENV goes before ARG
			}
			v := variable{name: arg.Key, origin: argOrigin(in, arg.Key, c), line: line}
			if value, ok := c.Options.BuildArgs[arg.Key]; ok {
				v.value, v.set = value, true
			} else if arg.Value != nil {
				v.value, v.set = expand(*arg.Value)
			} else {
				v.value, v.set = all.env.Get(arg.Key)
			}
			s.put(v)
		}
	case *instructions.WorkdirCommand:
		if dir, ok := expand(cmd.Path); ok {
			s.dir = path.Join(s.dir, dir)
			if path.IsAbs(dir) {
				s.dir = path.Clean(dir)
			}
		}
	}
}

// stageNamed finds a stage by name among those before an index.
func stageNamed(f *dockerfile.File, name string, before int) *dockerfile.Stage {
	for i := min(before, len(f.Stages)) - 1; i >= 0 && name != ""; i-- {
		if strings.EqualFold(f.Stages[i].Name, name) {
			return f.Stages[i]
		}
	}
	return nil
}

var variablePattern = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}?|([A-Za-z_][A-Za-z0-9_]*))`)

// variableAt finds the use of a variable around a place: its name and where
// the name stands in the file.
func variableAt(f *dockerfile.File, at int) (name string, from, to int, ok bool) {
	line := f.Position(at).Line
	start := f.Offset(dockerfile.Position{Line: line})
	text := f.Line(line)
	for _, m := range variablePattern.FindAllStringSubmatchIndex(text, -1) {
		a, b := m[2], m[3]
		if a < 0 {
			a, b = m[4], m[5]
		}
		if start+m[0] <= at && at <= start+b {
			return text[a:b], start + a, start + b, true
		}
	}
	return "", 0, 0, false
}
