//go:build !js

package dockerfile_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/dockerfile"
)

// buildkitDir is BuildKit's frontend/dockerfile in the module cache, where its
// own test files lie. Looking there needs the go command, which a program for
// the browser has not: hence the build constraint.
func buildkitDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "frontend", "dockerfile")
}

func subdirs(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, e := range entries {
		dirs = append(dirs, filepath.Join(dir, e.Name()))
	}
	return dirs
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBuildKitFiles reads the Dockerfiles of BuildKit's parser tests.
func TestBuildKitFiles(t *testing.T) {
	dir := filepath.Join(buildkitDir(t), "parser")
	same, dirs := 0, subdirs(t, filepath.Join(dir, "testfiles"))
	for _, d := range dirs {
		src := readFile(t, filepath.Join(d, "Dockerfile"))
		compare(t, src)
		f := dockerfile.Parse("Dockerfile", src, dockerfile.Options{})
		got, err := f.Dump()
		if want := string(readFile(t, filepath.Join(d, "result"))); err != nil || got+"\n" != want {
			t.Errorf("%s: %v\n got %s\nwant %s", filepath.Base(d), err, got, want)
			continue
		}
		same++
	}
	if len(dirs) != 33 {
		t.Errorf("%d files, BuildKit v0.34.2 has 33", len(dirs))
	}
	t.Logf("sound files: %d of %d give the same tree", same, len(dirs))

	refused, bad := 0, subdirs(t, filepath.Join(dir, "testfiles-negative"))
	for _, d := range bad {
		src := readFile(t, filepath.Join(d, "Dockerfile"))
		compare(t, src)
		if dockerfile.Parse("Dockerfile", src, dockerfile.Options{}).Err() == nil {
			t.Errorf("%s: no error", filepath.Base(d))
			continue
		}
		refused++
	}
	if len(bad) != 4 {
		t.Errorf("%d bad files, BuildKit v0.34.2 has 4", len(bad))
	}
	t.Logf("bad files: %d of %d are refused", refused, len(bad))

	f := dockerfile.Parse("", readFile(t, filepath.Join(dir, "testfile-line", "Dockerfile")), dockerfile.Options{})
	var got [][2]int
	for _, in := range f.Instructions {
		first, last := in.Location()
		got = append(got, [2]int{first, last})
	}
	if want := [][2]int{{5, 5}, {11, 12}, {17, 31}}; !slices.Equal(got, want) {
		t.Errorf("testfile-line: lines %v, want %v", got, want)
	}
}

// TestBuildKitWords expands the words of BuildKit's shell tests.
func TestBuildKitWords(t *testing.T) {
	dir := filepath.Join(buildkitDir(t), "shell")
	lex := dockerfile.Parse("", []byte("FROM scratch\n"), dockerfile.Options{}).Lex()

	same, total := 0, 0
	env := dockerfile.NewEnv("PWD=/home", "SHELL=bash", "KOREAN=한국어", "NULL=")
	for n, line := range textLines(t, filepath.Join(dir, "envVarTest")) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		cols := strings.Split(line, "|")
		if len(cols) != 3 {
			t.Fatalf("envVarTest:%d: %q", n+1, line)
		}
		if system := strings.TrimSpace(cols[0]); system == "W" || runtime.GOOS == "windows" && system == "U" {
			continue
		}
		total++
		word, want := strings.TrimSpace(cols[1]), strings.TrimSpace(cols[2])
		got, _, err := lex.ProcessWord(word, env)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("envVarTest:%d: %s gives %q, want %q", n+1, word, got, want)
			continue
		}
		same++
	}
	t.Logf("envVarTest: %d of %d words", same, total)

	same, total = 0, 0
	var vars []string
	for n, line := range textLines(t, filepath.Join(dir, "wordsTest")) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if v, ok := strings.CutPrefix(line, "ENV "); ok {
			vars = append(vars, strings.TrimLeft(v, " "))
			continue
		}
		cols := strings.Split(line, "|")
		if len(cols) != 2 {
			t.Fatalf("wordsTest:%d: %q", n+1, line)
		}
		total++
		want := strings.Split(strings.TrimLeft(cols[1], " "), ",")
		got, err := lex.ProcessWords(strings.TrimSpace(cols[0]), dockerfile.NewEnv(vars...))
		if err != nil {
			got = []string{"error"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("wordsTest:%d: %q, want %q", n+1, got, want)
			continue
		}
		same++
	}
	t.Logf("wordsTest: %d of %d lines", same, total)
	if total == 0 {
		t.Error("wordsTest is empty")
	}
}

func textLines(t *testing.T, name string) []string {
	t.Helper()
	var all []string
	s := bufio.NewScanner(strings.NewReader(string(readFile(t, name))))
	for s.Scan() {
		all = append(all, s.Text())
	}
	return all
}
