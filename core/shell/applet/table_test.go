package applet_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

var only = flag.String("flavour", "", "the one flavour to record or compare")

// text is bytes that are kept as a JSON string where they are UTF-8.
type text []byte

func (t text) MarshalJSON() ([]byte, error) {
	if utf8.Valid(t) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(string(t))
		return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
	}
	return json.Marshal(map[string][]byte{"base64": t})
}

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
		return nil
	}
	var m struct{ Base64 string }
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	d, err := base64.StdEncoding.DecodeString(m.Base64)
	*t = d
	return err
}

// outcome is what a line came to. Tree has a line for every path that differs
// from the fixture.
type outcome struct {
	Line   string   `json:"line"`
	Stdout text     `json:"out,omitempty"`
	Stderr text     `json:"err,omitempty"`
	Exit   int      `json:"exit,omitempty"`
	Tree   []string `json:"tree,omitempty"`
}

// short keeps a record small: of long bytes there is only the digest.
func short(b []byte) text {
	if len(b) > 3000 {
		return fmt.Appendf(nil, "%d bytes sha256:%x", len(b), sha256.Sum256(b))
	}
	return b
}

// entry describes a file; what was made during the run is dated "new".
func entry(path string, n vfs.Meta, size int64, content []byte, first string, start int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %c%04o %d:%d ", path, "?-dlcbps"[kindIndex(n.Kind)], n.Mode, n.UID, n.GID)
	if s := n.Time().Sec; s >= start && s < start+3600 {
		b.WriteString("new")
	} else {
		fmt.Fprint(&b, s)
	}
	switch {
	case first != "":
		b.WriteString(" = " + first)
	case n.Kind == vfs.Symlink:
		b.WriteString(" -> " + n.Target)
	case n.Kind == vfs.CharDevice || n.Kind == vfs.BlockDevice:
		fmt.Fprintf(&b, " %d,%d", n.Major, n.Minor)
	case n.Kind == vfs.File && len(content) <= 160 && utf8.Valid(content):
		fmt.Fprintf(&b, " %q", content)
	case n.Kind == vfs.File:
		fmt.Fprintf(&b, " %d %.6x", size, sha256.Sum256(content))
	}
	return b.String()
}

func kindIndex(k vfs.Kind) int {
	return slices.Index([]vfs.Kind{vfs.File, vfs.Dir, vfs.Symlink, vfs.CharDevice, vfs.BlockDevice, vfs.Fifo}, k) + 1
}

// today is the number of days that shadow files are dated by.
func undated(path string, b []byte, day int64) []byte {
	if strings.HasPrefix(path, "/etc/") {
		return bytes.ReplaceAll(b, fmt.Appendf(nil, ":%d:", day), []byte(":TODAY:"))
	}
	return b
}

// skipped are the places a record says nothing of.
func skipped(path string) bool {
	if path == "/" || path == "/usr" {
		return true
	}
	for _, p := range []string{"/m", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/dev", "/proc", "/sys"} {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

// difference lists the entries of after that are not in before, and what is gone.
func difference(before, after map[string]string) []string {
	var out []string
	for p, e := range after {
		if before[p] != e {
			out = append(out, e)
		}
	}
	for p := range before {
		if _, ok := after[p]; !ok {
			out = append(out, p+" gone")
		}
	}
	slices.Sort(out)
	return out
}

func listing(t vfs.Tree, start int64) map[string]string {
	out, first := map[string]string{}, map[uint64]string{}
	for p, n := range t.Walk("/") {
		if skipped(p) {
			continue
		}
		var data []byte
		if n.Kind == vfs.File {
			data, _ = n.Blob().Bytes()
			data = undated(p, data, 19000+1)
		}
		link := ""
		if n.Kind != vfs.Dir && t.Links(n) > 1 {
			if link = first[n.Ino()]; link == "" {
				first[n.Ino()] = p
			}
		}
		out[p] = entry(p, n.Meta, int64(len(data)), data, link, start)
	}
	return out
}

var lineEnv = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=buildkitsandbox", "HOME=/root"}

const startTime = 1_700_000_000

// settings are what stands before a line, as in "@mounts,33:50 touch x": that
// there are mounts below /m (see mounts), the user and the group it runs as.
type settings struct {
	mounts   bool
	uid, gid int
}

func readSettings(line string) (s settings, command string) {
	rest, ok := strings.CutPrefix(line, "@")
	if !ok {
		return s, line
	}
	words, command, _ := strings.Cut(rest, " ")
	for w := range strings.SplitSeq(words, ",") {
		if w == "mounts" {
			s.mounts = true
		} else if n, err := fmt.Sscanf(w, "%d:%d", &s.uid, &s.gid); n != 2 {
			panic(fmt.Sprintf("line %q: %q: %v", line, w, err))
		}
	}
	return s, command
}

// mounts are what lies below /m for a line that asks for it: /m/ro is a
// directory of an image, read-only, /m/file such a file; /m/tmp and
// /m/nest/in are new tmpfs.
func mounts(t testing.TB) []*proc.Mount {
	t.Helper()
	e := vfs.New(startTime * 1e9).Edit()
	_, err := e.MkdirAll("/ro/sub", 0o755, 0, 0)
	must(t, err)
	for name, data := range mountedFiles {
		must(t, e.WriteFile("/"+name, vfs.String(data), 0o644, 0, 0))
	}
	must(t, e.Mkdir("/tmp", 0o755, 0, 0))
	root := e.Tree().Root()
	return []*proc.Mount{
		{Path: "/m/file", Node: root.Child("file"), ReadOnly: true},
		{Path: "/m/nest/in", Node: root.Child("tmp")},
		{Path: "/m/ro", Node: root.Child("ro"), ReadOnly: true},
		{Path: "/m/tmp", Node: root.Child("tmp")},
	}
}

var mountedFiles = map[string]string{"ro/one": "one\n", "ro/sub/two": "two\n", "file": "file\n"}

// interpret runs a line as a build step does.
func interpret(t testing.TB, f flavour, line string) (outcome, error) {
	t.Helper()
	tree := image(t, f)
	before := listing(tree, startTime)
	e := tree.Edit()
	var stdout, stderr bytes.Buffer
	s, command := readSettings(line)
	var table []*proc.Mount
	if s.mounts {
		table = mounts(t)
	}
	res, err := shell.Run(context.Background(), e, shell.Config{
		Argv: []string{"/bin/sh", "-c", command}, Dir: "/w", Epoch: 19001 * 86400,
		Env: lineEnv, UID: s.uid, GID: s.gid, Mounts: table,
		Output: func(fd int, data []byte) {
			if fd == 1 {
				stdout.Write(data)
			} else {
				stderr.Write(data)
			}
		},
	})
	return outcome{line, short(stdout.Bytes()), short(stderr.Bytes()), res.ExitCode, difference(before, listing(e.Tree(), startTime))}, err
}

// differ says where two outcomes are unequal, "" where they are not.
func differ(want, got outcome) string {
	var b strings.Builder
	show := func(what string, want, got any) {
		if fmt.Sprint(want) != fmt.Sprint(got) {
			fmt.Fprintf(&b, "  %s\n   want %q\n   got  %q\n", what, want, got)
		}
	}
	show("stdout", string(want.Stdout), string(got.Stdout))
	show("stderr", string(want.Stderr), string(got.Stderr))
	show("exit", want.Exit, got.Exit)
	for _, l := range want.Tree {
		if !slices.Contains(got.Tree, l) {
			fmt.Fprintf(&b, "  tree want %s\n", l)
		}
	}
	for _, l := range got.Tree {
		if !slices.Contains(want.Tree, l) {
			fmt.Fprintf(&b, "  tree got  %s\n", l)
		}
	}
	return b.String()
}

// readLines returns the command lines of a file: one a line, without comments.
func readLines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	must(t, err)
	var lines []string
	for l := range strings.SplitSeq(string(data), "\n") {
		if l != "" && !strings.HasPrefix(l, "#") {
			lines = append(lines, l)
		}
	}
	return lines
}

// exceptions are lines that are known to differ: a flavour, a tab, the line; a
// comment above gives the reason.
func exceptions(t testing.TB) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, l := range readLines(t, "testdata/exceptions.txt") {
		out[l] = true
	}
	return out
}

// readRecords returns what was recorded of a flavour.
func readRecords(t testing.TB, f flavour) []outcome {
	t.Helper()
	file, err := os.Open("testdata/" + f.name + ".jsonl")
	must(t, err)
	defer file.Close()
	sc := bufio.NewScanner(file)
	sc.Buffer(nil, 1<<20)
	var list []outcome
	for sc.Scan() {
		var o outcome
		must(t, json.Unmarshal(sc.Bytes(), &o))
		list = append(list, o)
	}
	must(t, sc.Err())
	return list
}

// TestRecords replays every recorded line.
func TestRecords(t *testing.T) {
	known := exceptions(t)
	total, equal, excepted := 0, 0, 0
	for _, f := range flavours {
		if *only != "" && *only != f.name {
			continue
		}
		n, same := 0, 0
		for _, want := range readRecords(t, f) {
			n++
			got, err := interpret(t, f, want.Line)
			diff := differ(want, got)
			if err != nil {
				diff = err.Error()
			}
			key := f.name + "\t" + want.Line
			switch {
			case diff == "":
				same++
				if known[key] {
					t.Errorf("%s: %s\n  is equal, but listed in exceptions.txt", f.name, want.Line)
				}
			case known[key]:
				excepted++
			default:
				t.Errorf("%s: %s\n%s", f.name, want.Line, diff)
			}
			delete(known, key)
		}
		t.Logf("%s: %d of %d lines equal", f.name, same, n)
		total, equal = total+n, equal+same
	}
	if *only == "" {
		for l := range known {
			t.Errorf("exceptions.txt has a line that is not recorded: %s", l)
		}
	}
	t.Logf("%d lines compared, %d equal, %d exceptions", total, equal, excepted)
}
