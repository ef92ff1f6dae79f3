package session_test

import (
	"fmt"
	"strings"
	"testing"

	"layerlab.dev/wasm/wire"
)

// What later layers hide must be counted once, and only when the last name of
// the bytes is gone.
func TestFate(t *testing.T) {
	tests := []struct {
		name  string
		lines []string // after FROM alpine, COPY a b /data/ (10 and 5 bytes)
		// of COPY: bytes hidden; of the last step: bytes that it removes
		hidden, removes int64
	}{
		{"nothing", []string{"RUN echo more >/c"}, 0, 0},
		{"a file removed", []string{"RUN rm /data/a"}, 10, 10},
		{"a folder removed", []string{"RUN rm -r /data"}, 15, 15},
		{"a folder that a file replaces", []string{"RUN rm -r /data && echo more >/data"}, 15, 15},
		{"a file overwritten", []string{"COPY b /data/a"}, 10, 10},
		{"a file of which the mode changes", []string{"RUN chmod 600 /data/b"}, 5, 5},
		{"a file moved", []string{"RUN mv /data/a /moved"}, 10, 10},
		{"a folder moved", []string{"RUN mv /data /moved"}, 15, 15},
		{"overwritten and then removed", []string{"RUN echo 123 >/data/a", "RUN rm /data/a"}, 10, 4},
		{"removed in the layer that brought it", []string{"RUN echo 123 >/c && rm /c"}, 0, 0},
		{"one of two hard links removed", []string{"RUN echo 123 >/x && ln /x /y", "RUN rm /x"}, 0, 0},
		{"both hard links removed", []string{"RUN echo 123 >/x && ln /x /y", "RUN rm /x /y"}, 0, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, img := newPage(t).image(workspace(1, "Dockerfile",
				lines(append([]string{"FROM alpine", "COPY a b /data/"}, test.lines...)...), "a", "0123456789", "b", "01234"))
			all := steps(img)
			var hidden int64
			for _, st := range all {
				if strings.HasPrefix(st.Text, "COPY a b") {
					hidden = st.HiddenBytes
				}
			}
			if last := all[len(all)-1]; hidden != test.hidden || last.RemovedBytes != test.removes {
				t.Errorf("%d bytes hidden, %d removed; want %d and %d", hidden, last.RemovedBytes, test.hidden, test.removes)
			}
		})
	}
}

func TestChangeNotes(t *testing.T) {
	tests := []struct{ run, path, want string }{
		{"chmod 600 /data/a", "data/a", "mode 0644 to 0600, the same bytes again, hides 2 bytes of layer 2"},
		{"chown 1:2 /data/a", "data/a", "owner 0:0 to 1:2, the same bytes again, hides 2 bytes of layer 2"},
		{"touch /data/a", "data/a", "mtime only: the same bytes again, hides 2 bytes of layer 2"},
		{"echo x >>/data/a", "data/a", "content 2 bytes to 4 bytes, hides 2 bytes of layer 2"},
		{"rm /data/a && mkdir /data/a", "data/a", "file to dir, mode 0644 to 0755, hides 2 bytes of layer 2"},
		{"rm -r /data", "data", "hides 1 name with 2 bytes"},
	}
	for _, test := range tests {
		t.Run(test.run, func(t *testing.T) {
			p := newPage(t)
			_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /data/", "RUN "+test.run), "a", "12"))
			all := steps(img)
			rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: all[len(all)-1].ID, List: "changes", Count: 100})
			for _, r := range rows.Rows {
				if r.Path == test.path {
					if r.Note.Text != test.want {
						t.Errorf("note %q, want %q", r.Note, test.want)
					}
					return
				}
			}
			t.Errorf("no row %s among %+v", test.path, rows.Rows)
		})
	}
}

// Equal steps in equal places of two stages, or twice in one, are still two.
func TestEqualStepsHaveTheirOwnIDs(t *testing.T) {
	_, img := newPage(t).image(workspace(1, "Dockerfile", lines("FROM scratch", "LABEL a=b", "LABEL a=b", "COPY a /", "LABEL a=b", "LABEL a=b"), "a", ""))
	seen := map[string]bool{}
	for _, st := range steps(img) {
		if seen[st.ID] {
			t.Errorf("%q has an ID that another step has", st.Text)
		}
		seen[st.ID] = true
	}
}

// A big layer is shown before it is compressed.
func TestBigLayersAreShownBeforeTheyAreCompressed(t *testing.T) {
	p := newPage(t)
	ws := workspace(1, "Dockerfile", lines("FROM scratch", "COPY big /"))
	ws.Files = append(ws.Files, wire.File{Path: "big", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "random", Size: 4 << 20, Seed: 1}})
	whole := p.build(ws)
	events := p.builts()
	if len(events) != 2 {
		t.Fatalf("%d events of one build", len(events))
	}
	first, second := events[0].Images[0], events[1].Images[0]
	if first.ManifestDigest != "" || steps(first)[0].DiffID == "" || steps(first)[0].Compressed != 0 {
		t.Errorf("first %+v", first)
	}
	if second.ManifestDigest == "" || steps(second)[0].Compressed < 4<<20 || second.ID != first.ID {
		t.Errorf("second %+v", second)
	}
	if fmt.Sprint(whole.Images[0]) != fmt.Sprint(second) {
		t.Error("the last event is not the whole one")
	}
}
