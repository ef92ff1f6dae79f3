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

// Sent is a context as the client sends it: files owned by root, and the length
// of the archive that holds them.
type Sent struct {
	Files vfs.Tree
	Size  int64
	// Implied are directories that are not in the archive, but made for what is.
	Implied map[string]bool
	// Archive is what came ready for the daemon; nil: the client makes it.
	Archive []byte
}

// Context is what the client sends of a directory: everything but what
// .dockerignore leaves out. The Dockerfile and .dockerignore are sent whatever
// that says.
func Context(dir vfs.Tree, dockerfile string, dockerfileFromStdin bool) (Sent, error) {
	patterns, err := ignored(dir)
	if err != nil {
		return Sent{}, err
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return Sent{}, fmt.Errorf("error checking context: %w", err)
	}
	for _, name := range []string{".dockerignore", dockerfile} {
		if name == dockerfile && dockerfileFromStdin {
			continue
		}
		if out, err := m.MatchesOrParentMatches(name); err == nil && out {
			patterns = append(patterns, "!"+name)
		}
	}
	if m, err = patternmatcher.New(patterns); err != nil {
		return Sent{}, fmt.Errorf("error checking context: %w", err)
	}
	p := packer{e: dir.Edit(), m: m, implied: map[string]bool{}}
	if err := p.directory("", dir.Root()); err != nil {
		return Sent{}, err
	}
	size, err := measure(p.e.Tree(), p.implied)
	return Sent{Files: p.e.Tree(), Size: size, Implied: p.implied}, err
}

// WithDockerfile adds a Dockerfile from elsewhere under a name that no file has,
// and that .dockerignore keeps out of the image. The client's archive then lacks
// its end and the padding of its last member, which is this Dockerfile where the
// context has a .dockerignore, and else that.
func WithDockerfile(c Sent, text []byte) (with Sent, name string, err error) {
	name = ".dockerfile.0a1b2c3d4e5f60718293"
	e := c.Files.Edit()
	ignore, last := ".dockerignore", int64(0)
	old, err := c.Files.Stat(".dockerignore")
	if err == nil {
		lines, err := old.Blob().Bytes()
		if err != nil {
			return c, "", err
		}
		ignore = string(lines)
	}
	ignore += "\n" + name + "\n"
	with.Size = c.Size - 1024 + 512 + blocks(int64(len(text)))
	if err == nil {
		with.Size += blocks(int64(len(ignore))) - blocks(old.Size())
		last = int64(len(text))
	} else {
		with.Size += 512 + blocks(int64(len(ignore)))
		last = int64(len(ignore))
	}
	with.Size -= blocks(last) - last
	if err := e.WriteFile("/.dockerignore", vfs.String(ignore), 0o600, 0, 0); err != nil {
		return c, "", err
	}
	if err := e.WriteFile("/"+name, vfs.Bytes(text), 0o600, 0, 0); err != nil {
		return c, "", err
	}
	with.Files, with.Implied = e.Tree(), c.Implied
	return with, name, nil
}

func blocks(n int64) int64 { return (n + 511) &^ 511 }

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
	// implied are directories that are not sent, but made by the daemon for what
	// is in them.
	implied map[string]bool
}

// directory takes out what is ignored below a directory and gives the rest to
// root.
func (p *packer) directory(dir string, n *vfs.Node) error {
	for name, c := range n.Children() {
		if err := p.entry(path.Join(dir, name), c); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) entry(at string, n *vfs.Node) error {
	out := false
	if len(p.m.Patterns()) > 0 {
		var err error
		if out, err = p.m.MatchesOrParentMatches(at); err != nil {
			return fmt.Errorf("error checking context: %w", err)
		}
	}
	if out && !(n.IsDir() && p.excepted(at)) || n.Kind == vfs.Socket {
		return p.e.Graft(at, nil)
	}
	if n.IsDir() {
		if err := p.directory(at, n); err != nil {
			return err
		}
	}
	meta := n.Meta
	if out {
		left, err := p.e.Tree().Lstat(at)
		if err != nil {
			return err
		}
		if left.Len() == 0 {
			return p.e.Graft(at, nil)
		}
		p.implied["/"+at] = true
		meta.Mode = 0o755
	}
	if meta.UID == 0 && meta.GID == 0 && meta.Mode == n.Mode {
		return nil
	}
	meta.UID, meta.GID = 0, 0
	return p.e.SetMeta(at, meta)
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

// measure is the length of the archive that holds a tree: headers, contents in
// blocks of 512 bytes, 1024 at its end.
func measure(t vfs.Tree, without map[string]bool) (int64, error) {
	var size counter
	w := tar.NewWriter(&size)
	seen := map[uint64]bool{}
	for name, n := range t.Walk("/") {
		if name == "/" || without[name] {
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
		size += counter(blocks(content))
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

// Alone is the context of a Dockerfile that comes without any.
func Alone(dockerfile []byte, now int64) (Sent, error) {
	e := vfs.New(now).Edit()
	if err := e.WriteFile("/Dockerfile", vfs.Bytes(dockerfile), 0o644, 0, 0); err != nil {
		return Sent{}, err
	}
	return Sent{Files: e.Tree(), Size: 512 + blocks(int64(len(dockerfile))) + 1024}, nil
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
