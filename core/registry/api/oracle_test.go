package api_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/api"
	"layerlab.dev/core/vfs"
)

var update = flag.Bool("update", false, "record the answers of the installed docker-registry anew")

const (
	recording    = "testdata/distribution-2.8.2.jsonl"
	recordedDisk = "testdata/distribution-2.8.2.disk"
)

// answer is what a registry said to a step of the table.
type answer struct {
	Name string `json:"name"`
	Head string `json:"head"` // in its order, without Date
	Body string `json:"body"`
}

// masks cover what is random in the real one: names and tokens of uploads, the
// key and signature of schema 1.
var masks = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), "<UUID>"},
	{regexp.MustCompile(`_state=[A-Za-z0-9_=%-]+`), "_state=<STATE>"},
	{regexp.MustCompile(`"(kid|x|y|signature|protected)": "[^"]+"`), `"$1": "<$1>"`},
	{regexp.MustCompile(`http://(?:127\.0\.0\.1:\d+|localhost:5000)/`), "http://HOST/"},
	{regexp.MustCompile(`(boundary=|--)[0-9a-f]{60}`), "$1<BOUNDARY>"},
	{regexp.MustCompile(`Date: [^\r]*\r\n`), ""},
}

// tagList is put in order: the real registry gives it in that of its filesystem.
var tagList = regexp.MustCompile(`"tags":\[[^\]]+\]`)

func mask(s string) string {
	if !utf8.ValidString(s) {
		return fmt.Sprintf("base64:%s", base64.StdEncoding.EncodeToString([]byte(s)))
	}
	s = tagList.ReplaceAllStringFunc(s, func(l string) string {
		names := strings.Split(l[len(`"tags":[`):len(l)-1], ",")
		slices.Sort(names)
		return `"tags":[` + strings.Join(names, ",") + "]"
	})
	for _, m := range masks {
		s = m.pattern.ReplaceAllString(s, m.by)
	}
	return s
}

// table runs the steps over ask, which gives the raw head and the body of an
// answer, and hands every answer to see.
func table(t *testing.T, ask func(s step, target string) (string, string), see func(s step, a answer)) {
	t.Helper()
	location := ""
	for _, s := range steps {
		target := strings.ReplaceAll(s.target, "{location}", location)
		if strings.Contains(target, "?") && strings.Count(target, "?") > 1 {
			i := strings.LastIndexByte(target, '?')
			target = target[:i] + "&" + target[i+1:]
		}
		head, body := ask(s, target)
		for line := range strings.SplitSeq(head, "\r\n") {
			if l, ok := strings.CutPrefix(line, "Location: "); ok {
				if u, err := url.Parse(l); err == nil {
					location = u.RequestURI()
				}
			}
		}
		see(s, answer{s.name, mask(head), mask(body)})
	}
}

// ours answers from a State, without HTTP.
func ours(s *registry.State) func(step, string) (string, string) {
	*s = registry.New(1_600_000_000e9)
	return func(st step, target string) (string, string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			panic(err)
		}
		h := api.Header{}
		for k, v := range st.header {
			h[k] = []string{v}
		}
		var res *api.Response
		*s, res = api.Serve(*s, api.Request{Method: st.method, Host: "localhost:5000", Path: u.Path, Query: u.RawQuery, Header: h, Body: vfs.String(st.body)})
		b, err := res.Body.Bytes()
		if err != nil {
			panic(err)
		}
		return string(res.Head(s.Now())), string(b)
	}
}

// real asks a registry over a socket and keeps the head as it came.
func real(t *testing.T, address string) func(step, string) (string, string) {
	return func(s step, target string) (string, string) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		var req bytes.Buffer
		fmt.Fprintf(&req, "%s %s HTTP/1.1\r\nHost: %s\r\n", s.method, target, address)
		for k, v := range s.header {
			fmt.Fprintf(&req, "%s: %s\r\n", k, v)
		}
		if s.body != "" || s.method == "PUT" || s.method == "POST" || s.method == "PATCH" {
			fmt.Fprintf(&req, "Content-Length: %d\r\n", len(s.body))
		}
		req.WriteString("\r\n" + s.body)
		if _, err := conn.Write(req.Bytes()); err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		r := bufio.NewReader(io.TeeReader(conn, &raw))
		res, err := http.ReadResponse(r, &http.Request{Method: s.method})
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil && err != io.ErrUnexpectedEOF {
			t.Fatalf("%s: %v", s.name, err)
		}
		head, _, _ := strings.Cut(raw.String(), "\r\n\r\n")
		return head + "\r\n\r\n", string(body)
	}
}

// installed starts Debian's docker-registry on an empty folder and returns its
// address and the folder; "" where it is not installed.
func installed(t *testing.T) (address, dir string) {
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		return "", ""
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	l.Close()
	dir = t.TempDir()
	config := filepath.Join(dir, "config.yml")
	text := "version: 0.1\nlog: {accesslog: {disabled: true}, level: error}\nstorage:\n  cache: {blobdescriptor: inmemory}\n  filesystem: {rootdirectory: " + dir + "/data}\n" +
		"  delete: {enabled: true}\nhttp:\n  addr: " + address + "\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "serve", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address, dir
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("docker-registry did not begin to listen within 5 s")
	return "", ""
}

// TestRecorded holds every answer to the one that distribution 2.8.2 gave.
func TestRecorded(t *testing.T) {
	if *update {
		record(t)
	}
	f, err := os.Open(recording)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recorded := map[string]answer{}
	lines := json.NewDecoder(f)
	for lines.More() {
		var a answer
		if err := lines.Decode(&a); err != nil {
			t.Fatal(err)
		}
		recorded[a.Name] = a
	}
	if len(recorded) != len(steps) {
		t.Errorf("%d answers are recorded for %d steps: run with -update where docker-registry is installed", len(recorded), len(steps))
	}
	disk := listTree(compare(t, recorded).Disk())
	b, err := os.ReadFile(recordedDisk)
	if err != nil {
		t.Fatal(err)
	}
	compareDisks(t, disk, strings.Split(strings.TrimSuffix(string(b), "\n"), "\n"))
}

// TestInstalled holds every answer to the registry that is installed here.
func TestInstalled(t *testing.T) {
	address, dir := installed(t)
	if address == "" {
		t.Skip("docker-registry (Debian) is not installed: its recorded answers are compared with instead")
	}
	theirs := map[string]answer{}
	table(t, real(t, address), func(s step, a answer) { theirs[s.name] = a })
	s := compare(t, theirs)
	compareDisks(t, listTree(s.Disk()), listFolder(t, dir+"/data"))
}

// compareDisks compares what the storages hold: the kind, size and name of
// everything, and what is in the links.
func compareDisks(t *testing.T, got, want []string) {
	t.Helper()
	for _, l := range got {
		if !slices.Contains(want, l) {
			t.Errorf("our disk alone has %s", l)
		}
	}
	for _, l := range want {
		if !slices.Contains(got, l) {
			t.Errorf("our disk has not %s", l)
		}
	}
	t.Logf("%d names on the disk", len(want))
}

func listTree(t vfs.Tree) []string {
	var all []string
	for p, n := range t.Walk("/") {
		if p != "/" {
			b := []byte{}
			if n.Kind == vfs.File {
				b, _ = n.Blob().Bytes()
			}
			all = append(all, entry(p, n.IsDir(), n.FileMode(), b))
		}
	}
	return sorted(all)
}

func listFolder(t *testing.T, dir string) []string {
	var all []string
	err := filepath.Walk(dir, func(p string, i os.FileInfo, err error) error {
		if err != nil || p == dir {
			return err
		}
		var b []byte
		if !i.IsDir() {
			if b, err = os.ReadFile(p); err != nil {
				return err
			}
		}
		all = append(all, entry(strings.TrimPrefix(p, dir), i.IsDir(), i.Mode(), b))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sorted(all)
}

func entry(p string, dir bool, mode fs.FileMode, content []byte) string {
	switch {
	case dir:
		return mask(fmt.Sprintf("%v %s/", mode, p))
	case path.Base(p) == "link":
		return fmt.Sprintf("%v %s %s", mode, p, content)
	case path.Base(p) == "startedat":
		content = nil
	}
	return mask(fmt.Sprintf("%v %s %x", mode, p, sha256.Sum256(content)))
}

func sorted(all []string) []string { slices.Sort(all); return all }

func compare(t *testing.T, theirs map[string]answer) registry.State {
	t.Helper()
	agree := 0
	var s registry.State
	table(t, ours(&s), func(s step, a answer) {
		want, ok := theirs[s.name]
		switch {
		case !ok:
			t.Errorf("%s: no answer to compare with", s.name)
		case a != want && s.differs == "":
			t.Errorf("%s: %s %s\n got %s%s\nwant %s%s", s.name, s.method, s.target, a.Head, a.Body, want.Head, want.Body)
		case a == want && s.differs != "":
			t.Errorf("%s agrees, and is listed as differing: %s", s.name, s.differs)
		case a == want:
			agree++
		}
	})
	t.Logf("%d of %d answers agree", agree, len(steps))
	return s
}

func record(t *testing.T) {
	address, dir := installed(t)
	if address == "" {
		t.Fatal("-update needs docker-registry")
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	table(t, real(t, address), func(_ step, a answer) {
		if err := e.Encode(a); err != nil {
			t.Fatal(err)
		}
	})
	if err := os.MkdirAll(filepath.Dir(recording), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recording, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recordedDisk, []byte(strings.Join(listFolder(t, dir+"/data"), "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
