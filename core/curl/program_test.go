package curl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/curl"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

var update = flag.Bool("update", false, "record what the installed curl and docker-registry say, on localhost:5000: run it in a network namespace of its own")

const recording = "testdata/curl-7.88.1.jsonl"

// said is what a command of the table came to.
type said struct {
	Command string `json:"command"`
	Stdout  string `json:"stdout"`
	Stderr  string `json:"stderr"`
	Code    int    `json:"code"`
}

var masks = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`Date: [^\r\n]*`), "Date: <DATE>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), "<UUID>"},
	{regexp.MustCompile(`_state=[A-Za-z0-9_=%-]+`), "_state=<STATE>"},
	{regexp.MustCompile(`after \d+ ms`), "after <N> ms"},
	// The speeds, and that the real one draws a state of nothing more than once.
	{regexp.MustCompile(`(\r *\d+ +\d+ +\d+ +\d+ +\d+ +\d+) +[0-9.kMG]+( +\d+ [-: ]+?) +[0-9.kMG]+\n`), "$1 <SPEED>$2 <SPEED>\n"},
	{regexp.MustCompile(`(\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0)+`), "$1"},
	// Asking the nameserver again is told again.
	{regexp.MustCompile(`(\* Could not resolve host: nosuch\n)+`), "$1"},
	{regexp.MustCompile(`\r##*O?[^\n\r]*\r`), "\r"},
	{regexp.MustCompile(`"(kid|x|y|signature|protected)": "[^"]+"`), `"$1": "<$1>"`},
}

func mask(s string) string {
	for _, m := range masks {
		s = m.pattern.ReplaceAllString(s, m.by)
	}
	return s
}

type world struct{ n remote.Network }

func (w *world) Network() remote.Network { return w.n }

func (w *world) Change(do func(remote.Network) (remote.Network, error)) (err error) {
	w.n, err = do(w.n)
	return err
}

// machine runs lines one after the other on one tree.
func machine(t *testing.T, w curl.World, screen *proc.Screen) func(line string) said {
	t.Helper()
	img, err := standin.Image("debian")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := img.Tree()
	if err != nil {
		t.Fatal(err)
	}
	e := tree.At(1_600_000_000e9).Edit()
	if err := e.WriteFile("/usr/bin/curl", vfs.String("curl"), 0o755, 0, 0); err != nil {
		t.Fatal(err)
	}
	return func(line string) said {
		out := said{Command: line}
		r, err := shell.Run(context.Background(), e, shell.Config{
			Argv: []string{"/bin/bash", "-c", line}, Env: []string{"PATH=" + proc.DefaultPath, "HOME=/root"}, Dir: "/root", Screen: screen,
			Programs: map[string]func(*proc.Proc) int{"/usr/bin/curl": curl.Program(w)},
			Output: func(fd int, data []byte) {
				if fd == 1 {
					out.Stdout += string(data)
				} else {
					out.Stderr += string(data)
				}
			},
		})
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out.Code = r.ExitCode
		return out
	}
}

// TestRecorded holds every command of the table to what the real curl said, of
// the real registry.
func TestRecorded(t *testing.T) {
	if *update {
		record(t)
	}
	f, err := os.Open(recording)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := &world{remote.New().Serve("localhost:5000", registry.New(1_600_000_000e9))}
	run := machine(t, w, nil)
	d := json.NewDecoder(f)
	n, agree := 0, 0
	for ; d.More(); n++ {
		var want said
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if n >= len(lines) || want.Command != lines[n].command {
			t.Fatalf("the table has changed at %q: record it anew", want.Command)
		}
		got := run(want.Command)
		got.Stdout, got.Stderr = mask(got.Stdout), mask(got.Stderr)
		same := got == want
		switch why := lines[n].differs; {
		case !same && why == "":
			t.Errorf("$ %s\n got %d %q %q\nwant %d %q %q", want.Command, got.Code, got.Stdout, got.Stderr, want.Code, want.Stdout, want.Stderr)
		case same && why != "":
			t.Errorf("$ %s agrees, and is listed as differing: %s", want.Command, why)
		case same:
			agree++
		}
	}
	if n != len(lines) {
		t.Errorf("%d of %d commands are recorded", n, len(lines))
	}
	t.Logf("%d of %d commands agree", agree, n)
}

func record(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	text := "version: 0.1\nlog: {accesslog: {disabled: true}, level: error}\nstorage:\n  filesystem: {rootdirectory: " + dir + "/data}\n  delete: {enabled: true}\nhttp:\n  addr: 127.0.0.1:5000\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	server := exec.Command("docker-registry", "serve", config)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	for range 100 {
		if conn, err := net.Dial("tcp", "127.0.0.1:5000"); err == nil {
			conn.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	work := t.TempDir()
	var all bytes.Buffer
	e := json.NewEncoder(&all)
	e.SetEscapeHTML(false)
	for _, l := range lines {
		cmd := exec.Command("/bin/bash", "-c", l.command)
		cmd.Dir, cmd.Env = work, []string{"PATH=" + proc.DefaultPath, "HOME=" + work}
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if err := e.Encode(said{l.command, mask(out.String()), mask(errs.String()), cmd.ProcessState.ExitCode()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recording, all.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNetwork: what only our network has, a slow link and a registry that
// denies.
func TestNetwork(t *testing.T) {
	w := &world{remote.New().Serve("localhost:5000", registry.New(0)).Forward("localhost:5002", "localhost:5000", 20).Deny("localhost:5003").Serve("registry.local:80", registry.New(0))}
	run := machine(t, w, &proc.Screen{Cols: 80, Rows: 24})
	for _, tt := range []struct{ line, stdout, stderr string }{
		{"curl -s localhost:5003/v2/a/tags/list", `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`, ""},
		{"curl -s -o /dev/null -w '%{time_total} %{speed_download}' localhost:5002/v2/_catalog", "1.000000 20", ""},
		{"curl -s http://registry.local/v2/", "{}", ""},
		{"curl -s --form a=b localhost:5000/", "", "curl: option --form: the installed libcurl version doesn't support this\ncurl: try 'curl --help' or 'curl --manual' for more information\n"},
		{"curl -s localhost:5000/v2/_catalog", "{\"repositories\":[]}\n", ""},
		{"curl localhost:5000/v2/", "{}", ""}, // a terminal: no meter
	} {
		if got := run(tt.line); got.Stdout != tt.stdout || got.Stderr != tt.stderr {
			t.Errorf("$ %s\n got %q %q\nwant %q %q", tt.line, got.Stdout, got.Stderr, tt.stdout, tt.stderr)
		}
	}
	if got := run("curl --help").Stdout; !strings.Contains(got, " -d, --data <data>          HTTP POST data\n") {
		t.Errorf("help: %s", got)
	}
}
