package disk

import (
	"strings"

	"layerlab.dev/core/host"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Change is one difference between the disks of two States.
type Change struct {
	Path string // below /var/lib/docker, with it
	Kind layer.Kind
	// Before and After are what was there and what is there now, nil where
	// nothing is.
	Before, After *vfs.Node
}

// Changes lists what is different on the disk in after, in bytewise order: what a
// command changed there. Of a directory that came or went only the directory is
// named. Directories of what both States hold unchanged are not looked into.
func Changes(before, after host.State) []Change {
	c := comparison{before: before, after: after}
	c.compare("/var/lib/docker", Root(before), Root(after))
	return c.found
}

type comparison struct {
	before, after host.State
	found         []Change
	same          map[string]bool // directories below overlay2, made when needed
}

func (c *comparison) compare(at string, old, now *vfs.Node) {
	vfs.Changed(old, now, func(name string, a, b *vfs.Node) bool {
		p := at + "/" + name
		switch {
		case a == nil:
			c.found = append(c.found, Change{p, layer.Added, nil, b})
		case b == nil:
			c.found = append(c.found, Change{p, layer.Removed, a, nil})
		case a == b || c.kept(p):
		case a.IsDir() && b.IsDir():
			if differ(a.Meta, b.Meta) {
				c.found = append(c.found, Change{p, layer.Modified, a, b})
			}
			c.compare(p, a, b)
		case a.Kind != b.Kind || differ(a.Meta, b.Meta) || a.Kind == vfs.File && !same(a, b):
			c.found = append(c.found, Change{p, layer.Modified, a, b})
		}
		return true
	})
}

// differ reports whether something else than the time is different: that of a
// directory follows from what is in it.
func differ(a, b vfs.Meta) bool {
	return a.Mode != b.Mode || a.UID != b.UID || a.GID != b.GID || a.Target != b.Target || a.Major != b.Major || a.Minor != b.Minor
}

// kept reports whether a directory is that of something which both States hold
// as it is.
func (c *comparison) kept(p string) bool {
	rest := strings.TrimPrefix(p, "/var/lib/docker/")
	kind, id, _ := strings.Cut(rest, "/")
	if id == "" || strings.Contains(id, "/") && kind != "image" {
		return false
	}
	switch kind {
	case "containers":
		a, _ := c.before.Containers.Get(id)
		b, _ := c.after.Containers.Get(id)
		return a != nil && a == b
	case "volumes":
		a, _ := c.before.Volumes.Get(id)
		b, _ := c.after.Volumes.Get(id)
		return a != nil && a == b
	case "overlay2":
		if c.same == nil {
			c.same = c.layers()
		}
		return c.same[id]
	}
	return false
}

// layers are the directories below overlay2 of the layers and containers that
// both States hold as they are.
func (c *comparison) layers() map[string]bool {
	kept := map[string]bool{}
	for chain, a := range c.before.Store.Layers() {
		if b, ok := c.after.Store.Layer(chain); ok && a.CacheID == b.CacheID && a.Covered == b.Covered {
			kept[a.CacheID] = true
		}
	}
	for id, a := range c.before.Store.Mounts() {
		x, _ := c.before.Containers.Get(id)
		y, _ := c.after.Containers.Get(id)
		if x == nil || x != y {
			continue
		}
		kept[a.MountID], kept[a.InitID] = true, true
	}
	return kept
}
