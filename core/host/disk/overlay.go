package disk

import (
	"path"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// overlay fills overlay2: a directory for each layer, two for each container,
// and their short names.
func overlay(d place, s host.State) {
	short := map[string]string{}
	for _, l := range s.Store.Layers() {
		short[l.Link] = l.CacheID
		d.at(l.Made).dir(l.CacheID, 0o710, func(d place) {
			if l.Covered {
				d.make("committed", vfs.Meta{Kind: vfs.File, Mode: 0o600}, nil)
			}
			d.add("diff", lowerDiff(d, l))
			d.text("link", 0o644, l.Link)
			if l.Parent != "" {
				d.text("lower", 0o644, lower(s, l.Parent))
				d.dir("work", 0o700, nil)
			}
		})
	}
	for id, m := range s.Store.Mounts() {
		c, ok := s.Containers.Get(id)
		if !ok {
			continue
		}
		short[m.Link], short[m.InitLink] = m.MountID, m.InitID
		below := lower(s, m.Parent)
		used := func(d place) { d.dir("work", 0, nil) }
		d.at(m.Made).dir(m.InitID, 0o710, func(d place) {
			d.make("committed", vfs.Meta{Kind: vfs.File, Mode: 0o600}, nil)
			d.add("diff", initDiff(d, s, c))
			d.text("link", 0o644, m.InitLink)
			if below != "" {
				d.text("lower", 0o644, below)
			}
			d.dir("work", 0o700, used)
		})
		d.at(m.Made).dir(m.MountID, 0o710, func(d place) {
			d.add("diff", upperDiff(d, c.Lower, c.Tree))
			d.text("link", 0o644, m.Link)
			d.text("lower", 0o644, strings.TrimSuffix("l/"+m.InitLink+":"+below, ":"))
			if c.State.Running {
				d.add("merged", vfs.Lazy(c.Tree.Root().Meta, number(d.path+"/merged"), func(add func(string, *vfs.Node)) {
					place{d.path + "/merged", d.time, add}.tree(c.Tree.Root())
				}))
			}
			d.dir("work", 0o700, used)
		})
	}
	d.dir("l", 0o700, func(d place) {
		for link, id := range short {
			d.link(link, "../"+id+"/diff")
		}
	})
}

// lower is the file of that name: the short names of the layers, the top first.
func lower(s host.State, top digest.Digest) string {
	var names []string
	for _, l := range s.Store.Stack(top) {
		names = append(names, "l/"+l.Link)
	}
	for i, j := 0, len(names)-1; i < j; i, j = i+1, j-1 {
		names[i], names[j] = names[j], names[i]
	}
	return strings.Join(names, ":")
}

// lowerDiff is what a layer's tar has left in its directory.
func lowerDiff(d place, l *store.Layer) *vfs.Node { return lowerDiffAt(d, "diff", l) }

func lowerDiffAt(d place, name string, l *store.Layer) *vfs.Node {
	at := d.path + "/" + name
	return vfs.Lazy(vfs.Meta{Kind: vfs.Dir, Mode: 0o755, MTime: l.Made}, number(at), func(add func(string, *vfs.Node)) {
		e := vfs.New(l.Made).Edit()
		for _, entry := range l.Tar.Entries() {
			unpack(e, entry)
		}
		place{at, l.Made, add}.tree(e.Tree().Root())
	})
}

const opaque = layer.Whiteout + layer.Whiteout + ".opq"

// deleted is what overlayfs has in an upper directory for a name that it hides.
var deleted = vfs.Meta{Kind: vfs.CharDevice}

// unpack does with one member of a tar what dockerd does in overlay2: whiteouts
// become devices, opaque markers an attribute. What cannot be placed is left
// out, as it would have been refused.
func unpack(e *vfs.Editor, entry layer.Entry) {
	p := path.Clean("/" + entry.Name)
	dir, base := path.Split(p)
	e.MkdirAll(dir, 0o755, 0, 0)
	switch {
	case p == "/":
	case base == opaque:
		if n, err := e.Tree().Lstat(dir); err == nil {
			e.SetMeta(dir, n.Meta.WithXattr("trusted.overlay.opaque", "y"))
		}
	case strings.HasPrefix(base, layer.Whiteout+layer.Whiteout): // of aufs
	case strings.HasPrefix(base, layer.Whiteout):
		m := deleted
		m.MTime = entry.MTime * 1e9
		e.Place(dir+base[len(layer.Whiteout):], m, nil)
	case entry.Type == '1':
		e.Link("/"+entry.Linkname, p)
	default:
		m, err := entry.Meta()
		if err != nil {
			return
		}
		if n, err := e.Tree().Lstat(p); err == nil && n.IsDir() && m.Kind == vfs.Dir {
			e.SetMeta(p, m)
			return
		}
		e.Place(p, m, entry.Content)
	}
}

// upperDiff is the directory that a container writes to.
func upperDiff(d place, below, now vfs.Tree) *vfs.Node { return upperDiffAt(d, "diff", below, now) }

func upperDiffAt(d place, name string, below, now vfs.Tree) *vfs.Node {
	at := d.path + "/" + name
	return vfs.Lazy(now.Root().Meta, number(at), func(add func(string, *vfs.Node)) {
		e := vfs.New(now.Now()).Edit()
		for _, c := range layer.Upper(below, now, nil) {
			for dir := path.Dir(c.Path); dir != "/"; dir = path.Dir(dir) {
				if _, err := e.Tree().Lstat(dir); err == nil {
					break
				}
				e.MkdirAll(dir, 0o755, 0, 0)
			}
			switch {
			case c.Node == nil:
				m := deleted
				m.MTime = now.Now()
				e.Place(c.Path, m, nil)
			case c.LinkTo != "":
				e.Link(c.LinkTo, c.Path)
			default:
				if n, err := e.Tree().Lstat(c.Path); err == nil && n.IsDir() && c.Node.IsDir() {
					e.SetMeta(c.Path, c.Node.Meta)
				} else {
					e.Place(c.Path, c.Node.Meta, c.Node.Blob())
				}
				if c.Opaque {
					e.SetMeta(c.Path, c.Node.Meta.WithXattr("trusted.overlay.opaque", "y"))
				}
			}
		}
		dates(e, now)
		place{at, d.time, add}.tree(e.Tree().Root())
	})
}

// dates gives the directories of an upper directory what they have in the union.
func dates(e *vfs.Editor, now vfs.Tree) {
	for p, n := range e.Tree().Walk("/") {
		if p == "/" || !n.IsDir() {
			continue
		}
		if u, err := now.Lstat(p); err == nil && u.IsDir() {
			m := u.Meta
			if len(n.Xattrs) > 0 {
				m.Xattrs = n.Xattrs
			}
			e.SetMeta(p, m)
		}
	}
}

// initDiff is the layer of mount points below a container's own.
func initDiff(d place, s host.State, c *host.Container) *vfs.Node {
	img, err := s.Store.Tree(imageChain(s, c))
	if err != nil {
		img = vfs.New(0)
	}
	return upperDiff(d, img, c.Lower)
}

func imageChain(s host.State, c *host.Container) digest.Digest {
	if m, ok := s.Store.Mount(c.ID); ok {
		return m.Parent
	}
	return ""
}
