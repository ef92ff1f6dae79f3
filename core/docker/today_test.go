package docker_test

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"layerlab.dev/core/docker"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/containerd"
)

// help29 is what the client of Engine 29.10.0 with buildx 0.38.2 answered to help
// of every command.
//
//go:embed testdata/help29.jsonl.gz
var help29 []byte

func TestHelpToday(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(help29))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	state := host.NewState(1, 0)
	state.Engine = host.Docker29
	engine := containerd.Of(host.New(state, nil))
	equal, n := 0, 0
	for line := range bytes.Lines(text) {
		var row struct {
			Command, Stdout, Stderr string
			Exit                    int `json:"exit_code"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		n++
		var out, errs bytes.Buffer
		exit := docker.Run(context.Background(), docker.Env{
			Engine: engine, Args: strings.Fields(row.Command)[1:], Stdout: &out, Stderr: &errs, Version: "29",
		})
		if exit != row.Exit || out.String() != row.Stdout || errs.String() != row.Stderr {
			t.Errorf("$ %s: exit %d, want %d\n%s", row.Command, exit, row.Exit, diff(row.Stdout+row.Stderr, out.String()+errs.String()))
			continue
		}
		equal++
	}
	t.Logf("%d of %d equal", equal, n)
}

// diff shows the first line that differs.
func diff(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			other := "(end)"
			if i < len(b) {
				other = b[i]
			}
			return "want " + a[i] + "\ngot  " + other
		}
	}
	return "got more: " + strings.Join(b[len(a):], "\n")
}
