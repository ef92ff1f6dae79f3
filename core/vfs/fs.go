package vfs

import (
	"io"
	"io/fs"
	"path"
	"time"
)

// FS returns the tree as an fs.FS that follows symbolic links inside the tree.
// It implements fs.StatFS, fs.ReadDirFS, fs.ReadFileFS and fs.ReadLinkFS.
func (t Tree) FS() fs.FS { return treeFS{t} }

type treeFS struct{ t Tree }

var (
	_ fs.ReadDirFS  = treeFS{}
	_ fs.StatFS     = treeFS{}
	_ fs.ReadFileFS = treeFS{}
	_ fs.ReadLinkFS = treeFS{}
)

func (f treeFS) find(op, name string, follow bool) (*Node, error) {
	if !fs.ValidPath(name) {
		return nil, pathError(op, name, fs.ErrInvalid)
	}
	r := f.t.lookup(name, follow)
	if r.err != 0 {
		return nil, pathError(op, name, r.err)
	}
	return r.node, nil
}

func (f treeFS) Open(name string) (fs.File, error) {
	n, err := f.find("open", name, true)
	if err != nil {
		return nil, err
	}
	file := &openFile{info: info{path.Base(name), n}}
	if n.Kind == Dir {
		return &openDir{openFile: file, list: dirEntries(n)}, nil
	}
	if n.Kind == File {
		file.r = n.content.Reader()
	}
	return file, nil
}

func (f treeFS) Stat(name string) (fs.FileInfo, error) {
	n, err := f.find("stat", name, true)
	if err != nil {
		return nil, err
	}
	return info{path.Base(name), n}, nil
}

func (f treeFS) Lstat(name string) (fs.FileInfo, error) {
	n, err := f.find("lstat", name, false)
	if err != nil {
		return nil, err
	}
	return info{path.Base(name), n}, nil
}

func (f treeFS) ReadLink(name string) (string, error) {
	n, err := f.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if n.Kind != Symlink {
		return "", pathError("readlink", name, EINVAL)
	}
	return n.Target, nil
}

func (f treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := f.find("readdir", name, true)
	if err != nil {
		return nil, err
	}
	if n.Kind != Dir {
		return nil, pathError("readdir", name, ENOTDIR)
	}
	return dirEntries(n), nil
}

func (f treeFS) ReadFile(name string) ([]byte, error) {
	n, err := f.find("open", name, true)
	if err != nil {
		return nil, err
	}
	if n.Kind != File {
		return nil, pathError("read", name, EISDIR)
	}
	return n.content.Bytes()
}

func dirEntries(n *Node) []fs.DirEntry {
	list := make([]fs.DirEntry, 0, n.Len())
	for name, c := range n.Children() {
		list = append(list, fs.FileInfoToDirEntry(info{name, c}))
	}
	return list
}

// info is the fs.FileInfo of an inode; Sys gives the *Node.
type info struct {
	name string
	n    *Node
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.n.Size() }
func (i info) Mode() fs.FileMode  { return i.n.FileMode() }
func (i info) ModTime() time.Time { return time.Unix(i.n.Time().Sec, i.n.Time().Nsec).UTC() }
func (i info) IsDir() bool        { return i.n.Kind == Dir }
func (i info) Sys() any           { return i.n }

type openFile struct {
	info info
	r    *io.SectionReader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

func (f *openFile) Read(p []byte) (int, error) {
	if f.r == nil {
		return 0, pathError("read", f.info.name, EINVAL)
	}
	return f.r.Read(p)
}

func (f *openFile) Seek(off int64, whence int) (int64, error) {
	if f.r == nil {
		return 0, pathError("seek", f.info.name, EINVAL)
	}
	return f.r.Seek(off, whence)
}

func (f *openFile) ReadAt(p []byte, off int64) (int, error) {
	if f.r == nil {
		return 0, pathError("read", f.info.name, EINVAL)
	}
	return f.r.ReadAt(p, off)
}

type openDir struct {
	*openFile
	list []fs.DirEntry
}

func (d *openDir) Read([]byte) (int, error) {
	return 0, pathError("read", d.info.name, EISDIR)
}

func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		list := d.list
		d.list = nil
		return list, nil
	}
	if len(d.list) == 0 {
		return nil, io.EOF
	}
	list := d.list[:min(n, len(d.list))]
	d.list = d.list[len(list):]
	return list, nil
}
