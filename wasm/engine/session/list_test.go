package session_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/wire"
)

func TestRowLists(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines(
		"FROM alpine",
		"COPY a b /srv/",
		"COPY --chmod=600 c /srv/a",
		"RUN rm /srv/b",
	), "a", "12345678", "b", "12", "c", "1234"))
	all := steps(img)
	second, third := all[len(all)-2], all[len(all)-1]

	tests := []struct {
		step  wire.Step
		list  string
		kinds []string
		want  []string // change, type, path, note
	}{
		{second, "changes", nil, []string{
			"parent dir srv ",
			"modified file srv/a mode 0644 to 0600, content 8 bytes to 4 bytes, hides 8 bytes of layer 2"}},
		{second, "changes", []string{"modified"}, []string{
			"modified file srv/a mode 0644 to 0600, content 8 bytes to 4 bytes, hides 8 bytes of layer 2"}},
		{third, "changes", []string{"removed"}, []string{"removed file srv/b hides 2 bytes of layer 2"}},
		{third, "tar", nil, []string{" dir srv ", " whiteout srv/b "}},
	}
	for _, test := range tests {
		t.Run(test.step.Text+" "+test.list+fmt.Sprint(test.kinds), func(t *testing.T) {
			rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: test.step.ID, List: test.list, Kinds: test.kinds, Count: 100})
			var got []string
			for _, r := range rows.Rows {
				got = append(got, strings.Join([]string{r.Change, r.Type, r.Path, r.Note.Text}, " "))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("rows\n%q\nwant\n%q", got, test.want)
			}
		})
	}

	t.Run("files with their layers", func(t *testing.T) {
		rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: third.ID, List: "files", Filter: "srv", Count: 100})
		if len(rows.Rows) != 2 || rows.Rows[1].Path != "srv/a" || rows.Rows[1].Layer != second.ID || rows.Rows[1].Depth != 1 ||
			rows.Rows[0].Versions != 0 || rows.Rows[1].Versions != 2 {
			t.Errorf("rows %+v", rows.Rows)
		}
		if rows.Rows[1].MTime > epoch {
			t.Errorf("mtime %d is later than the epoch, the layer's is not", rows.Rows[1].MTime)
		}
	})
}

// A window of a long list costs and carries the window only.
func TestRowWindow(t *testing.T) {
	files := []string{"Dockerfile", lines("FROM scratch", "COPY d /d")}
	for i := range 1200 {
		files = append(files, fmt.Sprintf("d/%04d", i), "x")
	}
	p := newPage(t)
	_, img := p.image(workspace(1, files...))
	id := steps(img)[0].ID
	tests := []struct {
		offset, count int
		filter        string
		total, rows   int
		first         string
	}{
		{0, 10, "", 1201, 10, "d"},
		{1000, 10, "", 1201, 10, "d/0999"},
		{1200, 10, "", 1201, 1, "d/1199"},
		{5000, 10, "", 1201, 0, ""},
		{-5, 1, "", 1201, 1, "d"},
		{0, 100000, "", 1201, 500, "d"},
		{0, -1, "", 1201, 0, ""},
		{3, 2, "d/01", 100, 2, "d/0103"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d+%d of %q", test.offset, test.count, test.filter), func(t *testing.T) {
			rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: id, List: "changes", Filter: test.filter, Offset: test.offset, Count: test.count})
			first := ""
			if len(rows.Rows) > 0 {
				first = rows.Rows[0].Path
			}
			if rows.Total != test.total || len(rows.Rows) != test.rows || first != test.first {
				t.Errorf("%d rows of %d from %q, want %d of %d from %q", len(rows.Rows), rows.Total, first, test.rows, test.total, test.first)
			}
		})
	}
}

func TestFile(t *testing.T) {
	p := newPage(t)
	ws := workspace(1, "Dockerfile", lines("FROM scratch", "COPY . /"), "text", "가나다", "empty", "")
	ws.Files = append(ws.Files,
		wire.File{Path: "binary", Kind: "file", Mode: 0o644, Base64: "AAEC"},
		wire.File{Path: "link", Kind: "symlink", Mode: 0o777, Target: "text"},
		wire.File{Path: "big", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "zeros", Size: 100 << 10}})
	_, img := p.image(ws)
	id := steps(img)[0].ID
	tests := []struct {
		path  string
		limit int64
		want  wire.FileContent
	}{
		{"/text", 0, wire.FileContent{Size: 9, Text: "가나다"}},
		{"/text", 4, wire.FileContent{Size: 9, Text: "가", Cut: true}},
		{"/empty", 0, wire.FileContent{}},
		{"/binary", 0, wire.FileContent{Size: 3, Base64: "AAEC"}},
		{"/link", 0, wire.FileContent{Size: 4, Absent: wire.Message{Text: "this is a symlink to text"}}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.path, test.limit), func(t *testing.T) {
			got := ask[wire.FileContent](p, wire.MethodFile, wire.FileQuery{Step: id, Path: test.path, Limit: test.limit})
			if (got.Digest == "") != !test.want.Absent.IsZero() {
				t.Errorf("digest %q", got.Digest)
			}
			got.Digest, got.Absent = "", wire.Plain(got.Absent.Text)
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("content %+v, want %+v", got, test.want)
			}
		})
	}
	if got := ask[wire.FileContent](p, wire.MethodFile, wire.FileQuery{Step: id, Path: "/big"}); !got.Cut || len(got.Base64) != (64<<10+2)/3*4 {
		t.Errorf("of a big file %d characters, cut %t", len(got.Base64), got.Cut)
	}
}
