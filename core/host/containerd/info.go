package containerd

import (
	"context"

	"github.com/docker/docker/api/types"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/store/content"
)

// What the daemon says of itself.
const (
	// APIVersion is the newest version of the API that the daemon speaks.
	APIVersion    = "1.56"
	minAPIVersion = "1.40"
	version       = "29.10.0"
	commit        = "ffffff0"
	built         = "2026-10-01T00:00:00.000000000+00:00"
	goVersion     = "go1.26.8"
	product       = "Docker Engine - Community"
)

// Version returns what docker version shows of the server.
func (e Engine) Version() types.Version {
	v := e.Host.Version()
	v.Platform.Name = product
	v.Version, v.APIVersion, v.MinAPIVersion, v.GitCommit, v.GoVersion, v.BuildTime = version, APIVersion, minAPIVersion, commit, goVersion, built
	v.Components = []types.ComponentVersion{
		{Name: "Engine", Version: version, Details: map[string]string{
			"GitCommit": commit, "ApiVersion": APIVersion, "MinAPIVersion": minAPIVersion, "GoVersion": goVersion,
			"Os": "linux", "Arch": "amd64", "BuildTime": built, "KernelVersion": v.KernelVersion, "Experimental": "false",
		}},
		{Name: "containerd", Version: "v2.3.5", Details: map[string]string{"GitCommit": ""}},
		{Name: "runc", Version: "1.4.4", Details: map[string]string{"GitCommit": "v1.4.4-0-gffffff0"}},
		{Name: "docker-init", Version: "0.19.0", Details: map[string]string{"GitCommit": ""}},
	}
	return v
}

// Info returns what docker info shows of the server.
func (e Engine) Info() types.Info {
	i := e.Host.Info()
	i.ServerVersion = version
	i.Driver = "overlayfs"
	i.DriverStatus = [][2]string{{"driver-type", "io.containerd.snapshotter.v1"}}
	s := e.State()
	i.Images = s.Store.ImageCount()
	return i
}

// DiskUsage returns what docker system df shows: of an image its content and its
// snapshots, those that images share once.
func (e Engine) DiskUsage(ctx context.Context) (types.DiskUsage, error) {
	usage, err := e.Host.DiskUsage(ctx)
	if err != nil {
		return usage, err
	}
	s := e.State()
	list, err := images(&s, types.ImageListOptions{All: true})
	if err != nil {
		return usage, err
	}
	usage.Images, usage.LayersSize = nil, 0
	blobs, chains := map[digest.Digest]int64{}, map[digest.Digest]int{}
	users := map[digest.Digest]int{}
	for _, i := range list {
		t := i.Image.Target
		if t == nil {
			continue
		}
		for _, m := range t.Manifests {
			if m.Present() {
				blobs[m.Descriptor.Digest] = int64(len(m.JSON))
				users[m.Descriptor.Digest]++
			}
			for _, b := range m.Blobs {
				if b.Content != nil {
					blobs[b.Digest] = b.Descriptor.Size
					users[b.Digest]++
				}
			}
		}
		for _, l := range s.Store.Stack(i.Image.Chain) {
			chains[l.ChainID]++
		}
	}
	for _, n := range blobs {
		usage.LayersSize += n
	}
	for c := range chains {
		if l, ok := s.Store.Layer(c); ok {
			usage.LayersSize += content.Snapshot(l.Tar)
		}
	}
	for _, i := range list {
		sum := i.Legacy()
		sum.SharedSize = 0
		for _, l := range s.Store.Stack(i.Image.Chain) {
			if chains[l.ChainID] > 1 {
				sum.SharedSize += content.Snapshot(l.Tar)
			}
		}
		seen := map[digest.Digest]bool{}
		for _, m := range i.Image.Target.Manifests {
			for _, b := range m.Blobs {
				if users[b.Digest] > 1 && b.Content != nil && !seen[b.Digest] {
					seen[b.Digest] = true
					sum.SharedSize += b.Descriptor.Size
				}
			}
		}
		usage.Images = append(usage.Images, &sum)
	}
	containers, err := e.ContainerList(types.ContainerListOptions{All: true, Size: true})
	if err != nil {
		return usage, err
	}
	usage.Containers = []*types.Container{}
	for n := range containers {
		usage.Containers = append(usage.Containers, &containers[n])
	}
	return usage, nil
}

var _ host.Engine = Engine{}
