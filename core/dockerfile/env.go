package dockerfile

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Env is an ordered list of variables; it is the shell.EnvGetter that
// BuildKit's word expansion asks. Setting a variable again moves it to the
// end, as in BuildKit's llb.EnvList. The zero Env is empty and ready to use.
type Env struct {
	keys   []string
	values map[string]string
}

var _ shell.EnvGetter = (*Env)(nil)

// NewEnv makes an Env of NAME=VALUE pairs, as an image config lists them.
func NewEnv(pairs ...string) *Env {
	e := &Env{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		e.Set(name, value)
	}
	return e
}

// Set adds or replaces a variable.
func (e *Env) Set(name, value string) {
	if _, ok := e.values[name]; ok {
		e.keys = slices.DeleteFunc(e.keys, func(k string) bool { return k == name })
	}
	if e.values == nil {
		e.values = map[string]string{}
	}
	e.keys = append(e.keys, name)
	e.values[name] = value
}

// Get gives the value of a variable and whether it is set.
func (e *Env) Get(name string) (string, bool) {
	value, ok := e.values[name]
	return value, ok
}

// Keys gives the names in the order of setting.
func (e *Env) Keys() []string { return slices.Clone(e.keys) }

// Pairs gives NAME=VALUE for every variable in the order of setting.
func (e *Env) Pairs() []string {
	pairs := make([]string, len(e.keys))
	for i, k := range e.keys {
		pairs[i] = k + "=" + e.values[k]
	}
	return pairs
}

// Clone gives a copy that changes apart from e.
func (e *Env) Clone() *Env {
	c := &Env{keys: slices.Clone(e.keys), values: make(map[string]string, len(e.values))}
	for k, v := range e.values {
		c.values[k] = v
	}
	return c
}

// Lex gives BuildKit's word expansion with the escape token of the file, for
// the words of instructions (dockerfile2llb dispatch). It is not safe for
// concurrent use; every call gives a new one.
func (f *File) Lex() *shell.Lex {
	return shell.NewLex(f.Escape)
}

// HeredocLex gives the expansion BuildKit uses for the bodies of here
// documents of ADD and COPY: quotes stay, and the escape token is the
// backslash whatever the file says.
func HeredocLex() *shell.Lex {
	lex := shell.NewLex('\\')
	lex.SkipProcessQuotes = true
	return lex
}

// everything is an environment in which every variable is set. What fails to
// expand in it fails in any.
type everything struct{}

func (everything) Get(string) (string, bool) { return "x", true }
func (everything) Keys() []string            { return nil }
