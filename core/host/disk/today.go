package disk

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/store/content"
	"layerlab.dev/core/vfs"
)

// today is the directory /var/lib/docker of a host of Engine 29, which starts its
// containerd itself.
func today(s host.State) *vfs.Node {
	return directory("/var/lib/docker", 0o710, s.Settings.Started, func(d place) {
		d.dir("buildkit", 0o711, func(d place) {
			d.zeros("cache.db", 0o600, 65536)
			d.dir("containerd-overlayfs", 0o711, func(d place) { d.zeros("metadata_v2.db", 0o600, 65536) })
			d.dir("executor", 0o711, nil)
			d.zeros("history_c8d.db", 0o600, 65536)
			d.dir("net", 0o711, nil)
		})
		d.dir("containerd", 0o700, func(d place) {
			d.dir("daemon", 0o700, func(d place) { daemon(d, s) })
		})
		d.dir("containers", 0o710, func(d place) { containers(d, s) })
		d.text("engine-id", 0o600, s.Settings.ID)
		d.dir("image", 0o700, func(d place) { d.zeros("identity-cache.db", 0o600, 32768) })
		d.dir("network", 0o750, func(d place) {
			d.dir("files", 0o750, func(d place) { d.zeros("local-kv.db", 0o644, 65536) })
		})
		d.dir("plugins", 0o700, func(d place) {
			d.dir("storage", 0o755, nil)
			d.dir("tmp", 0o700, nil)
		})
		if s.Containers.Len() > 0 {
			d.dir("rootfs", 0o711, func(d place) {
				d.dir("overlayfs", 0o711, func(d place) {
					for id, c := range s.Containers.All() {
						if c.State.Running {
							d.dir(id, 0o755, func(d place) { d.tree(c.Tree.Root()) })
						}
					}
				})
			})
		}
		for _, name := range []string{"runtimes", "swarm", "tmp"} {
			d.dir(name, 0o700, nil)
		}
		d.dir("volumes", 0o701, func(d place) { volumes(d, s) })
	})
}

// daemon fills the directory of containerd.
func daemon(d place, s host.State) {
	d.dir("io.containerd.content.v1.content", 0o755, func(d place) {
		if s.Store.ImageCount() > 0 || s.BuildCache.Len() > 0 {
			d.dir("blobs", 0o755, func(d place) {
				d.dir("sha256", 0o755, func(d place) { blobs(d, s) })
			})
		}
		d.dir("ingest", 0o755, nil)
	})
	for _, name := range []string{"grpc.v1.introspection", "runtime.v2.task", "sandbox.controller.v1.shim"} {
		d.dir("io.containerd."+name, 0o711, nil)
	}
	d.dir("io.containerd.metadata.v1.bolt", 0o711, func(d place) { d.zeros("meta.db", 0o644, 262144) })
	for _, name := range []string{"blockfile", "erofs", "native"} {
		d.dir("io.containerd.snapshotter.v1."+name, 0o700, nil)
	}
	d.dir("io.containerd.snapshotter.v1.overlayfs", 0o700, func(d place) {
		d.zeros("metadata.db", 0o600, 65536)
		d.dir("snapshots", 0o700, func(d place) { snapshots(d, s) })
	})
	d.dir("tmpmounts", 0o700, nil)
}

// blobs are the documents, the configs and the layers as they are stored, by
// their digests.
func blobs(d place, s host.State) {
	done := map[digest.Digest]bool{}
	add := func(t *content.Target, at int64) {
		if t == nil {
			return
		}
		blob := func(id digest.Digest, b *vfs.Blob) {
			if b != nil && !done[id] {
				done[id] = true
				d.at(at).make(id.Encoded(), vfs.Meta{Kind: vfs.File, Mode: 0o444}, b)
			}
		}
		blob(t.Descriptor.Digest, vfs.Bytes(t.JSON))
		for _, m := range t.Manifests {
			if !m.Present() {
				continue
			}
			blob(m.Descriptor.Digest, vfs.Bytes(m.JSON))
			for _, b := range m.Blobs {
				blob(b.Digest, b.Content)
			}
		}
	}
	for _, i := range s.Store.Images() {
		add(i.Target, i.Since)
	}
	for _, r := range s.BuildCache.All() {
		add(r.Target, r.CreatedAt.UnixNano())
	}
}

// snapshots are the unpacked layers and what containers wrote, in directories
// numbered in the order in which they came.
func snapshots(d place, s host.State) {
	type snapshot struct {
		at    int64
		files func(d place) *vfs.Node
	}
	var list []snapshot
	for _, l := range s.Store.Layers() {
		list = append(list, snapshot{l.Made, func(d place) *vfs.Node { return lowerDiffAt(d, "fs", l) }})
	}
	for id, m := range s.Store.Mounts() {
		c, ok := s.Containers.Get(id)
		if !ok {
			continue
		}
		list = append(list,
			snapshot{m.Made, func(d place) *vfs.Node {
				below, err := s.Store.Tree(m.Parent)
				if err != nil {
					below = vfs.New(0)
				}
				return upperDiffAt(d, "fs", below, c.Lower)
			}},
			snapshot{m.Made + 1, func(d place) *vfs.Node { return upperDiffAt(d, "fs", c.Lower, c.Tree) }})
	}
	slices.SortStableFunc(list, func(a, b snapshot) int { return cmp.Compare(a.at, b.at) })
	for n, x := range list {
		d.at(x.at).dir(strconv.Itoa(n+1), 0o700, func(d place) {
			d.add("fs", x.files(d))
			d.dir("work", 0o711, nil)
		})
	}
}
