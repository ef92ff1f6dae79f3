package layer

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// shadow is a path that a layer has, looked up in the layers below it. What was
// found is kept, so that a deep path is not walked from the root for every
// directory on it.
type shadow struct {
	above    *shadow
	name     string
	layers   int
	children map[string]*shadow
	found    []sighting
}

type sighting struct {
	known bool
	d     *vfs.Draft
	err   error
}

func (s *shadow) child(name string) *shadow {
	c := s.children[name]
	if c == nil {
		c = &shadow{above: s, name: name, layers: s.layers}
		if s.children == nil {
			s.children = map[string]*shadow{}
		}
		s.children[name] = c
	}
	return c
}

// in finds what layer n below, whose directory is root, has at the path: nil
// where it has nothing. It fails where a part of the path is no directory.
func (s *shadow) in(n int, root *vfs.Draft) (*vfs.Draft, error) {
	if s.above == nil {
		return root, nil
	}
	if s.found == nil {
		s.found = make([]sighting, s.layers)
	}
	at := &s.found[n]
	if !at.known {
		at.known = true
		at.d, at.err = s.look(n, root)
	}
	return at.d, at.err
}

func (s *shadow) look(n int, root *vfs.Draft) (*vfs.Draft, error) {
	dir, err := s.above.in(n, root)
	switch {
	case err != nil || dir == nil:
		return nil, err
	case dir.Kind != vfs.Dir || dir.Whiteout:
		return nil, fmt.Errorf("lstat %s: not a directory", s.path())
	}
	d := dir.Entries[s.name]
	if d == nil || d.Whiteout || d.Kind != vfs.Symlink {
		return d, nil
	}
	parts, err := rootPath(root, s.path())
	if err != nil {
		return nil, err
	}
	return find(root, parts), nil
}

func (s *shadow) path() string {
	if s.above == nil {
		return "/"
	}
	return path.Join(s.above.path(), s.name)
}

// find gives what is at a path without links, or nil.
func find(d *vfs.Draft, parts []string) *vfs.Draft {
	for _, c := range parts {
		if d == nil || d.Whiteout || d.Kind != vfs.Dir {
			return nil
		}
		d = d.Entries[c]
	}
	return d
}

// Bounds of Linux (limits.h) and of continuity's walk.
const (
	nameMax  = 255
	pathMax  = 4096 // with the zero byte at the end
	maxLinks = 255
	tooLong  = "file name too long"
)

// fits tells whether Linux takes a name in a directory.
func fits(parents []string, name string) error {
	n := len(name) + 1
	for _, c := range parents {
		n += len(c) + 1
	}
	if len(name) > nameMax || n >= pathMax {
		return errors.New(tooLong)
	}
	return nil
}

// shorten cuts a name for a message.
func shorten(name string) string {
	if len(name) > nameMax {
		return name[:nameMax] + "…"
	}
	return name
}

func joined(parents []string, name string) string {
	if len(parents) == 0 {
		return "/" + name
	}
	return "/" + strings.Join(parents, "/") + "/" + name
}

// rootPath resolves the links of a path below root as containerd/continuity
// fs.RootPath does: nothing leads out of root, what is not there is kept as it
// is, and "x/.." in a relative target is nothing, be x a link or not, unless the
// target belongs to the first name of a relative path. It fails where a part of the path is no directory, or too long.
func rootPath(root *vfs.Draft, p string) ([]string, error) {
	if len(p) >= pathMax {
		return nil, fmt.Errorf("lstat %s: "+tooLong, shorten(p))
	}
	rest, relative := vfs.Split(p), !path.IsAbs(p)
	var out []string
	chain := []*vfs.Draft{root} // what out leads through; nil: nothing there
	for links := 0; len(rest) > 0; {
		c := rest[0]
		rest = rest[1:]
		if c == ".." {
			if len(out) > 0 {
				out, chain = out[:len(out)-1], chain[:len(chain)-1]
			}
			continue
		}
		if len(c) > nameMax {
			return nil, fmt.Errorf("lstat %s: "+tooLong, shorten(c))
		}
		d := chain[len(chain)-1]
		if d != nil {
			if d.Kind != vfs.Dir || d.Whiteout {
				return nil, fmt.Errorf("lstat %s: not a directory", joined(out, c))
			}
			d = d.Entries[c]
		}
		if d == nil || d.Whiteout || d.Kind != vfs.Symlink {
			out, chain = append(out, c), append(chain, d)
			continue
		}
		if links++; links > maxLinks {
			return nil, fmt.Errorf("too many links")
		}
		target := vfs.Split(d.Target)
		if path.IsAbs(d.Target) {
			out, chain, relative = nil, chain[:1], false
		} else if len(out) > 0 || !relative {
			target = vfs.Split(path.Clean(d.Target))
		}
		rest = append(target, rest...)
	}
	return out, nil
}
