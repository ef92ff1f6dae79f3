package layer

import (
	"archive/tar"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

// extractor extracts one layer into a directory of its own.
type extractor struct {
	o      ApplyOptions
	bottom bool
	top    *vfs.Draft
	// below are the directories of the layers below, the topmost first, and
	// seen what they look like together.
	below  []*vfs.Draft
	seen   vfs.Tree
	shadow *shadow // of the root
	dirs   []dirTime
	spared []Refusal

	// Of the bottom layer alone: the paths that it wrote, which its opaque
	// markers spare; by directory the names in it that have no entry, and those
	// with such names somewhere below; and what was emptied.
	written  map[string]bool
	implied  map[*vfs.Draft][]string
	searched map[*vfs.Draft]map[string]bool
	emptied  map[string]bool
}

func newExtractor(below *Mount, o ApplyOptions) *extractor {
	x := &extractor{o: o, bottom: below == nil || len(below.layers) == 0, top: newDir()}
	x.top.MTime = o.Now
	if x.bottom {
		x.written, x.emptied = map[string]bool{}, map[string]bool{}
		x.implied, x.searched = map[*vfs.Draft][]string{}, map[*vfs.Draft]map[string]bool{}
		return x
	}
	x.below, x.seen = slices.Clone(below.layers), below.tree
	slices.Reverse(x.below)
	x.shadow = &shadow{layers: len(x.below)}
	return x
}

// setgid is the bit by which a directory gives its group to what is made in it.
// The chmod that follows takes the bit itself away again.
const setgid = 0o2000

func newDir() *vfs.Draft {
	return &vfs.Draft{Meta: vfs.Meta{Kind: vfs.Dir, Mode: 0o755}, Entries: map[string]*vfs.Draft{}}
}

// entry extracts a member.
func (x *extractor) entry(e Entry) error {
	name := clean(e.Name)
	dirName, base := path.Split(name)
	if base == "." || base == ".." {
		base = ""
	}
	parents, err := rootPath(x.top, dirName)
	if err != nil {
		return fmt.Errorf("failed to get root path: %w", err)
	}
	if err := fits(parents, base); err != nil {
		return fmt.Errorf("lstat %s: %w", shorten(name), err)
	}
	if base == "" && len(parents) == 0 {
		return nil // the root
	}
	if base == "" {
		parents, base = parents[:len(parents)-1], parents[len(parents)-1]
	}
	dir, err := x.parent(parents)
	if err != nil {
		return err
	}
	if write, err := x.whiteout(dir, parents, base, name); err != nil || !write {
		return err
	}
	return x.write(e, dir, parents, base)
}

// clean makes a member's name what path/filepath makes of it.
func clean(name string) string { return path.Clean(name) }

// write makes the inode of a member in dir, in place of what is there.
func (x *extractor) write(e Entry, dir *vfs.Draft, parents []string, base string) error {
	old := dir.Entries[base]
	if old != nil && (old.Whiteout || old.Kind != vfs.Dir || e.Type != tar.TypeDir) {
		delete(dir.Entries, base)
		old = nil
	}
	if e.Type == tar.TypeLink {
		if err := x.link(e, dir, base); err != nil {
			return err
		}
	} else {
		m, err := e.Meta()
		if err != nil {
			return err
		}
		switch {
		case old != nil:
			x.dress(old, m, e)
		case m.Kind == vfs.Symlink && (m.Target == "" || len(m.Target) >= pathMax):
			return fmt.Errorf("symlink %s: %s", shorten(e.Name), map[bool]string{true: "no such file or directory", false: tooLong}[m.Target == ""])
		case m.Kind == vfs.CharDevice && m.Major == 0 && m.Minor == 0:
			// That is how overlayfs marks what it hides.
			dir.Entries[base] = &vfs.Draft{Meta: m, Whiteout: true, Names: 1}
		default:
			d := &vfs.Draft{Meta: m, Content: e.Content, Names: 1}
			if m.Kind == vfs.Dir {
				d.Entries = map[string]*vfs.Draft{}
			}
			dir.Entries[base] = d
		}
		if m.Kind == vfs.Dir {
			x.dirs = append(x.dirs, dirTime{clean(e.Name), m.MTime})
		}
	}
	dir.MTime = x.now()
	if x.bottom {
		x.written[joined(parents, base)] = true
	}
	return nil
}

func (x *extractor) now() int64 { return x.o.Now }

// dress gives an inode the metadata of an entry. What a chown does besides is
// undone by the chmod after it, but for capabilities, which it takes away.
func (x *extractor) dress(d *vfs.Draft, m vfs.Meta, e Entry) {
	attributes := maps.Clone(d.Xattrs)
	if d.Kind != vfs.Dir {
		delete(attributes, capability)
	}
	for k, v := range m.Xattrs {
		if attributes == nil {
			attributes = map[string]string{}
		}
		attributes[k] = v
	}
	d.Xattrs = attributes
	d.UID, d.GID, d.MTime = m.UID, m.GID, m.MTime
	if d.Kind != vfs.Symlink {
		d.Mode = uint32(e.Mode & 0o7777)
	}
}

// link gives an inode of this layer a further name. Owner, mode and time of the
// entry become those of the inode.
func (x *extractor) link(e Entry, dir *vfs.Draft, base string) error {
	dirName, last := path.Split(e.Linkname)
	parents, err := rootPath(x.top, dirName)
	if err != nil {
		return err
	}
	parts := vfs.Split(path.Join("/"+strings.Join(parents, "/"), last))
	target := x.at(parts)
	refuse := func(why string) error {
		return fmt.Errorf("link %s %s: %s", e.Linkname, e.Name, why)
	}
	if target != nil && target.Whiteout {
		// The device by which overlayfs hides gets a further name: that hides too.
		dir.Entries[base] = target
		return nil
	}
	if target == nil {
		if !x.o.Lenient {
			return refuse("no such file or directory")
		}
		if target = x.lower(e.Linkname); target == nil {
			return refuse("no such file or directory")
		}
		x.spare(e.Name, refuse("no such file or directory"))
	}
	if target.Kind == vfs.Dir {
		return refuse("operation not permitted")
	}
	target.Names++
	dir.Entries[base] = target
	x.dress(target, e.attributes(), e)
	return nil
}

// lower copies a file of the layers below into this one.
func (x *extractor) lower(name string) *vfs.Draft {
	if x.bottom {
		return nil
	}
	at, err := x.seen.RootPath(path.Dir(path.Join("/", name)))
	if err != nil {
		return nil
	}
	n, err := x.seen.Lstat(path.Join(at, path.Base(name)))
	if err != nil || n.Kind == vfs.Dir {
		return nil
	}
	return &vfs.Draft{Meta: n.Meta, Content: n.Blob()}
}

func (x *extractor) spare(entry string, err error) {
	x.spared = append(x.spared, Refusal{Entry: entry, Reason: err})
}

func (x *extractor) at(parts []string) *vfs.Draft {
	d := x.top
	for _, c := range parts {
		if d == nil || d.Kind != vfs.Dir || d.Whiteout {
			return nil
		}
		d = d.Entries[c]
	}
	return d
}

// parent finds the directory that a member goes into. Where it is missing, it
// is made with the owner, mode, time and attributes that it has below.
func (x *extractor) parent(parts []string) (*vfs.Draft, error) {
	d := x.top
	above := x.shadow
	chain := []*vfs.Draft{d}
	for n, c := range parts {
		if !x.bottom {
			above = above.child(c)
		}
		next := d.Entries[c]
		switch {
		case next == nil:
			next = newDir()
			next.MTime, next.Names = x.now(), 1
			if d.Mode&setgid != 0 {
				next.GID = d.GID
			}
			if x.bottom {
				x.imply(chain, parts[:n], c)
			} else if err := x.inherit(next, above); err != nil {
				return nil, err
			}
			d.Entries[c], d.MTime = next, x.now()
		case next.Kind != vfs.Dir || next.Whiteout:
			return nil, fmt.Errorf("mkparent %s: not a directory", joined(parts[:n], c))
		}
		d = next
		chain = append(chain, d)
	}
	return d, nil
}

// imply takes note of a directory of the bottom layer that has no entry; chain
// are the directories that lead to it.
func (x *extractor) imply(chain []*vfs.Draft, parents []string, name string) {
	last := len(chain) - 1
	x.implied[chain[last]] = append(x.implied[chain[last]], name)
	for n := last - 1; n >= 0; n-- {
		names := x.searched[chain[n]]
		if names[parents[n]] {
			return
		}
		if names == nil {
			names = map[string]bool{}
			x.searched[chain[n]] = names
		}
		names[parents[n]] = true
	}
}

// inherit gives a directory without an entry what it has in the topmost layer
// below that has its path.
func (x *extractor) inherit(d *vfs.Draft, s *shadow) error {
	for n, root := range x.below {
		there, err := s.in(n, root)
		if err != nil {
			return err
		}
		if there == nil {
			continue
		}
		if there.Kind == vfs.Dir && !there.Whiteout {
			d.UID, d.GID, d.Mode, d.MTime = there.UID, there.GID, there.Mode, there.MTime
			d.Xattrs = maps.Clone(there.Xattrs)
		}
		break
	}
	return nil
}

// whiteout carries out a member whose name has a meaning, and tells whether it
// is a file after all.
func (x *extractor) whiteout(dir *vfs.Draft, parents []string, base, name string) (file bool, err error) {
	if base == WhiteoutOpaque {
		if x.bottom {
			x.empty(dir, parents)
		} else {
			dir.Opaque = true
		}
		return false, nil
	}
	hidden, ok := strings.CutPrefix(base, Whiteout)
	if !ok {
		return true, nil
	}
	if hidden == "" || hidden == "." || hidden == ".." {
		return false, fmt.Errorf("invalid whiteout name: %s: invalid archive", base)
	}
	old := dir.Entries[hidden]
	switch {
	case x.bottom && old == nil:
		return false, nil
	case x.bottom:
		delete(dir.Entries, hidden)
	case old != nil:
		err := fmt.Errorf("failed to convert whiteout file %q: file exists", name)
		if !x.o.Lenient {
			return false, err
		}
		x.spare(name, err)
		return false, nil
	default:
		dir.Entries[hidden] = &vfs.Draft{Whiteout: true, Names: 1}
	}
	dir.MTime = x.now()
	return false, nil
}

// empty removes from a directory of the bottom layer what no entry has named,
// with all that is in it; it does so once for every path.
func (x *extractor) empty(dir *vfs.Draft, parents []string) {
	at := "/" + strings.Join(parents, "/")
	if x.emptied[at] {
		return
	}
	x.emptied[at] = true
	x.sweep(dir, parents)
}

func (x *extractor) sweep(dir *vfs.Draft, parents []string) {
	for _, name := range x.implied[dir] {
		if dir.Entries[name] != nil && !x.written[joined(parents, name)] {
			delete(dir.Entries, name)
			dir.MTime = x.now()
		}
	}
	delete(x.implied, dir)
	for name := range x.searched[dir] {
		if d := dir.Entries[name]; d != nil && d.Kind == vfs.Dir {
			x.sweep(d, append(slices.Clone(parents), name))
		}
	}
	delete(x.searched, dir)
}

// finish sets the times of directories.
func (x *extractor) finish() error {
	for _, d := range x.dirs {
		parts, err := rootPath(x.top, d.path)
		if err == nil {
			if n := x.at(parts); n != nil {
				n.MTime = d.mtime
				continue
			}
			err = fmt.Errorf("failed call to UtimesNanoAt for %s: no such file or directory", d.path)
		}
		if !x.o.Lenient {
			return &RefusalError{Refusal{Entry: d.path, Reason: err}}
		}
		x.spare(d.path, err)
	}
	return nil
}
