package compare_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/compare"
	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

const epoch = 1641686400

// built is a Dockerfile's image over files given as "path=content".
func built(t testing.TB, dockerfile string, files ...string) (*image.Image, compare.Tree) {
	t.Helper()
	e := vfs.New((epoch + 86400) * 1e9).Edit()
	for _, f := range files {
		path, content, _ := strings.Cut(f, "=")
		if err := e.WriteFile("/"+path, vfs.String(content), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	res, err := build.Build(context.Background(), []byte(dockerfile), e.Tree(), build.Options{
		Epoch: epoch, Image: func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }})
	if err != nil {
		t.Fatal(err)
	}
	steps := res.Target.Steps
	return res.Image, compare.Tree{Files: steps[len(steps)-1].After, Epoch: epoch}
}

// draw writes an alignment a row a line.
func draw(left, right []compare.Line) string {
	var b strings.Builder
	text := func(lines []compare.Line, n int) string {
		if n < 0 {
			return "-"
		}
		words := strings.Fields(strings.TrimSuffix(lines[n].CreatedBy, " # buildkit"))
		return strings.Join(words[:min(3, len(words))], " ")
	}
	for _, p := range compare.Align(left, right) {
		fmt.Fprintf(&b, "%s: %s | %s\n", p.State, text(left, p.Left), text(right, p.Right))
	}
	return b.String()
}

func TestAlign(t *testing.T) {
	files := []string{"a=one", "b=two", "c=three"}
	const three = "FROM scratch\nCOPY a /\nCOPY b /\nENV K=v\nCOPY c /\n"
	for _, test := range []struct {
		name, left, right string
		rightFiles        []string
		want              string
	}{
		{"the same image", three, three, files,
			"same: COPY a / | COPY a /\nsame: COPY b / | COPY b /\nsame: ENV K=v | ENV K=v\nsame: COPY c / | COPY c /\n"},
		{"a file changed in the middle", three, three, []string{"a=one", "b=other", "c=three"},
			"same: COPY a / | COPY a /\nchanged: COPY b / | COPY b /\nrebased: ENV K=v | ENV K=v\nrebased: COPY c / | COPY c /\n"},
		{"two instructions changed places", three, "FROM scratch\nCOPY b /\nCOPY a /\nENV K=v\nCOPY c /\n", files,
			"moved: COPY a / | -\nrebased: COPY b / | COPY b /\nmoved: - | COPY a /\nrebased: ENV K=v | ENV K=v\nrebased: COPY c / | COPY c /\n"},
		{"one was added", three, "FROM scratch\nCOPY a /\nCOPY a /x\nCOPY b /\nENV K=v\nCOPY c /\n", files,
			"same: COPY a / | COPY a /\nright: - | COPY a /x\nrebased: COPY b / | COPY b /\nrebased: ENV K=v | ENV K=v\nrebased: COPY c / | COPY c /\n"},
		{"one was taken away at the end", three, "FROM scratch\nCOPY a /\nCOPY b /\nENV K=v\n", files,
			"same: COPY a / | COPY a /\nsame: COPY b / | COPY b /\nsame: ENV K=v | ENV K=v\nleft: COPY c / | -\n"},
		{"nothing in common", "FROM scratch\nCOPY a /\n", "FROM scratch\nCOPY b /\n", files,
			"left: COPY a / | -\nright: - | COPY b /\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			left, _ := built(t, test.left, files...)
			right, _ := built(t, test.right, test.rightFiles...)
			if got := draw(compare.Lines(left), compare.Lines(right)); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

func TestLinesAgreeWithTheImage(t *testing.T) {
	img, _ := built(t, "FROM alpine\nRUN echo first\nCOPY a /\nCMD [\"a\"]\n", "a=one")
	var layers []int
	for _, l := range compare.Lines(img) {
		if l.Layer >= 0 {
			layers = append(layers, l.Layer)
			if l.DiffID != img.DiffIDs()[l.Layer] || l.ChainID != img.ChainIDs()[l.Layer] {
				t.Errorf("%s: the digests are not those of layer %d", l.CreatedBy, l.Layer)
			}
		}
	}
	if !slices.Equal(layers, []int{0, 1, 2}) {
		t.Errorf("lines with layers %v, want every layer once, in order", layers)
	}
}

// TestAlignKeepsEverything holds alignments of arbitrary lists to what every
// alignment must be.
func FuzzAlign(f *testing.F) {
	f.Add("abc", "abc")
	f.Add("abc", "acb")
	f.Add("aab", "ba")
	f.Add("", "xyz")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 60 || len(b) > 60 {
			return
		}
		lines := func(s string) []compare.Line {
			out := make([]compare.Line, len(s))
			for i := range s {
				out[i] = compare.Line{CreatedBy: s[i : i+1], Layer: -1}
			}
			return out
		}
		left, right := lines(a), lines(b)
		nextLeft, nextRight := 0, 0
		for _, p := range compare.Align(left, right) {
			if p.Left >= 0 {
				if p.Left != nextLeft {
					t.Fatalf("left line %d comes where %d should", p.Left, nextLeft)
				}
				nextLeft++
			}
			if p.Right >= 0 {
				if p.Right != nextRight {
					t.Fatalf("right line %d comes where %d should", p.Right, nextRight)
				}
				nextRight++
			}
			both := p.Left >= 0 && p.Right >= 0
			switch p.State {
			case compare.Same, compare.Rebased, compare.Changed:
				if !both || left[p.Left].CreatedBy != right[p.Right].CreatedBy {
					t.Fatalf("%v is %s", p, p.State)
				}
			default:
				if both {
					t.Fatalf("%v is %s on both sides", p, p.State)
				}
			}
		}
		if nextLeft != len(left) || nextRight != len(right) {
			t.Fatalf("%d of %d and %d of %d lines are there", nextLeft, len(left), nextRight, len(right))
		}
	})
}

func TestFiles(t *testing.T) {
	for _, test := range []struct {
		name, left, right string
		want              []string
	}{
		{"the same files in other layers", "COPY a b /", "COPY b /\nCOPY a /", nil},
		{"content", "COPY a /f", "COPY b /f", []string{"/f content"}},
		{"mode and owner", "COPY a /f", "COPY --chmod=600 --chown=1:2 a /f", []string{"/f mode owner"}},
		{"group alone", "COPY a /f", "COPY --chown=0:2 a /f", []string{"/f owner"}},
		{"only one side", "COPY a /d/f", "COPY a /e/f", []string{"/d left", "/d/f left", "/e right", "/e/f right"}},
		{"a file became a directory", "COPY a /f", "COPY a /f/g", []string{"/f type", "/f/g right"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, left := built(t, "FROM scratch\n"+test.left+"\n", "a=one", "b=two")
			_, right := built(t, "FROM scratch\n"+test.right+"\n", "a=one", "b=two")
			all, err := compare.Files(left, right)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range all {
				what := strings.Join(d.What, " ")
				switch {
				case d.Left == nil:
					what = "right"
				case d.Right == nil:
					what = "left"
				}
				got = append(got, d.Path+" "+what)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestFilesByEpoch checks that a file of both trees differs where their layers
// hold other times of it.
func TestFilesByEpoch(t *testing.T) {
	_, left := built(t, "FROM scratch\nCOPY a /d/\n", "a=one")
	right := left
	right.Epoch--
	all, err := compare.Files(left, right)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Path != "/d/a" || !slices.Equal(all[0].What, []string{"mtime"}) {
		t.Errorf("got %v, want the mtime of /d/a alone", all)
	}
}

// Properties that no COPY makes, and bytes that are known by digest alone.
func TestFilesOfTrees(t *testing.T) {
	tree := func(m vfs.Meta, content *vfs.Blob) compare.Tree {
		e := vfs.New(0).Edit()
		if err := e.Place("/f", m, content); err != nil {
			t.Fatal(err)
		}
		return compare.Tree{Files: e.Tree()}
	}
	file := vfs.Meta{Kind: vfs.File, Mode: 0o644}
	marked := file
	marked.Xattrs = map[string]string{"user.k": "v"}
	one, other := vfs.String("one"), vfs.String("two")
	digest, err := one.Digest()
	if err != nil {
		t.Fatal(err)
	}
	absent := vfs.Absent(3, digest)
	device := vfs.Meta{Kind: vfs.CharDevice, Mode: 0o600, Major: 1, Minor: 3}
	second := device
	second.Minor = 5
	for _, test := range []struct {
		name        string
		left, right compare.Tree
		want        string
	}{
		{"extended attributes", tree(file, one), tree(marked, one), "xattrs"},
		{"absent bytes, the same", tree(file, one), tree(file, absent), ""},
		{"absent bytes, others", tree(file, absent), tree(file, other), "content"},
		{"devices", tree(device, nil), tree(second, nil), "device"},
		{"links", tree(vfs.Meta{Kind: vfs.Symlink, Target: "a"}, nil), tree(vfs.Meta{Kind: vfs.Symlink, Target: "b"}, nil), "target"},
	} {
		got := ""
		all, err := compare.Files(test.left, test.right)
		for _, d := range all {
			got += strings.Join(d.What, " ")
		}
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

// Lines of one text that moved are told one by one.
func TestAlignMovesEachOnce(t *testing.T) {
	lines := func(s string) (out []compare.Line) {
		for _, c := range s {
			out = append(out, compare.Line{CreatedBy: string(c), Layer: -1})
		}
		return out
	}
	const want = "moved: x | -\nmoved: x | -\nrebased: b | b\nrebased: c | c\nrebased: d | d\nmoved: - | x\nmoved: - | x\nright: - | x\n"
	if got := draw(lines("xxbcd"), lines("bcdxxx")); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A layer of which the history says nothing is a line without words.
func TestLinesBeyondTheHistory(t *testing.T) {
	img, _ := built(t, "FROM scratch\nCOPY a /a\nCOPY b /b\n", "a=one", "b=two")
	img.Config.History = img.Config.History[:1]
	if got := compare.Lines(img); len(got) != 2 || got[1].CreatedBy != "" || got[1].Layer != 1 || got[1].DiffID != img.DiffIDs()[1] {
		t.Errorf("lines %+v", got)
	}
}
