package host

import (
	"archive/tar"
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/build/classic"
	containers "layerlab.dev/core/container"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// The kinds of a change, as the API numbers them.
const (
	modified = iota
	added
	deleted
)

// ContainerDiff lists what differs from the image, by path. The daemon compares
// the two trees (pkg/archive ChangesDirs): what was copied up without a change
// is not there, and a directory is with everything that changed below it.
func (h *Host) ContainerDiff(name string) ([]container.ContainerChangeResponseItem, error) {
	s := h.State()
	c, err := s.Container(name)
	if err != nil {
		return nil, err
	}
	list := []container.ContainerChangeResponseItem{}
	compare("/", c.Lower.Root(), c.Tree.Root(), func(p string, kind uint8) int {
		list = append(list, container.ContainerChangeResponseItem{Path: p, Kind: kind})
		return len(list)
	}, func(at int, p string) {
		list = slices.Insert(list, at, container.ContainerChangeResponseItem{Path: p, Kind: modified})
	})
	return list, nil
}

// compare tells what differs below a directory: emit adds a change and returns
// how many there are, before puts a directory in front of its own.
func compare(p string, lower, upper *vfs.Node, emit func(string, uint8) int, before func(int, string)) {
	compareAt(p, lower, upper, 0, emit, before)
}

func compareAt(p string, lower, upper *vfs.Node, count int, emit func(string, uint8) int, before func(int, string)) int {
	vfs.Changed(lower, upper, func(name string, l, n *vfs.Node) bool {
		at := path.Join(p, name)
		switch {
		case n == nil:
			count = emit(at, deleted)
			return true
		case l == nil:
			count = emit(at, added)
			if n.IsDir() {
				count = compareAt(at, nil, n, count, emit, before)
			}
			return true
		}
		changed := l.Kind != n.Kind || l.Mode != n.Mode || l.UID != n.UID || l.GID != n.GID || l.Major != n.Major || l.Minor != n.Minor ||
			l.Xattrs["security.capability"] != n.Xattrs["security.capability"] ||
			!n.IsDir() && (l.Time() != n.Time() || l.Size() != n.Size())
		start := count
		if changed {
			count = emit(at, modified)
		}
		if !n.IsDir() {
			return true
		}
		if !l.IsDir() {
			l = nil
		}
		if after := compareAt(at, l, n, count, emit, before); after > count && !changed {
			before(start, at)
			count = after + 1
		} else {
			count = after
		}
		return true
	})
	return count
}

// ContainerCommit makes an image of what a container wrote.
func (h *Host) ContainerCommit(ctx context.Context, name string, o types.ContainerCommitOptions) (types.IDResponse, error) {
	var id string
	if name == "" {
		return types.IDResponse{}, Errorf(400, "invalid name or ID supplied: %q", name)
	}
	err := h.with(name, func(c *Change, n *Container) error {
		var tag reference.Named
		if o.Reference != "" {
			ref, err := reference.ParseNormalizedNamed(o.Reference)
			if err != nil {
				return &Error{500, err.Error()}
			}
			if _, ok := ref.(reference.Canonical); ok {
				return Errorf(400, "refusing to create a tag with a digest reference")
			}
			tag = reference.TagNameOnly(ref)
		}
		base := o.Config
		if base == nil {
			base = n.Config
		}
		config, err := classic.Change(containers.Clone(base), o.Changes)
		if err != nil {
			return &Error{400, err.Error()}
		}
		containers.Merge(config, n.Config)
		if o.Pause && n.State.Running && !n.State.Paused {
			c.logContainer("pause", n.ID, nil)
			defer c.logContainer("unpause", n.ID, nil)
		}
		l, err := layer.New(ctx, layer.Overlay2{}.Entries(layer.Upper(n.Lower, n.Tree, nil)))
		if err != nil {
			return &Error{500, err.Error()}
		}
		var parent *image.Image
		if i, ok := c.Store.Image(n.Image); ok {
			parent = i.Made
		}
		made, err := containers.Commit(parent, l, containers.Child{
			Container: n.ID, Author: o.Author, Comment: o.Comment, Created: c.Time(), ContainerConfig: n.Config, Config: config,
		})
		if err != nil {
			return &Error{500, err.Error()}
		}
		next, i, err := c.Store.Create(made, &c.Random, c.Now())
		if err == nil && n.Image != "" {
			next, err = next.SetParent(i.ID, n.Image)
		}
		if err != nil {
			return &Error{500, err.Error()}
		}
		c.Store = next
		id = i.ID.String()
		ref := ""
		if tag != nil {
			if err := c.tag(i.ID, tag); err != nil {
				return err
			}
			ref = reference.FamiliarString(tag)
		}
		c.logContainer("commit", n.ID, map[string]string{"comment": o.Comment, "imageID": id, "imageRef": ref})
		return nil
	})
	return types.IDResponse{ID: id}, err
}

// ContainerExport writes a container's files as a tar, without what is mounted.
func (h *Host) ContainerExport(ctx context.Context, name string, to io.Writer) error {
	s := h.State()
	c, err := s.Container(name)
	if err != nil {
		return err
	}
	if err := layer.WriteTar(to, tarred(c.Tree.Root(), "", true)); err != nil {
		return Errorf(500, "Error exporting container %s: %v", name, err)
	}
	return h.note(c.ID, "export", nil)
}

// tarred lists a node, and what is below it, as members of a tar under a name;
// inside leaves the node itself out.
func tarred(n *vfs.Node, name string, inside bool) []layer.Entry {
	var list []layer.Entry
	first := map[uint64]string{}
	var walk func(name string, n *vfs.Node, skip bool)
	walk = func(name string, n *vfs.Node, skip bool) {
		if n.Kind == vfs.Socket {
			return
		}
		if !skip {
			e := (layer.Overlay2{}).Entry(strings.TrimSuffix(name, "/"), n)
			if n.Linked() && !n.IsDir() {
				if old, ok := first[n.Ino()]; ok {
					e.Type, e.Linkname, e.Size, e.Content = tar.TypeLink, old, 0, nil
				} else {
					first[n.Ino()] = name
				}
			}
			list = append(list, e)
		}
		if n.IsDir() {
			for child, c := range n.Children() {
				below := child
				if name != "" {
					below = strings.TrimSuffix(name, "/") + "/" + child
				}
				walk(below, c, false)
			}
		}
	}
	walk(name, n, inside)
	return list
}
