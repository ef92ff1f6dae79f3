package layer_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// overlayCase is a stack of layers and what became of it on Linux, as
// tests/record/overlay records it.
type overlayCase struct {
	Name   string          `json:"name"`
	Layers [][]overlayPart `json:"layers"`
	Error  string          `json:"error"`
	Layer  int             `json:"layer"` // that is refused, from 1
	Files  []overlayFile   `json:"files"`
}

type overlayPart struct {
	Name  string            `json:"name"`
	Type  string            `json:"type"`
	Mode  int64             `json:"mode"`
	UID   int               `json:"uid"`
	GID   int               `json:"gid"`
	MTime int64             `json:"mtime"`
	Text  string            `json:"text"`
	Link  string            `json:"link"`
	Major int64             `json:"major"`
	Minor int64             `json:"minor"`
	PAX   map[string]string `json:"pax"`
}

type overlayFile struct {
	Path  string `json:"path"`
	Kind  string `json:"kind"`
	Mode  uint32 `json:"mode"`
	UID   uint32 `json:"uid"`
	GID   uint32 `json:"gid"`
	MTime int64  `json:"mtime"` // -1: when it was extracted
	Text  string `json:"text"`
	Same  string `json:"same"` // an earlier name of the inode
	Rdev  string `json:"rdev"`
	Cap   string `json:"cap"`
}

func readOverlay(t testing.TB) []overlayCase {
	f, err := os.Open("testdata/overlay.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	var out []overlayCase
	for s.Scan() {
		var c overlayCase
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func (p overlayPart) entry() layer.Entry {
	e := layer.Entry{Name: p.Name, Type: p.Type[0], Mode: p.Mode, UID: p.UID, GID: p.GID, MTime: p.MTime, Linkname: p.Link,
		Major: p.Major, Minor: p.Minor, PAX: p.PAX}
	if p.Type == "0" {
		e.Size, e.Content = int64(len(p.Text)), vfs.String(p.Text)
	}
	return e
}

// extract applies the layers of a case.
func (c overlayCase) extract(t testing.TB, o layer.ApplyOptions) (*layer.Mount, int, error) {
	var m *layer.Mount
	for n, l := range c.Layers {
		var entries []layer.Entry
		for _, p := range l {
			entries = append(entries, p.entry())
		}
		next, err := layer.Apply(t.Context(), m, entries, o)
		if err != nil {
			return nil, n + 1, err
		}
		m = next
	}
	return m, 0, nil
}

// extracted is a time that no layer of the cases names.
const extracted = 1_900_000_000

// list is what is to be seen of a mount.
func list(t testing.TB, m *layer.Mount) []overlayFile {
	var out []overlayFile
	seen := map[uint64]string{}
	for p, n := range m.Tree().Walk("/") {
		if p == "/" {
			continue
		}
		f := overlayFile{Path: p, Mode: n.Mode, UID: uint32(n.UID), GID: uint32(n.GID), MTime: n.MTime / 1e9, Text: n.Target}
		if f.MTime == extracted {
			f.MTime = -1
		}
		f.Kind = map[vfs.Kind]string{vfs.File: "file", vfs.Dir: "dir", vfs.Symlink: "link", vfs.CharDevice: "char", vfs.BlockDevice: "block", vfs.Fifo: "fifo"}[n.Kind]
		switch n.Kind {
		case vfs.File:
			b, err := n.Blob().Bytes()
			if err != nil {
				t.Fatal(err)
			}
			f.Text = string(b)
		case vfs.CharDevice, vfs.BlockDevice:
			f.Rdev = fmt.Sprintf("%d:%d", n.Major, n.Minor)
		}
		if n.Linked() {
			if f.Same = seen[n.Ino()]; f.Same == "" {
				seen[n.Ino()] = p
			}
		}
		if c := n.Xattrs["security.capability"]; c != "" {
			f.Cap = fmt.Sprintf("%x", c)
		}
		out = append(out, f)
	}
	for _, g := range m.Ghosts() {
		out = append(out, overlayFile{Path: g, Kind: "ghost"})
	}
	slices.SortFunc(out, func(a, b overlayFile) int {
		return slices.Compare(strings.Split(a.Path, "/"), strings.Split(b.Path, "/"))
	})
	return out
}

// Layers, most of them odd, must become on top of each other what containerd
// and overlayfs make of them, and be refused where containerd refuses them.
func TestApply(t *testing.T) {
	for _, c := range readOverlay(t) {
		m, at, err := c.extract(t, layer.ApplyOptions{Now: extracted * 1e9})
		var refusal *layer.RefusalError
		switch {
		case c.Error == "" && err == nil:
			if got := list(t, m); !reflect.DeepEqual(got, c.Files) && len(got)+len(c.Files) > 0 {
				t.Errorf("%s:\ngot  %+v\nwant %+v", c.Name, got, c.Files)
			}
		case c.Error == "":
			t.Errorf("%s: layer %d is refused: %v", c.Name, at, err)
		case err == nil:
			t.Errorf("%s: layer %d is taken, want %s", c.Name, c.Layer, c.Error)
		case !errors.As(err, &refusal) || at != c.Layer || !sameReason(refusal.Reason.Error(), c.Error):
			t.Errorf("%s: layer %d: %v, want layer %d: %s", c.Name, at, err, c.Layer, c.Error)
		}
	}
}

// sameReason compares what is wrong, not the paths it is wrong of.
func sameReason(a, b string) bool {
	reason := func(s string) string {
		s = s[strings.LastIndex(s, ":")+1:]
		return strings.TrimSpace(strings.Replace(s, "levels of symbolic ", "", 1)) // the kernel gives up first, or continuity
	}
	return reason(a) == reason(b)
}

// Where BuildKit refuses, Lenient goes on as umoci and crane do.
func TestApplyLenient(t *testing.T) {
	taken, want := 0, map[string]string{
		"a whiteout after its file":           "/a/x",
		"a hard link to a file of below":      "/nh",
		"a whiteout twice":                    "/a/x",
		"a directory entry, then a whiteout":  "",
		"a hard link to a whiteout":           "/h",
		"a directory without an entry in any": "",
	}
	for _, c := range readOverlay(t) {
		m, _, err := c.extract(t, layer.ApplyOptions{Now: extracted * 1e9, Lenient: true})
		if c.Error == "" && (err != nil || len(m.Refused()) > 0) {
			t.Errorf("%s: %v, and %d refusals of layers that are taken", c.Name, err, len(m.Refused()))
			continue
		}
		p, listed := want[c.Name]
		if !listed {
			continue
		}
		taken++
		switch {
		case err != nil:
			t.Errorf("%s: %v", c.Name, err)
		case c.Error != "" && len(m.Refused()) == 0:
			t.Errorf("%s: taken without saying so", c.Name)
		case p != "":
			if _, err := m.Tree().Lstat(p); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	}
	if taken < 4 {
		t.Errorf("%d of the cases are there", taken)
	}
}

// A context ends the work, and progress is told to the last entry.
func TestApplyTells(t *testing.T) {
	var entries []layer.Entry
	for i := range 3000 {
		entries = append(entries, layer.Entry{Name: fmt.Sprint("d/", i), Type: '0'})
	}
	var told []int
	o := layer.ApplyOptions{Progress: func(done, total int) { told = append(told, done, total) }}
	if _, err := layer.Apply(t.Context(), nil, entries, o); err != nil {
		t.Fatal(err)
	}
	if len(told) < 6 || told[len(told)-2] != 3000 || told[len(told)-1] != 3000 || !slices.IsSorted(even(told)) {
		t.Errorf("told %v", told)
	}
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = func(done, _ int) {
		if done > 0 {
			stop()
		}
		if done > 1000 {
			t.Errorf("%d entries were applied after the end of the context", done)
		}
	}
	if _, err := layer.Apply(ctx, nil, entries, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it gave %v", err)
	}
}

func even(l []int) (out []int) {
	for i := 0; i < len(l); i += 2 {
		out = append(out, l[i])
	}
	return out
}

// The work must grow with the layer and not faster: what one more entry takes
// is bounded however deep and many the others are. Allocations stand for work.
func TestApplyIsLinear(t *testing.T) {
	deep := strings.Repeat("d/", 400)
	for _, c := range []struct {
		name string
		// make gives a layer of n entries.
		make func(n int) []layer.Entry
	}{
		{"files at the end of a deep path", func(n int) (out []layer.Entry) {
			for i := range n {
				out = append(out, layer.Entry{Name: fmt.Sprint(deep, i), Type: '0'})
			}
			return out
		}},
		{"deep paths side by side", func(n int) (out []layer.Entry) {
			for i := range n / 20 {
				out = append(out, layer.Entry{Name: fmt.Sprint(i, "/", deep, "f"), Type: '0'})
			}
			return out
		}},
		{"opaque markers in each other", func(n int) (out []layer.Entry) {
			p := ""
			for i := range n {
				if len(p) < 3000 {
					p += "d/"
				}
				out = append(out, layer.Entry{Name: fmt.Sprint(p, "f", i), Type: '0'}, layer.Entry{Name: p + layer.WhiteoutOpaque, Type: '0'})
			}
			return out
		}},
		{"opaque markers beside each other", func(n int) (out []layer.Entry) {
			for i := range n {
				out = append(out, layer.Entry{Name: fmt.Sprintf("%d/%s", i, layer.WhiteoutOpaque), Type: '0'}, layer.Entry{Name: layer.WhiteoutOpaque, Type: '0'})
			}
			return out
		}},
		{"names of one inode", func(n int) (out []layer.Entry) {
			out = append(out, layer.Entry{Name: "f", Type: '0'})
			for i := range n {
				out = append(out, layer.Entry{Name: fmt.Sprint("l", i), Type: '1', Linkname: "f"})
			}
			return out
		}},
	} {
		for _, below := range []bool{false, true} {
			var m *layer.Mount
			if below {
				var err error
				if m, err = layer.Apply(t.Context(), nil, []layer.Entry{{Name: deep, Type: '5', Mode: 0o700}}, layer.ApplyOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			count := func(n int) float64 {
				entries := c.make(n)
				return testing.AllocsPerRun(1, func() {
					if _, err := layer.Apply(t.Context(), m, entries, layer.ApplyOptions{}); err != nil {
						t.Fatalf("%s: %v", c.name, err)
					}
				})
			}
			one, ten := count(100), count(1000)
			if ten > 13*one+10000 {
				t.Errorf("%s (below: %v): %.0f allocations for 100 entries, %.0f for 1000", c.name, below, one, ten)
			}
		}
	}
}

// Names longer than Linux takes are refused before anything is made of them.
func TestApplyBoundsNames(t *testing.T) {
	long := strings.Repeat("d/", 10000) + "f"
	for _, e := range []layer.Entry{
		{Name: long, Type: '0'},
		{Name: "l", Type: '1', Linkname: long},
		{Name: "s", Type: '2', Linkname: long},
		{Name: strings.Repeat("n", 256), Type: '0'},
		{Name: path.Join(strings.Repeat("d/", 2040), strings.Repeat("n", 20)), Type: '0'},
	} {
		var err error
		allocs := testing.AllocsPerRun(1, func() { _, err = layer.Apply(t.Context(), nil, []layer.Entry{e}, layer.ApplyOptions{}) })
		var refusal *layer.RefusalError
		if !errors.As(err, &refusal) || !strings.HasSuffix(err.Error(), "file name too long") || len(err.Error()) > 2000 {
			t.Errorf("a name of %d bytes: %.300v", len(e.Name), err)
		}
		if allocs > 10000 {
			t.Errorf("a name of %d bytes takes %.0f allocations", len(e.Name), allocs)
		}
	}
}
