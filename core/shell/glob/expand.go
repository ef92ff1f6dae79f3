package glob

import (
	"slices"
	"strings"
)

// Dir is what Expand looks at.
type Dir interface {
	// Names returns the names in a directory, in any order; "" is the
	// current one.
	Names(dir string) []string
	// Exists reports whether there is something at path, without following
	// a link there.
	Exists(path string) bool
	// IsDir reports whether path is a directory, links followed.
	IsDir(path string) bool
}

// Expand returns the paths that match pattern, sorted bytewise. With star
// "**" stands for any number of directories, as bash's globstar.
func Expand(pattern string, d Dir, f Flags, dotfiles, star bool) []string {
	x := expander{d, f, dotfiles, star, nil}
	lead := ""
	for strings.HasPrefix(pattern, "/") {
		lead += "/"
		pattern = pattern[1:]
	}
	x.walk(lead, pattern)
	slices.Sort(x.out)
	return slices.Compact(x.out)
}

type expander struct {
	d        Dir
	f        Flags
	dotfiles bool
	star     bool
	out      []string
}

// part cuts off the first component, slashes inside brackets included.
func part(p string) (first, rest string, more bool) {
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '/':
			return p[:i], p[i+1:], true
		}
	}
	return p, "", false
}

func (x *expander) special(s string) bool {
	return strings.ContainsAny(s, "*?[") || x.f&Extended != 0 && strings.Contains(s, "(")
}

func (x *expander) walk(prefix, pattern string) {
	if pattern == "" {
		if prefix != "" && (strings.HasSuffix(prefix, "/") && x.d.IsDir(prefix) || x.d.Exists(prefix)) {
			x.out = append(x.out, prefix)
		}
		return
	}
	first, rest, more := part(pattern)
	for more && strings.HasPrefix(rest, "/") {
		rest = rest[1:]
	}
	if !x.special(first) {
		p := prefix + Unescape(first)
		if !more {
			if x.d.Exists(p) {
				x.out = append(x.out, p)
			}
			return
		}
		x.walk(p+"/", rest)
		return
	}
	if x.star && first == "**" {
		x.walk(prefix, rest)
		x.deep(prefix, rest, more)
		return
	}
	for _, name := range x.d.Names(prefix) {
		if name[0] == '.' && !x.dotfiles && !strings.HasPrefix(first, ".") && !strings.HasPrefix(first, `\.`) {
			continue
		}
		if !Match(first, name, x.f&^Period) {
			continue
		}
		if !more {
			x.out = append(x.out, prefix+name)
		} else if x.d.IsDir(prefix + name) {
			x.walk(prefix+name+"/", rest)
		}
	}
}

func (x *expander) deep(prefix, rest string, more bool) {
	for _, name := range x.d.Names(prefix) {
		if name[0] == '.' && !x.dotfiles {
			continue
		}
		p := prefix + name
		dir := x.d.IsDir(p)
		if !more {
			x.out = append(x.out, p)
		}
		if dir {
			if more {
				x.walk(p+"/", rest)
			}
			x.deep(p+"/", rest, more)
		}
	}
}
