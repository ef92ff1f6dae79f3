package proc

import (
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// descriptor recognises the names of open descriptors below /dev and /proc.
func descriptor(full string) (fd int, ok bool) {
	switch full {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	for _, pre := range []string{"/dev/fd/", "/proc/self/fd/", "/proc/1/fd/"} {
		if s, found := strings.CutPrefix(full, pre); found {
			n, err := strconv.Atoi(s)
			return n, err == nil && n >= 0
		}
	}
	return 0, false
}

// Open opens name and returns the lowest free descriptor. A new file gets mode
// less the umask.
func (p *Proc) Open(name string, flags int, mode uint32) (int, error) {
	f, err := p.open(name, flags, mode)
	if err != nil {
		return -1, err
	}
	return p.add(f, 0), nil
}

// OpenAt opens name at descriptor fd, which is closed first if it is open.
func (p *Proc) OpenAt(fd int, name string, flags int, mode uint32) error {
	f, err := p.open(name, flags, mode)
	if err != nil {
		return err
	}
	p.put(fd, f)
	return nil
}

func (p *Proc) open(name string, flags int, mode uint32) (*File, error) {
	if fd, ok := descriptor(p.abs(name)); ok {
		of := p
		if strings.HasPrefix(p.abs(name), "/proc/1/") {
			of = p.m.procs[1]
		}
		f, err := of.file(fd)
		if err != nil {
			return nil, vfs.ENOENT
		}
		if o, ok := f.src.(*inode); ok {
			// Opening it again gives an offset of its own.
			o.refs++
			if flags&Trunc != 0 {
				o.truncate(0)
				p.touched(o)
			}
			return &File{refs: 1, flags: flags, src: o, Path: name}, nil
		}
		f.refs++
		return f, nil
	}
	at, n, err := p.reach(name, flags&(Create|Excl) != Create|Excl)
	switch {
	case err == vfs.ENOENT && flags&Create != 0 && at != "":
		if strings.HasSuffix(name, "/") {
			return nil, vfs.EISDIR
		}
		if err := p.m.refuses(at, vfs.File); err != nil {
			return nil, err
		}
		d, err := p.parent(at, nil)
		if err != nil {
			return nil, err
		}
		uid, gid := p.fresh(d)
		if err := p.m.Editor.Create(at, vfs.Meta{Kind: vfs.File, Mode: mode &^ p.Umask, UID: uid, GID: gid}, nil); err != nil {
			return nil, errno(err)
		}
		p.m.wrote(at, p.Command)
		if n, err = p.m.Editor.Tree().Lstat(at); err != nil {
			return nil, errno(err)
		}
		return p.regular(at, n, flags), nil
	case err != nil:
		return nil, err
	case flags&(Create|Excl) == Create|Excl:
		return nil, vfs.EEXIST
	}
	want := uint32(0)
	if flags&Read != 0 {
		want |= 4
	}
	if flags&Write != 0 {
		want |= 2
	}
	if n.Kind == vfs.Dir && flags&Write != 0 {
		return nil, vfs.EISDIR
	}
	still := p.m.readOnly(at) && (n.Kind == vfs.File || n.Kind == vfs.Dir) // a device or a fifo can be written to all the same
	if still && flags&Trunc != 0 {
		return nil, vfs.EROFS
	}
	if !p.may(n, want) {
		return nil, vfs.EACCES
	}
	if still && want&2 != 0 {
		return nil, vfs.EROFS
	}
	switch n.Kind {
	case vfs.Dir:
		return &File{refs: 1, flags: flags, src: directory{}, Path: name}, nil
	case vfs.CharDevice:
		d, err := deviceOf(n)
		if err != nil {
			return nil, err
		}
		return &File{refs: 1, flags: flags, src: d, Path: name}, nil
	case vfs.Fifo:
		return p.openFifo(n, flags), nil
	case vfs.File:
		if flags&Write != 0 && !p.m.virtual(at) && !p.m.Editor.Upper(n) {
			if err := p.m.Editor.CopyUp(at); err != nil {
				return nil, errno(err)
			}
			p.follow(at, n)
			if n, err = p.m.Editor.Tree().Lstat(at); err != nil {
				return nil, errno(err)
			}
		}
		f := p.regular(at, n, flags)
		if flags&Trunc != 0 {
			o := f.src.(*inode)
			// Truncating an empty file still is a write: it takes a new time.
			o.truncate(0)
			p.touched(o)
		}
		return f, nil
	}
	return nil, vfs.ENXIO
}

func (p *Proc) regular(at string, n *vfs.Node, flags int) *File {
	o := p.m.inodes[n.Ino()]
	if o == nil {
		o = &inode{m: p.m, ino: n.Ino(), path: at}
		o.setBlob(n.Blob())
		p.m.inodes[o.ino] = o
	}
	o.guard = guarded(n)
	o.refs++
	return &File{refs: 1, flags: flags, src: o, Path: at}
}

// directory is what an open directory reads and writes: nothing.
type directory struct{}

func (directory) read(*Proc, *File, []byte) (int, error) { return 0, vfs.EISDIR }

func (directory) write(*Proc, *File, []byte) (int, error) { return 0, vfs.EBADF }

func (directory) close(*File) {}

// SetBlob gives a regular file that is open for writing at fd, and empty, the
// content b without reading it.
func (p *Proc) SetBlob(fd int, b *vfs.Blob) error {
	f, err := p.file(fd)
	if err != nil {
		return err
	}
	o, ok := f.src.(*inode)
	if !ok || f.flags&Write == 0 {
		return vfs.EBADF
	}
	p.spend(b.Size())
	o.setBlob(b)
	f.off = o.size
	p.touched(o)
	return nil
}
