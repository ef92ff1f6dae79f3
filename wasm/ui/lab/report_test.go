package lab_test

import (
	"strings"
	"testing"

	"layerlab.dev/core/workspace"
	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// The report of a crash is a workspace that the engine reads: what it says is
// what was there, whatever is in the names and texts.
func TestReportRepeats(t *testing.T) {
	texts := map[string]string{
		"Dockerfile": "FROM scratch\nCOPY . /\n", "no end": "half a line", "empty": "", "marks": "-- Dockerfile --\nFROM x\n",
		"한글.txt": "가나다\n", "crlf": "a\r\nb\r\n", "-dash": "x\n", `q"uote`: "y\n", "run.sh": "#!/bin/sh\n",
	}
	ws := wire.Workspace{Name: "a: b", Dockerfile: "Dockerfile", Settings: wire.Settings{Epoch: 5, BuildArgs: map[string]string{"V": "1 2"}, Target: "x", Platform: "linux/arm64", Compression: "zstd", Seed: 42}}
	for path, text := range texts {
		f := wire.File{Path: path, Kind: "file", Mode: 0o644, Text: &text}
		if path == "run.sh" {
			f.Mode = 0o755
		}
		ws.Files = append(ws.Files, f)
	}
	ws.Files = append(ws.Files,
		wire.File{Path: "bin", Kind: "file", Mode: 0o600, Base64: "AAEC", MTime: "17.5"},
		wire.File{Path: "big", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "random", Size: 1000, Seed: 7}},
		wire.File{Path: "dir", Kind: "dir", Mode: 0o700},
		wire.File{Path: "link", Kind: "symlink", Mode: 0o777, Target: "to here"},
		wire.File{Path: "stored", Kind: "file", Mode: 0o644, Key: "k", Size: 12})
	h := &host{saved: map[string]wire.File{}, filled: map[string]string{}}
	l := lab.New(h, words.For(words.English))
	l.Load(ws, "", "")
	l.Died("panic: out of\nrange")
	l.SaveReport()
	report, ok := strings.CutPrefix(h.texts, "layerlab-report.txtar\n")
	if !ok {
		t.Fatalf("saved %q", h.texts)
	}
	for _, line := range []string{"# error: panic: out of range\n", "# left out: stored, 12 bytes\n"} {
		if !strings.Contains(report, line) {
			t.Errorf("no line %q in\n%s", line, report)
		}
	}
	got, err := workspace.Parse([]byte(report))
	if err != nil {
		t.Fatalf("the engine does not read it: %v\n%s", err, report)
	}
	if got.Name != ws.Name || got.Dockerfile != ws.Dockerfile || got.Settings.Epoch != 5 || got.Settings.BuildArgs["V"] != "1 2" || got.Settings.Target != "x" ||
		got.Settings.Platform != "linux/arm64" || got.Settings.Compression != "zstd" || got.Settings.Seed != 42 {
		t.Errorf("settings %+v, name %q", got.Settings, got.Name)
	}
	if len(got.Files) != len(ws.Files)-1 {
		t.Errorf("%d files, want %d", len(got.Files), len(ws.Files)-1)
	}
	again, err := got.Format()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range got.Files {
		text, ok := texts[f.Path]
		if !ok {
			continue
		}
		if data, err := f.Content.Bytes(); err != nil || string(data) != text {
			t.Errorf("%s: %q, %v, want %q", f.Path, data, err, text)
		}
	}
	for _, part := range []string{"-- bin mode=0600 mtime=17.5 base64 --\nAAEC\n", "-- big random=1000 seed=7 --", "-- dir/ mode=0700 --", "run.sh mode=0755"} {
		if !strings.Contains(string(again), part) {
			t.Errorf("no %q in\n%s", part, again)
		}
	}
}

// A crash is told with its report, and the engine is started again.
func TestCrashIsTold(t *testing.T) {
	l, h := started(t)
	before := l.Workspace()
	l.Died("boom")
	if h.restarts != 1 || l.Notice == nil || !strings.Contains(l.Notice.Text, "boom") || l.Notice.Also == "" {
		t.Fatalf("restarts %d, notice %+v", h.restarts, l.Notice)
	}
	l.Notice.DoAlso()
	if !strings.Contains(h.texts, "# error: boom") {
		t.Errorf("saved %q", h.texts)
	}
	if got := l.Workspace(); len(got.Files) != len(before.Files) {
		t.Errorf("%d files, before %d", len(got.Files), len(before.Files))
	}
}
