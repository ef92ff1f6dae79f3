package container

import (
	"fmt"
	"path"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Files are the files of a container. They are a value: what changes them
// gives others.
type Files struct {
	// Lower is the image with the container's init layer upon it.
	Lower vfs.Tree
	// Tree is the union of Lower and the read-write layer. It must have come
	// from edits of Lower.
	Tree vfs.Tree
}

// initLayer is what every container has whatever its image
// (daemon/initlayer): a path ending in "/" is a directory, one with a target a
// link.
var initLayer = []struct{ path, target string }{
	{"/dev/pts/", ""}, {"/dev/shm/", ""}, {"/proc/", ""}, {"/sys/", ""}, {"/.dockerenv", ""}, {"/etc/resolv.conf", ""},
	{"/etc/hosts", ""}, {"/etc/hostname", ""}, {"/dev/console", ""}, {"/etc/mtab", "/proc/mounts"},
}

// NewFiles begins with an image's files. The time of what the init layer adds,
// and of all that follows, is that of the tree's clock.
func NewFiles(img vfs.Tree) Files {
	e := img.Edit()
	for _, x := range initLayer {
		if _, err := e.Tree().Stat(x.path); err == nil {
			continue
		}
		p := path.Clean(x.path)
		if p+"/" == x.path {
			e.MkdirAll(p, 0o755, 0, 0) // a file of the image is in the way: as there, nothing can be mounted then
			continue
		}
		if _, err := e.MkdirAll(path.Dir(p), 0o755, 0, 0); err != nil {
			continue
		}
		m := vfs.Meta{Kind: vfs.File, Mode: 0o755}
		if x.target != "" {
			m = vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: x.target}
		}
		e.Create(p, m, nil) // what is there already stays
	}
	t := e.Tree()
	return Files{Lower: t, Tree: t}
}

// Changes lists what the read-write layer holds.
func (f Files) Changes() []layer.Change { return layer.Upper(f.Lower, f.Tree, nil) }

// MakeWorkdir makes the working directory for root, as creating a container
// does (container.SetupWorkingDirectory).
func (f Files) MakeWorkdir(dir string) (Files, error) {
	if dir == "" {
		return f, nil
	}
	e := f.Tree.Edit()
	if _, err := e.MkdirAll(dir, 0o755, 0, 0); err != nil {
		if n, statErr := e.Tree().Stat(dir); statErr == nil && !n.IsDir() {
			return f, fmt.Errorf("Cannot mkdir: %s is not a directory", path.Clean(dir))
		}
		return f, fmt.Errorf("mkdir %s: %w", path.Clean(dir), vfs.Reason(err))
	}
	f.Tree = e.Tree()
	return f, nil
}
