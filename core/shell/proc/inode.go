package proc

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"layerlab.dev/core/vfs"
)

// inode is a regular file that somebody has open. What is written is gathered
// here and reaches the tree before anyone looks at it.
type inode struct {
	m     *Machine
	ino   uint64
	path  string // canonical; "" for a file without a name
	refs  int
	segs  []segment
	size  int64
	dirty bool
	by    *Command
	// guard says that the file may have bits or capabilities that a write
	// takes away.
	guard bool
}

// segment is a stretch of a file: bytes that may still grow, or a Blob that is
// not read unless it must be.
type segment struct {
	off, n int64
	blob   *vfs.Blob
	data   []byte
	shared bool // a Blob covers the beginning of data
}

func (o *inode) setBlob(b *vfs.Blob) {
	o.segs, o.size = nil, b.Size()
	if o.size > 0 {
		o.segs = []segment{{n: o.size, blob: b}}
	}
}

func (o *inode) readAt(b []byte, off int64) (n int, err error) {
	i, found := slices.BinarySearchFunc(o.segs, off, func(s segment, off int64) int {
		switch {
		case s.off+s.n <= off:
			return -1
		case s.off > off:
			return 1
		}
		return 0
	})
	if !found {
		return 0, io.EOF
	}
	for ; i < len(o.segs) && n < len(b); i++ {
		s := &o.segs[i]
		at := off + int64(n) - s.off
		k := min(int64(len(b)-n), s.n-at)
		if s.blob == nil {
			copy(b[n:], s.data[at:at+k])
		} else if got, err := s.blob.ReadAt(b[n:n+int(k)], at); int64(got) < k {
			return n, err
		}
		n += int(k)
	}
	return n, nil
}

func (o *inode) read(p *Proc, f *File, b []byte) (int, error) {
	n, err := o.readAt(b, f.off)
	f.off += int64(n)
	if ae, ok := err.(*vfs.AbsentError); ok {
		p.m.Abort(fmt.Errorf("%s: %w", o.path, ae))
	}
	return n, err
}

// largeInMemory is how large a file may be that is changed in its middle.
const largeInMemory = 256 << 20

// zeroRun is from which length a run of zeros is kept as a number.
const zeroRun = 4096

var zeroBytes [zeroRun]byte

func allZero(b []byte) bool {
	for len(b) > 0 {
		k := min(len(b), zeroRun)
		if !bytes.Equal(b[:k], zeroBytes[:k]) {
			return false
		}
		b = b[k:]
	}
	return true
}

// append puts b at the end.
func (o *inode) append(b []byte) {
	if len(b) >= zeroRun && allZero(b) {
		o.appendBlob(vfs.Zeros(int64(len(b))))
		return
	}
	last := len(o.segs) - 1
	if last >= 0 && o.segs[last].blob != nil {
		// Go on in the memory of a file that was written before.
		if own, ok := o.m.tails[o.segs[last].blob]; ok && int64(len(own)) == o.segs[last].n {
			delete(o.m.tails, o.segs[last].blob)
			o.segs[last].blob, o.segs[last].data, o.segs[last].shared = nil, own, true
		}
	}
	if last < 0 || o.segs[last].blob != nil {
		o.segs = append(o.segs, segment{off: o.size})
		last++
	}
	s := &o.segs[last]
	s.data = append(s.data, b...)
	s.n = int64(len(s.data))
	o.size += int64(len(b))
}

// appendBlob puts the content of b at the end; runs of zeros join.
func (o *inode) appendBlob(b *vfs.Blob) {
	if b.Size() == 0 {
		return
	}
	if last := len(o.segs) - 1; last >= 0 {
		if s := &o.segs[last]; s.blob != nil && vfs.IsZeros(s.blob) && vfs.IsZeros(b) {
			s.n += b.Size()
			s.blob = vfs.Zeros(s.n)
			o.size += b.Size()
			return
		}
	}
	o.segs = append(o.segs, segment{off: o.size, n: b.Size(), blob: b})
	o.size += b.Size()
}

// flat makes the content one stretch of bytes.
func (o *inode) flat() []byte {
	if len(o.segs) == 1 && o.segs[0].blob == nil && !o.segs[0].shared {
		return o.segs[0].data
	}
	if o.size > largeInMemory {
		o.m.Abort(&LimitError{What: "memory", Limit: largeInMemory,
			Text: limitMiddle.With(o.path, o.size, size(largeInMemory))})
	}
	b := make([]byte, o.size)
	if _, err := o.readAt(b, 0); err != nil && err != io.EOF {
		o.m.Abort(fmt.Errorf("%s: %w", o.path, err))
	}
	o.segs = []segment{{n: o.size, data: b}}
	return b
}

func (o *inode) truncate(n int64) {
	switch {
	case n == o.size:
	case n == 0:
		o.segs, o.size = nil, 0
	case n > o.size:
		o.appendBlob(vfs.Zeros(n - o.size))
	default:
		for len(o.segs) > 0 && o.segs[len(o.segs)-1].off >= n {
			o.segs = o.segs[:len(o.segs)-1]
		}
		s := &o.segs[len(o.segs)-1]
		s.n = n - s.off
		if s.blob == nil {
			s.data = s.data[:s.n:s.n]
		} else if vfs.IsZeros(s.blob) {
			s.blob = vfs.Zeros(s.n)
		} else {
			s.blob = vfs.Section(s.blob, 0, s.n)
		}
		o.size = n
	}
}

func (o *inode) write(p *Proc, f *File, b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if f.flags&Append != 0 {
		f.off = o.size
	}
	if !allZero(b) || len(b) < zeroRun {
		p.spend(int64(len(b)))
	}
	switch {
	case f.off == o.size:
		o.append(b)
	case f.off > o.size:
		o.appendBlob(vfs.Zeros(f.off - o.size))
		o.append(b)
	default:
		data := o.flat()
		k := copy(data[f.off:], b)
		o.append(b[k:])
	}
	f.off += int64(len(b))
	p.touched(o)
	return len(b), nil
}

// spend counts bytes against the disk limit.
func (p *Proc) spend(n int64) {
	m := p.m
	if m.disk += n; m.disk > m.Limits.Disk {
		m.Abort(&LimitError{What: "disk", Limit: m.Limits.Disk,
			Text: limitDisk.With(size(m.Limits.Disk))})
	}
}

// touched notes that o, which p has changed, must reach the tree.
func (p *Proc) touched(o *inode) {
	if o.guard {
		p.strip(o)
	}
	o.by = p.Command
	if !o.dirty {
		o.dirty = true
		p.m.dirty = append(p.m.dirty, o)
	}
}

// strip takes from a file that p writes to what the kernel takes
// (file_remove_privs): capabilities; and from a process that is not root setuid,
// and setgid where the group may execute or p is not in it.
func (p *Proc) strip(o *inode) {
	at := o.path
	n, err := p.m.Editor.Tree().Lstat(at)
	if err != nil || n.Ino() != o.ino {
		if at = p.m.find(o.ino); at == "" {
			return
		}
		n, _ = p.m.Editor.Tree().Lstat(at)
	}
	meta := n.Meta
	if p.UID != 0 {
		meta.Mode = p.stripped(n)
	}
	if guarded(n) && meta.Xattrs[capability] != "" {
		meta = meta.WithXattr(capability, "")
	}
	if o.guard = meta.Mode&0o6000 != 0; meta.Mode == n.Mode && len(meta.Xattrs) == len(n.Xattrs) {
		return
	}
	if p.m.Editor.SetMeta(at, meta) == nil {
		o.path = at
		p.follow(at, n)
	}
}

// stripped is the mode of n without what a change by p, who is not root, takes
// away.
func (p *Proc) stripped(n *vfs.Node) uint32 {
	mode := n.Mode &^ 0o4000
	if n.Mode&0o010 != 0 || !p.member(n.GID) {
		mode &^= 0o2000
	}
	return mode
}

const capability = "security.capability"

func guarded(n *vfs.Node) bool { return n.Mode&0o6000 != 0 || n.Xattrs[capability] != "" }

func (o *inode) close(*File) {
	if o.refs--; o.refs > 0 || o.path == "" {
		return
	}
	if o.dirty {
		o.m.sync()
	}
	delete(o.m.inodes, o.ino)
}

// blob freezes the content. Bytes stay shared: they only ever grow behind what
// the blob covers, or are copied.
func (o *inode) blob() *vfs.Blob {
	if len(o.segs) == 0 {
		return vfs.Bytes(nil)
	}
	if len(o.segs) == 1 {
		s := &o.segs[0]
		if s.blob == nil {
			b := vfs.Bytes(s.data)
			if len(o.m.tails) > 32 {
				clear(o.m.tails)
			}
			o.m.tails[b] = s.data
			o.segs = []segment{{n: s.n, blob: b}}
		}
		return o.segs[0].blob
	}
	c := &inode{m: o.m, segs: slices.Clone(o.segs), size: o.size}
	b := vfs.Section(rope{c}, 0, o.size)
	// What follows must not change the bytes under the blob.
	o.segs = []segment{{n: o.size, blob: b}}
	return b
}

type rope struct{ o *inode }

func (r rope) ReadAt(b []byte, off int64) (int, error) {
	n, err := r.o.readAt(b, off)
	if err == nil && n < len(b) {
		err = io.EOF
	}
	return n, err
}

// sync brings what was written into the tree.
func (m *Machine) sync() {
	if len(m.dirty) == 0 {
		return
	}
	list := m.dirty
	m.dirty = nil
	for _, o := range list {
		o.dirty = false
		at := o.path
		n, err := m.Editor.Tree().Lstat(at)
		if err != nil || n.Ino() != o.ino {
			if at = m.find(o.ino); at == "" {
				continue // it has no name any more
			}
			o.path = at
		}
		if err := m.Editor.WriteFile(at, o.blob(), 0, 0, 0); err != nil {
			continue
		}
		if n, err = m.Editor.Tree().Lstat(at); err == nil && n.Ino() != o.ino {
			delete(m.inodes, o.ino)
			o.ino = n.Ino()
			m.inodes[o.ino] = o
		}
		m.wrote(at, o.by)
	}
}

// find returns the path of an inode that was renamed, or "".
func (m *Machine) find(ino uint64) string {
	for at, n := range m.Editor.Tree().Walk("/") {
		if n.Ino() == ino {
			return at
		}
	}
	return ""
}

func (m *Machine) wrote(path string, by *Command) {
	if by != nil && !m.virtual(path) {
		m.writes[path] = by
	}
}

// Splice moves up to n bytes (all for n < 0) from one descriptor to another
// without reading them where it can: from a whole file, from /dev/zero or
// /dev/urandom. It returns the number of bytes.
func (p *Proc) Splice(in, out int, n int64) (int64, error) {
	src, err := p.file(in)
	if err != nil {
		return 0, err
	}
	dst, err := p.file(out)
	if err != nil {
		return 0, err
	}
	if src.flags&Read == 0 || dst.flags&Write == 0 {
		return 0, vfs.EBADF
	}
	if to, ok := dst.src.(*inode); ok && (dst.flags&Append != 0 || dst.off == to.size) {
		var b *vfs.Blob
		switch from := src.src.(type) {
		case *inode:
			if from != to && src.off == 0 && from.size > 0 && (n < 0 || n >= from.size) {
				b = from.blob()
				src.off = from.size
			}
		case device:
			if b = from.blob(p.m, n); b != nil && from == devZero {
				p.m.disk -= n // zeros are free
			}
		}
		if b != nil {
			p.spend(b.Size())
			to.appendBlob(b)
			dst.off = to.size
			p.touched(to)
			return b.Size(), nil
		}
	}
	buf := make([]byte, 64<<10)
	var total int64
	for n < 0 || total < n {
		chunk := buf
		if n >= 0 && n-total < int64(len(buf)) {
			chunk = buf[:n-total]
		}
		k, err := p.ReadFD(in, chunk)
		if k > 0 {
			if _, werr := p.WriteFD(out, chunk[:k]); werr != nil {
				return total, werr
			}
			total += int64(k)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
