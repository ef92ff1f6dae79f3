package lab_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

const someDiffID = "sha256:00"

func TestHeight(t *testing.T) {
	for _, test := range []struct {
		name string
		step wire.Step
		want int
	}{
		{"no layer", wire.Step{}, 20},
		{"empty layer", wire.Step{DiffID: someDiffID, Empty: true}, 20},
		{"directories only", wire.Step{DiffID: someDiffID, Entries: 2}, 28},
		{"one byte", wire.Step{DiffID: someDiffID, Entries: 1, Size: 1}, 28},
		{"ten bytes", wire.Step{DiffID: someDiffID, Entries: 1, Size: 10}, 38},
		{"a megabyte", wire.Step{DiffID: someDiffID, Entries: 1, Size: 1e6}, 88},
		{"more than fits", wire.Step{DiffID: someDiffID, Entries: 1, Size: 1e15}, 120},
	} {
		if got := lab.Height(&test.step); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestParts(t *testing.T) {
	for _, test := range []struct {
		name string
		step wire.Step
		want string
	}{
		{"hollow", wire.Step{DiffID: someDiffID, Empty: true}, ""},
		{"added", wire.Step{Entries: 1, Added: 1, Size: 5, AddedBytes: 5}, "added"},
		{"a file of no bytes", wire.Step{Entries: 1, Added: 1}, "added"},
		{"mode changed, no bytes", wire.Step{Entries: 1, Modified: 1}, "modified"},
		{"whiteout alone", wire.Step{Entries: 1, Removed: 1, RemovedBytes: 12}, "removed"},
		{"directories that only lead somewhere", wire.Step{Entries: 1}, "added"},
		{"half hidden", wire.Step{Entries: 1, Added: 2, Size: 8, AddedBytes: 8, HiddenBytes: 4}, "added hidden"},
		{"all hidden", wire.Step{Entries: 1, Added: 2, Size: 8, AddedBytes: 8, HiddenBytes: 8}, "hidden"},
		{"more hidden than there is", wire.Step{Entries: 1, Added: 2, Size: 8, AddedBytes: 8, HiddenBytes: 80}, "hidden"},
		{"everything", wire.Step{Entries: 9, Added: 1, Modified: 1, Removed: 1, Size: 1e9, AddedBytes: 1e9 - 5, ModifiedBytes: 5, HiddenBytes: 7, RemovedBytes: 1}, "added modified hidden removed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.step.DiffID = someDiffID
			got, x := "", 0
			for _, p := range lab.Parts(&test.step) {
				if p.X != x || p.W < 6 {
					t.Errorf("part %+v begins at %d and is %d wide", p, p.X, p.W)
				}
				x += p.W
				if got != "" {
					got += " "
				}
				got += p.Fate
			}
			if got != test.want || (got != "" && x != 100) {
				t.Errorf("%q over %d hundredths, want %q over 100", got, x, test.want)
			}
		})
	}
}

func TestListAsksForWindows(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "COPY x .")))
	list := l.Lists["changes"]
	give := func(total int) wire.RowsQuery {
		t.Helper()
		r, _ := h.lastOf(wire.MethodRows)
		var q wire.RowsQuery
		if err := json.Unmarshal(r.Params, &q); err != nil {
			t.Fatal(err)
		}
		rows := wire.Rows{Total: total, Offset: q.Offset}
		for i := q.Offset; i < min(q.Offset+q.Count, total); i++ {
			rows.Rows = append(rows.Rows, wire.Row{Path: fmt.Sprint(i)})
		}
		answer(t, l, r.ID, rows, "")
		return q
	}
	l.Flush()
	l.Flush()
	if n := h.count(wire.MethodRows); n != 1 {
		t.Fatalf("asked %d times for the first window", n)
	}
	if q := give(10000); q.Step != "a1" || q.Offset != 0 || q.Count > 500 {
		t.Errorf("first query %+v", q)
	}
	l.Flush()
	if n := h.count(wire.MethodRows); n != 1 {
		t.Errorf("asked again for what is here")
	}
	l.Scrolled("changes", 5000*lab.TallRowHeight, 600)
	l.Flush()
	give(10000)
	rows, first, before, after := list.Visible()
	if first > 5000 || first+len(rows) < 5000+600/lab.TallRowHeight || len(rows) > 60 {
		t.Errorf("%d rows from %d do not cover the window", len(rows), first)
	}
	if before+len(rows)*lab.TallRowHeight+after != 10000*lab.TallRowHeight || rows[0].Path != fmt.Sprint(first) {
		t.Errorf("%d before, %d after, first row %s", before, after, rows[0].Path)
	}
	l.FilterBy("changes", "x")
	l.Flush()
	if q := give(3); q.Filter != "x" || q.Offset != 0 {
		t.Errorf("filtered query %+v", q)
	}
	l.Flush()
	n := h.count(wire.MethodRows)
	l.Flush()
	if h.count(wire.MethodRows) != n {
		t.Error("asks again for a short list")
	}
	l.Choose("a0")
	l.Flush()
	if q := give(0); q.Step != "a0" {
		t.Errorf("query after choosing %+v", q)
	}
	if rows, _, before, after := list.Visible(); len(rows) != 0 || before != 0 || after != 0 {
		t.Errorf("an empty list shows %d rows between %d and %d", len(rows), before, after)
	}
}

func TestFailedQueryIsShown(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "COPY x .")))
	l.Flush()
	answer(t, l, h.last().ID, nil, "no such step")
	if got := l.Lists["changes"].Failure; got != "no such step" {
		t.Errorf("failure %q", got)
	}
}

func TestDocumentsAndTexts(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "RUN x")))
	l.SetTab("config")
	l.Flush()
	l.Flush()
	if n := h.count(wire.MethodDoc); n != 1 {
		t.Fatalf("asked %d times for the config", n)
	}
	answer(t, l, h.last().ID, wire.Doc{JSON: `{"os":"linux"}`, Digest: "sha256:d", Size: 14}, "")
	l.Flush()
	if doc := h.filled["doc"]; !strings.HasPrefix(doc, "linked:") || !strings.Contains(doc, `"sha256:a":"Config"`) || !strings.Contains(doc, `"text":"{\"os\":\"linux\"}"`) {
		t.Errorf("the island holds %q", h.filled["doc"])
	}
	event(t, l, wire.EventBuilt, built(l, image("b", "FROM a", "RUN y")))
	l.Flush()
	if n := h.count(wire.MethodDoc); n != 2 {
		t.Error("did not ask for the new image's config")
	}
	l.SetTab("changes")
	l.Flush()
	r, _ := h.lastOf(wire.MethodRows)
	answer(t, l, r.ID, wire.Rows{Total: 1, Rows: []wire.Row{{Path: "etc/os-release", Type: "file"}}}, "")
	l.PickRow("changes", 0)
	answer(t, l, h.last().ID, wire.FileContent{Text: "ID=alpine\n", Size: 10}, "")
	l.Flush()
	if h.filled["file"] != "text:ID=alpine\n" || !l.View.Loaded {
		t.Errorf("the island holds %q", h.filled["file"])
	}
}
