package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"layerlab.dev/core/vfs"
)

// readContext reads a folder as a build context: modes and mtimes kept, owners
// dropped, as BuildKit's client sends it. clock is the time of its root, in
// nanoseconds.
func readContext(dir string, clock int64) (vfs.Tree, error) {
	e := vfs.New(clock).Edit()
	type dirTime struct {
		path  string
		mtime int64
	}
	var dirs []dirTime
	seen := map[fileID]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || rel == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		p := path.Join("/", filepath.ToSlash(rel))
		m := vfs.Meta{Mode: vfs.ModeBits(info.Mode()), MTime: vfs.Sent(vfs.Time{Sec: info.ModTime().Unix(), Nsec: int64(info.ModTime().Nanosecond())})}
		switch {
		case info.IsDir():
			m.Kind = vfs.Dir
			dirs = append(dirs, dirTime{p, m.MTime})
		case info.Mode()&fs.ModeSymlink != 0:
			m.Kind, m.Mode = vfs.Symlink, 0o777
			if m.Target, err = os.Readlink(name); err != nil {
				return err
			}
		case info.Mode().IsRegular():
			if id, ok := linkedFile(info); ok {
				if first, ok := seen[id]; ok {
					return e.Link(first, p)
				}
				seen[id] = p
			}
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			return e.Place(p, m, vfs.Bytes(content))
		case info.Mode()&fs.ModeNamedPipe != 0:
			m.Kind = vfs.Fifo
		case info.Mode()&fs.ModeSocket != 0:
			return nil
		default:
			return fmt.Errorf("%s: a device cannot be part of a build context", rel)
		}
		return e.Place(p, m, nil)
	})
	if err != nil {
		return vfs.Tree{}, fmt.Errorf("read context: %w", err)
	}
	for _, d := range dirs {
		if err := e.Lchtimes(d.path, d.mtime); err != nil {
			return vfs.Tree{}, err
		}
	}
	return e.Tree(), nil
}
