package pack

import (
	"archive/tar"
	"bytes"
	"fmt"
	"path"
	"strings"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Extract unpacks an archive into a directory of the client, whose user owns
// what is made.
func Extract(e *vfs.Editor, dir string, archive []byte) error {
	return extract(e, dir, archive, false)
}

// extract unpacks an archive. owners: with the owners that it names.
func extract(e *vfs.Editor, dir string, archive []byte, owners bool) error {
	entries, err := layer.ReadTar(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	dir, err = e.Tree().Canonical(dir, true)
	if err != nil {
		return err
	}
	made := map[string]vfs.Meta{} // directories, whose times are set when all is in them
	for _, x := range entries {
		if x.Type == tar.TypeXGlobalHeader {
			continue
		}
		m, err := x.Meta()
		if err != nil {
			return err
		}
		if !owners {
			m.UID, m.GID = 0, 0
		}
		at, err := inside(e, dir, x.Name)
		if err != nil {
			return err
		}
		old, err := e.Tree().Lstat(at)
		exists := err == nil
		switch isDir := x.Type == tar.TypeDir; {
		case exists && old.IsDir() && !isDir:
			return fmt.Errorf("cannot overwrite directory %q with non-directory %q", at, dir)
		case exists && !old.IsDir() && isDir:
			return fmt.Errorf("cannot overwrite non-directory %q with directory %q", at, dir)
		case isDir:
			if !exists {
				err = e.Mkdir(at, m.Mode, m.UID, m.GID)
			} else if !owners {
				m.UID, m.GID = old.UID, old.GID
			}
			if at != "/" {
				made[at] = m
			}
		case x.Type == tar.TypeLink:
			var target string
			if target, err = inside(e, dir, x.Linkname); err != nil {
				return err
			}
			if exists {
				if err := e.Remove(at); err != nil {
					return err
				}
			}
			err = e.Link(target, at)
		default:
			err = e.Place(at, m, x.Content)
		}
		if err != nil {
			return err
		}
	}
	for at, m := range made {
		if err := e.SetMeta(at, m); err != nil {
			return err
		}
	}
	return nil
}

// inside gives the path of a member below dir, and makes the directories above
// it. A name that leads out of dir, by ".." or by a link, is refused.
func inside(e *vfs.Editor, dir, name string) (string, error) {
	refused := fmt.Errorf("%q is outside of %q", name, dir)
	clean := path.Clean("./" + name)
	if clean == ".." || strings.HasPrefix(clean, "../") {
		return "", refused
	}
	at := path.Join(dir, clean)
	if at == dir {
		return at, nil
	}
	if _, err := e.MkdirAll(path.Dir(at), 0o755, 0, 0); err != nil {
		return "", err
	}
	parent, err := e.Tree().Canonical(path.Dir(at), true)
	if err != nil {
		return "", err
	}
	if parent != dir && !strings.HasPrefix(parent, strings.TrimSuffix(dir, "/")+"/") {
		return "", refused
	}
	return path.Join(parent, path.Base(at)), nil
}
