package workspace_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"layerlab.dev/core/vfs"
	"layerlab.dev/core/workspace"
)

const sample = `name: Two layers
dockerfile: v2/Dockerfile
epoch: 1700000000
platform: linux/arm64
target: app
compression: zstd
seed: 7
build-arg: A=1
build-arg: B=x=y
-- Dockerfile --
FROM scratch
-- bin/a b mode=0755 mtime=1600000000.5 --
#!/bin/sh
-- bin/data base64 --
AAECAw==
-- bin/link -> a b --
-- bin/rnd random=1000 seed=7 --
-- bin/zero zeros=10 --
-- empty/ mode=0700 --
-- short no-newline --
x
-- v2/Dockerfile --
FROM image
-- void --
`

func TestRoundTrip(t *testing.T) {
	w, err := workspace.Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.Format()
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != sample {
		t.Errorf("format of parse:\n%s\nwant\n%s", out, sample)
	}
	tree, err := w.Tree()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for p, n := range tree.Walk("/") {
		if p != "/" {
			fmt.Fprintf(&got, "%s %d %o %d %d\n", p, n.Kind, n.Mode, n.Size(), n.MTime/1e8)
		}
	}
	const newer = 17000864000
	want := fmt.Sprintf(`/Dockerfile 0 644 13 %[1]d
/bin 1 755 0 %[1]d
/bin/a b 0 755 10 16000000005
/bin/data 0 644 4 %[1]d
/bin/link 2 777 3 %[1]d
/bin/rnd 0 644 1000 %[1]d
/bin/zero 0 644 10 %[1]d
/empty 1 700 0 %[1]d
/short 0 644 1 %[1]d
/v2 1 755 0 %[1]d
/v2/Dockerfile 0 644 11 %[1]d
/void 0 644 0 %[1]d
`, int64(newer))
	if got.String() != want {
		t.Errorf("tree:\n%s\nwant\n%s", got.String(), want)
	}
}

// A setting that would end its line, or lose its spaces, would make another
// workspace of this one.
func TestSettingsOfAnyText(t *testing.T) {
	w := &workspace.Workspace{Name: " \"a\"\nepoch: 7", Dockerfile: "Dockerfile", Settings: workspace.Settings{
		Epoch: 5, Target: `"quoted"`, BuildArgs: map[string]string{"A": "one\ntwo", "B": " x ", "C": `"`, "D": "\xff"}}}
	text, err := w.Format()
	if err != nil {
		t.Fatal(err)
	}
	back, err := workspace.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if back.Name != w.Name || back.Settings.Epoch != 5 || back.Settings.Target != w.Settings.Target || !maps.Equal(back.Settings.BuildArgs, w.Settings.BuildArgs) {
		t.Errorf("%s\nbecame %+v", text, back)
	}
}

func TestDockerfiles(t *testing.T) {
	for p, want := range map[string]workspace.Dockerfile{
		"Dockerfile":        {Path: "Dockerfile", Name: "Dockerfile", Tag: "image"},
		"Dockerfile.V2":     {Path: "Dockerfile.V2", Name: "Dockerfile.V2", Tag: "v2"},
		"web.Dockerfile":    {Path: "web.Dockerfile", Name: "web.Dockerfile", Tag: "web"},
		"apps/a/Dockerfile": {Path: "apps/a/Dockerfile", Name: "Dockerfile", Context: "apps/a", Tag: "apps/a"},
	} {
		if got := workspace.NewDockerfile(p); got != want {
			t.Errorf("%s: %+v, want %+v", p, got, want)
		}
	}
	for p, want := range map[string]bool{"Dockerfile": true, "a/Dockerfile": true, "Dockerfile.x": true, "x.Dockerfile": true,
		"Dockerfile.dockerignore": false, "dockerfile": false, "Dockerfiles": false} {
		if workspace.IsDockerfile(p) != want {
			t.Errorf("IsDockerfile(%q) = %v", p, !want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"colour: red\n":                 `line 1: unknown setting "colour"`,
		"epoch: soon\n":                 "want seconds",
		"-- ../x --\n":                  "relative path",
		"-- x mode=9 --\n":              "mode=9",
		"-- x base64 --\n?\n":           "base64",
		"-- /etc/passwd --\n":           "relative path",
		"name\n":                        "want NAME: VALUE",
		"build-arg: x\n":                "want NAME=VALUE",
		"-- x random=-1 --\n":           "negative",
		"-- x random=1 seed=minus --\n": "seed=minus",
		"-- a/b --\n-- a//b --\n":       "relative path",
	} {
		if _, err := workspace.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): %v, want …%s…", text, err, want)
		}
	}
	w := &workspace.Workspace{Files: []workspace.File{{Path: "a", Content: vfs.String("")}, {Path: "a/b", Content: vfs.String("")}}}
	if _, err := w.Tree(); err == nil || !strings.Contains(err.Error(), "a/b") {
		t.Errorf("a file below a file: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("-- a -> b --\n-- c/ --\n-- d zeros=3 no-newline --\n")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := workspace.Parse([]byte(text))
		if err != nil {
			return
		}
		once, err := w.Format()
		if err != nil {
			t.Fatal(err)
		}
		again, err := workspace.Parse(once)
		if err != nil {
			t.Fatalf("%q does not parse: %v", once, err)
		}
		if twice, err := again.Format(); err != nil || string(twice) != string(once) {
			t.Errorf("%q became %q", once, twice)
		}
	})
}

func Example() {
	w, err := workspace.Parse([]byte("-- Dockerfile --\nFROM scratch\nCOPY . /\n-- hello.txt --\nhello\n"))
	if err != nil {
		panic(err)
	}
	for _, d := range w.Dockerfiles() {
		fmt.Println(d.Path, "builds", d.Tag)
	}
	// Output: Dockerfile builds image
}

// Whatever a file holds, and however it may be read, comes back.
func TestFilesOfAnyContent(t *testing.T) {
	w := &workspace.Workspace{Dockerfile: "Dockerfile", Settings: workspace.Settings{Epoch: 5}}
	for path, text := range map[string]string{"marks": "a\n-- b --\nc\n", "dash": "-- b --", "return": "a\r\nb\r\n", "zero": "a\x00", "latin": "caf\xe9\n", "half": "a", "none": ""} {
		w.Files = append(w.Files, workspace.File{Path: path, Mode: 0o644, Content: vfs.String(text)})
	}
	w.Files = append(w.Files, workspace.File{Path: "d", Kind: vfs.Dir, Mode: 0o644, MTime: "17"}, workspace.File{Path: "e", Kind: vfs.Dir, Mode: 0o755})
	text, err := w.Format()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "\r") {
		t.Errorf("line ends that others may change are in the text:\n%q", text)
	}
	back, err := workspace.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	was, err := w.Tree()
	if err != nil {
		t.Fatal(err)
	}
	is, err := back.Tree()
	if err != nil {
		t.Fatal(err)
	}
	for p, n := range was.Walk("/") {
		m, err := is.Lstat(p)
		if err != nil || m.Kind != n.Kind || m.Mode != n.Mode || p != "/" && m.MTime != n.MTime {
			t.Fatalf("%s is %+v, %v, and was %+v", p, m, err, n)
		}
		if n.Kind == vfs.File {
			a, _ := n.Blob().Bytes()
			if b, err := m.Blob().Bytes(); err != nil || string(a) != string(b) {
				t.Errorf("%s holds %q, %v, and held %q", p, b, err, a)
			}
		}
	}
	if d, err := is.Lstat("/d"); err != nil || d.MTime != 17e9 {
		t.Errorf("the directory has the time %d, %v", d.MTime, err)
	}
}
