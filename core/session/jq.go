package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"layerlab.dev/core/shell/proc"
)

// jq is a small jq: the language is gojq's, the options are those that scripts
// use. Objects keep the order of their keys, which gojq forgets: see order.
func jq(p *proc.Proc) int {
	o := jqOptions{indent: 2, vars: []any{}}
	filter, inputs, err := o.parse(p.Args[1:])
	if err != nil {
		p.Errorf("jq: error: %s\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq\n", err)
		return 2
	}
	query, err := gojq.Parse(filter)
	if err != nil {
		p.Errorf("jq: error: syntax error in %q: %s\njq: 1 compile error\n", filter, err)
		return 3
	}
	code, err := gojq.Compile(query, gojq.WithVariables(o.names))
	if err != nil {
		p.Errorf("jq: error: %s\njq: 1 compile error\n", err)
		return 3
	}
	var text bytes.Buffer
	status := 0
	if len(inputs) == 0 {
		inputs = []string{"-"}
	}
	if !o.null {
		for _, name := range inputs {
			data, err := p.ReadFile(name)
			if err != nil {
				p.Errorf("jq: error: Could not open file %s: %s\n", name, proc.Text(err))
				status = 2
				continue
			}
			text.Write(data)
		}
	}
	known := newOrder(filter)
	values, bad := o.values(&text, known)
	exit := -1
	for _, v := range values {
		iter := code.Run(v, o.vars...)
		for {
			got, ok := iter.Next()
			if !ok {
				break
			}
			if err, failed := got.(error); failed {
				if halt := (*gojq.HaltError)(nil); errors.As(err, &halt) && halt.Value() == nil {
					return halt.ExitCode()
				}
				p.Errorf("jq: error (at <stdin>:0): %s\n", err)
				status = 5
				break
			}
			exit = 0
			if got == nil || got == false {
				exit = 1
			}
			if s, isText := got.(string); isText && o.raw {
				p.Puts(s)
			} else {
				p.Puts(known.encode(got, o))
			}
			if !o.join {
				p.Puts("\n")
			}
		}
	}
	switch {
	case bad != nil:
		p.Errorf("jq: error (at <stdin>:0): %s\n", bad)
		return 2
	case status != 0:
		return status
	case o.exit && exit < 0:
		return 4
	case o.exit:
		return exit
	}
	return 0
}

type jqOptions struct {
	raw, compact, null, exit, slurp, sorted, join, rawInput, tab bool
	indent                                                       int
	names                                                        []string
	vars                                                         []any
}

// parse takes the command line apart.
func (o *jqOptions) parse(args []string) (filter string, inputs []string, err error) {
	have := false
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		take := func(n int) []string {
			if len(args) < n {
				err = fmt.Errorf("%s takes %d parameters", a, n)
				return make([]string, n)
			}
			v := args[:n]
			args = args[n:]
			return v
		}
		switch {
		case a == "--arg":
			v := take(2)
			o.names, o.vars = append(o.names, "$"+v[0]), append(o.vars, v[1])
		case a == "--argjson":
			v := take(2)
			var value any
			if e := json.Unmarshal([]byte(v[1]), &value); e != nil && err == nil {
				err = fmt.Errorf("Invalid JSON text passed to --argjson")
			}
			o.names, o.vars = append(o.names, "$"+v[0]), append(o.vars, value)
		case a == "--indent":
			if _, e := fmt.Sscan(take(1)[0], &o.indent); e != nil && err == nil {
				err = fmt.Errorf("--indent takes a number")
			}
		case strings.HasPrefix(a, "--"):
			short := map[string]byte{"--raw-output": 'r', "--compact-output": 'c', "--null-input": 'n', "--exit-status": 'e',
				"--slurp": 's', "--sort-keys": 'S', "--join-output": 'j', "--raw-input": 'R', "--monochrome-output": 'M', "--color-output": 'C'}
			if a == "--tab" {
				o.tab = true
			} else if c, ok := short[a]; ok {
				o.letter(c)
			} else if err == nil {
				err = fmt.Errorf("Unknown arguments: %s", a)
			}
		case len(a) > 1 && a[0] == '-':
			for i := 1; i < len(a); i++ {
				if !o.letter(a[i]) && err == nil {
					err = fmt.Errorf("Unknown arguments: %s", a)
				}
			}
		case !have:
			filter, have = a, true
		default:
			inputs = append(inputs, a)
		}
		if err != nil {
			return "", nil, err
		}
	}
	if !have {
		filter = "."
	}
	return filter, inputs, nil
}

func (o *jqOptions) letter(c byte) bool {
	switch c {
	case 'r':
		o.raw = true
	case 'c':
		o.compact = true
	case 'n':
		o.null = true
	case 'e':
		o.exit = true
	case 's':
		o.slurp = true
	case 'S':
		o.sorted = true
	case 'j':
		o.raw, o.join = true, true
	case 'R':
		o.rawInput = true
	case 'M', 'C', 'a':
	default:
		return false
	}
	return true
}

// values reads what the filter is run on.
func (o *jqOptions) values(text *bytes.Buffer, known *order) (values []any, err error) {
	switch {
	case o.null:
		return []any{nil}, nil
	case o.rawInput && o.slurp:
		return []any{text.String()}, nil
	case o.rawInput:
		for l := range strings.Lines(text.String()) {
			values = append(values, strings.TrimSuffix(l, "\n"))
		}
		return values, nil
	}
	dec := json.NewDecoder(text)
	dec.UseNumber()
	for {
		v, e := known.decode(dec)
		if e == io.EOF {
			break
		}
		if e != nil {
			err = e
			break
		}
		values = append(values, v)
	}
	if o.slurp && err == nil {
		values = []any{append([]any{}, values...)}
	}
	return values, err
}

// order remembers in which order keys stood, because gojq's objects are maps. An
// object that has the keys of one that was read gets that one's order; another
// has its keys as they stand first in the filter, then in the input.
type order struct {
	filter string
	first  map[string]int
	sets   map[string][]string
}

func newOrder(filter string) *order {
	return &order{filter: filter, first: map[string]int{}, sets: map[string][]string{}}
}

func setOf(keys []string) string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return strings.Join(keys, "\x00")
}

// unfinished is what an end of the input is within a value.
func unfinished(err error) error {
	if err == io.EOF {
		return errors.New("Unfinished JSON term")
	}
	return err
}

func (r *order) decode(dec *json.Decoder) (any, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := r.decode(dec)
			if err != nil {
				return nil, unfinished(err)
			}
			list = append(list, v)
		}
		_, err := dec.Token()
		return list, unfinished(err)
	case json.Delim('{'):
		object := map[string]any{}
		var keys []string
		for dec.More() {
			k, err := dec.Token()
			if err != nil {
				return nil, unfinished(err)
			}
			v, err := r.decode(dec)
			if err != nil {
				return nil, unfinished(err)
			}
			name := k.(string)
			if _, twice := object[name]; !twice {
				keys = append(keys, name)
			}
			if _, seen := r.first[name]; !seen {
				r.first[name] = len(r.first)
			}
			object[name] = v
		}
		r.sets[setOf(keys)] = keys
		_, err := dec.Token()
		return object, unfinished(err)
	}
	return t, nil
}

func (r *order) keys(object map[string]any, sorted bool) []string {
	keys := make([]string, 0, len(object))
	for k := range object {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if sorted {
		return keys
	}
	if as := r.sets[strings.Join(keys, "\x00")]; as != nil {
		return as
	}
	rank := func(k string) int {
		if i := strings.Index(r.filter, k); i >= 0 {
			return i
		}
		if i, ok := r.first[k]; ok {
			return len(r.filter) + i
		}
		return len(r.filter) + len(r.first)
	}
	slices.SortStableFunc(keys, func(a, b string) int { return rank(a) - rank(b) })
	return keys
}

// encode writes a value as jq prints it.
func (r *order) encode(v any, o jqOptions) string {
	var b strings.Builder
	unit := strings.Repeat(" ", o.indent)
	if o.tab {
		unit = "\t"
	}
	flat := o.compact || unit == ""
	var write func(v any, depth int)
	line := func(depth int) {
		if !flat {
			b.WriteString("\n" + strings.Repeat(unit, depth))
		}
	}
	write = func(v any, depth int) {
		switch v := v.(type) {
		case []any:
			b.WriteByte('[')
			for i, x := range v {
				if i > 0 {
					b.WriteByte(',')
				}
				line(depth + 1)
				write(x, depth+1)
			}
			if len(v) > 0 {
				line(depth)
			}
			b.WriteByte(']')
		case map[string]any:
			b.WriteByte('{')
			for i, k := range r.keys(v, o.sorted) {
				if i > 0 {
					b.WriteByte(',')
				}
				line(depth + 1)
				text, _ := gojq.Marshal(k)
				b.Write(text)
				b.WriteByte(':')
				if !flat {
					b.WriteByte(' ')
				}
				write(v[k], depth+1)
			}
			if len(v) > 0 {
				line(depth)
			}
			b.WriteByte('}')
		default:
			text, err := gojq.Marshal(v)
			if err != nil {
				text = []byte("null")
			}
			b.Write(text)
		}
	}
	write(v, 0)
	return b.String()
}
