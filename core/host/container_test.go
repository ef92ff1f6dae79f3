package host_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/host"
)

// made creates and starts a container of alpine.
func made(t *testing.T, h *host.Host, name string, config container.Config, hc container.HostConfig) string {
	t.Helper()
	config.Image = "alpine"
	body, err := h.ContainerCreate(ctx, &config, &hc, nil, "", name)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ContainerStart(ctx, body.ID, types.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	return body.ID
}

func script(script string) container.Config {
	return container.Config{Cmd: []string{"sh", "-c", script}}
}

// inside runs a command in a container and returns what it wrote.
func inside(t *testing.T, h *host.Host, name, script string) string {
	t.Helper()
	e, err := h.ExecCreate(name, types.ExecConfig{Cmd: []string{"sh", "-c", script}, AttachStdout: true, AttachStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err = h.ExecStart(ctx, e.ID, types.ExecStartCheck{}, host.Streams{Output: func(_ int, data []byte) { b.Write(data) }})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func logs(t *testing.T, h *host.Host, name string) string {
	t.Helper()
	var b strings.Builder
	err := h.ContainerLogs(ctx, name, types.ContainerLogsOptions{ShowStdout: true, ShowStderr: true}, host.Streams{Output: func(_ int, data []byte) { b.Write(data) }})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func status(t *testing.T, h *host.Host, name string) string {
	t.Helper()
	i, _, err := h.ContainerInspect(name, false)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(i.State.Status, " ", i.State.ExitCode)
}

func hostWithAlpine(t *testing.T) *host.Host {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	return h
}

// The clock uncovers what a container does, and an earlier State knows nothing
// of it.
func TestContainerByTheClock(t *testing.T) {
	h := hostWithAlpine(t)
	made(t, h, "one", script("echo a; sleep 10; echo b > /f; echo c; sleep 10; exit 3"), container.HostConfig{})
	start := h.State()
	for _, x := range []struct {
		after        int64
		logs, status string
		changes      int
	}{{0, "a\n", "running 0", 0}, {9, "a\n", "running 0", 0}, {11, "a\nc\n", "running 0", 1}, {21, "a\nc\n", "exited 3", 1}} {
		h.SetClock(start.Clock + x.after*1e9)
		diff, err := h.ContainerDiff("one")
		if err != nil {
			t.Fatal(err)
		}
		if l, s := logs(t, h, "one"), status(t, h, "one"); l != x.logs || s != x.status || len(diff) != x.changes {
			t.Errorf("after %d s: %q %s %v", x.after, l, s, diff)
		}
	}
	h.SetState(start)
	if s := status(t, h, "one"); s != "running 0" {
		t.Errorf("taken back: %s", s)
	}
	if got := inside(t, h, "one", "ls /f; echo x > /g"); !strings.Contains(got, "No such file") {
		t.Errorf("taken back: %q", got)
	}
}

// What one container writes to a volume the others see, whether they run or not.
func TestVolumeOfMany(t *testing.T) {
	h := hostWithAlpine(t)
	shared := container.HostConfig{Binds: []string{"data:/d"}}
	made(t, h, "one", script("sleep 100"), shared)
	made(t, h, "two", script("sleep 100"), shared)
	inside(t, h, "one", "echo 1 > /d/f")
	if got := inside(t, h, "two", "cat /d/f; echo 2 > /d/f"); got != "1\n" {
		t.Errorf("two reads %q", got)
	}
	if got := inside(t, h, "one", "cat /d/f"); got != "2\n" {
		t.Errorf("one reads %q", got)
	}
	made(t, h, "three", script("cat /d/f"), shared)
	if got := logs(t, h, "three"); got != "2\n" {
		t.Errorf("three reads %q", got)
	}
	if diff, _ := h.ContainerDiff("one"); len(diff) != 1 || diff[0].Path != "/d" {
		t.Errorf("differs: %v", diff)
	}
}

// A client types while others look, and its leaving does not end the container.
func TestAttachedClient(t *testing.T) {
	h := hostWithAlpine(t)
	config := container.Config{Image: "alpine", Cmd: []string{"sh"}, Tty: true, OpenStdin: true}
	body, err := h.ContainerCreate(ctx, &config, &container.HostConfig{}, nil, "", "term")
	if err != nil {
		t.Fatal(err)
	}
	in, typed := io.Pipe()
	var mutex sync.Mutex
	var screen strings.Builder
	shown := func(text string) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			mutex.Lock()
			ok := strings.Contains(screen.String(), text)
			mutex.Unlock()
			if ok {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%q is not shown in %q", text, screen.String())
			}
		}
	}
	c, leave := context.WithCancel(ctx)
	wait, err := h.ContainerAttach(c, body.ID, types.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true},
		host.Streams{TTY: true, Stdin: in, Output: func(_ int, data []byte) {
			mutex.Lock()
			defer mutex.Unlock()
			screen.Write(data)
		}})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ContainerStart(ctx, body.ID, types.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- wait() }()
	fmt.Fprint(typed, "echo one > /f\n")
	fmt.Fprint(typed, "echo $((40+2))\n")
	shown("\r\n42\r\n")
	if got := inside(t, h, "term", "cat /f; echo seen > /g"); got != "one\n" {
		t.Errorf("another reads %q", got)
	}
	fmt.Fprint(typed, "cat /g\n")
	shown("seen\r\n")
	fmt.Fprint(typed, "\x10\x11")
	if err := <-done; err == nil || err.Error() != "read escape sequence" {
		t.Errorf("detached: %v", err)
	}
	leave()
	if s := status(t, h, "term"); s != "running 0" {
		t.Errorf("after the client left: %s", s)
	}
	if err := h.ContainerKill(ctx, "term", ""); err != nil || status(t, h, "term") != "exited 137" {
		t.Errorf("killed: %v, %s", err, status(t, h, "term"))
	}
}

func TestRestartPolicy(t *testing.T) {
	h := hostWithAlpine(t)
	made(t, h, "fails", script("echo again; exit 1"), container.HostConfig{RestartPolicy: container.RestartPolicy{Name: "on-failure", MaximumRetryCount: 2}})
	made(t, h, "always", script("sleep 1"), container.HostConfig{RestartPolicy: container.RestartPolicy{Name: "always"}})
	h.SetClock(h.State().Clock + 3600*1e9)
	if s, l := status(t, h, "fails"), logs(t, h, "fails"); s != "exited 1" || l != "again\nagain\nagain\n" {
		t.Errorf("fails: %s %q", s, l)
	}
	i, _, _ := h.ContainerInspect("always", false)
	if !i.State.Running || i.RestartCount < 5 {
		t.Errorf("always: %+v, %d restarts", i.State, i.RestartCount)
	}
	if err := h.ContainerStop(ctx, "always", nil); err != nil {
		t.Fatal(err)
	}
	h.SetClock(h.State().Clock + 3600*1e9)
	if s := status(t, h, "always"); !strings.HasPrefix(s, "exited") {
		t.Errorf("always, stopped: %s", s)
	}
}

// A failed start is kept with its reason, and nothing else changes.
func TestFailedStart(t *testing.T) {
	h := hostWithAlpine(t)
	body, err := h.ContainerCreate(ctx, &container.Config{Image: "alpine", Cmd: []string{"nosuch"}}, nil, nil, "", "bad")
	if err != nil {
		t.Fatal(err)
	}
	const want = `exec: "nosuch": executable file not found in $PATH: unknown`
	if err := h.ContainerStart(ctx, body.ID, types.ContainerStartOptions{}); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("start: %v", err)
	}
	if i, _, _ := h.ContainerInspect("bad", false); i.State.Status != "created" || i.State.ExitCode != 127 || !strings.HasSuffix(i.State.Error, want) {
		t.Errorf("state: %+v", i.State)
	}
}
