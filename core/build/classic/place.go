package classic

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"path"
	"strings"

	"layerlab.dev/core/account"
	"layerlab.dev/core/archive"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// placer copies what COPY or ADD names into the files of a new layer
// (builder/dockerfile performCopyForInfo). Everything goes through a tar, as in
// dockerd: times are cut to seconds, and of extended attributes only file
// capabilities come along, with directories.
type placer struct {
	ctx     context.Context
	e       *vfs.Editor
	src     *source
	overlay layer.Overlay2
	// owner takes everything; nil: as in the source.
	owner  *archive.Owner
	unpack bool // archives are unpacked, as ADD does
	// root is where the new layer is mounted, which errors name.
	root func() string
}

// place copies one source to dest, an absolute path that may end in "/".
func (c *placer) place(in info, dest string) error {
	if in.from != nil {
		// What was downloaded is not unpacked.
		own := *c
		own.src, own.unpack, in.from = in.from, false, nil
		return own.place(in, dest)
	}
	from, err := scoped(c.src.tree, in.path)
	if err != nil {
		return err
	}
	to, err := scoped(c.e.Tree(), dest)
	if err != nil {
		return c.mounted(err)
	}
	n, err := c.src.tree.Stat(from)
	if err != nil {
		return fmt.Errorf("source path not found: %w", err)
	}
	there, err := c.e.Tree().Stat(to)
	if err != nil && !isNotExist(err) {
		return c.mounted(pathError("stat", to, err))
	}
	isDir := there != nil && there.IsDir()
	if n.IsDir() {
		return c.directory(n, from, to, isDir)
	}
	if c.unpack {
		if done, err := c.archive(n, to); done || err != nil {
			return err
		}
	}
	if strings.HasSuffix(dest, "/") || isDir {
		to = path.Join(to, path.Base(in.path))
	}
	return c.file(n, to)
}

func (c *placer) file(n *vfs.Node, to string) error {
	if err := c.makeDir(path.Dir(to)); err != nil {
		return fmt.Errorf("failed to create new directory: %w", err)
	}
	// A single file loses its capabilities on the way.
	x := c.overlay.Entry(path.Base(to), n)
	x.PAX = nil
	if n.Kind != vfs.File {
		return fmt.Errorf("failed to copy file: %s is no regular file", path.Base(to))
	}
	if err := c.extract(path.Dir(to), []layer.Entry{x}); err != nil {
		return fmt.Errorf("failed to copy file: %w", err)
	}
	if c.owner == nil {
		return nil
	}
	return c.e.Lchown(to, c.owner.UID, c.owner.GID)
}

func (c *placer) directory(n *vfs.Node, from, to string, there bool) error {
	if _, err := c.e.MkdirAll(to, 0o755, 0, 0); err != nil {
		return fmt.Errorf("failed to copy directory: %w", c.mounted(pathError("mkdir", to, err)))
	}
	w := treeEntries{overlay: c.overlay, first: map[uint64]string{}}
	w.dir("", n)
	if err := c.extract(to, w.out); err != nil {
		return fmt.Errorf("failed to copy directory: %w", err)
	}
	if c.owner == nil {
		return nil
	}
	// A directory that was there before keeps its owner.
	for at := range c.src.tree.Walk(from) {
		rel := strings.TrimPrefix(strings.TrimPrefix(at, from), "/")
		if rel == "" && there {
			continue
		}
		if err := c.e.Lchown(path.Join(to, rel), c.owner.UID, c.owner.GID); err != nil {
			return err
		}
	}
	return nil
}

func (c *placer) makeDir(p string) error {
	o := archive.Owner{}
	if c.owner != nil {
		o = *c.owner
	}
	if _, err := c.e.MkdirAll(p, 0o755, o.UID, o.GID); err != nil {
		return c.mounted(pathError("mkdir", p, err))
	}
	return nil
}

// mounted puts the mount point in front of the path in an error.
func (c *placer) mounted(err error) error {
	op, rest, ok := strings.Cut(err.Error(), " /")
	if !ok {
		return err
	}
	return fmt.Errorf("%s %s/%s", op, c.root(), rest)
}

// extract unpacks members into a directory. dockerd makes a directory in there
// for a moment, to confine itself to the place: that gives it a new time even
// where nothing else does.
func (c *placer) extract(dir string, entries []layer.Entry) error {
	if err := c.e.Chtimes(dir, c.e.Tick()); err != nil {
		return err
	}
	return c.e.Chroot(dir, func() error { return archive.Extraction{}.Extract(c.ctx, c.e, entries) })
}

// archive unpacks n into the directory at to and reports true; where n is no
// archive it reports false. Owners stay as in the archive.
func (c *placer) archive(n *vfs.Node, to string) (bool, error) {
	if n.Kind != vfs.File || zstd(n.Blob()) {
		return false, nil
	}
	r, err := archive.Open(n.Blob())
	if err != nil || r == nil {
		return false, err
	}
	if archive.Filtered(n.Blob()) {
		return false, errors.New("xz with a filter such as xz --x86 cannot be read here: compress the archive again without it")
	}
	if _, err := tar.NewReader(r).Next(); err != nil {
		return false, nil
	}
	if r, err = archive.Open(n.Blob()); err != nil {
		return false, err
	}
	entries, err := layer.ReadTar(r)
	if err != nil {
		return true, fmt.Errorf("Error processing tar file(exit status 1): %w", err)
	}
	if _, err := c.e.MkdirAll(to, 0o755, 0, 0); err != nil {
		pivot := pathError("mkdir", path.Join(to, ".pivot_root"+pivotNumber(c.root())), err)
		return true, fmt.Errorf("Error processing tar file(exit status 1): Error setting up pivot dir: %w", c.mounted(pivot))
	}
	if err := c.extract(to, entries); err != nil {
		return true, fmt.Errorf("Error processing tar file(exit status 1): %w", err)
	}
	return true, nil
}

// pivotNumber is the random end of a temporary directory's name.
func pivotNumber(from string) string {
	h := fnv.New32a()
	io.WriteString(h, from)
	return fmt.Sprint(h.Sum32())
}

// zstd tells whether the content is compressed in a way that dockerd 20.10 does
// not know.
func zstd(b *vfs.Blob) bool { return layer.Compressed(b) == layer.Zstd }

// treeEntries lists a directory as pkg/archive puts it into a tar.
type treeEntries struct {
	overlay layer.Overlay2
	out     []layer.Entry
	first   map[uint64]string
}

func (w *treeEntries) dir(at string, d *vfs.Node) {
	for name, n := range d.Children() {
		p := path.Join(at, name)
		if n.Kind != vfs.Socket {
			e := w.overlay.Entry(p, n)
			if n.Linked() && !n.IsDir() {
				if first, ok := w.first[n.Ino()]; ok {
					e.Type, e.Linkname, e.Size, e.Content = tar.TypeLink, first, 0, nil
				} else {
					w.first[n.Ino()] = p
				}
			}
			w.out = append(w.out, e)
		}
		if n.IsDir() {
			w.dir(p, n)
		}
	}
}

// destination is where COPY and ADD write to (normalizeDest).
func destination(workdir, dest string) string {
	if path.IsAbs(dest) {
		return dest
	}
	out := path.Join("/", workdir, dest)
	if strings.HasSuffix(dest, "/") {
		out += "/"
	}
	return out
}

// parseChown reads --chown by the /etc/passwd and /etc/group of t
// (parseChownFlag): a name that is not there is an error, and a user alone
// names the group too. root is where the tree is mounted, which errors name.
func parseChown(t vfs.Tree, spec string, root func() string) (archive.Owner, error) {
	parts := strings.Split(spec, ":")
	if len(parts) > 2 {
		return archive.Owner{}, errors.New("invalid chown string format: " + spec)
	}
	user, group := parts[0], parts[len(parts)-1]
	uid, err := lookup(t, account.Passwd, "user", user, root)
	if err != nil {
		return archive.Owner{}, fmt.Errorf("can't find uid for user %s: %w", user, err)
	}
	gid, err := lookup(t, account.Group, "group", group, root)
	if err != nil {
		return archive.Owner{}, fmt.Errorf("can't find gid for group %s: %w", group, err)
	}
	return archive.Owner{UID: uid, GID: gid}, nil
}

func lookup(t vfs.Tree, file, what, name string, root func() string) (int, error) {
	if id, ok := atoi(name); ok {
		return id, nil
	}
	if _, err := t.Stat(file); isNotExist(err) {
		return 0, fmt.Errorf("open %s: no such file or directory", root()+file)
	}
	lines, err := account.Read(t, file)
	if err != nil {
		return 0, err
	}
	for _, f := range lines {
		if f[0] == name {
			return account.Number(f, 2), nil
		}
	}
	return 0, fmt.Errorf("no such %s: %s", what, name)
}

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func upper(lower, now vfs.Tree) []layer.Change { return layer.Upper(lower, now, nil) }
