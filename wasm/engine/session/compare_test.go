package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/wire"
)

// reordered builds a Dockerfile and then the same with two instructions the
// other way round, and compares them.
func reordered(t *testing.T) (p *page, before, now wire.Image, c wire.Comparison) {
	t.Helper()
	p = newPage(t)
	files := []string{"lock", "versions", "src", strings.Repeat("source ", 1000)}
	_, before = p.image(workspace(1, append(files, "Dockerfile", lines("FROM scratch", "COPY src /src", "COPY lock /lock", `CMD ["/src"]`))...))
	_, now = p.image(workspace(2, append(files, "Dockerfile", lines("FROM scratch", "COPY lock /lock", "COPY src /src", `CMD ["/src"]`))...))
	return p, before, now, ask[wire.Comparison](p, wire.MethodCompare, wire.CompareQuery{Left: before.ID, Right: now.ID})
}

func TestCompareReordered(t *testing.T) {
	_, before, now, c := reordered(t)
	if c.Left.Image != before.ID || c.Right.Image != now.ID || c.Left.Current || !c.Right.Current {
		t.Errorf("sides %+v and %+v", c.Left, c.Right)
	}
	var got []string
	for _, r := range c.Rows {
		text := func(l *wire.CompareLine) string {
			if l == nil {
				return "-"
			}
			return fmt.Sprint(l.Layer, " ", l.Text)
		}
		got = append(got, fmt.Sprintf("%s: %s | %s", r.State, text(r.Left), text(r.Right)))
	}
	want := []string{
		"moved: 1 COPY src /src | -",
		"rebased: 2 COPY lock /lock | 1 COPY lock /lock",
		"moved: - | 2 COPY src /src",
		`rebased: 0 CMD ["/src"] | 0 CMD ["/src"]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c.First != 0 || c.Shared != 0 || c.SharedBlobs != 2 {
		t.Errorf("first %d, shared %d and %d by themselves: want 0, 0, 2", c.First, c.Shared, c.SharedBlobs)
	}
	if c.Files != (wire.CompareFileCounts{}) || len(c.Config) != 0 {
		t.Errorf("files %+v and config %+v differ: the order changes neither", c.Files, c.Config)
	}
	if c.Right.Compressed != now.Compressed || c.Right.Missing >= c.Right.Compressed {
		t.Errorf("a pull moves %d, %d of it new; the image says %d", c.Right.Compressed, c.Right.Missing, now.Compressed)
	}
	// The blobs are the same two, so only the documents are new.
	var blobs int64
	for _, st := range steps(now) {
		blobs += st.Compressed
	}
	if want := now.Compressed - blobs; c.Right.Missing != want {
		t.Errorf("%d bytes are missing, want the %d of the documents", c.Right.Missing, want)
	}
	// What is below pays for an edit above no more.
	byText := map[string]wire.CompareEdit{}
	for _, e := range c.Edits {
		byText[e.Text] = e
	}
	src, lock := byText["COPY src /src"], byText["COPY lock /lock"]
	if src.LeftLayers != 2 || src.RightLayers != 1 || lock.LeftLayers != 1 || lock.RightLayers != 2 {
		t.Errorf("edits %+v", c.Edits)
	}
	if src.LeftBytes != blobs || src.RightBytes != steps(now)[1].Compressed {
		t.Errorf("an edit of src moves %d and %d bytes, want %d and %d", src.LeftBytes, src.RightBytes, blobs, steps(now)[1].Compressed)
	}
}

// A layer counts as shared by itself wherever it stands, and as often as both
// have it; an instruction that made another layer elsewhere does not.
func TestCompareMoved(t *testing.T) {
	p := newPage(t)
	_, before := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /a", "RUN ls / >/list", "RUN true", "RUN true"), "a", "1"))
	_, now := p.image(workspace(2, "Dockerfile", lines("FROM alpine", "RUN ls / >/list", "RUN true", "COPY a /a"), "a", "1"))
	for _, q := range []wire.CompareQuery{{Left: before.ID, Right: now.ID}, {Left: now.ID, Right: before.ID}} {
		if c := ask[wire.Comparison](p, wire.MethodCompare, q); c.SharedBlobs != 2 {
			t.Errorf("%d layers are the same by themselves, want COPY and one RUN true\n%+v", c.SharedBlobs, c.Rows)
		}
	}
}

func TestCompareFiles(t *testing.T) {
	p := newPage(t)
	_, before := p.image(workspace(1, "Dockerfile", lines("FROM scratch", "COPY a /a", "COPY b /b", "ENV K=v"), "a", "1", "b", "2"))
	_, now := p.image(workspace(2, "Dockerfile", lines("FROM scratch", "COPY a /a", "COPY b /c", "COPY --chmod=600 b /b", "ENV K=w"), "a", "one", "b", "2"))
	c := ask[wire.Comparison](p, wire.MethodCompare, wire.CompareQuery{Left: before.ID, Right: now.ID})
	if want := (wire.CompareFileCounts{Right: 1, Both: 2}); c.Files != want {
		t.Errorf("files %+v, want %+v", c.Files, want)
	}
	back := ask[wire.Comparison](p, wire.MethodCompare, wire.CompareQuery{Left: now.ID, Right: before.ID})
	if want := (wire.CompareFileCounts{Left: 1, Both: 2}); back.Files != want {
		t.Errorf("the other way round files %+v, want %+v", back.Files, want)
	}
	if same := ask[wire.Comparison](p, wire.MethodCompare, wire.CompareQuery{Left: now.ID, Right: now.ID}); same.Files != (wire.CompareFileCounts{}) || same.First != -1 {
		t.Errorf("with itself %+v", same)
	}
	if len(c.Config) != 1 || c.Config[0].Key != "config.Env" || !strings.Contains(c.Config[0].Right, "K=w") {
		t.Errorf("config %+v, want its Env", c.Config)
	}
	for _, test := range []struct {
		name string
		q    wire.CompareFilesQuery
		want []string
	}{
		{"all", wire.CompareFilesQuery{Count: 10}, []string{"a both content", "b both mode", "c right "}},
		{"a window", wire.CompareFilesQuery{Offset: 1, Count: 1}, []string{"b both mode"}},
		{"by side", wire.CompareFilesQuery{Sides: []string{"right"}, Count: 10}, []string{"c right "}},
		{"by path", wire.CompareFilesQuery{Filter: "b", Count: 10}, []string{"b both mode"}},
	} {
		test.q.Left, test.q.Right = before.ID, now.ID
		var got []string
		for _, r := range ask[wire.CompareFiles](p, wire.MethodCompareFiles, test.q).Rows {
			got = append(got, fmt.Sprintf("%s %s %s", r.Path, r.Side, strings.Join(r.What, " ")))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// What two images share is told from the bottom, and what an edit of the
// context moves of the instructions that read it.
func TestCompareShared(t *testing.T) {
	p := newPage(t)
	dockerfile := lines("FROM alpine AS tools", "FROM alpine", "COPY a /a", "COPY b /b", "COPY --from=tools /etc/hostname /h")
	_, before := p.image(workspace(1, "Dockerfile", dockerfile, "a", "12345", "b", "2"))
	_, now := p.image(workspace(2, "Dockerfile", dockerfile, "a", "12345", "b", "two"))
	c := ask[wire.Comparison](p, wire.MethodCompare, wire.CompareQuery{Left: before.ID, Right: now.ID})
	var size int64
	layered := 0
	for _, st := range steps(before) {
		if st.Text == "COPY b /b" {
			break
		}
		if st.DiffID != "" {
			size, layered = size+st.Size, layered+1
		}
	}
	if c.Shared != layered || c.SharedBytes != size || c.Rows[c.First].Right.Text != "COPY b /b" || c.First != len(c.Rows)-2 {
		t.Errorf("shared %d of %d bytes, parts at %d: want %d of %d\n%+v", c.Shared, c.SharedBytes, c.First, layered, size, c.Rows)
	}
	if c.Left.Hits != 0 || c.Left.Built != 3 || c.Right.Hits != 1 || c.Right.Built != 2 {
		t.Errorf("from the cache came %d and %d, made were %d and %d", c.Left.Hits, c.Right.Hits, c.Left.Built, c.Right.Built)
	}
	if text := c.Rows[0].Left.Text; text == "" || strings.HasPrefix(text, "FROM") {
		t.Errorf("a layer of the base is called %q: want what made it", text)
	}
	var edits []string
	for _, e := range c.Edits {
		edits = append(edits, e.Text)
	}
	if !slices.Equal(edits, []string{"COPY a /a", "COPY b /b"}) {
		t.Errorf("edits of %q", edits)
	}
}

// Earlier builds stay at hand, pinned ones longer than others.
func TestBuildsKept(t *testing.T) {
	p := newPage(t)
	var first wire.Image
	for n := range 20 {
		_, img := p.image(workspace(n+1, "Dockerfile", lines("FROM scratch", "COPY a /a"), "a", fmt.Sprint(n)))
		if n == 0 {
			first = img
			ask[wire.Builds](p, wire.MethodPin, wire.PinQuery{Image: img.ID, Pin: true})
		}
	}
	builds := ask[wire.Builds](p, wire.MethodBuilds, struct{}{}).Builds
	if n := len(builds); n < 4 || n >= 20 {
		t.Errorf("%d builds are kept: want some, not all", n)
	}
	if !builds[0].Current || builds[0].Revision != 20 || builds[1].Current || builds[1].Revision != 19 {
		t.Errorf("the newest are %+v and %+v", builds[0], builds[1])
	}
	last := builds[len(builds)-1]
	if last.Image != first.ID || !last.Pinned {
		t.Errorf("the oldest is %+v, want the pinned %s", last, first.ID)
	}
	ask[wire.Comparison](p, wire.MethodCompare, wire.CompareQuery{Left: first.ID, Right: builds[0].Image})
	ask[wire.Builds](p, wire.MethodPin, wire.PinQuery{Image: first.ID})
	if res, _ := p.try(wire.MethodCompare, wire.CompareQuery{Left: first.ID, Right: builds[0].Image}); !strings.Contains(res.Error, "gone") {
		t.Errorf("the build that was let go is still there: %q", res.Error)
	}
}

// A build that was come back to is the current one, once.
func TestBuildsOnce(t *testing.T) {
	p := newPage(t)
	for n, text := range []string{"a", "b", "a", "b", "a", "a"} {
		p.image(workspace(n+1, "Dockerfile", lines("FROM scratch", "COPY a /a"), "a", text))
	}
	builds := ask[wire.Builds](p, wire.MethodBuilds, struct{}{}).Builds
	if len(builds) != 2 || !builds[0].Current || builds[0].Revision != 5 || builds[1].Revision != 4 {
		t.Errorf("builds %+v", builds)
	}
}

// The image of a Dockerfile that is gone is an earlier one.
func TestBuildOfADockerfileThatIsGone(t *testing.T) {
	p := newPage(t)
	text := lines("FROM scratch", "COPY a /a")
	p.image(workspace(1, "Dockerfile", text, "web.Dockerfile", lines("FROM scratch", "COPY a /b"), "a", "1"))
	_, img := p.image(workspace(2, "Dockerfile", text, "a", "1"))
	builds := ask[wire.Builds](p, wire.MethodBuilds, struct{}{}).Builds
	if slices.ContainsFunc(builds, func(b wire.Build) bool { return b.Current && b.Image != img.ID }) {
		t.Errorf("builds %+v", builds)
	}
	if c := ask[wire.Cost](p, wire.MethodCost, wire.CostQuery{Image: img.ID}); len(c.Images) != 1 {
		t.Errorf("costs of %+v", c.Images)
	}
}
