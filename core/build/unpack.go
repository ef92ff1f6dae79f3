package build

import (
	"archive/tar"

	"layerlab.dev/core/archive"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// unpack extracts the archive at src into the directory dest and reports true;
// where src is no tar, plain or compressed, it reports false and does nothing
// (solver/llbsolver/file/unpack.go, moby/go-archive Unpack). An xz stream that
// only the real xz can read is refused, since nobody knows whether it is one.
func (d *dispatcher) unpack(e *vfs.Editor, t vfs.Tree, src, dest string, who *owner, bottom bool) (bool, error) {
	at, err := rootPath(t, src)
	if err != nil {
		return false, err
	}
	n, err := t.Lstat(at)
	if err != nil || n.Kind != vfs.File {
		return false, nil
	}
	r, err := archive.Open(n.Blob())
	if err != nil || r == nil {
		return false, err
	}
	if archive.Filtered(n.Blob()) {
		return false, refuse(adviseFilter.With(), saysFilter.Error())
	}
	if _, err := tar.NewReader(r).Next(); err != nil {
		return false, nil
	}
	if r, err = archive.Open(n.Blob()); err != nil {
		return false, err
	}
	dir, err := rootPath(e.Tree(), dest)
	if err != nil {
		return false, err
	}
	o := owner{-1, -1}
	if who != nil {
		o = *who
	}
	if _, err := e.MkdirAll(dir, 0o755, o.uid, o.gid); err != nil {
		return false, err
	}
	entries, err := layer.ReadTar(r)
	if err != nil {
		return false, err
	}
	x := archive.Extraction{Bottom: bottom}
	if who != nil {
		x.Owner = &archive.Owner{UID: who.uid, GID: who.gid}
	}
	return true, e.Chroot(dir, func() error { return x.Extract(d.ctx, e, entries) })
}
