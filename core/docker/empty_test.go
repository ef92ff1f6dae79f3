package docker_test

import (
	"context"
	"fmt"
	"io"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/registry"

	"layerlab.dev/core/host"
)

// emptyDaemon is a host without images and containers: of containers it knows
// that there are none.
type emptyDaemon struct{ *host.Host }

func newEmptyDaemon() host.Engine {
	return emptyDaemon{host.New(host.NewState(1, 1_700_000_000e9), nil)}
}

func none(name string) error { return host.Errorf(404, "No such container: %s", name) }

func (emptyDaemon) BuildCachePrune(context.Context, types.BuildCachePruneOptions) (*types.BuildCachePruneReport, error) {
	return &types.BuildCachePruneReport{}, nil
}

func (emptyDaemon) ContainerList(o types.ContainerListOptions) ([]types.Container, error) {
	for _, k := range o.Filters.Keys() {
		if k == "foo" {
			return nil, host.Errorf(400, "Invalid filter 'foo'")
		}
	}
	if o.Filters.ExactMatch("status", "foo") && o.Filters.Contains("status") {
		return nil, host.Errorf(400, "Invalid filter 'status=foo'")
	}
	return nil, nil
}

func (emptyDaemon) ContainerInspect(n string, _ bool) (types.ContainerJSON, []byte, error) {
	return types.ContainerJSON{}, nil, none(n)
}

func (emptyDaemon) ContainerCreate(_ context.Context, c *container.Config, _ *container.HostConfig, _ *network.NetworkingConfig, _, _ string) (container.ContainerCreateCreatedBody, error) {
	return container.ContainerCreateCreatedBody{}, host.Errorf(404, "No such image: %s", c.Image)
}

func (emptyDaemon) ContainerAttach(_ context.Context, n string, _ types.ContainerAttachOptions, _ host.Streams) (func() error, error) {
	return nil, none(n)
}
func (emptyDaemon) ContainerStart(_ context.Context, n string, _ types.ContainerStartOptions) error {
	return none(n)
}
func (emptyDaemon) ContainerWait(_ context.Context, n string, _ container.WaitCondition) (func() (container.ContainerWaitOKBody, error), error) {
	return nil, none(n)
}
func (emptyDaemon) ContainerStop(_ context.Context, n string, _ *int) error { return none(n) }
func (emptyDaemon) ContainerKill(_ context.Context, n, signal string) error {
	if signal == "FOO" {
		return host.Errorf(400, "Invalid signal: FOO")
	}
	return host.Errorf(404, "Cannot kill container: %s: No such container: %s", n, n)
}
func (emptyDaemon) ContainerRestart(_ context.Context, n string, _ *int) error { return none(n) }
func (emptyDaemon) ContainerPause(_ context.Context, n string) error           { return none(n) }
func (emptyDaemon) ContainerUnpause(_ context.Context, n string) error         { return none(n) }
func (emptyDaemon) ContainerRename(_ context.Context, n, _ string) error       { return none(n) }
func (emptyDaemon) ContainerRemove(_ context.Context, n string, _ types.ContainerRemoveOptions) error {
	return none(n)
}
func (emptyDaemon) ContainersPrune(_ context.Context, f filters.Args) (types.ContainersPruneReport, error) {
	if f.Contains("foo") {
		return types.ContainersPruneReport{}, host.Errorf(400, "Invalid filter 'foo'")
	}
	return types.ContainersPruneReport{}, nil
}
func (emptyDaemon) ContainerTop(n string, _ []string) (container.ContainerTopOKBody, error) {
	return container.ContainerTopOKBody{}, none(n)
}
func (emptyDaemon) ContainerDiff(n string) ([]container.ContainerChangeResponseItem, error) {
	return nil, none(n)
}
func (emptyDaemon) ContainerCommit(_ context.Context, n string, _ types.ContainerCommitOptions) (types.IDResponse, error) {
	return types.IDResponse{}, none(n)
}
func (emptyDaemon) ContainerLogs(_ context.Context, n string, _ types.ContainerLogsOptions, _ host.Streams) error {
	return none(n)
}
func (emptyDaemon) ContainerExport(_ context.Context, n string, _ io.Writer) error { return none(n) }
func (emptyDaemon) ContainerStatPath(n, _ string) (types.ContainerPathStat, error) {
	return types.ContainerPathStat{}, none(n)
}
func (emptyDaemon) CopyFromContainer(_ context.Context, n, _ string, _ io.Writer) (types.ContainerPathStat, error) {
	return types.ContainerPathStat{}, none(n)
}
func (emptyDaemon) CopyToContainer(_ context.Context, n, _ string, _ io.Reader, _ types.CopyToContainerOptions) error {
	return none(n)
}
func (emptyDaemon) ContainerResize(n string, _ types.ResizeOptions) error { return none(n) }
func (emptyDaemon) ExecCreate(n string, _ types.ExecConfig) (types.IDResponse, error) {
	return types.IDResponse{}, none(n)
}
func (emptyDaemon) ExecStart(_ context.Context, id string, _ types.ExecStartCheck, _ host.Streams) error {
	return fmt.Errorf("no exec %s", id)
}
func (emptyDaemon) ExecResize(id string, _ types.ResizeOptions) error {
	return fmt.Errorf("no exec %s", id)
}

func (emptyDaemon) ExecInspect(id string) (types.ContainerExecInspect, error) {
	return types.ContainerExecInspect{}, fmt.Errorf("no exec %s", id)
}
func (emptyDaemon) DiskUsage(context.Context) (types.DiskUsage, error) { return types.DiskUsage{}, nil }
func (emptyDaemon) DistributionInspect(context.Context, string) (registry.DistributionInspect, error) {
	return registry.DistributionInspect{}, none("")
}
func (emptyDaemon) ImageImport(_ context.Context, _ io.Reader, _ string, _ types.ImageImportOptions, _ host.Progress) error {
	return none("")
}
func (emptyDaemon) Events(types.EventsOptions) ([]events.Message, error) { return nil, nil }
func (emptyDaemon) RegistryLogin(context.Context, types.AuthConfig) (registry.AuthenticateOKBody, error) {
	return registry.AuthenticateOKBody{}, host.Errorf(500, `Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: no such host`)
}
