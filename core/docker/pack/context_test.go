package pack_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"layerlab.dev/core/docker/pack"
	"layerlab.dev/core/vfs"
)

// recorded is a directory and what docker 20.10.24 sent of it.
type recorded struct {
	Name       string
	Files      []file
	Ignore     *string
	Dockerfile string
	Stdin      string
	Where      string
	Out        map[string]string // files beside the context
	Bytes      int64             // length of the archive, 0: none was sent
	Entries    [][]any           // name, type, mode, uid, gid, size, link
	Query      string            // the Dockerfile's name in the context
	Stderr     string
}

type file struct {
	Name, Kind, Text, Target, Mode string
	Size                           int64
	UID, GID                       int
}

func contexts(t *testing.T) []recorded {
	f, err := os.Open("testdata/contexts.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// tree makes the directory.
func (r recorded) tree(t *testing.T) vfs.Tree {
	e := vfs.New(1_700_000_000e9).Edit()
	slices.SortStableFunc(r.Files, func(a, b file) int { // what is linked to comes first
		return strings.Compare(a.Kind, b.Kind) * map[bool]int{true: 1}[a.Kind == "hard" || b.Kind == "hard"]
	})
	for _, f := range r.Files {
		mode := uint32(0o644)
		if f.Mode != "" {
			m, err := strconv.ParseUint(f.Mode, 8, 32)
			if err != nil {
				t.Fatal(err)
			}
			mode = uint32(m)
		}
		at := "/" + f.Name
		_, err := e.MkdirAll(path.Dir(at), 0o755, 0, 0)
		if err == nil {
			content := vfs.String(f.Text)
			if f.Text == "" {
				content = vfs.Zeros(f.Size)
			}
			switch f.Kind {
			case "dir":
				err = e.Mkdir(at, mode, 0, 0)
			case "link":
				err = e.Create(at, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: f.Target}, nil)
			case "hard":
				err = e.Link("/"+f.Target, at)
			case "fifo":
				err = e.Create(at, vfs.Meta{Kind: vfs.Fifo, Mode: 0o644}, nil)
			default:
				err = e.Create(at, vfs.Meta{Mode: mode, UID: f.UID, GID: f.GID}, content)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if r.Ignore != nil {
		if err := e.WriteFile("/.dockerignore", vfs.String(*r.Ignore), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	return e.Tree()
}

// TestContext holds what is sent of a directory, and its size, to the archives
// that docker 20.10.24 sent.
func TestContext(t *testing.T) {
	good := 0
	all := contexts(t)
	for _, r := range all {
		if t.Run(r.Name, func(t *testing.T) { r.check(t) }) {
			good++
		}
	}
	t.Logf("%d of %d contexts are sent as docker 20.10.24 sends them", good, len(all))
}

func (r recorded) check(t *testing.T) {
	dir := r.tree(t)
	name := r.Dockerfile
	if name == "" {
		name = "Dockerfile"
	}
	var sent pack.Sent
	var err error
	if r.Where == "-" {
		sent, err = pack.Alone([]byte(r.Stdin), 1_700_000_000e9)
	} else {
		sent, err = pack.Context(dir, name, name == "-")
	}
	if r.Bytes == 0 {
		if err == nil || err.Error()+"\n" != r.Stderr {
			t.Fatalf("%v, docker's %s", err, r.Stderr)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case name == "-":
		sent, _, err = pack.WithDockerfile(sent, []byte(r.Stdin))
	case strings.HasPrefix(name, "../"):
		sent, _, err = pack.WithDockerfile(sent, []byte(r.Out[path.Base(name)]))
	}
	if err != nil {
		t.Fatal(err)
	}
	if sent.Size != r.Bytes {
		t.Errorf("%d bytes, docker's %d", sent.Size, r.Bytes)
	}
	var got, want []string
	inodes := map[uint64]bool{}
	for at, n := range sent.Files.Walk("/") {
		if at == "/" || sent.Implied[at] {
			continue
		}
		kind, size := "0", n.Size()
		switch n.Kind {
		case vfs.Dir:
			kind = "5"
		case vfs.Symlink:
			kind, size = "2", 0
		case vfs.Fifo:
			kind = "6"
		}
		if n.Linked() && inodes[n.Ino()] {
			kind, size = "1", 0
		}
		inodes[n.Ino()] = true
		got = append(got, fmt.Sprintf("%s %s %o %d:%d %d", anyName(at[1:]), kind, n.Mode, n.UID, n.GID, size))
	}
	for _, e := range r.Entries {
		mode, err := strconv.ParseUint(e[2].(string), 8, 32)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("%s %s %o %v:%v %v", anyName(e[0].(string)), e[1], mode&0o7777, e[3], e[4], int64(e[5].(float64))))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("sent %q\ndocker %q", got, want)
	}
}

// anyName leaves out what docker draws at random.
func anyName(name string) string {
	if strings.HasPrefix(name, ".dockerfile.") {
		return ".dockerfile.N"
	}
	return name
}
