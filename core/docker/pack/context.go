package pack

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Context is what the client sends of a directory: everything but what
// .dockerignore leaves out, owned by root. The Dockerfile and .dockerignore are
// sent whatever that says.
func Context(dir vfs.Tree, dockerfile string, dockerfileFromStdin bool) (vfs.Tree, error) {
	patterns, err := ignored(dir)
	if err != nil {
		return dir, err
	}
	for _, name := range []string{".dockerignore", dockerfile} {
		if name == dockerfile && dockerfileFromStdin {
			continue
		}
		if out, err := patternmatcher.MatchesOrParentMatches(name, patterns); err == nil && out {
			patterns = append(patterns, "!"+name)
		}
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return dir, err
	}
	e := dir.Edit()
	p := packer{e: e, m: m}
	if err := p.directory("", dir.Root()); err != nil {
		return dir, err
	}
	return e.Tree(), nil
}

func ignored(dir vfs.Tree) ([]string, error) {
	n, err := dir.Stat(".dockerignore")
	if err != nil {
		return nil, nil
	}
	text, err := n.Blob().Bytes()
	if err != nil {
		return nil, err
	}
	return ignorefile.ReadAll(bytes.NewReader(text))
}

type packer struct {
	e *vfs.Editor
	m *patternmatcher.PatternMatcher
}

// directory takes out what is ignored below a directory and gives the rest to
// root.
func (p *packer) directory(dir string, n *vfs.Node) error {
	for name, c := range n.Children() {
		at := path.Join(dir, name)
		out := false
		if len(p.m.Patterns()) > 0 {
			var err error
			if out, err = p.m.MatchesOrParentMatches(at); err != nil {
				return err
			}
		}
		switch {
		case out && !(c.IsDir() && p.excepted(at)), c.Kind == vfs.Socket:
			if err := p.e.Graft(at, nil); err != nil {
				return err
			}
			continue
		case out:
			// Only what an exception names is sent, and not the directory itself.
			if err := p.directory(at, c); err != nil {
				return err
			}
			if left, err := p.e.Tree().Lstat(at); err == nil && left.Len() == 0 {
				if err := p.e.Graft(at, nil); err != nil {
					return err
				}
			}
			continue
		}
		if c.UID != 0 || c.GID != 0 {
			m := c.Meta
			m.UID, m.GID = 0, 0
			if err := p.e.SetMeta(at, m); err != nil {
				return err
			}
		}
		if c.IsDir() {
			if err := p.directory(at, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// excepted reports whether an exception of .dockerignore may name something
// below a directory.
func (p *packer) excepted(dir string) bool {
	if !p.m.Exclusions() {
		return false
	}
	for _, pattern := range p.m.Patterns() {
		if pattern.Exclusion() && strings.HasPrefix(pattern.String()+"/", dir+"/") {
			return true
		}
	}
	return false
}

// Size is the length of the archive that holds a tree: headers, contents in
// blocks of 512 bytes, 1024 at its end.
func Size(t vfs.Tree) (int64, error) {
	var size counter
	w := tar.NewWriter(&size)
	seen := map[uint64]bool{}
	for name, n := range t.Walk("/") {
		if name == "/" || n.Kind == vfs.Socket {
			continue
		}
		h, err := header(strings.TrimPrefix(name, "/"), n)
		if err != nil {
			return 0, err
		}
		if n.Linked() && n.Kind == vfs.File {
			if seen[n.Ino()] {
				h.Size = 0
			}
			seen[n.Ino()] = true
		}
		content := h.Size
		h.Size = 0
		if err := w.WriteHeader(h); err != nil {
			return 0, fmt.Errorf("archive %s: %w", name, err)
		}
		size += counter((content + 511) &^ 511)
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return int64(size), nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// header describes a file as docker's client does: PAX where needed, whole
// seconds.
func header(name string, n *vfs.Node) (*tar.Header, error) {
	h := &tar.Header{
		Name: name, Mode: int64(n.Mode), Uid: n.UID, Gid: n.GID, Format: tar.FormatPAX,
		ModTime: time.Unix(0, n.MTime).Truncate(time.Second),
	}
	if c, ok := n.Xattrs["security.capability"]; ok {
		h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": c}
	}
	switch n.Kind {
	case vfs.File:
		h.Typeflag, h.Size = tar.TypeReg, n.Size()
	case vfs.Dir:
		h.Typeflag, h.Name = tar.TypeDir, name+"/"
	case vfs.Symlink:
		h.Typeflag, h.Linkname = tar.TypeSymlink, n.Target
	case vfs.CharDevice:
		h.Typeflag, h.Devmajor, h.Devminor = tar.TypeChar, int64(n.Major), int64(n.Minor)
	case vfs.BlockDevice:
		h.Typeflag, h.Devmajor, h.Devminor = tar.TypeBlock, int64(n.Major), int64(n.Minor)
	case vfs.Fifo:
		h.Typeflag = tar.TypeFifo
	default:
		return nil, errors.New("sockets cannot be archived")
	}
	return h, nil
}

// IsArchive reports whether bytes begin a tar archive, compressed or not.
func IsArchive(head []byte) bool {
	for _, magic := range []string{"BZh", "\x1f\x8b\x08", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	_, err := tar.NewReader(bytes.NewReader(head)).Next()
	return err == nil
}

// Unpack gives the tree that an archive holds.
func Unpack(archive []byte, now int64) (vfs.Tree, error) {
	e := vfs.New(now).Edit()
	r, err := layer.Decompress(bytes.NewReader(archive))
	if err != nil {
		return e.Tree(), err
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		return e.Tree(), err
	}
	err = extract(e, "/", raw, true)
	return e.Tree(), err
}
