//go:build !js

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary be the command itself.
func TestMain(m *testing.M) {
	if os.Getenv("LAYERLAB_MAIN") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// layerlab runs the command in dir.
func layerlab(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LAYERLAB_MAIN=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			t.Fatal(err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const fiveLines = "FROM alpine\nRUN echo first\nCOPY ./second.txt .\nADD ./third.txt .\nCMD [\"echo\", \"fourth\"]\n"

func TestBuildJSON(t *testing.T) {
	dir := folder(t, map[string]string{"Dockerfile": fiveLines, "second.txt": "second\n", "third.txt": "third\n"})
	out, errs, code := layerlab(t, dir, "build", "--json", "--epoch", "1641686400", "-o", "image.tar", ".")
	if code != 0 {
		t.Fatal(errs)
	}
	var img struct {
		ImageID  string   `json:"image_id"`
		DiffIDs  []string `json:"diff_ids"`
		ChainIDs []string `json:"chain_ids"`
		History  []struct {
			CreatedBy string `json:"created_by"`
		}
		Layers []struct {
			DiffID  string `json:"diff_id"`
			Empty   bool
			Entries []struct{ Name string }
		}
		Warnings []any
	}
	if err := json.Unmarshal([]byte(out), &img); err != nil {
		t.Fatal(err)
	}
	if len(img.Layers) != 4 || !img.Layers[1].Empty || img.Layers[2].Entries[0].Name != "second.txt" || img.Warnings == nil {
		t.Errorf("layers: %+v", img.Layers)
	}
	if n := len(img.History); n != 5 || img.History[n-1].CreatedBy != `CMD ["echo" "fourth"]` {
		t.Errorf("history: %+v", img.History)
	}
	back, err := readImage(filepath.Join(dir, "image.tar"), nil)
	if err != nil || back.ID().String() != img.ImageID {
		t.Errorf("the archive holds %v (%v), printed was %s", back, err, img.ImageID)
	}
}

// NAME.dockerignore is read beside the Dockerfile that -f names, not in the
// context; an empty one counts too. The lists are what BuildKit copied.
func TestBuildIgnore(t *testing.T) {
	const copyAll = "FROM scratch\nCOPY . /\n"
	files := map[string]string{"c/a": "", "c/b": "", "c/x": "", "c/y": "", "c/.dockerignore": "a\n.d*\n*file*\nsub\n", "c/sub/dockerfile": copyAll,
		"c/Dockerfile": copyAll, "c/Dockerfile.dockerignore": "b\n.d*\n*file*\nsub\n", "c/sub/Two": copyAll, "c/sub/Two.dockerignore": "y\n.d*\n*file*\nsub\n",
		"d/Dockerfile": copyAll, "d/None": copyAll, "d/Empty": copyAll, "d/Empty.dockerignore": "", "d/Dockerfile.dockerignore": "x\n.d*\n*file*\nsub\n"}
	dir := folder(t, files)
	for _, c := range []struct{ args, want string }{
		{"", "a x y"},
		{"-f c/Dockerfile", "a x y"},
		{"-f d/Dockerfile", "a b y"},
		{"-f d/None", "b x y"},
		{"-f d/Empty", ".dockerignore Dockerfile Dockerfile.dockerignore a b sub/ sub/Two sub/Two.dockerignore sub/dockerfile x y"},
		{"-f c/sub/Dockerfile", "b x y"},
		{"-f c/sub/Two", "a b x"},
	} {
		out, errs, _ := layerlab(t, dir, append(append([]string{"build", "--json"}, strings.Fields(c.args)...), "c")...)
		var img struct {
			Layers []struct{ Entries []struct{ Name string } }
		}
		if err := json.Unmarshal([]byte(out), &img); err != nil || len(img.Layers) != 1 {
			t.Errorf("%s: %v %s", c.args, err, errs)
			continue
		}
		var names []string
		for _, e := range img.Layers[0].Entries {
			names = append(names, e.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: copied %s, want %s", c.args, got, c.want)
		}
	}
}

// A build that fails says why on one line and what to do on the next.
func TestBuildFails(t *testing.T) {
	for _, c := range []struct{ dockerfile, why, advice string }{
		{"FROM scratch\n\nCOPY none /\n", `Dockerfile:3: COPY: none: "/none": not found`, "Add none to the files of the context, or correct the path."},
		{"FROM alpine\nRUN apk add curl\n", "Dockerfile:2: RUN: apk add curl (/sbin/apk): apk installs packages from a network, which is not done here",
			"Import the image that Docker builds from this line, or COPY the files the packages would bring."},
	} {
		dir := folder(t, map[string]string{"Dockerfile": c.dockerfile})
		_, errs, code := layerlab(t, dir, "build", "-o", "image.tar", ".")
		if code != 1 || errs != "layerlab: "+c.why+"\n"+c.advice+"\n" {
			t.Errorf("exit %d, %s", code, errs)
		}
		if _, err := os.Stat(filepath.Join(dir, "image.tar")); err == nil {
			t.Error("a failed build left an archive")
		}
	}
}

func TestContext(t *testing.T) {
	dir := folder(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n", ".dockerignore": "Dockerfile\n.dockerignore\n", "a/b": "x"})
	if err := os.Link(filepath.Join(dir, "a/b"), filepath.Join(dir, "a/c")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("b", filepath.Join(dir, "a/l")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "a/b"), 0o750); err != nil {
		t.Fatal(err)
	}
	out, errs, code := layerlab(t, dir, "build", "--json", ".")
	if code != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{`{"name":"a/b","typeflag":"0","mode":"0750"`, `{"name":"a/c","typeflag":"1"`, `"linkname":"a/b"`, `{"name":"a/l","typeflag":"2"`} {
		if !strings.Contains(out, want) {
			t.Errorf("the layer lacks %s:\n%s", want, out)
		}
	}
}

func TestVerify(t *testing.T) {
	const text = "-- Dockerfile --\n" + fiveLines + "-- second.txt --\nsecond\n-- third.txt --\nthird\n"
	dir := folder(t, map[string]string{"Dockerfile": fiveLines, "second.txt": "second\n", "third.txt": "third\n",
		"same.txtar": text, "other.txtar": strings.Replace(text, "-- third.txt --", "-- third.txt mode=0600 --", 1), ".dockerignore": "*.txtar\nimage.tar\n"})
	if _, errs, code := layerlab(t, dir, "build", "-o", "image.tar", "."); code != 0 {
		t.Fatal(errs)
	}
	if out, errs, code := layerlab(t, dir, "verify", "image.tar", "same.txtar"); code != 0 || !strings.HasPrefix(out, "equal: image ID sha256:") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	out, errs, code := layerlab(t, dir, "verify", "image.tar", "other.txtar")
	if code != 1 || !strings.Contains(out, "layer 4, entry third.txt, mode\n  ours    0600\n  theirs  0644\n") || !strings.Contains(errs, "image IDs differ") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
}

func TestRender(t *testing.T) {
	dir := folder(t, map[string]string{"w.txtar": "name: Mine\n-- Dockerfile --\nFROM scratch\nCOPY Dockerfile /\n", "bad.txtar": "-- Dockerfile --\nFROM scratch\nCOPY none /\n"})
	out, errs, code := layerlab(t, dir, "render", "w.txtar")
	if code != 0 || !strings.HasPrefix(out, "<svg ") || !strings.Contains(out, "<title id=") || !strings.Contains(out, "Layer 1, COPY Dockerfile /") {
		t.Fatalf("exit %d, %s%s", code, out, errs)
	}
	if _, errs, code := layerlab(t, dir, "render", "w.txtar", "-o", "w.svg", "-lang", "ko"); code != 0 {
		t.Fatal(errs)
	}
	if svg, err := os.ReadFile(filepath.Join(dir, "w.svg")); err != nil || !strings.Contains(string(svg), "레이어 1, COPY Dockerfile /") {
		t.Errorf("w.svg: %v\n%s", err, svg)
	}
	for _, args := range [][]string{{"render"}, {"render", "none.txtar"}, {"render", "bad.txtar"}, {"render", "-lang", "fr", "w.txtar"}} {
		if out, errs, code := layerlab(t, dir, args...); code == 0 || errs == "" || out != "" {
			t.Errorf("%v: exit %d, %s%s", args, code, out, errs)
		}
	}
}

func TestCase(t *testing.T) {
	dir := folder(t, map[string]string{"cases.jsonl": `{"name":"ok","dockerfile":"FROM scratch\nCOPY a /\n","source_date_epoch":1700000000,"context":[{"path":"a","type":"file","mode":"644","text":"a","mtime":"1600000000.5"}]}
{"name":"bad","dockerfile":"FROM alpine\nRUN echo out; echo err >&2; exit 3\n","source_date_epoch":1700000000,"error":{"exit_code":3,"text":"x"}}
`})
	out, errs, code := layerlab(t, dir, "case", "cases.jsonl")
	if code != 0 {
		t.Fatal(errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 || lines[2] != `{"equal":1,"unequal":0}` {
		t.Fatalf("printed %q", lines)
	}
	var bad struct {
		RunStdout []string `json:"run_stdout"`
		RunStderr []string `json:"run_stderr"`
		Error     string   `json:"error"`
		ExitCode  *int     `json:"exit_code"`
	}
	if err := json.Unmarshal([]byte(lines[1]), &bad); err != nil {
		t.Fatal(err)
	}
	if bad.ExitCode == nil || *bad.ExitCode != 3 || !slices.Equal(bad.RunStdout, []string{"out\n"}) || !slices.Equal(bad.RunStderr, []string{"err\n"}) || !strings.Contains(bad.Error, "exit code: 3") {
		t.Errorf("a failing case gave %s", lines[1])
	}
}
