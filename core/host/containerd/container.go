package containerd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/filters"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/build/classic"
	containers "layerlab.dev/core/container"
	"layerlab.dev/core/host"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store/content"
)

// ContainerCommit makes an image of a container, upon the image it was made of.
func (e Engine) ContainerCommit(ctx context.Context, name string, o types.ContainerCommitOptions) (types.IDResponse, error) {
	var id string
	err := e.Change(func(c *host.Change) error {
		n, err := c.Container(name)
		if err != nil {
			return err
		}
		var ref reference.Named
		if o.Reference != "" {
			if ref, err = reference.ParseNormalizedNamed(o.Reference); err != nil {
				return host.Errorf(400, "%s", err)
			}
			if _, ok := ref.(reference.Canonical); ok {
				return host.Errorf(400, "refusing to create a tag with a digest reference")
			}
			ref = reference.TagNameOnly(ref)
		}
		base := o.Config
		if base == nil {
			base = n.Config
		}
		config, err := classic.Change(containers.Clone(base), o.Changes)
		if err != nil {
			return host.Errorf(400, "%s", err)
		}
		containers.Merge(config, n.Config)
		l, err := upper(ctx, n)
		if err != nil {
			return err
		}
		var parent *image.Image
		if i, ok := c.Store.Image(n.Image); ok {
			parent = i.Made
		}
		made, err := containers.Commit(parent, l, containers.Child{
			Container: n.ID, Author: o.Author, Comment: o.Comment, Created: c.Time(), ContainerConfig: n.Config, Config: config,
		})
		if err != nil {
			return host.Errorf(500, "%s", err)
		}
		m, err := made.Manifest(ctx, image.Options{KeepTimes: true})
		if err != nil {
			return host.Errorf(500, "%s", err)
		}
		t, err := content.OfManifest(m.MediaType, m.JSON, made)
		if err != nil {
			return host.Errorf(500, "%s", err)
		}
		i, err := put(c, t)
		if err != nil {
			return err
		}
		if _, ok := c.Store.Image(n.Image); ok && n.Image != i.ID {
			if c.Store, err = c.Store.SetParent(i.ID, n.Image); err != nil {
				return host.Errorf(500, "%s", err)
			}
		}
		id = i.ID.String()
		if ref != nil {
			return tag(c, i.ID, ref, c.Now())
		}
		return nil
	})
	return types.IDResponse{ID: id}, err
}

// upper is the layer of what a container has changed.
func upper(ctx context.Context, n *host.Container) (*layer.Layer, error) {
	l, err := layer.New(ctx, layer.Overlay2{}.Entries(layer.Upper(n.Lower, n.Tree, nil)))
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	return l, nil
}

// ContainerList lists containers with the sizes that their snapshots take.
func (e Engine) ContainerList(o types.ContainerListOptions) ([]types.Container, error) {
	list, err := e.Host.ContainerList(o)
	if err != nil {
		return list, err
	}
	s := e.State()
	for n := range list {
		if c, err := s.Container(list[n].ID); err == nil && c.State.Running && list[n].HostConfig.NetworkMode != "none" && list[n].HostConfig.NetworkMode != "host" {
			for port := range c.Config.ExposedPorts {
				list[n].Ports = append(list[n].Ports, types.Port{PrivatePort: uint16(port.Int()), Type: port.Proto()})
			}
			slices.SortFunc(list[n].Ports, func(a, b types.Port) int { return int(a.PrivatePort) - int(b.PrivatePort) })
		}
	}
	if !o.Size {
		return list, nil
	}
	for n := range list {
		c, err := s.Container(list[n].ID)
		if err != nil {
			continue
		}
		l, err := upper(context.Background(), c)
		if err != nil {
			continue
		}
		list[n].SizeRw = content.Snapshot(l)
		list[n].SizeRootFs = list[n].SizeRw
		if i, ok := s.Store.Image(c.Image); ok && i.Target != nil {
			list[n].SizeRootFs += i.Target.Snapshots()
		}
	}
	return list, nil
}

// ContainersPrune removes stopped containers and tells the space of their
// snapshots.
func (e Engine) ContainersPrune(ctx context.Context, f filters.Args) (types.ContainersPruneReport, error) {
	before, err := e.ContainerList(types.ContainerListOptions{All: true, Size: true})
	if err != nil {
		return types.ContainersPruneReport{}, err
	}
	report, err := e.Host.ContainersPrune(ctx, f)
	report.SpaceReclaimed = 0
	for _, id := range report.ContainersDeleted {
		for _, c := range before {
			if c.ID == id {
				report.SpaceReclaimed += uint64(c.SizeRw)
			}
		}
	}
	return report, err
}

// ContainerStart words what runc says as Engine 29 does.
func (e Engine) ContainerStart(ctx context.Context, name string, o types.ContainerStartOptions) error {
	return today(e.Host.ContainerStart(ctx, name, o))
}

// ContainerRemove words a refusal as Engine 29 does.
func (e Engine) ContainerRemove(ctx context.Context, name string, o types.ContainerRemoveOptions) error {
	err := e.Host.ContainerRemove(ctx, name, o)
	if a, ok := err.(*host.Error); ok && strings.HasPrefix(a.Text, "You cannot remove a running container") {
		return host.Errorf(a.Status, "cannot remove container %q: container is running: stop the container before removing or force remove", name)
	}
	return err
}

// CopyFromContainer names a missing container as the others do.
func (e Engine) CopyFromContainer(ctx context.Context, name, path string, to io.Writer) (types.ContainerPathStat, error) {
	s := e.State()
	if _, err := s.Container(name); err != nil {
		return types.ContainerPathStat{}, host.Errorf(400, "No such container: %s", name)
	}
	return e.Host.CopyFromContainer(ctx, name, path, to)
}

// ContainerStatPath names a missing container as the others do.
func (e Engine) ContainerStatPath(name, path string) (types.ContainerPathStat, error) {
	s := e.State()
	if _, err := s.Container(name); err != nil {
		return types.ContainerPathStat{}, host.Errorf(400, "No such container: %s", name)
	}
	return e.Host.ContainerStatPath(name, path)
}

// ExecStart words what runc says as Engine 29 does.
func (e Engine) ExecStart(ctx context.Context, id string, check types.ExecStartCheck, s host.Streams) error {
	missing := false
	if out := s.Output; out != nil {
		s.Output = func(stream int, data []byte) {
			if strings.HasPrefix(string(data), "OCI runtime exec failed") {
				missing = strings.Contains(string(data), "not found") || strings.Contains(string(data), "no such file")
				data = []byte(strings.Replace(string(data), ": unknown", "", 1))
			}
			out(stream, data)
		}
	}
	err := today(e.Host.ExecStart(ctx, id, check, s))
	if missing {
		return e.Change(func(c *host.Change) error {
			if x, ok := c.Execs.Get(id); ok {
				failed := *x
				code := 127
				failed.ExitCode = &code
				c.Execs = c.Execs.Set(id, &failed)
			}
			return err
		})
	}
	return err
}

// today words an error of the runtime as the runc of Engine 29 has it.
func today(err error) error {
	a, ok := err.(*host.Error)
	if !ok {
		return err
	}
	text := strings.TrimSuffix(a.Text, ": unknown")
	text = strings.Replace(text, "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec:",
		"failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec:", 1)
	return host.Errorf(a.Status, "%s", text)
}

// ContainerInspect tells of a container's snapshot instead of overlay2's
// directories.
func (e Engine) ContainerInspect(name string, size bool) (types.ContainerJSON, []byte, error) {
	doc, raw, err := e.Host.ContainerInspect(name, size)
	if err != nil {
		return doc, raw, err
	}
	s := e.State()
	var d *ocispec.Descriptor
	if i, ok := s.Store.Image(digest.Digest(doc.Image)); ok && i.Target != nil {
		if m, err := manifest(i, doc.Image, ""); err == nil {
			one := m.Descriptor
			p := m.Platform()
			one.Platform, one.Annotations = &p, nil
			d = &one
		}
	}
	raw, err = snapshotted(raw, d)
	return doc, raw, err
}

// snapshotted puts Storage in the place of GraphDriver, and the manifest at the
// end; the other keys stay as they are.
func snapshotted(raw []byte, d *ocispec.Descriptor) ([]byte, error) {
	in := json.NewDecoder(bytes.NewReader(raw))
	if _, err := in.Token(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteByte('{')
	put := func(key string, value []byte) {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		k, _ := json.Marshal(key)
		out.Write(k)
		out.WriteByte(':')
		out.Write(value)
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			return nil, err
		}
		switch key {
		case "GraphDriver":
			put("Storage", []byte(`{"RootFS":{"Snapshot":{"Name":"overlayfs"}}}`))
		case "Driver":
			put("Driver", []byte(`"overlayfs"`))
		default:
			put(key.(string), value)
		}
	}
	if d != nil {
		value, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		put("ImageManifestDescriptor", value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
