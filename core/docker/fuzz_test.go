package docker_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"layerlab.dev/core/docker"
)

// FuzzRun types any words: docker prints something, ends, and says so by its
// exit code.
func FuzzRun(f *testing.F) {
	for i, r := range fuzzSeeds {
		f.Add(r, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, line string, tty bool) {
		var errs strings.Builder
		env := docker.Env{
			Engine: newEmptyDaemon(), Args: strings.Split(line, "\x00"), Stdin: strings.NewReader("y\n"),
			Stdout: io.Discard, Stderr: &errs, Files: newDirectory("/root/w"),
		}
		if tty {
			env.TTY = docker.TTY{Cols: 80, Rows: 24, In: true, Out: true}
		}
		if code := docker.Run(context.Background(), env); code < 0 || code > 255 {
			t.Errorf("docker %q: exit %d", env.Args, code)
		}
	})
}

var fuzzSeeds = []string{
	"images\x00--format\x00{{json .}}", "ps\x00-a\x00--filter\x00name=x", "run\x00-it\x00--rm\x00-v\x00/a:/b\x00alpine\x00sh",
	"run\x00--mount\x00type=bind,source=/a,target=/b\x00-p\x0080-81:90-91/udp\x00alpine", "build\x00-t\x00a:b\x00-f\x00-\x00.",
	"cp\x00a:/b/.\x00../c", "inspect\x00-f\x00{{.Id}}\x00x", "image\x00prune\x00--filter\x00until=1h", "-D\x00system\x00df\x00-v",
	"create\x00--gpus\x00count=1\x00--network\x00name=a,alias=b\x00x", "logs\x00--since\x002020-01-01T00:00:00\x00x", "help\x00run",
	"manifest\x00inspect\x00-v\x00localhost:5000/a@sha256:0000000000000000000000000000000000000000000000000000000000000000",
	"completion\x00bash", "events\x00--since\x001h\x00--format\x00{{.ID}}", "build\x00https://a.b/c.git#d:e",
}
