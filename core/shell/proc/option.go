package proc

import (
	"fmt"
	"strings"
)

// Options is the command line of a program, taken apart.
type Options struct {
	count [256]int
	args  map[byte][]string
	// Rest are the operands.
	Rest []string
	// Order are the options in the order they were given.
	Order []Option
}

// Option is one option with its argument.
type Option struct {
	Char byte
	Arg  string
}

// Has reports whether option c was given.
func (o *Options) Has(c byte) bool { return o.count[c] > 0 }

// Count returns how often option c was given.
func (o *Options) Count(c byte) int { return o.count[c] }

// Arg returns the last argument of option c.
func (o *Options) Arg(c byte) string {
	if a := o.args[c]; len(a) > 0 {
		return a[len(a)-1]
	}
	return ""
}

// All returns all arguments of option c.
func (o *Options) All(c byte) []string { return o.args[c] }

// ParseOptions takes args (without the program's name) apart as getopt_long(3)
// does. spec has the option letters, followed by ":" where they take an
// argument and "::" where it is optional; a leading "+" stops at the first
// operand. long has "name=c": the name stands for letter c. The error is the
// message of getopt without the program's name.
func ParseOptions(args []string, spec string, long ...string) (*Options, error) {
	o := &Options{args: map[byte][]string{}}
	inOrder := strings.HasPrefix(spec, "+")
	spec = strings.TrimPrefix(spec, "+")
	kind := func(c byte) int { // -1 unknown, 0 none, 1 argument, 2 optional
		i := strings.IndexByte(spec, c)
		if i < 0 || c == ':' {
			return -1
		}
		switch s := spec[i+1:]; {
		case strings.HasPrefix(s, "::"):
			return 2
		case strings.HasPrefix(s, ":"):
			return 1
		}
		return 0
	}
	add := func(c byte, arg string, has bool) {
		o.count[c]++
		if has {
			o.args[c] = append(o.args[c], arg)
		}
		o.Order = append(o.Order, Option{c, arg})
	}
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			o.Rest = append(o.Rest, args[i+1:]...)
			return o, nil
		case len(a) < 2 || a[0] != '-':
			if inOrder {
				o.Rest = append(o.Rest, args[i:]...)
				return o, nil
			}
			o.Rest = append(o.Rest, a)
		case a[1] == '-':
			name, arg, has := strings.Cut(a[2:], "=")
			c, found := byte(0), 0
			full := ""
			for _, l := range long {
				n, ch, _ := strings.Cut(l, "=")
				if n == name {
					c, found, full = ch[0], 1, n
					break
				}
				if strings.HasPrefix(n, name) {
					if found > 0 && c == ch[0] {
						continue
					}
					c, full = ch[0], n
					found++
				}
			}
			switch {
			case found == 0:
				return o, fmt.Errorf("unrecognized option '%s'", a)
			case found > 1:
				return o, fmt.Errorf("option '%s' is ambiguous", a)
			}
			switch k := kind(c); {
			case k <= 0 && has:
				return o, fmt.Errorf("option '--%s' doesn't allow an argument", full)
			case k == 1 && !has:
				if i++; i >= len(args) {
					return o, fmt.Errorf("option '--%s' requires an argument", full)
				}
				add(c, args[i], true)
			default:
				add(c, arg, has)
			}
		default:
			for j := 1; j < len(a); j++ {
				c := a[j]
				k := kind(c)
				if k < 0 {
					return o, fmt.Errorf("invalid option -- '%c'", c)
				}
				if k == 0 {
					add(c, "", false)
					continue
				}
				rest := a[j+1:]
				if rest == "" && k == 1 {
					if i++; i >= len(args) {
						return o, fmt.Errorf("option requires an argument -- '%c'", c)
					}
					rest = args[i]
				}
				add(c, rest, rest != "" || k == 1)
				break
			}
		}
	}
	return o, nil
}
