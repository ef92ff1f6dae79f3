package layer

import (
	"archive/tar"
	"fmt"
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// Apply changes the tree of e as extracting a layer does: whiteouts remove,
// opaque markers empty a directory of what lower layers put there, everything
// else replaces what is at its path, except that a directory keeps its
// children (OCI image-spec layer.md, "Applying Changesets"; containerd
// pkg/archive/tar.go).
func Apply(e *vfs.Editor, entries []Entry) error {
	a := applier{e: e, made: map[string]bool{}}
	for _, x := range entries {
		if err := a.entry(x); err != nil {
			return fmt.Errorf("apply layer entry %s: %w", x.Name, err)
		}
	}
	// Making children moves a directory's mtime, so directories come last.
	for _, d := range a.dirs {
		if n, err := e.Tree().Lstat(d.path); err == nil && n.IsDir() {
			if err := e.Lchtimes(d.path, d.mtime); err != nil {
				return err
			}
		}
	}
	return nil
}

type applier struct {
	e    *vfs.Editor
	made map[string]bool // paths this layer wrote, which its opaque markers spare
	dirs []dirTime
}

type dirTime struct {
	path  string
	mtime int64
}

func (a *applier) entry(x Entry) error {
	name := path.Clean("/" + x.Name)
	if name == "/" {
		return nil
	}
	dir, base := path.Split(name)
	dir, err := a.e.Tree().RootPath(dir)
	if err != nil {
		return err
	}
	if _, err := a.e.MkdirAll(dir, 0o755, 0, 0); err != nil {
		return err
	}
	p := path.Join(dir, base)
	if base == WhiteoutOpaque {
		return a.empty(dir)
	}
	if hidden, ok := strings.CutPrefix(base, Whiteout); ok {
		if hidden == "" || hidden == "." || hidden == ".." || strings.HasPrefix(hidden, Whiteout) {
			return fmt.Errorf("invalid whiteout name %q", base)
		}
		return a.e.RemoveAll(path.Join(dir, hidden))
	}
	a.made[p] = true
	if x.Type == tar.TypeLink {
		return a.link(x, p)
	}
	m, err := x.Meta()
	if err != nil {
		return err
	}
	if m.Kind == vfs.Dir {
		a.dirs = append(a.dirs, dirTime{p, m.MTime})
		if n, err := a.e.Tree().Lstat(p); err == nil && n.IsDir() {
			return a.e.SetMeta(p, m)
		}
	}
	return a.e.Place(p, m, x.Content)
}

func (a *applier) link(x Entry, p string) error {
	target := path.Clean("/" + x.Linkname)
	dir, err := a.e.Tree().RootPath(path.Dir(target))
	if err != nil {
		return err
	}
	target = path.Join(dir, path.Base(target))
	if target == p {
		return nil
	}
	if err := a.e.RemoveAll(p); err != nil {
		return err
	}
	return a.e.Link(target, p)
}

// empty removes from dir what this layer has not written itself.
func (a *applier) empty(dir string) error {
	n, err := a.e.Tree().Lstat(dir)
	if err != nil {
		return err
	}
	for name, c := range n.Children() {
		p := path.Join(dir, name)
		switch {
		case !a.made[p]:
			if err := a.e.RemoveAll(p); err != nil {
				return err
			}
		case c.IsDir():
			if err := a.empty(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// Replay makes in e what the changes say, with the metadata of their nodes to
// the nanosecond: it is to trees what Apply is to archives. The changes must
// have been made from an empty lower tree.
func Replay(e *vfs.Editor, changes []Change) error {
	var dirs []dirTime
	for _, c := range changes {
		var err error
		n, _ := e.Tree().Lstat(c.Path)
		switch {
		case c.LinkTo != "":
			if err = e.RemoveAll(c.Path); err == nil {
				err = e.Link(c.LinkTo, c.Path)
			}
		case c.Node.IsDir() && n != nil && n.IsDir():
			err = e.SetMeta(c.Path, c.Node.Meta)
		default:
			err = e.Place(c.Path, c.Node.Meta, c.Node.Blob())
		}
		if err != nil {
			return err
		}
		if c.Node.IsDir() {
			dirs = append(dirs, dirTime{c.Path, c.Node.MTime})
		}
	}
	for _, d := range dirs {
		if err := e.Lchtimes(d.path, d.mtime); err != nil {
			return err
		}
	}
	return nil
}
