package classic

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"layerlab.dev/core/archive"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Context is a build context as the daemon has it.
type Context struct {
	Files vfs.Tree
	// Size is the length of the tar it came as, which the client shows.
	Size int64
	sums map[string]layer.Entry // by canonical path
	// implied are directories that no member stood for, which had to be made.
	implied []string
}

// Send makes the context that docker's command line sends of a directory: a tar
// without what .dockerignore leaves out, but with the Dockerfile and
// .dockerignore themselves, everything owned by root. dockerfile is the path of
// the Dockerfile in files; empty: "Dockerfile". A file that .dockerignore means
// but cannot be read as, is an error.
func Send(files vfs.Tree, dockerfile string) (*Context, error) {
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	patterns, err := ignored(files)
	if err != nil {
		return nil, err
	}
	// What the client needs kept, it excepts again.
	for _, keep := range []string{".dockerignore", path.Clean(dockerfile)} {
		m, err := patternmatcher.New(patterns)
		if err != nil {
			return nil, fmt.Errorf("error checking context: %w", err)
		}
		//lint:ignore SA1019 dockerd 20.10 matches with it, faults and all
		if out, _ := m.Matches(keep); out {
			patterns = append(patterns, "!"+keep)
		}
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf("error checking context: %w", err)
	}
	s := sender{m: m, first: map[uint64]string{}}
	if err := s.dir("", files.Root()); err != nil {
		return nil, err
	}
	return receive(context.Background(), s.entries)
}

// ignored are the patterns of .dockerignore.
func ignored(files vfs.Tree) ([]string, error) {
	n, err := files.Stat("/.dockerignore")
	if err != nil || n.Kind != vfs.File {
		return nil, nil
	}
	text, err := n.Blob().Bytes()
	if err != nil {
		return nil, err
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("error reading .dockerignore: %w", err)
	}
	return patterns, nil
}

// sender walks a directory as pkg/archive TarWithOptions does.
type sender struct {
	m       *patternmatcher.PatternMatcher
	entries []layer.Entry
	first   map[uint64]string // the first name of an inode with several
}

func (s *sender) dir(at string, d *vfs.Node) error {
	for name, n := range d.Children() {
		p := path.Join(at, name)
		//lint:ignore SA1019 dockerd 20.10 matches with it, faults and all
		skip, err := s.m.Matches(p)
		if err != nil {
			return fmt.Errorf("error matching %s: %w", p, err)
		}
		if skip && (!n.IsDir() || !s.excepted(p)) {
			continue
		}
		if !skip && n.Kind != vfs.Socket {
			e := layer.Overlay2{Users: map[int]string{}, Groups: map[int]string{}}.Entry(p, n)
			e.UID, e.GID = 0, 0
			if n.Linked() && !n.IsDir() {
				if first, ok := s.first[n.Ino()]; ok {
					e.Type, e.Linkname, e.Size, e.Content = tar.TypeLink, first, 0, nil
				} else {
					s.first[n.Ino()] = p
				}
			}
			s.entries = append(s.entries, e)
		}
		if n.IsDir() {
			if err := s.dir(p, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// excepted tells whether an exception may keep something below a directory that
// is left out: only one that is written with the directory's name in front.
func (s *sender) excepted(dir string) bool {
	for _, p := range s.m.Patterns() {
		if p.Exclusion() && strings.HasPrefix(p.String()+"/", dir+"/") {
			return true
		}
	}
	return false
}

// Receive reads a context that comes as a tar, plain or compressed. ctx cancels
// it.
func Receive(ctx context.Context, r io.Reader) (*Context, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	plain, err := archive.Open(vfs.Bytes(b))
	if err != nil {
		return nil, err
	}
	if plain == nil {
		return nil, errors.New("Error processing tar file(exit status 1): unexpected EOF")
	}
	entries, err := layer.ReadTar(plain)
	if err != nil {
		return nil, fmt.Errorf("Error processing tar file(exit status 1): %w", err)
	}
	c, err := receive(ctx, entries)
	if err == nil {
		c.Size = int64(len(b))
	}
	return c, err
}

// receive unpacks the members of a context's tar.
func receive(ctx context.Context, entries []layer.Entry) (*Context, error) {
	c := &Context{sums: map[string]layer.Entry{}, Size: tarSize(entries)}
	e := vfs.New(0).Edit()
	var x archive.Extraction
	if err := x.Extract(ctx, e, entries); err != nil {
		return nil, err
	}
	c.Files = e.Tree()
	for _, x := range entries {
		// A member's hash counts under its name, the first of several.
		if at := path.Join("/", x.Name); c.sums[at].Name == "" {
			c.sums[at] = x
		}
	}
	for at, n := range c.Files.Walk("/") {
		if n.IsDir() && at != "/" && c.sums[at].Name == "" {
			c.implied = append(c.implied, at)
		}
	}
	return c, nil
}

// tarSize is the length of a tar of the entries.
func tarSize(entries []layer.Entry) int64 {
	var n counter
	w := tar.NewWriter(&n)
	total := int64(0)
	for _, e := range entries {
		h := e.Header()
		h.Size = 0
		if w.WriteHeader(h) == nil {
			total += (e.Size + 511) / 512 * 512
		}
	}
	w.Close()
	return total + int64(n)
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// source is the context as COPY sees it.
func (c *Context) source() *source {
	known := map[string]string{}
	return &source{tree: c.Files, sum: func(at string) (string, bool) {
		if h, ok := known[at]; ok {
			return h, true
		}
		e, ok := c.sums[at]
		if !ok {
			return "", false
		}
		h, err := tarSum(e, false)
		if err != nil {
			return "", false
		}
		known[at] = h
		return h, true
	}}
}

// without gives the context without what the daemon takes out once it has read
// the Dockerfile: that and .dockerignore, where the latter names them. What the
// daemon made itself when it unpacked the context has the time now.
func (c *Context) without(dockerfile string, now time.Time) (*Context, error) {
	if len(c.implied) > 0 {
		e := c.Files.Edit()
		for _, at := range c.implied {
			if err := e.Lchtimes(at, now.UnixNano()); err != nil {
				return nil, err
			}
		}
		c = &Context{Files: e.Tree(), Size: c.Size, sums: c.sums}
	}
	if _, err := c.Files.Stat("/.dockerignore"); err != nil {
		return c, nil
	}
	patterns, err := ignored(c.Files)
	if err != nil {
		return nil, err
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	e := c.Files.Edit()
	for _, p := range []string{".dockerignore", dockerfile} {
		//lint:ignore SA1019 dockerd 20.10 matches with it, faults and all
		if out, _ := m.Matches(p); out {
			if err := e.RemoveAll(path.Join("/", p)); err != nil {
				return nil, err
			}
		}
	}
	return &Context{Files: e.Tree(), Size: c.Size, sums: c.sums}, nil
}
