package shell_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/oracle"
	"layerlab.dev/core/vfs"
)

// TestRecord runs every recorded line in each dialect and compares what it
// wrote, how it ended and the files it left with what the real shell did. The
// true exceptions are in testdata/record-exceptions.txt, with reasons.
func TestRecord(t *testing.T) {
	known := exceptions(t, "testdata/record-exceptions.txt")
	f, err := os.Open("testdata/record.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := map[string]int{}
	equal, total := 0, 0
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var r oracle.Record
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		for _, sh := range oracle.Shells {
			total++
			lines[sh]++
			want := r.Outcomes[sh]
			got, err := replay(r.Line, sh)
			if err != nil {
				got.Stderr += "error: " + err.Error()
			}
			key := sh + " " + r.Script
			diff := differences(got, want)
			switch {
			case diff == "":
				equal++
				if why, ok := known[key]; ok {
					t.Errorf("%q is equal but listed: %s", key, why)
				}
			case known[key] == "":
				t.Errorf("%s: %s\n%s", sh, r.Script, diff)
			}
		}
	}
	t.Logf("%d of %d outcomes equal (%v), %d exceptions", equal, total, lines, len(known))
}

// exceptions reads Go strings and the reasons behind them, divided by a tab.
func exceptions(t *testing.T, name string) map[string]string {
	known := map[string]string{}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.SplitSeq(string(data), "\n") {
		if q, why, ok := strings.Cut(l, "\t"); ok {
			in, err := strconv.Unquote(q)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, q, err)
			}
			known[in] = why
		}
	}
	return known
}

func differences(got, want oracle.Outcome) string {
	var b strings.Builder
	for _, x := range []struct{ what, got, want string }{
		{"stdout", got.Stdout, want.Stdout}, {"stderr", got.Stderr, want.Stderr},
		{"exit", fmt.Sprint(got.Exit), fmt.Sprint(want.Exit)},
		{"files", fmt.Sprintf("%+v", got.Files), fmt.Sprintf("%+v", want.Files)},
	} {
		if x.got != x.want {
			fmt.Fprintf(&b, "  %s\n    got %q\n   want %q\n", x.what, x.got, x.want)
		}
	}
	return b.String()
}

// world is the root of the recorded lines with the shell in it.
func world(sh string) *vfs.Editor {
	e := vfs.New(1_700_000_000_000_000_000).Edit()
	for _, d := range oracle.Directories {
		e.MkdirAll(d.Path, d.Mode, d.UID, d.UID)
		e.Chmod(d.Path, d.Mode)
	}
	for _, f := range oracle.Files {
		e.WriteFile(f.Path, vfs.String(f.Content), f.Mode, f.UID, f.UID)
	}
	if sh == "ash" {
		e.WriteFile("/bin/busybox", vfs.String("\x7fELF busybox"), 0o755, 0, 0)
		for _, t := range append([]string{"sh", "ash"}, oracle.Tools...) {
			e.Create("/bin/"+t, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "busybox"}, nil)
		}
		return e
	}
	for _, t := range append([]string{sh}, oracle.Tools...) {
		e.WriteFile("/bin/"+t, vfs.String("\x7fELF "+t), 0o755, 0, 0)
	}
	e.Create("/bin/sh", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: sh}, nil)
	return e
}

func replay(l oracle.Line, sh string) (oracle.Outcome, error) {
	e := world(sh)
	before := e.Tree()
	var streams [3]strings.Builder
	c := shell.Config{Argv: l.Argv(sh), Env: oracle.Env(), Dir: oracle.Dir, UID: l.UID, GID: l.UID, Hostname: oracle.Hostname,
		Limits: shell.Limits{Steps: 1_000_000}, Output: func(fd int, data []byte) { streams[fd].Write(data) }}
	res, err := shell.Run(context.Background(), e, c)
	o := oracle.Outcome{Stdout: text(streams[1].String()), Stderr: text(streams[2].String()), Exit: res.ExitCode}
	for _, dir := range oracle.Watched {
		o.Files = append(o.Files, changes(before, e.Tree(), dir)...)
	}
	return o, err
}

// text is what JSON makes of bytes that are not UTF-8.
func text(s string) string { return string([]rune(s)) }

// changes lists what differs below dir, by path.
func changes(before, after vfs.Tree, dir string) []oracle.File {
	old, now := files(before, dir), files(after, dir)
	var list []oracle.File
	for p, f := range now {
		if was, ok := old[p]; !ok || was != f {
			list = append(list, f)
		}
	}
	for p := range old {
		if _, ok := now[p]; !ok {
			if _, above := now[p[:strings.LastIndexByte(p, '/')]]; above || p == dir {
				list = append(list, oracle.File{Path: p, Kind: "removed"})
			}
		}
	}
	slices.SortFunc(list, func(a, b oracle.File) int {
		return slices.Compare(strings.Split(a.Path, "/"), strings.Split(b.Path, "/"))
	})
	return list
}

func files(t vfs.Tree, dir string) map[string]oracle.File {
	m := map[string]oracle.File{}
	for p, n := range t.Walk(dir) {
		f := oracle.File{Path: p, Kind: kinds[n.Kind], Mode: fmt.Sprintf("%04o", n.Mode), UID: n.UID, GID: n.GID}
		switch n.Kind {
		case vfs.File:
			data, _ := n.Blob().Bytes()
			f.Content = string(data)
		case vfs.Symlink:
			f.Mode, f.Content = "", n.Target
		}
		m[p] = f
	}
	return m
}

var kinds = map[vfs.Kind]string{vfs.File: "file", vfs.Dir: "directory", vfs.Symlink: "symlink", vfs.Fifo: "fifo"}
