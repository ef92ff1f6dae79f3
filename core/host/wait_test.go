package host_test

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/host"
)

// created returns a container of alpine that is not started yet.
func created(t *testing.T, h *host.Host, command ...string) string {
	t.Helper()
	if err := h.ImagePull(ctx, "alpine:latest", types.ImagePullOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	made, err := h.ContainerCreate(ctx, &container.Config{Image: "alpine", Cmd: command}, &container.HostConfig{}, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// Clients ask for the next exit before they start a container.
func TestWaitForNextExit(t *testing.T) {
	for _, test := range []struct {
		name    string
		command []string
		code    int64
	}{
		{"ends at once", []string{"sh", "-c", "exit 3"}, 3},
		{"ends when it is waited for", []string{"sh", "-c", "sleep 5; exit 4"}, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, _ := newHost(t)
			id := created(t, h, test.command...)
			next, err := h.ContainerWait(ctx, id, container.WaitConditionNextExit)
			if err != nil {
				t.Fatal(err)
			}
			before := h.State().Clock
			if err := h.ContainerStart(ctx, id, types.ContainerStartOptions{}); err != nil {
				t.Fatal(err)
			}
			if passed := h.State().Clock - before; passed > int64(time.Second) {
				t.Errorf("the start took %v of the host's time", time.Duration(passed))
			}
			stopped, err := h.ContainerWait(ctx, id, container.WaitConditionNotRunning)
			if err != nil {
				t.Fatal(err)
			}
			for _, wait := range []func() (container.ContainerWaitOKBody, error){stopped, next} {
				if ok, err := wait(); err != nil || ok.StatusCode != test.code {
					t.Errorf("exit code %d, %v, want %d", ok.StatusCode, err, test.code)
				}
			}
		})
	}
}
