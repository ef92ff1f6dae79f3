package vfs

import (
	"errors"
	"maps"
	"path"
)

// Replace makes what is at p hold what n holds, with its metadata, and changes
// only what differs, so that the rest keeps its inodes. Directories above p that
// are missing are made. Hard links within n become files of their own.
func (e *Editor) Replace(p string, n *Node) error {
	old, err := e.t.Lstat(p)
	if err != nil {
		if !errors.Is(err, ENOENT) {
			return err
		}
		if _, err := e.MkdirAll(path.Dir(p), 0o755, 0, 0); err != nil {
			return err
		}
		old = nil
	}
	if old != nil && (old.Kind != n.Kind || n.Kind == Symlink && old.Target != n.Target) {
		if err := e.RemoveAll(p); err != nil {
			return err
		}
		old = nil
	}
	switch {
	case old == nil:
		if err := e.Create(p, n.Meta, n.Blob()); err != nil {
			return err
		}
		if !n.IsDir() {
			return e.LchtimesTo(p, n.Time())
		}
	case n.Kind == File && old.Blob() != n.Blob():
		if err := e.WriteFile(p, n.Blob(), 0, 0, 0); err != nil {
			return err
		}
	}
	if n.IsDir() {
		if old != nil {
			for name := range old.Children() {
				if n.Child(name) == nil {
					if err := e.RemoveAll(path.Join(p, name)); err != nil {
						return err
					}
				}
			}
		}
		for name, c := range n.Children() {
			if old != nil && old.Child(name) == c {
				continue
			}
			if err := e.Replace(path.Join(p, name), c); err != nil {
				return err
			}
		}
	}
	now, err := e.t.Lstat(p)
	if err != nil {
		return err
	}
	if now.Mode != n.Mode || now.UID != n.UID || now.GID != n.GID || !maps.Equal(now.Xattrs, n.Xattrs) {
		meta := n.Meta
		if err := e.SetMeta(p, meta); err != nil {
			return err
		}
	}
	if now.Time() != n.Time() {
		return e.LchtimesTo(p, n.Time())
	}
	return nil
}
