package host_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/host"
)

// A client that waits for a process without end is told so, and the process runs
// on.
func TestEndless(t *testing.T) {
	for _, text := range []string{"while true; do :; done", "while true; do echo x; sleep 1; done"} {
		h := hostWithAlpine(t)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		made(t, h, "loop", script(text), container.HostConfig{})
		wait, err := h.ContainerAttach(ctx, "loop", types.ContainerAttachOptions{Stream: true, Stdout: true}, host.Streams{Output: func(int, []byte) {}})
		if err != nil {
			t.Fatal(err)
		}
		clients := map[string]func() error{
			"attach": wait,
			"wait": func() error {
				wait, err := h.ContainerWait(ctx, "loop", "")
				if err == nil {
					_, err = wait()
				}
				return err
			},
			"logs": func() error {
				return h.ContainerLogs(ctx, "loop", types.ContainerLogsOptions{ShowStdout: true, Follow: true}, host.Streams{Output: func(int, []byte) {}})
			},
		}
		for name, client := range clients {
			if err := client(); err == nil || !strings.Contains(err.Error(), "comes to a limit") {
				t.Errorf("%s: %s: %v", text, name, err)
			}
		}
		if i, _, err := h.ContainerInspect("loop", false); err != nil || !i.State.Running {
			t.Errorf("%s: it does not run on: %v", text, err)
		}
	}
}
