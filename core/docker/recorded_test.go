package docker_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/docker"
	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// row is a command that docker 20.10.24 ran, and what became of it.
type row struct {
	Args           []string
	Env            map[string]string
	Stdin          string
	Stdout, Stderr string
	Exit           int
	At             float64 // when, in seconds since the epoch
	Cols, Rows     int     // of the terminal that it ran on; 0: none
	Exchanges      []exchange
}

// rows reads a file of recorded commands.
func rows(t *testing.T, name string) []row {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []row
	for d := json.NewDecoder(z); d.More(); {
		var r row
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// directory is the client's file system in tests.
type directory struct {
	dir    string
	editor *vfs.Editor
}

func newDirectory(dir string) *directory {
	e := vfs.New(1_700_000_000e9).Edit()
	if _, err := e.MkdirAll(dir, 0o755, 0, 0); err != nil {
		panic(err)
	}
	return &directory{dir, e}
}

func (d *directory) Dir() string         { return d.dir }
func (d *directory) Editor() *vfs.Editor { return d.editor }

// play runs a recorded command against an engine.
func play(engine host.Engine, r row, files docker.Files) (stdout, stderr string, exit int) {
	var out, errs bytes.Buffer
	env := docker.Env{
		Version: "20.10",
		Engine:  engine, Args: r.Args, Stdin: strings.NewReader(r.Stdin), Stdout: &out, Stderr: &errs, Files: files,
		Environ: func(name string) string {
			if v, ok := r.Env[name]; ok {
				return v
			}
			return map[string]string{"HOME": "/root", "DOCKER_HOST": "unix:///tmp/docker/d/docker.sock"}[name]
		},
		Now: func() time.Time { return time.Unix(0, int64(r.At*1e9)) },
	}
	if r.Cols > 0 {
		// The terminal shows both streams, and ends lines with \r\n unless it is
		// raw.
		w := &teletype{to: &out}
		env.Stdout, env.Stderr, env.Raw = w, w, func(on bool) { w.raw = on }
		env.TTY = docker.TTY{Cols: r.Cols, Rows: r.Rows, In: true, Out: true}
	}
	exit = docker.Run(context.Background(), env)
	return out.String(), errs.String(), exit
}

// TestEmptyDaemon holds help, usage, flags, refusals and empty lists to what the
// real client printed on a machine whose daemon had no image and no container.
func TestEmptyDaemon(t *testing.T) {
	good := 0
	all := rows(t, "empty.jsonl.gz")
	for _, r := range all {
		stdout, stderr, exit := play(newEmptyDaemon(), r, newDirectory("/root/w"))
		if stdout == r.Stdout && stderr == r.Stderr && exit == r.Exit {
			good++
			continue
		}
		t.Errorf("docker %q: exit %d, docker's %d\nstdout %q\ndocker %q\nstderr %q\ndocker %q",
			r.Args, exit, r.Exit, stdout, r.Stdout, stderr, r.Stderr)
	}
	t.Logf("%d of %d commands agree with docker 20.10.24", good, len(all))
}

type teletype struct {
	to  *bytes.Buffer
	raw bool
}

func (t *teletype) Write(p []byte) (int, error) {
	if t.raw {
		return t.to.Write(p)
	}
	t.to.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), nil
}

// TestRecordedAnswers gives every command the answers that the real daemon gave
// to the real client, and holds what is asked and what is printed to it.
func TestRecordedAnswers(t *testing.T) {
	good := 0
	all := append(rows(t, "api.jsonl.gz"), append(rows(t, "api2.jsonl.gz"), rows(t, "made.jsonl.gz")...)...)
	for _, r := range all {
		ok := t.Run(strings.Join(r.Args, " "), func(t *testing.T) {
			stdout, stderr, exit := play(&recordedAPI{t: t, left: r.Exchanges}, r, recordedDirectory(r))
			if unordered(r, stdout) != unordered(r, r.Stdout) || raced(stderr) != raced(r.Stderr) || exit != r.Exit {
				t.Errorf("exit %d, docker's %d\nstdout %q\ndocker %q\nstderr %q\ndocker %q", exit, r.Exit, stdout, r.Stdout, stderr, r.Stderr)
			}
		})
		if ok {
			good++
		}
	}
	t.Logf("%d of %d commands agree with docker 20.10.24", good, len(all))
}

var waiting = regexp.MustCompile(`(?m)^time="[^"]*" level=error msg="error waiting for container: context canceled"\n`)

// raced leaves out the line that a container which does not start sometimes
// brings, as docker's own two requests run a race.
func raced(text string) string { return waiting.ReplaceAllString(text, "") }

var address = regexp.MustCompile(`0x[0-9a-f]+`)

// unordered evens out what docker leaves to chance: the order of an image's
// repositories and of a container's labels, and addresses in memory.
func unordered(r row, text string) string {
	text = address.ReplaceAllString(text, "0x")
	images := slices.Contains(r.Args, "images") || r.Args[0] == "image" && (r.Args[1] == "ls" || r.Args[1] == "list")
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if list, ok := strings.CutPrefix(l, "labels: "); ok {
			labels := strings.Split(list, ",")
			slices.Sort(labels)
			lines[i] = "labels: " + strings.Join(labels, ",")
		}
	}
	for i, l := range lines {
		if list, ok := strings.CutPrefix(l, " Runtimes: "); ok {
			names := strings.Fields(list)
			slices.Sort(names)
			lines[i] = " Runtimes: " + strings.Join(names, " ")
		}
	}
	if images {
		slices.Sort(lines)
	}
	return strings.Join(lines, "\n")
}

// recordedDirectory is where the recorded commands ran.
func recordedDirectory(r row) *directory {
	d := newDirectory("/root/w")
	files := map[string]*vfs.Blob{
		"/root/w/ctx/Dockerfile": vfs.String("FROM alpine\nRUN echo one\nRUN echo two >&2\nCOPY Dockerfile /\nCMD [\"x\"]\n"),
		"/dev/null":              vfs.String(""),
		"/root/w/env":            vfs.String("A=1\n# c\n\nB=two words\nNOVALUE\n  C=3\n"),
		"/root/w/lab":            vfs.String("k=v\nonly\n"),
		"/root/w/badenv":         vfs.String("a b=c\n"),
		"/root/w/badenv2":        vfs.String("=x\n"),
	}
	if slices.ContainsFunc(r.Args, func(a string) bool { return strings.HasPrefix(a, "ctx/Bad") }) || r.Cols > 0 {
		files["/root/w/ctx/Bad"] = vfs.String("FROM alpine\nRUN exit 4\n")
		files["/root/w/ctx/Bad2"] = vfs.String("FROM alpine\nNOPE\n")
	}
	if r.Cols > 0 {
		files["/root/w/ctx/big"] = vfs.Zeros(3_000_000)
	}
	for name, content := range files {
		if _, err := d.editor.MkdirAll(path.Dir(name), 0o755, 0, 0); err != nil {
			panic(err)
		}
		if err := d.editor.WriteFile(name, content, 0o644, 0, 0); err != nil {
			panic(err)
		}
	}
	return d
}
