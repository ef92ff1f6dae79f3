package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"

	"github.com/moby/patternmatcher"
	mode "github.com/tonistiigi/dchapes-mode"

	"layerlab.dev/core/vfs"
)

// copier copies one source into a tree as tonistiigi/fsutil/copy does with the
// options BuildKit gives it; the names below are that package's.
type copier struct {
	ctx context.Context
	e   *vfs.Editor
	src vfs.Tree
	copyMode
	bottom           bool // nothing is below the layer
	include, exclude *patternmatcher.PatternMatcher
	inodes           map[uint64]string
	parents          []parentDir
}

// copyMode is what --chown and --chmod say.
type copyMode struct {
	owner   *owner // nil: as the source
	mode    *uint32
	modeSet *mode.Set
}

// dirMode is the mode of directories made on the way to the destination.
func (m copyMode) dirMode() uint32 {
	if m.mode != nil {
		return *m.mode & 0o777
	}
	return 0o755
}

// dirOwner is the owner of such directories; -1 leaves it to mkdir(2).
func (m copyMode) dirOwner() owner {
	if m.owner != nil {
		return *m.owner
	}
	return owner{-1, -1}
}

// meta is the metadata of a copy of n over what is at its place (nil: nothing).
func (m copyMode) meta(n, over *vfs.Node) vfs.Meta {
	out := n.Meta
	if m.owner != nil {
		var was owner
		if over != nil {
			was = owner{over.UID, over.GID}
		}
		o := m.owner.over(was.uid, was.gid)
		out.UID, out.GID = o.uid, o.gid
	}
	if n.Kind != vfs.Symlink {
		if m.modeSet != nil {
			out.Mode = vfs.ModeBits(m.modeSet.Apply(n.FileMode()))
		} else if m.mode != nil {
			out.Mode = *m.mode
		}
	}
	if over != nil && len(over.Xattrs) > 0 {
		x := maps.Clone(over.Xattrs)
		maps.Copy(x, n.Xattrs)
		out.Xattrs = x
	}
	return out
}

// parentDir is a directory on the way to what is being copied; it is made only
// when something in it matches.
type parentDir struct {
	src    *vfs.Node
	dst    string
	copied bool
}

// copyTo copies the source at src (a link there followed) to dst.
func (c *copier) copyTo(src, dst string) error {
	ensure := dst
	if dir, file := path.Split(dst); file != "" && file != "." {
		ensure = dir
	}
	if err := c.makeDir(ensure); err != nil {
		return err
	}
	from, err := rootPath(c.src, src)
	if err != nil {
		return err
	}
	n, err := c.src.Lstat(from)
	if err != nil {
		return fmt.Errorf("lstat %s: %w", from, reason(err))
	}
	target, err := rootPath(c.e.Tree(), path.Clean(dst))
	if err != nil {
		return err
	}
	there, err := c.e.Tree().Stat(target)
	if err != nil && !isNotExist(err) {
		return fmt.Errorf("failed to lstat destination path: %w", reason(err))
	}
	if !n.IsDir() && there != nil && there.IsDir() {
		target = path.Join(target, path.Base(path.Clean(src)))
	}
	parent := path.Dir(target)
	if n.IsDir() && there == nil {
		parent = target
	}
	if err := c.makeDir(parent); err != nil {
		return err
	}
	c.inodes = map[uint64]string{}
	return c.copy(n, "", target, false, patternmatcher.MatchInfo{}, patternmatcher.MatchInfo{})
}

func (c *copier) makeDir(p string) error {
	if _, err := rootPath(c.e.Tree(), p); err != nil {
		return err
	}
	o := c.dirOwner()
	if _, err := c.e.MkdirAll(p, c.dirMode(), o.uid, o.gid); err != nil {
		return fmt.Errorf("mkdir %s: %w", p, reason(err))
	}
	return nil
}

func (c *copier) lstat(p string) (*vfs.Node, error) {
	n, err := c.e.Tree().Lstat(p)
	if err != nil && isNotExist(err) {
		return nil, nil
	}
	return n, err
}

// copy copies n, which lies at rel below the source, to target. overwrite says
// that a directory that is there takes the metadata of the source too.
func (c *copier) copy(n *vfs.Node, rel, target string, overwrite bool, inInfo, exInfo patternmatcher.MatchInfo) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	include, excluded := true, false
	if rel != "" {
		var err error
		if c.include != nil {
			if include, inInfo, err = c.include.MatchesUsingParentResults(rel, inInfo); err != nil {
				return fmt.Errorf("failed to match includepatterns: %w", err)
			}
		}
		if c.exclude != nil {
			if excluded, exInfo, err = c.exclude.MatchesUsingParentResults(rel, exInfo); err != nil {
				return fmt.Errorf("failed to match excludepatterns: %w", err)
			}
			include = include && !excluded
		}
		if !include && !n.IsDir() {
			return nil
		}
	}
	there, err := c.lstat(target)
	if err != nil {
		return fmt.Errorf("failed to stat %s: %w", target, reason(err))
	}
	if include {
		if err := c.makeParents(overwrite); err != nil {
			return err
		}
	}
	if n.IsDir() {
		return c.copyDir(n, rel, target, there, overwrite, include, excluded, inInfo, exInfo)
	}
	if there, err = c.lstat(target); err != nil {
		return err
	}
	if there != nil && there.IsDir() {
		return advise(adviseDirectoryKept.With(),
			"cannot replace to directory %s with file", target)
	}
	m := c.meta(n, nil)
	if c.owner != nil && c.owner.gid == unchanged {
		if dir, err := c.lstat(path.Dir(target)); err == nil && dir != nil && dir.Mode&0o2000 != 0 {
			m.GID = dir.GID
		}
	}
	if m.Kind == vfs.BlockDevice {
		// fsutil's copyDevice clears the bits of a socket, which a block device
		// has in part: what is left says character device.
		m.Kind = vfs.CharDevice
	}
	if m.Kind == vfs.CharDevice && m.Major|m.Minor == 0 {
		if c.bottom {
			return nil // see unpacker
		}
		return fmt.Errorf("failed to create device: %w", vfs.Reason(vfs.EPERM))
	}
	if n.Kind == vfs.File {
		if first, ok := c.inodes[n.Ino()]; ok && n.Linked() {
			if err := c.e.RemoveAll(target); err != nil {
				return err
			}
			if err := c.e.Link(first, target); err != nil {
				return fmt.Errorf("failed to create hard link: %w", err)
			}
			return c.e.SetMeta(target, m)
		}
		c.inodes[n.Ino()] = target
	}
	return c.e.Place(target, m, n.Blob())
}

func (c *copier) copyDir(n *vfs.Node, rel, target string, there *vfs.Node, overwrite, include, excluded bool, inInfo, exInfo patternmatcher.MatchInfo) error {
	created := false
	if include {
		var err error
		if created, err = c.dirOnly(n, target, overwrite); err != nil {
			return err
		}
	}
	c.parents = append(c.parents, parentDir{n, target, include})
	skip := excluded && (c.exclude == nil || !c.exclude.Exclusions())
	if !skip {
		for name, child := range n.Children() {
			if err := c.copy(child, path.Join(rel, name), path.Join(target, name), true, inInfo, exInfo); err != nil {
				return err
			}
		}
	}
	c.parents = c.parents[:len(c.parents)-1]
	if skip {
		created = false
	}
	switch {
	case overwrite && include, !overwrite && created:
		now, err := c.e.Tree().Lstat(target)
		if err != nil {
			return err
		}
		return c.e.SetMeta(target, c.meta(n, now))
	case !overwrite && there != nil:
		return c.e.Lchtimes(target, n.MTime)
	}
	return nil
}

// dirOnly makes the directory itself, or with overwrite gives the one that is
// there the mode of the source; it reports whether it made one.
func (c *copier) dirOnly(n *vfs.Node, target string, overwrite bool) (bool, error) {
	there, err := c.lstat(target)
	switch {
	case err != nil:
		return false, err
	case there == nil:
		_, err := c.e.MkdirAll(target, n.Mode, unchanged, unchanged)
		return true, err
	case !there.IsDir():
		return false, advise(adviseFileKept.With(),
			"cannot copy to non-directory: %s", target)
	case overwrite:
		return false, c.e.Chmod(target, n.Mode)
	}
	return false, nil
}

// makeParents makes the directories above a match that were put off.
func (c *copier) makeParents(overwrite bool) error {
	for i, p := range c.parents {
		if p.copied {
			continue
		}
		created, err := c.dirOnly(p.src, p.dst, overwrite)
		if err != nil {
			return err
		}
		if created {
			now, err := c.e.Tree().Lstat(p.dst)
			if err != nil {
				return err
			}
			if err := c.e.SetMeta(p.dst, c.meta(p.src, now)); err != nil {
				return err
			}
		}
		c.parents[i].copied = true
	}
	return nil
}

// wildcards finds what a source with *, ? or [ names (fsutil/copy
// ResolveWildcards): the directories before the first such component are
// followed, then every path below is matched. A directory that matches is not
// searched further.
func wildcards(t vfs.Tree, src string) ([]string, error) {
	fixed, pattern := splitWildcards(src)
	base := path.Clean("/" + fixed)
	if pattern == "" {
		return []string{base}, nil
	}
	base, err := rootPath(t, base)
	if err != nil {
		return nil, err
	}
	n, err := t.Lstat(base)
	if err != nil {
		return nil, fmt.Errorf("lstat %s: %w", base, reason(err))
	}
	var out []string
	var search func(rel string, n *vfs.Node)
	search = func(rel string, n *vfs.Node) {
		for name, c := range n.Children() {
			p := path.Join(rel, name)
			if ok, _ := path.Match(pattern, p); ok {
				out = append(out, path.Join(base, p))
			} else if c.IsDir() {
				search(p, c)
			}
		}
	}
	search("", n)
	return out, nil
}

// splitWildcards cuts a path before the first component with a wildcard.
func splitWildcards(p string) (fixed, pattern string) {
	parts := strings.Split(path.Clean(p), "/")
	for i, c := range parts {
		if hasWildcard(c) {
			return path.Clean("/" + strings.Join(parts[:i], "/")), strings.Join(parts[i:], "/")
		}
	}
	return p, ""
}

// hasWildcard reports an unescaped wildcard.
func hasWildcard(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*', '?', '[':
			return true
		case '\\':
			i++
		}
	}
	return false
}

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
