package host

import (
	"context"

	"github.com/docker/docker/api/types"
	"github.com/opencontainers/go-digest"
)

type containerLister interface {
	ContainerList(types.ContainerListOptions) ([]types.Container, error)
}

// DiskUsage returns what docker system df shows.
func (h *Host) DiskUsage(_ context.Context) (types.DiskUsage, error) {
	var usage types.DiskUsage
	if err := h.Change(func(c *Change) error { c.measure(); return nil }); err != nil {
		return usage, err
	}
	s := h.State()
	images, err := s.images(types.ImageListOptions{})
	if err != nil {
		return usage, err
	}
	s.shared(images)
	usage.Images = make([]*types.ImageSummary, len(images))
	for n := range images {
		usage.Images[n] = &images[n]
	}
	usage.LayersSize = s.layersSize()
	usage.Containers = []*types.Container{}
	if lister, ok := any(h).(containerLister); ok {
		containers, err := lister.ContainerList(types.ContainerListOptions{All: true, Size: true})
		if err != nil {
			return usage, err
		}
		for n := range containers {
			usage.Containers = append(usage.Containers, &containers[n])
		}
	}
	usage.Volumes = []*types.Volume{}
	for name, v := range s.Volumes.All() {
		if len(v.Options) > 0 {
			continue // what is mounted there is elsewhere
		}
		sum := v.summary()
		sum.UsageData = &types.VolumeUsageData{Size: v.size(), RefCount: int64(len(s.VolumeUsers(name)))}
		usage.Volumes = append(usage.Volumes, &sum)
	}
	usage.BuildCache = s.records()
	for _, r := range usage.BuildCache {
		usage.BuilderSize += r.Size
	}
	return usage, nil
}

// layersSize sums the layers of the images that docker images shows.
func (s *State) layersSize() int64 {
	var sum int64
	seen := map[digest.Digest]bool{}
	for id, i := range s.Store.Images() {
		if len(s.Store.Names(id)) == 0 && s.Store.HasChildren(id) {
			continue
		}
		for _, l := range s.Store.Stack(i.Chain) {
			if !seen[l.ChainID] {
				seen[l.ChainID] = true
				sum += l.Size
			}
		}
	}
	return sum
}
