package session_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

// tree lists rows as a person sees them: indented names with signs.
func tree(p *page, q wire.RowsQuery) []string {
	q.Tree, q.Count = true, 500
	rows := ask[wire.Rows](p, wire.MethodRows, q)
	var out []string
	for _, r := range rows.Rows {
		line := strings.Repeat(" ", r.Depth) + r.Path[strings.LastIndex(r.Path, "/")+1:]
		if r.Branch {
			line += map[bool]string{true: "/", false: "/…"}[r.Open]
		}
		if !r.Context {
			line += " " + r.Change
		}
		if !strings.HasPrefix(r.Path, "d") || strings.HasPrefix(r.Path, "dev") {
			continue // the base's
		}
		if r.Depth > 0 {
			line += fmt.Sprintf(" %d of %d", r.PosInSet, r.SetSize)
		}
		out = append(out, line)
	}
	return out
}

func TestRowTree(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY d /d", "COPY e /d/e", "RUN rm -r /d/sub"),
		"d/a", "1", "d/sub/b", "22", "d/sub/c", "333", "e", "4444"))
	all := steps(img)
	first, second, third := all[1].ID, all[2].ID, all[3].ID
	for _, test := range []struct {
		name string
		q    wire.RowsQuery
		want []string
	}{
		{"all", wire.RowsQuery{Step: first, List: "changes"},
			[]string{"d/ added", " a added 1 of 2", " sub/ added 2 of 2", "  b added 1 of 2", "  c added 2 of 2"}},
		{"a closed directory", wire.RowsQuery{Step: first, List: "changes", Toggled: []string{"d/sub"}},
			[]string{"d/ added", " a added 1 of 2", " sub/… added 2 of 2"}},
		{"folded, one opened", wire.RowsQuery{Step: first, List: "changes", Folded: true, Toggled: []string{"d"}},
			[]string{"d/ added", " a added 1 of 2", " sub/… added 2 of 2"}},
		{"a directory only for what is below", wire.RowsQuery{Step: second, List: "changes"}, []string{"d/", " e added 1 of 1"}},
		{"what did not change too", wire.RowsQuery{Step: second, List: "changes", Kinds: []string{"added", "unchanged"}},
			[]string{"d/ parent", " a unchanged 1 of 3", " e added 2 of 3", " sub/ unchanged 3 of 3", "  b unchanged 1 of 2", "  c unchanged 2 of 2"}},
		{"a removed directory is closed", wire.RowsQuery{Step: third, List: "changes"}, []string{"d/", " sub/… removed 1 of 1"}},
		{"what it held", wire.RowsQuery{Step: third, List: "changes", Toggled: []string{"d/sub"}},
			[]string{"d/", " sub/ removed 1 of 1", "  b removed 1 of 2", "  c removed 2 of 2"}},
		{"since the base", wire.RowsQuery{Step: third, List: "changes", Since: true}, []string{"d/ added", " a added 1 of 2", " e added 2 of 2"}},
		{"files", wire.RowsQuery{Step: third, List: "files"}, []string{"d/ ", " a  1 of 2", " e  2 of 2"}},
		{"files with what is out of sight", wire.RowsQuery{Step: third, List: "files", Kinds: []string{"removed"}},
			[]string{"d/ ", " a  1 of 3", " e  2 of 3", " sub/ removed 3 of 3", "  b removed 1 of 2", "  c removed 2 of 2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := tree(p, test.q); !slices.Equal(got, test.want) {
				t.Errorf("rows\n%q\nwant\n%q", got, test.want)
			}
		})
	}
	gone := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: third, List: "files", Kinds: []string{"removed"}, Filter: "sub/b", Count: 9})
	if len(gone.Rows) != 1 || gone.Rows[0].Gone != third || gone.Rows[0].Layer != first || gone.Rows[0].Size != 2 {
		t.Errorf("the removed file: %+v", gone.Rows)
	}
}

// Since the base means: not what the base brought.
func TestSinceTheBase(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /srv/a", "RUN rm /etc/passwd && chmod 600 /srv/a"), "a", "1"))
	all := steps(img)
	rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: all[len(all)-1].ID, List: "changes", Since: true, Count: 100,
		Kinds: []string{"added", "modified", "removed"}})
	var got []string
	for _, r := range rows.Rows {
		got = append(got, r.Change+" "+r.Path)
	}
	if !slices.Contains(got, "added srv/a") || !slices.Contains(got, "removed etc/passwd") || slices.Contains(got, "added etc/group") {
		t.Errorf("changes since the base %q", got)
	}
	at := slices.IndexFunc(rows.Rows, func(r wire.Row) bool { return r.Path == "etc/passwd" })
	base := all[:slices.IndexFunc(all, func(s wire.Step) bool { return s.Kind != "base" })]
	if r := rows.Rows[at]; r.Layer != base[len(base)-1].ID || r.By != "" || r.Command != "" {
		t.Errorf("the removed file of the base: %+v", r)
	}
}

// Names of one inode are in the archive once with content.
func TestRowsOfHardLinks(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "RUN echo text > /a && ln /a /b")))
	rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: steps(img)[1].ID, List: "changes", Count: 9})
	var got []string
	for _, r := range rows.Rows {
		got = append(got, fmt.Sprint(r.Path, " ", r.Type, " ", r.Target, " ", r.Size))
	}
	if want := []string{"a file  5", "b hardlink a 0"}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func TestVersions(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /d/f", "COPY b /d/f", "RUN chmod 600 /d/f", "RUN rm -r /d", "COPY a /d/f"),
		"a", "one\ntwo\n", "b", "one\n2\n"))
	all := steps(img)[1:]
	got := ask[wire.Versions](p, wire.MethodVersions, wire.VersionsQuery{Step: all[2].ID, Path: "d/f"})
	var said []string
	for _, v := range got.Versions {
		said = append(said, fmt.Sprintf("%s %s%s %d %04o %t", v.Change, v.Via, v.Note, v.Size, v.Mode, v.Seen))
	}
	want := []string{"added  8 0644 false", "modified content 8 bytes to 6 bytes, hides 8 bytes of layer 2 6 0644 false",
		"modified mode 0644 to 0600, the same bytes again, hides 6 bytes of layer 3 6 0600 true", "removed /d 0 0000 false", "added  8 0644 false"}
	if !slices.Equal(said, want) {
		t.Errorf("versions\n%q\nwant\n%q", said, want)
	}
	if got.Versions[0].Step != all[0].ID || got.Versions[3].Step != all[3].ID {
		t.Errorf("steps of the versions %+v", got.Versions)
	}
	d := ask[wire.Diff](p, wire.MethodDiff, wire.DiffQuery{From: all[0].ID, To: all[1].ID, Path: "/d/f"})
	var text []string
	for _, l := range d.Lines {
		text = append(text, l.Sign+l.Text)
	}
	if strings.Join(text, "|") != " one|-two|+2" || d.Added != 1 || d.Removed != 1 {
		t.Errorf("difference %+v", d)
	}
	for to, why := range map[int]string{2: "same", 3: "type"} {
		if d := ask[wire.Diff](p, wire.MethodDiff, wire.DiffQuery{From: all[1].ID, To: all[to].ID, Path: "d/f"}); d.Why != why {
			t.Errorf("to step %d: %+v", to, d)
		}
	}
}

func TestHeader(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /가나다", "RUN rm /가나다"), "a", "12345"))
	all := steps(img)[1:]
	for _, st := range all[:2] {
		rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: st.ID, List: "tar", Filter: "가나다", Count: 9})
		h := ask[wire.Header](p, wire.MethodHeader, wire.HeaderQuery{Step: st.ID, Index: rows.Rows[0].Index})
		want, err := tar.NewReader(bytes.NewReader(h.Bytes)).Next()
		if err != nil {
			t.Fatal(err)
		}
		last := h.Blocks[len(h.Blocks)-1]
		if want.Name != h.Name || last.Stored != last.Computed || h.Blocks[0].Kind != "header" || h.Blocks[1].Kind != "records" {
			t.Errorf("header %+v, archive/tar reads %+v", h, want)
		}
		if h.Content != want.Size || (h.Content+h.Padding)%512 != 0 {
			t.Errorf("%d bytes and %d zeros follow, archive/tar says %d", h.Content, h.Padding, want.Size)
		}
	}
	if res, _ := p.try(wire.MethodHeader, wire.HeaderQuery{Step: all[0].ID, Index: 99}); res.Error == "" {
		t.Error("the header of an entry that is not there came")
	}
}

// Every digest of an image must come out again, and none of them above a
// changed byte.
func TestRecomputeAndFlip(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /a", "RUN true"), "a", "12345"))
	layers := slices.DeleteFunc(slices.Clone(steps(img)), func(s wire.Step) bool { return s.DiffID == "" })
	again := func(q wire.RecomputeQuery, want string, input int64) {
		t.Helper()
		r := ask[wire.Recomputed](p, wire.MethodRecompute, q)
		if r.Output != want || r.Expected != want || input > 0 && r.Input != input {
			t.Errorf("%s: %+v, want %s of %d bytes", q.What, r, want, input)
		}
		if r.Text != "" && q.What == "chainid" && strings.Contains(r.Text, " ") && string(digest.FromString(r.Text)) != want {
			t.Errorf("the text %q does not have the digest %s", r.Text, want)
		}
	}
	for _, l := range layers {
		again(wire.RecomputeQuery{What: "diffid", Step: l.ID}, l.DiffID, l.TarSize)
		again(wire.RecomputeQuery{What: "chainid", Step: l.ID}, l.ChainID, 0)
		again(wire.RecomputeQuery{What: "blob", Step: l.ID}, l.Digest, l.Compressed)
	}
	again(wire.RecomputeQuery{What: "imageid", Image: img.ID}, img.ID, 0)
	again(wire.RecomputeQuery{What: "manifest", Image: img.ID}, img.ManifestDigest, 0)
	again(wire.RecomputeQuery{What: "index", Image: img.ID}, img.IndexDigest, 0)

	f := ask[wire.Flipped](p, wire.MethodFlip, wire.FlipQuery{Step: layers[1].ID})
	if f.Entry != "a" || f.Was != '1' || f.Is != '0' {
		t.Errorf("the byte: %+v", f)
	}
	for i, l := range f.Layers {
		same := layers[i]
		if (l.DiffID == same.DiffID) != (i != 1) || (l.ChainID == same.ChainID) != (i < 1) || (l.Digest == same.Digest) != (i != 1) {
			t.Errorf("layer %d: %+v of %+v", i+1, l, same)
		}
	}
	if f.ImageID == img.ID || f.Manifest == img.ManifestDigest || f.Index == img.IndexDigest {
		t.Errorf("the image keeps a digest: %+v", f)
	}
}

// slow is a context that takes its time once told to, as a large layer would.
type slow struct {
	context.Context
	on *atomic.Bool
}

func (s slow) Err() error {
	if s.on.Load() {
		time.Sleep(5 * time.Millisecond)
	}
	return s.Context.Err()
}

// A large layer is hashed, and a byte of it changed, in pieces: the page is told
// how far it is and can give it up, and what it asks for next is answered.
func TestProofsAreToldOfAndStopped(t *testing.T) {
	var on atomic.Bool
	p := newPageWith(t, session.Options{Context: func(ctx context.Context) context.Context { return slow{ctx, &on} }})
	ws := workspace(1, "Dockerfile", lines("FROM scratch", "COPY big /big"))
	ws.Settings.Compression = "uncompressed"
	ws.Files = append(ws.Files, wire.File{Path: "big", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "random", Size: 64 << 20, Seed: 1}})
	_, img := p.image(ws)
	big := steps(img)[0]
	for _, c := range []struct {
		method string
		query  any
	}{
		{wire.MethodFlip, wire.FlipQuery{Step: big.ID}},
		{wire.MethodRecompute, wire.RecomputeQuery{What: "diffid", Step: big.ID}},
		{wire.MethodRecompute, wire.RecomputeQuery{What: "blob", Step: big.ID}},
	} {
		on.Store(true)
		p.mu.Lock()
		before := len(p.events)
		p.mu.Unlock()
		id := p.send(c.method, c.query)
		var told wire.Progress
		p.mu.Lock()
		p.wait("word of the "+c.method, func() bool {
			for _, e := range p.events[before:] {
				if e.Event == wire.EventProgress && json.Unmarshal(e.Data, &told) == nil && told.Step == c.method {
					return true
				}
			}
			return false
		})
		p.mu.Unlock()
		if told.Total <= 64<<20 || told.Done > told.Total {
			t.Errorf("%s: told of %+v", c.method, told)
		}
		ask[struct{}](p, wire.MethodCancel, nil)
		if res, _ := p.answer(id, c.method); res.Why.Key != "session.given-up" {
			t.Errorf("%s: stopped, it says %q and %s", c.method, res.Error, res.Result)
		}
		on.Store(false)
	}
	if r := ask[wire.Recomputed](p, wire.MethodRecompute, wire.RecomputeQuery{What: "diffid", Step: big.ID}); r.Output != big.DiffID {
		t.Errorf("computed again: %+v", r)
	}
	if f := ask[wire.Flipped](p, wire.MethodFlip, wire.FlipQuery{Step: big.ID}); f.Entry != "big" {
		t.Errorf("asked again: %+v", f)
	}
}

func TestCacheKey(t *testing.T) {
	p := newPage(t)
	dockerfile := lines("FROM scratch", "COPY a /a", "COPY b /b")
	build := func(revision int, a string) []wire.Step {
		_, img := p.image(workspace(revision, "Dockerfile", dockerfile, "a", a, "b", "2"))
		return steps(img)
	}
	key := func(st wire.Step) (wire.CacheKey, []string) {
		k := ask[wire.CacheKey](p, wire.MethodCache, wire.CacheQuery{Step: st.ID})
		var states []string
		for _, part := range k.Parts {
			states = append(states, part.Name+" "+part.State)
		}
		return k, states
	}
	first, states := key(build(1, "1")[0])
	if !first.First || !slices.Contains(states, "/a same") || !strings.HasPrefix(first.Key, "sha256:") {
		t.Errorf("the first time: %+v", first)
	}
	all := build(2, "changed")
	second, states := key(all[0])
	if second.First || second.Key == first.Key || states[0] != "/a changed" || second.Parts[0].Before == second.Parts[0].Value {
		t.Errorf("with another file: %+v", second)
	}
	if above, states := key(all[1]); states[0] != "parent changed" || above.Parts[0].Value+"" == "" || "sha256:"+above.Parts[0].Value != second.Key {
		t.Errorf("the step above: %+v", above)
	}
	if _, states := key(build(3, "changed")[0]); slices.ContainsFunc(states, func(s string) bool { return !strings.HasSuffix(s, " same") }) {
		t.Errorf("the same again: %q", states)
	}
}

// Of many parts an answer tells the first, those that changed before others.
func TestCacheKeyOfManyFiles(t *testing.T) {
	p := newPage(t)
	files := []string{"Dockerfile", lines("FROM scratch", "COPY f /f")}
	for i := range 300 {
		files = append(files, fmt.Sprintf("f/%03d", i), "x")
	}
	p.image(workspace(1, files...))
	files[len(files)-1] = "changed"
	_, img := p.image(workspace(2, files...))
	k := ask[wire.CacheKey](p, wire.MethodCache, wire.CacheQuery{Step: steps(img)[0].ID})
	if k.Total < 300 || len(k.Parts) != 200 || k.Parts[0].Name != "/f/299" || k.Parts[0].State != "changed" {
		t.Errorf("%d parts of %d, the first %+v", len(k.Parts), k.Total, k.Parts[0])
	}
}

// Layers are shared where they stand on the same ones; a blob that is in an
// image twice moves once.
func TestCostOfEqualLayers(t *testing.T) {
	p := newPage(t)
	ws := workspace(1, "v1.Dockerfile", lines("FROM scratch", "COPY a /a"), "v2.Dockerfile", lines("FROM scratch", "COPY b /b", "COPY a /a", "COPY a /a", "COPY a /a"),
		"a", "1", "b", "2")
	ws.Dockerfile = "v2.Dockerfile"
	built := p.build(ws)
	img := built.Images[built.Shown]
	c := ask[wire.Cost](p, wire.MethodCost, wire.CostQuery{Image: img.ID})
	for n, l := range c.Layers {
		if len(l.With) != 0 || l.Again != (n == 3) {
			t.Errorf("layer %d: %+v", n+1, l)
		}
	}
}

func TestWaste(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "ENV DB_PASSWORD=hunter2", "COPY .env a b /app/", "COPY a /app/b", "RUN rm /app/.env"),
		".env", "TOKEN=12", "a", "1234", "b", "22"))
	w := ask[wire.Waste](p, wire.MethodWaste, wire.WasteQuery{Image: img.ID})
	base := steps(img)[0].Size
	if w.Size != base+8+4+2+4 || w.Hidden != 8+2 || w.Copies < 4 || w.Minimum != base+0+4+2 || w.Discovered != base+18 {
		t.Errorf("sums %+v, the base has %d bytes", w, base)
	}
	if len(w.Lost) != 2 || w.Lost[0].Path != "/app/.env" || !w.Lost[0].Removed || w.Lost[0].By != steps(img)[4].ID {
		t.Errorf("lost %+v", w.Lost)
	}
	if !slices.ContainsFunc(w.Same, func(c wire.WasteCopies) bool { return slices.Equal(c.Paths, []string{"/app/a", "/app/b"}) }) {
		t.Errorf("copies %+v", w.Same)
	}
	if x := w.Secrets[0]; x.Step != steps(img)[2].ID || x.By != steps(img)[4].ID || !x.Removed {
		t.Errorf("the secret %+v", x)
	}
	if len(w.Secrets) != 1 || w.Secrets[0].Rule != "env-file" || !strings.Contains(w.Secrets[0].Commands[0].Line, strings.TrimPrefix(steps(img)[2].Digest, "sha256:")) {
		t.Errorf("secrets %+v", w.Secrets)
	}
	if len(w.Settings) != 1 || w.Settings[0].Name != "DB_PASSWORD" {
		t.Errorf("settings %+v", w.Settings)
	}
}

func TestCost(t *testing.T) {
	p := newPage(t)
	ws := workspace(1, "v1/Dockerfile", lines("FROM alpine", "COPY a /a"), "v1/a", "1", "v2/Dockerfile", lines("FROM v1", "COPY b /b"), "v2/b", "2")
	ws.Dockerfile = "v2/Dockerfile"
	_, img := p.image(ws)
	c := ask[wire.Cost](p, wire.MethodCost, wire.CostQuery{Image: img.ID})
	if c.Bytes != img.Compressed || c.Whole != img.Compressed || len(c.Layers) != 3 || len(c.Images) != 2 {
		t.Fatalf("cost %+v, the image has %d bytes", c, img.Compressed)
	}
	less := ask[wire.Cost](p, wire.MethodCost, wire.CostQuery{Image: img.ID, Present: []string{c.Layers[0].Digest}})
	if less.Bytes != c.Bytes-c.Layers[0].Compressed || !less.Layers[0].Present {
		t.Errorf("with the base there: %+v", less)
	}
	if !slices.Equal(c.Layers[1].With, []string{"v1"}) || len(c.Layers[2].With) != 0 {
		t.Errorf("shared with %+v", c.Layers)
	}
	v1 := c.Images[0]
	if v1.Above != 1 || v1.Chain <= v1.Common || c.Images[1].Unique != 1 || c.Disk != c.Images[1].Size {
		t.Errorf("images %+v", c.Images)
	}
}

// What cannot be compared line by line is said, and what is too long cut.
func TestDiffLimits(t *testing.T) {
	p := newPage(t)
	long := strings.Repeat("line\n", 5000)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM scratch", "COPY a /big", "COPY b /big", "COPY c /bin", "COPY a /bin", "COPY c /long", "COPY d /long"),
		"a", strings.Repeat("x", 600<<10), "b", strings.Repeat("y", 600<<10), "c", "text\n", "d", long))
	all := steps(img)
	for _, test := range []struct {
		path     string
		from, to int
		why      string
		cut      bool
	}{{"big", 0, 1, "big", false}, {"long", 4, 5, "", true}} {
		d := ask[wire.Diff](p, wire.MethodDiff, wire.DiffQuery{From: all[test.from].ID, To: all[test.to].ID, Path: test.path})
		if d.Why != test.why || d.Cut != test.cut || len(d.Lines) > 4000 || test.cut && d.Added != 5000 {
			t.Errorf("%s: %q, cut %v, %d lines, %d added", test.path, d.Why, d.Cut, len(d.Lines), d.Added)
		}
	}
	rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: all[5].ID, List: "files", Count: 9})
	for _, r := range rows.Rows {
		if (r.Digest == "") != (r.Size > 64<<10) {
			t.Errorf("%s of %d bytes has the digest %q", r.Path, r.Size, r.Digest)
		}
	}
}

// An instruction that ONBUILD brought is on no line of this Dockerfile.
func TestTriggeredStepHasNoLines(t *testing.T) {
	p := newPage(t)
	ws := workspace(1, "v1.Dockerfile", lines("FROM scratch", "COPY a /first", "ONBUILD COPY a /a"), "v2.Dockerfile", lines("# a comment", "FROM v1", "COPY a /b"), "a", "1")
	ws.Dockerfile = "v2.Dockerfile"
	built := p.build(ws)
	if !built.Ok {
		t.Fatalf("%+v", built.Diagnostics)
	}
	var got []string
	for _, s := range steps(built.Images[built.Shown]) {
		got = append(got, fmt.Sprint(s.Text, " ", s.StartLine, "-", s.EndLine))
	}
	if want := []string{"FROM v1 0-0", "ONBUILD COPY a /a 0-0", "COPY a /b 3-3"}; !slices.Equal(got, want) {
		t.Errorf("steps %q, want %q", got, want)
	}
}
