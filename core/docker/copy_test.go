package docker_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/pack"
	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// box is a daemon with one container, of which there are only its files.
type box struct {
	emptyDaemon
	files *vfs.Editor
}

// at gives an absolute path in the container, its end as it was typed.
func at(p string) string { return pack.Keep(path.Join("/", p), p) }

func (b box) source(name, p string) (pack.Info, *vfs.Node, error) {
	if name != "box" {
		return pack.Info{}, nil, none(name)
	}
	info, err := pack.Source(b.files.Tree(), at(p), false)
	if err != nil {
		return info, nil, host.Errorf(404, "Could not find the file %s in container %s", p, name)
	}
	n, err := b.files.Tree().Lstat(info.Path)
	return info, n, err
}

func (b box) ContainerStatPath(name, p string) (types.ContainerPathStat, error) {
	_, n, err := b.source(name, p)
	if err != nil {
		return types.ContainerPathStat{}, err
	}
	s := types.ContainerPathStat{Name: path.Base(p), Mode: n.FileMode()}
	if s.Mode&fs.ModeSymlink != 0 {
		s.LinkTarget = path.Join(path.Dir(at(p)), n.Target)
		if path.IsAbs(n.Target) {
			s.LinkTarget = n.Target
		}
	}
	return s, nil
}

func (b box) CopyFromContainer(_ context.Context, name, p string, to io.Writer) (types.ContainerPathStat, error) {
	info, n, err := b.source(name, p)
	if err != nil {
		return types.ContainerPathStat{}, err
	}
	_, base := pack.Split(at(p))
	info.Rebase = base
	archive, err := pack.Resource(b.files.Tree(), info)
	if err == nil {
		_, err = to.Write(archive)
	}
	return types.ContainerPathStat{Name: base, Mode: n.FileMode()}, err
}

func (b box) CopyToContainer(_ context.Context, name, p string, archive io.Reader, _ types.CopyToContainerOptions) error {
	n, err := b.files.Tree().Stat(at(p))
	if err != nil || name != "box" {
		return host.Errorf(404, "Could not find the file %s in container %s", p, name)
	}
	if !n.IsDir() {
		return host.Errorf(400, "extraction point is not a directory")
	}
	content, err := io.ReadAll(archive)
	if err != nil {
		return err
	}
	return pack.Extract(b.files, at(p), content)
}

// boxFiles are those of the recorded container.
func boxFiles(t *testing.T) *vfs.Editor {
	e := vfs.New(1_700_000_000e9).Edit()
	dirs(t, e, "/c/d/e/f", "/c/empty")
	put(t, e, "/c/d/e/g", "gg", 0o644)
	put(t, e, "/c/d/x", "xx", 0o750)
	put(t, e, "/c/file", "file", 0o644)
	link(t, e, "/c/ld", "d")
	link(t, e, "/c/lf", "file")
	link(t, e, "/c/lb", "nosuch")
	link(t, e, "/c/la", "/c/d")
	if err := e.Chmod("/c/empty", 0o700); err != nil {
		t.Fatal(err)
	}
	return e
}

func dirs(t *testing.T, e *vfs.Editor, names ...string) {
	for _, n := range names {
		if _, err := e.MkdirAll(n, 0o755, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
}

func put(t *testing.T, e *vfs.Editor, name, text string, mode uint32) {
	if err := e.WriteFile(name, vfs.String(text), mode, 0, 0); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, e *vfs.Editor, name, target string) {
	if err := e.Create(name, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: target}, nil); err != nil {
		t.Fatal(err)
	}
}

// listing gives names, kinds, modes and sizes below a directory.
func listing(t vfs.Tree, root, prefix string) []string {
	var list []string
	for name, n := range t.Walk(root) {
		rest := strings.TrimPrefix(strings.TrimPrefix(name, root), "/")
		kind, size := "0", n.Size()
		switch n.Kind {
		case vfs.Dir:
			kind = "5"
		case vfs.Symlink:
			kind, size = "2", 0
		}
		list = append(list, fmt.Sprintf("%s %s %o %d %s", path.Join(prefix, rest), kind, n.Mode, size, n.Target))
	}
	slices.Sort(list)
	return list
}

// TestCopy holds `docker cp` to what the real one left on both sides.
func TestCopy(t *testing.T) {
	f, err := os.Open("testdata/cp.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		row
		Local, Container [][]any
	}
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	want := func(list [][]any) []string {
		var out []string
		for _, e := range list {
			out = append(out, fmt.Sprintf("%s %s %s %v %s", path.Clean(e[0].(string)), e[1], e[2], int64(e[3].(float64)), e[4]))
		}
		slices.Sort(out)
		return out
	}
	good := 0
	for _, r := range all {
		ok := t.Run(strings.Join(r.Args, " "), func(t *testing.T) {
			d := newDirectory("/L/w")
			dirs(t, d.editor, "/L/w/havedir/q")
			put(t, d.editor, "/L/w/have", "have", 0o644)
			put(t, d.editor, "/L/w/havedir/h", "h", 0o644)
			put(t, d.editor, "/L/w/havedir/file", "old", 0o644)
			put(t, d.editor, "/L/w/owned", "o", 0o644)
			link(t, d.editor, "/L/w/linkdir", "havedir")
			link(t, d.editor, "/L/w/linkfile", "have")
			link(t, d.editor, "/L/w/broken", "nowhere")
			engine := box{emptyDaemon: newEmptyDaemon().(emptyDaemon), files: boxFiles(t)}
			stdout, stderr, exit := play(engine, r.row, d)
			if stdout != r.Stdout || stderr != r.Stderr || exit != r.Exit {
				t.Errorf("exit %d, docker's %d\nstdout %q\ndocker %q\nstderr %q\ndocker %q", exit, r.Exit, stdout, r.Stdout, stderr, r.Stderr)
			}
			if got, want := listing(d.editor.Tree(), "/L/w", "."), want(r.Local); !slices.Equal(got, want) {
				t.Errorf("client has %q\ndocker's %q", got, want)
			}
			got := listing(engine.files.Tree(), "/c", "c")
			for _, top := range []string{"have", "rel"} {
				if _, err := engine.files.Tree().Lstat("/" + top); err == nil {
					got = append(got, listing(engine.files.Tree(), "/"+top, top)...)
				}
			}
			slices.Sort(got)
			if want := want(r.Container); !slices.Equal(got, want) {
				t.Errorf("container has %q\ndocker's %q", got, want)
			}
		})
		if ok {
			good++
		}
	}
	t.Logf("%d of %d copies leave what docker 20.10.24 left", good, len(all))
}
