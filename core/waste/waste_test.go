package waste_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/waste"
)

// layers edits a tree layer by layer, each by lines "write P TEXT", "rm P",
// "ln OLD P", "mv OLD P", and returns the changes of each.
func layers(t testing.TB, scripts ...string) [][]layer.Change {
	t.Helper()
	tree := vfs.New(0)
	var out [][]layer.Change
	for _, script := range scripts {
		e := tree.Edit()
		for _, line := range strings.Split(script, "; ") {
			w := strings.SplitN(line, " ", 3)
			var err error
			switch w[0] {
			case "write":
				if _, err = e.MkdirAll(filepath.Dir(w[1]), 0o755, 0, 0); err == nil {
					err = e.WriteFile(w[1], vfs.String(w[2]), 0o644, 0, 0)
				}
			case "rm":
				err = e.RemoveAll(w[1])
			case "ln":
				err = e.Link(w[1], w[2])
			case "chmod":
				err = e.Chmod(w[1], 0o600)
			}
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		changes, err := layer.Diff(tree, e.Tree())
		if err != nil {
			t.Fatal(err)
		}
		tree = e.Tree()
		out = append(out, changes)
	}
	return out
}

// made are the layers that BuildKit makes of changes.
func made(t testing.TB, list [][]layer.Change) (out []*layer.Layer) {
	t.Helper()
	for _, changes := range list {
		l, err := layer.New(t.Context(), layer.BuildKit{}.Entries(changes))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

func stack(t testing.TB, scripts ...string) *waste.Stack {
	t.Helper()
	s := waste.New()
	for _, changes := range layers(t, scripts...) {
		s.Apply(changes)
	}
	return s
}

// A table small enough to be added up by hand: what is lost, how often bytes
// are there in vain, and dive's score.
func TestWaste(t *testing.T) {
	for _, test := range []struct {
		name           string
		layers         []string
		lost           []string // path layer-by how bytes
		copies         []string // paths wasted
		minimum, found int64
	}{
		{"nothing", []string{"write /a 12345"}, nil, nil, 5, 5},
		{"removed", []string{"write /a 12345", "rm /a"}, []string{"/a 0-1 removed 5"}, nil, 0, 5},
		{"replaced", []string{"write /a 12345", "write /a 123"}, []string{"/a 0-1 replaced 5"}, nil, 3, 8},
		{"mode only: the bytes are there again", []string{"write /a 12345", "chmod /a"}, []string{"/a 0-1 replaced 5"}, nil, 5, 10},
		{"a directory removed", []string{"write /d/a 123; write /d/b/c 45", "rm /d"},
			[]string{"/d/a 0-1 removed 3", "/d/b/c 0-1 removed 2"}, nil, 10, 10},
		{"replaced twice", []string{"write /a 1", "write /a 22", "write /a 333"},
			[]string{"/a 1-2 replaced 2", "/a 0-1 replaced 1"}, nil, 1, 6},
		{"within one layer", []string{"write /a 1; rm /a; write /b 22"}, nil, nil, 2, 2},
		{"hard link: one name goes", []string{"write /a 123; ln /a /b", "rm /a"}, nil, nil, 0, 3},
		{"hard link: both names go", []string{"write /a 123; ln /a /b", "rm /a; rm /b"}, []string{"/b 0-1 removed 3"}, nil, 0, 3},
		{"three copies waste two", []string{"write /a 1234", "write /b 1234; write /c 1234; write /d 4321"}, nil,
			[]string{"/a /b /c 8"}, 16, 16},
		{"the most wasteful copies first", []string{"write /a 12; write /b 12; write /c 1234; write /d 1234; write /e 34; write /f 34"}, nil,
			[]string{"/c /d 4", "/a /b 2", "/e /f 2"}, 16, 16},
		{"a hidden copy is counted once, as hidden", []string{"write /a 1234; write /b 1234", "rm /a"}, []string{"/a 0-1 removed 4"}, nil, 4, 8},
		{"a hard link is no copy", []string{"write /a 1234; ln /a /b"}, nil, nil, 4, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := stack(t, test.layers...)
			var lost, copies []string
			var hidden, removes int64
			for _, l := range s.Lost() {
				how := "replaced"
				if l.Removed {
					how = "removed"
				}
				lost = append(lost, fmt.Sprintf("%s %d-%d %s %d", l.Path, l.Layer, l.By, how, l.Bytes))
				hidden += l.Bytes
			}
			for n := range test.layers {
				hidden -= s.Hidden(n)
				removes += s.Removes(n) - s.Hidden(n)
			}
			if hidden != 0 || removes != 0 {
				t.Errorf("the sums of the layers differ from those of the files by %d and %d", hidden, removes)
			}
			found, err := s.Copies(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found {
				copies = append(copies, fmt.Sprintf("%s %d", strings.Join(c.Paths, " "), c.Wasted()))
			}
			if !reflect.DeepEqual(lost, test.lost) {
				t.Errorf("lost %q, want %q", lost, test.lost)
			}
			if !reflect.DeepEqual(copies, test.copies) {
				t.Errorf("copies %q, want %q", copies, test.copies)
			}
			if e := waste.Dive(made(t, layers(t, test.layers...))); e.Minimum != test.minimum || e.Discovered != test.found {
				t.Errorf("efficiency %+v, want %d of %d", e, test.minimum, test.found)
			}
		})
	}
	if s := (waste.Efficiency{}).Score(); s != 1 {
		t.Errorf("the score of nothing is %v", s)
	}
	if s := (waste.Efficiency{Minimum: 3, Discovered: 4}).Score(); s != 0.75 {
		t.Errorf("score %v", s)
	}
}

func TestOwner(t *testing.T) {
	s := stack(t, "write /a 1; write /d/b 22", "write /a 333")
	for path, want := range map[string]string{"/a": "1 3 true", "/d/b": "0 2 true", "/none": "0 0 false"} {
		n, bytes, ok := s.Owner(path)
		if got := fmt.Sprint(n, bytes, ok); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestSecrets(t *testing.T) {
	key := "-----BEGIN OPENSSH PRIVATE KEY-----\nabc"
	got, err := waste.Secrets(t.Context(), layers(t,
		"write /app/.env A=b; write /root/.ssh/id_rsa x; write /etc/cert.pem -----BEGIN CERTIFICATE-----",
		"rm /app/.env; write /k "+key+"; write /app/.env.example A=",
		"write /k gone; write /npmrc //r/:_authToken=0123456789; write /aws AKIAIOSFODNN7EXAMPLE; write /no XAKIAIOSFODNN7EXAMPLE",
	))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, s := range got {
		found = append(found, fmt.Sprintf("%s in %d by %d %t: %s, %d", s.Path, s.Layer, s.By, s.Removed, s.Rule, s.Size))
	}
	want := []string{
		"/app/.env in 0 by 1 true: env-file, 3", "/root/.ssh/id_rsa in 0 by -1 false: ssh-key, 1",
		fmt.Sprintf("/k in 1 by 2 false: private-key, %d", len(key)), "/aws in 2 by -1 false: aws-key, 20", "/npmrc in 2 by -1 false: npm-token, 26",
	}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("secrets\n%q\nwant\n%q", found, want)
	}
}

// Each rule finds what it is for, and passes by what only looks like it.
func TestSecretRules(t *testing.T) {
	for _, test := range []struct{ path, text, rule string }{
		{"/app/.env", "A=b", "env-file"}, {"/app/.env.local", "A=b", "env-file"}, {"/app/.env", "", ""},
		{"/.env.example", "A=", ""}, {"/.env.sample", "A=", ""}, {"/.env.template", "A=", ""}, {"/.env.dist", "A=", ""}, {"/app/prod.env", "A=b", ""},
		{"/r/.ssh/id_rsa", "x", "ssh-key"}, {"/id_dsa", "x", "ssh-key"}, {"/id_ecdsa", "x", "ssh-key"}, {"/id_ed25519", "x", "ssh-key"},
		{"/r/.ssh/id_rsa.pub", "x", ""}, {"/r/.ssh/my_id_rsa", "x", ""},
		{"/r/.aws/credentials", "x", "credentials"}, {"/r/.docker/config.json", "x", "credentials"}, {"/r/.git-credentials", "x", "credentials"},
		{"/r/.netrc", "x", "credentials"}, {"/r/.pgpass", "x", "credentials"}, {"/r/.kube/config", "x", "credentials"}, {"/r/.my.cnf", "x", "credentials"},
		{"/k.p12", "x", "key-store"}, {"/k.pfx", "x", "key-store"}, {"/k.jks", "x", "key-store"}, {"/k.kdbx", "x", "key-store"},
		{"/k", "-----BEGIN RSA PRIVATE KEY-----\n", "private-key"}, {"/k", "-----BEGIN PUBLIC KEY-----\nno PRIVATE KEY", ""},
		{"/k", "-----BEGIN RSA PRIVATE KEY-----\n\x00", ""},
		{"/f", "AKIA0123456789ABCDEF", "aws-key"}, {"/f", "AKIA0123456789ABCDE", ""}, {"/f", "a AKIA AKIA0123456789ABCDEF", "aws-key"},
		{"/f", "ghp_" + strings.Repeat("a", 30), "github-token"}, {"/f", "gho_" + strings.Repeat("a", 30), "github-token"},
		{"/f", "github_pat_" + strings.Repeat("a", 30), "github-token"}, {"/f", "glpat-" + strings.Repeat("a", 20), "gitlab-token"},
		{"/f", "xoxb-" + strings.Repeat("1", 20), "slack-token"}, {"/f", "xoxp-" + strings.Repeat("1", 20), "slack-token"},
		{"/f", "sk_live_" + strings.Repeat("1", 16), "stripe-key"}, {"/f", "AIza" + strings.Repeat("1", 35), "google-key"},
		{"/f", "//r/:_authToken=12345678", "npm-token"}, {"/f", "npm_" + strings.Repeat("1", 36), "npm-token"},
		{"/big", strings.Repeat(" ", 64<<10) + "AKIA0123456789ABCDEF", ""},
	} {
		found, err := waste.Secrets(t.Context(), layers(t, "write "+test.path+" "+test.text))
		got := ""
		if len(found) > 0 {
			got = found[0].Rule
		}
		if err != nil || got != test.rule {
			t.Errorf("%s with %.30q: %q, %v, want %q", test.path, test.text, got, err, test.rule)
		}
	}
	// Names of one file are one secret.
	if found, err := waste.Secrets(t.Context(), layers(t, "write /.env A=b; ln /.env /d.env; ln /.env /id_rsa")); err != nil || len(found) != 1 {
		t.Errorf("of hard links %+v, %v", found, err)
	}
}

func TestSettings(t *testing.T) {
	var c image.Config
	c.Config.Env = []string{"PATH=/bin", "DB_PASSWORD=hunter2", "TOKEN_FILE=/run/t", "API_TOKEN="}
	c.History = []ocispec.History{
		{CreatedBy: "RUN |2 V=1 NPM_TOKEN=abc /bin/sh -c echo # buildkit"}, {CreatedBy: "RUN |2 V=1 NPM_TOKEN=abc /bin/sh -c true # buildkit"},
		{CreatedBy: "RUN /bin/sh -c echo |wc # buildkit"}, {CreatedBy: "RUN |9 /bin/sh"},
	}
	want := []waste.Setting{{"ENV", "DB_PASSWORD", "hunter2"}, {"ARG", "NPM_TOKEN", "abc"}}
	if got := waste.Settings(c); !reflect.DeepEqual(got, want) {
		t.Errorf("settings %+v, want %+v", got, want)
	}
}

func ExampleStack() {
	var t testing.T
	s := stack(&t, "write /big 0123456789", "rm /big")
	for _, l := range s.Lost() {
		fmt.Printf("layer %d holds %d bytes of %s, hidden by layer %d\n", l.Layer+1, l.Bytes, l.Path, l.By+1)
	}
	// Output: layer 1 holds 10 bytes of /big, hidden by layer 2
}
