package pack

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// Split cuts a path into its directory and last name, which is "." where the
// path ends in that.
func Split(p string) (dir, base string) {
	clean := path.Clean(p)
	if current(p) {
		clean += "/."
	}
	i := strings.LastIndexByte(clean, '/')
	return path.Clean(clean[:i+1]), path.Base(clean[i+1:])
}

// current reports whether a path ends in ".".
func current(p string) bool { return path.Base(p) == "." || strings.HasSuffix(p, "/.") }

// Keep puts the trailing "/" or "/." of a path as it was typed back on its clean
// form.
func Keep(clean, typed string) string {
	if !current(clean) && current(typed) {
		if clean != "/" {
			clean += "/"
		}
		return clean + "."
	}
	if !strings.HasSuffix(clean, "/") && strings.HasSuffix(typed, "/") {
		return clean + "/"
	}
	return clean
}

// Info is one end of a copy.
type Info struct {
	Path          string
	Exists, IsDir bool
	Rebase        string // the name that the copy's first entry has, where a link was followed
}

// Source looks at a file to be copied. The links on the way to it are followed,
// and it itself with follow.
func Source(t vfs.Tree, name string, follow bool) (Info, error) {
	at := name
	rebase := ""
	if follow {
		real, err := t.Canonical(name, true)
		var failed *fs.PathError
		if errors.As(err, &failed) && real != "" { // a link to nothing: its target is what is missing
			failed = &fs.PathError{Op: failed.Op, Path: real, Err: failed.Err}
			return Info{}, failed
		}
		if err != nil {
			return Info{}, err
		}
		at, rebase = Rebased(name, real)
	} else {
		dir, base := "/", name
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			dir, base = name[:i+1], name[i+1:]
		}
		real, err := t.Canonical(dir, true)
		if err != nil {
			return Info{}, err
		}
		at = strings.TrimSuffix(real, "/") + "/" + base
		if strings.HasSuffix(name, "/") && path.Base(name) != path.Base(at) {
			rebase = path.Base(name)
		}
	}
	n, err := t.Lstat(at)
	if err != nil {
		return Info{}, err
	}
	return Info{Path: at, Exists: true, IsDir: n.IsDir(), Rebase: rebase}, nil
}

// Rebased gives a path that links were resolved in the ending of the one typed,
// and the name that was typed where it is another.
func Rebased(typed, real string) (at, rebase string) {
	if current(typed) && !current(real) {
		real += "/."
	}
	if strings.HasSuffix(typed, "/") && !strings.HasSuffix(real, "/") {
		real += "/"
	}
	if path.Base(typed) != path.Base(real) {
		rebase = path.Base(typed)
	}
	return real, rebase
}

// Resource archives a file or directory under its own last name.
func Resource(t vfs.Tree, source Info) ([]byte, error) {
	dir, base := Split(source.Path)
	name := base
	if source.Rebase != "" {
		name = source.Rebase
	}
	root, err := t.Canonical(path.Join(dir, base), false)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	seen := map[uint64]string{}
	for at, n := range t.Walk(root) {
		if n.Kind == vfs.Socket {
			continue
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(at, root), "/")
		entry := name
		if rest != "" {
			entry = name + "/" + rest
		}
		h, err := header(entry, n)
		if err != nil {
			return nil, err
		}
		if n.Kind == vfs.File && n.Linked() {
			if first, ok := seen[n.Ino()]; ok {
				h.Typeflag, h.Linkname, h.Size = tar.TypeLink, first, 0
			} else {
				seen[n.Ino()] = entry
			}
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("archive %s: %w", at, err)
		}
		if h.Size > 0 {
			if _, err := io.Copy(w, n.Blob().Reader()); err != nil {
				return nil, fmt.Errorf("archive %s: %w", at, err)
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Prepare says in which directory an archive of source is to be unpacked so that
// it becomes destination, and which name of its entries to replace by which.
func Prepare(source, destination Info) (dir, from, to string, err error) {
	dir, base := Split(destination.Path)
	_, from = Split(source.Path)
	if source.Rebase != "" {
		from = source.Rebase
	}
	switch {
	case destination.Exists && destination.IsDir:
		return destination.Path, "", "", nil
	case destination.Exists && source.IsDir:
		return "", "", "", errors.New("cannot copy directory")
	case !destination.Exists && !source.IsDir && (strings.HasSuffix(destination.Path, "/") || current(destination.Path)):
		return "", "", "", errors.New("no such directory")
	}
	if from == "/" {
		from = ""
	}
	return dir, from, base, nil
}

// Rename replaces the beginning of the names in an archive.
func Rename(archive []byte, from, to string) ([]byte, error) {
	if from == to {
		return archive, nil
	}
	var b bytes.Buffer
	r, w := tar.NewReader(bytes.NewReader(archive)), tar.NewWriter(&b)
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		h.Format = tar.FormatPAX
		h.Name = strings.Replace(h.Name, from, to, 1)
		if h.Typeflag == tar.TypeLink {
			h.Linkname = strings.Replace(h.Linkname, from, to, 1)
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := io.Copy(w, r); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Destination looks at where a copy goes, links followed.
func Destination(t vfs.Tree, name string) (Info, error) {
	at := name
	for range 11 {
		n, err := t.Lstat(at)
		switch {
		case err == nil && n.Kind != vfs.Symlink:
			return Info{Path: at, Exists: true, IsDir: n.IsDir()}, nil
		case err != nil:
			dir, _ := Split(at)
			parent, err := t.Stat(dir)
			if err != nil {
				return Info{}, err
			}
			if !parent.IsDir() {
				return Info{}, errors.New("not a directory")
			}
			return Info{Path: at}, nil
		}
		target := n.Target
		if !path.IsAbs(target) {
			dir, _ := Split(at)
			target = path.Join(dir, target)
		}
		at = target
	}
	return Info{}, errors.New("too many symlinks in " + name)
}
