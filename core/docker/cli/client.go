package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"

	"layerlab.dev/core/host"
)

// Client is the daemon as docker's client library gives it to the commands:
// its errors are in that library's words. What is not here is asked of the
// Engine, and its error passed to Daemon.
type Client struct{ host.Engine }

// ImageInspect is Engine's.
func (c Client) ImageInspect(name string) (types.ImageInspect, []byte, error) {
	if name == "" {
		return types.ImageInspect{}, nil, &DaemonError{http.StatusNotFound, "Error: No such image: "}
	}
	v, raw, err := c.Engine.ImageInspect(name)
	return v, raw, object(err, "image", name)
}

// ImageRemove is Engine's.
func (c Client) ImageRemove(name string, o types.ImageRemoveOptions) ([]types.ImageDeleteResponseItem, error) {
	if name == "" { // the request's path is then that of nothing
		return nil, &DaemonError{http.StatusNotFound, "Error: No such image: "}
	}
	v, err := c.Engine.ImageRemove(name, o)
	return v, object(err, "image", name)
}

// ImageHistory is Engine's.
func (c Client) ImageHistory(name string) ([]image.HistoryResponseItem, error) {
	v, err := c.Engine.ImageHistory(name)
	return v, Daemon(err)
}

// ContainerInspect is Engine's.
func (c Client) ContainerInspect(name string, size bool) (types.ContainerJSON, []byte, error) {
	if name == "" {
		return types.ContainerJSON{}, nil, &DaemonError{http.StatusNotFound, "Error: No such container: "}
	}
	v, raw, err := c.Engine.ContainerInspect(name, size)
	return v, raw, object(err, "container", name)
}

// ContainerRemove is Engine's.
func (c Client) ContainerRemove(ctx context.Context, name string, o types.ContainerRemoveOptions) error {
	return object(c.Engine.ContainerRemove(ctx, name, o), "container", name)
}

// ContainerLogs is Engine's.
func (c Client) ContainerLogs(ctx context.Context, name string, o types.ContainerLogsOptions, s host.Streams) error {
	return object(c.Engine.ContainerLogs(ctx, name, o, s), "container", name)
}

// ContainerCreate is Engine's.
func (c Client) ContainerCreate(ctx context.Context, config *container.Config, hostConfig *container.HostConfig, networks *network.NetworkingConfig, platform, name string) (container.ContainerCreateCreatedBody, error) {
	v, err := c.Engine.ContainerCreate(ctx, config, hostConfig, networks, platform, name)
	return v, Daemon(err)
}

// ContainerStatPath is Engine's.
func (c Client) ContainerStatPath(name, path string) (types.ContainerPathStat, error) {
	if path == "" {
		return types.ContainerPathStat{}, &DaemonError{http.StatusBadRequest, "Error response from daemon: bad parameter: pathcannot be empty"}
	}
	v, err := c.Engine.ContainerStatPath(name, path)
	return v, object(err, "container:path", name+":"+path)
}

// CopyFromContainer is Engine's.
func (c Client) CopyFromContainer(ctx context.Context, name, path string, to io.Writer) (types.ContainerPathStat, error) {
	if path == "" {
		return types.ContainerPathStat{}, &DaemonError{http.StatusBadRequest, "Error response from daemon: bad parameter: pathcannot be empty"}
	}
	v, err := c.Engine.CopyFromContainer(ctx, name, path, to)
	return v, object(err, "container:path", name+":"+path)
}

// CopyToContainer is Engine's.
func (c Client) CopyToContainer(ctx context.Context, name, path string, archive io.Reader, o types.CopyToContainerOptions) error {
	return object(c.Engine.CopyToContainer(ctx, name, path, archive, o), "container:path", name+":"+path)
}

// VolumeInspect is Engine's.
func (c Client) VolumeInspect(name string) (types.Volume, []byte, error) {
	if name == "" {
		return types.Volume{}, nil, &DaemonError{http.StatusNotFound, "Error: No such volume: "}
	}
	v, raw, err := c.Engine.VolumeInspect(name)
	return v, raw, object(err, "volume", name)
}

// VolumeRemove is Engine's.
func (c Client) VolumeRemove(name string, force bool) error {
	return object(c.Engine.VolumeRemove(name, force), "volume", name)
}

// NetworkInspect is Engine's.
func (c Client) NetworkInspect(name string, o types.NetworkInspectOptions) (types.NetworkResource, []byte, error) {
	if name == "" {
		return types.NetworkResource{}, nil, &DaemonError{http.StatusNotFound, "Error: No such network: "}
	}
	v, raw, err := c.Engine.NetworkInspect(name, o)
	return v, raw, object(err, "network", name)
}
