package disk

import (
	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// Root returns the directory /var/lib/docker of a host.
func Root(s host.State) *vfs.Node {
	if s.Engine == host.Docker29 {
		return today(s)
	}
	t := s.Settings.Started
	return directory("/var/lib/docker", 0o710, t, func(d place) {
		d.dir("buildkit", 0o711, buildkit)
		d.dir("containerd", 0o700, containerd)
		d.dir("containers", 0o710, func(d place) { containers(d, s) })
		d.dir("image", 0o700, func(d place) {
			d.dir("overlay2", 0o700, func(d place) { images(d, s) })
		})
		d.dir("network", 0o750, func(d place) {
			d.dir("files", 0o750, func(d place) { d.zeros("local-kv.db", 0o644, 65536) })
		})
		d.dir("overlay2", 0o710, func(d place) { overlay(d, s) })
		d.dir("plugins", 0o700, func(d place) {
			d.dir("storage", 0o755, func(d place) { d.dir("ingest", 0o755, nil) })
			d.dir("tmp", 0o700, nil)
		})
		for _, name := range []string{"runtimes", "swarm", "tmp", "trust"} {
			d.dir(name, 0o700, nil)
		}
		d.dir("volumes", 0o701, func(d place) { volumes(d, s) })
	})
}

func buildkit(d place) {
	for name, size := range map[string]int64{"metadata_v2.db": 16384, "cache.db": 32768, "snapshots.db": 16384} {
		d.zeros(name, 0o600, size)
	}
	d.zeros("containerdmeta.db", 0o644, 16384)
	d.dir("executor", 0o711, nil)
	d.dir("content", 0o755, func(d place) { d.dir("ingest", 0o755, nil) })
}

func containerd(d place) {
	d.dir("daemon", 0o700, func(d place) {
		d.dir("io.containerd.content.v1.content", 0o755, func(d place) { d.dir("ingest", 0o755, nil) })
		d.dir("io.containerd.metadata.v1.bolt", 0o711, func(d place) { d.zeros("meta.db", 0o644, 131072) })
		for _, name := range []string{"io.containerd.runtime.v1.linux", "io.containerd.runtime.v2.task"} {
			d.dir(name, 0o711, nil)
		}
		for _, name := range []string{"btrfs", "native", "overlayfs"} {
			d.dir("io.containerd.snapshotter.v1."+name, 0o700, func(d place) { d.dir("snapshots", 0o700, nil) })
		}
		d.dir("tmpmounts", 0o700, nil)
	})
}

func volumes(d place, s host.State) {
	d.make("backingFsBlockDev", vfs.Meta{Kind: vfs.BlockDevice, Mode: 0o600, Major: 254}, nil)
	d.zeros("metadata.db", 0o600, 32768)
	for name, v := range s.Volumes.All() {
		d.at(v.Created.UnixNano()).dir(name, 0o701, func(d place) {
			files := v.Files
			if files == nil {
				d.dir("_data", 0o755, nil)
				return
			}
			at := d.path + "/_data"
			d.add("_data", vfs.Lazy(files.Meta, number(at), func(add func(string, *vfs.Node)) {
				place{at, d.time, add}.tree(files)
			}))
		})
	}
}
