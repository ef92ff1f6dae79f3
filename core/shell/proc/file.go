package proc

import (
	"io"

	"layerlab.dev/core/vfs"
)

// Flags of Open, combined by |.
const (
	Read = 1 << iota
	Write
	Append
	Create
	Excl
	Trunc
)

// File is an open file description, which several descriptors and processes
// may share.
type File struct {
	refs  int
	flags int
	off   int64
	src   source
	// Path is what was opened, for messages; "" for a pipe.
	Path string
}

// source is what is behind a File.
type source interface {
	// read reads at the offset for sources that have one.
	read(p *Proc, f *File, b []byte) (int, error)
	write(p *Proc, f *File, b []byte) (int, error)
	close(f *File)
}

func (p *Proc) file(fd int) (*File, error) {
	if fd < 0 || fd >= len(p.files) || p.files[fd] == nil {
		return nil, vfs.EBADF
	}
	return p.files[fd], nil
}

// Opened reports whether fd is open.
func (p *Proc) Opened(fd int) bool { f, _ := p.file(fd); return f != nil }

// put makes fd refer to f, whose reference it takes.
func (p *Proc) put(fd int, f *File) {
	for len(p.files) <= fd {
		p.files = append(p.files, nil)
	}
	p.closeFile(fd)
	p.files[fd] = f
}

// add puts f at the lowest free descriptor from low on.
func (p *Proc) add(f *File, low int) int {
	fd := low
	for fd < len(p.files) && p.files[fd] != nil {
		fd++
	}
	p.put(fd, f)
	return fd
}

// Dup2 makes to a copy of descriptor from.
func (p *Proc) Dup2(from, to int) error {
	f, err := p.file(from)
	if err != nil || from == to {
		return err
	}
	f.refs++
	p.put(to, f)
	return nil
}

// Dup copies fd to the lowest free descriptor from low on.
func (p *Proc) Dup(fd, low int) (int, error) {
	f, err := p.file(fd)
	if err != nil {
		return -1, err
	}
	f.refs++
	return p.add(f, low), nil
}

// Close closes fd.
func (p *Proc) Close(fd int) error {
	if _, err := p.file(fd); err != nil {
		return err
	}
	p.closeFile(fd)
	return nil
}

func (p *Proc) closeFile(fd int) {
	f := p.files[fd]
	if f == nil {
		return
	}
	p.files[fd] = nil
	p.Release(f)
}

// Release gives up a reference that Hold gave; nil is none.
func (p *Proc) Release(f *File) {
	if f == nil {
		return
	}
	if f.refs--; f.refs == 0 {
		f.src.close(f)
	}
}

// ReadFD reads as read(2): 0 bytes and io.EOF at the end.
func (p *Proc) ReadFD(fd int, b []byte) (int, error) {
	f, err := p.file(fd)
	if err != nil {
		return 0, err
	}
	if f.flags&Read == 0 {
		return 0, vfs.EBADF
	}
	if p.Steps(1); len(b) == 0 {
		return 0, nil
	}
	return f.src.read(p, f, b)
}

// WriteFD writes all of b. Writing to a pipe nobody reads ends the process, as
// SIGPIPE does.
func (p *Proc) WriteFD(fd int, b []byte) (int, error) {
	f, err := p.file(fd)
	if err != nil {
		return 0, err
	}
	if f.flags&Write == 0 {
		return 0, vfs.EBADF
	}
	p.Steps(1 + int64(len(b))>>12)
	n, err := f.src.write(p, f, b)
	if err == vfs.EPIPE && !p.Ignored[SIGPIPE] && !p.Caught[SIGPIPE] && p.PID != 1 {
		p.killed = SIGPIPE
		p.m.signals++
		p.check()
	}
	return n, err
}

// Seek moves the offset of fd as lseek(2).
func (p *Proc) Seek(fd int, off int64, whence int) (int64, error) {
	f, err := p.file(fd)
	if err != nil {
		return 0, err
	}
	o, ok := f.src.(*inode)
	if !ok {
		return 0, vfs.ESPIPE
	}
	switch whence {
	case io.SeekCurrent:
		off += f.off
	case io.SeekEnd:
		off += o.size
	}
	if off < 0 {
		return 0, vfs.EINVAL
	}
	f.off = off
	return off, nil
}

// Truncate sets the length of the file behind fd, as ftruncate(2).
func (p *Proc) Truncate(fd int, n int64) error {
	f, err := p.file(fd)
	if err != nil {
		return err
	}
	o, ok := f.src.(*inode)
	if !ok || f.flags&Write == 0 {
		return vfs.EINVAL
	}
	o.truncate(n)
	p.touched(o)
	return nil
}

// IsPipe reports whether fd is a pipe or a fifo.
func (p *Proc) IsPipe(fd int) bool {
	f, err := p.file(fd)
	if err != nil {
		return false
	}
	_, ok := f.src.(pipeEnd)
	return ok
}

// IsRegular reports whether fd is a regular file, and its inode number.
func (p *Proc) IsRegular(fd int) (ino uint64, ok bool) {
	f, err := p.file(fd)
	if err != nil {
		return 0, false
	}
	o, ok := f.src.(*inode)
	if !ok || o.path == "" {
		return 0, false
	}
	return o.ino, true
}

// Handle is a descriptor as an io.Reader, io.Writer and io.Closer.
type Handle struct {
	p  *Proc
	FD int
}

// FD returns descriptor fd of p as a reader and writer.
func (p *Proc) FD(fd int) Handle { return Handle{p, fd} }

func (h Handle) Read(b []byte) (int, error)  { return h.p.ReadFD(h.FD, b) }
func (h Handle) Write(b []byte) (int, error) { return h.p.WriteFD(h.FD, b) }

// Close closes the descriptor.
func (h Handle) Close() error { return h.p.Close(h.FD) }

// Terminal opens the place where a run's output goes: stream 1 or 2.
func (m *Machine) Terminal(stream int) *File {
	return &File{refs: 1, flags: Write, src: terminal{func(b []byte) { m.show(stream, b) }, m.Screen}}
}

// Outlet opens a place for output whose bytes to takes; on is the terminal that
// it is, nil if it is none.
func (m *Machine) Outlet(to func([]byte), on *Screen) *File {
	return &File{refs: 1, flags: Write, src: terminal{to, on}}
}

type terminal struct {
	to func([]byte)
	on *Screen
}

func (terminal) read(*Proc, *File, []byte) (int, error) { return 0, vfs.EBADF }
func (terminal) close(*File)                            {}

func (t terminal) write(_ *Proc, _ *File, b []byte) (int, error) {
	t.to(b)
	return len(b), nil
}

// Input opens a reader from outside, such as the stdin of a run.
func (m *Machine) Input(r io.Reader) *File { return m.Inlet(r, m.Screen) }

// Inlet is Input from the terminal on, nil if it is none.
func (m *Machine) Inlet(r io.Reader, on *Screen) *File {
	return &File{refs: 1, flags: Read, src: input{r, on}}
}

type input struct {
	r  io.Reader
	on *Screen
}

func (i input) read(p *Proc, _ *File, b []byte) (int, error) {
	if s, ok := i.r.(Source); ok {
		p.m.asking++
		defer func() { p.m.asking-- }()
		p.await(s.Ready)
	}
	return i.r.Read(b)
}
func (input) write(*Proc, *File, []byte) (int, error) { return 0, vfs.EBADF }
func (input) close(*File)                             {}

// Give puts f at descriptor fd of p.
func (p *Proc) Give(fd int, f *File) { p.put(fd, f) }

// Document opens text for reading, as a here-document, at descriptor fd.
func (p *Proc) Document(fd int, text []byte) {
	o := &inode{m: p.m}
	o.setBlob(vfs.Bytes(text))
	p.put(fd, &File{refs: 1, flags: Read, src: o})
}

// Hold returns the file at fd with a reference of its own, nil if fd is closed.
func (p *Proc) Hold(fd int) *File {
	f, err := p.file(fd)
	if err != nil {
		return nil
	}
	return f.Share()
}

// Restore puts back what Hold gave: nil closes fd.
func (p *Proc) Restore(fd int, f *File) {
	if f != nil {
		p.put(fd, f)
	} else if p.Opened(fd) {
		p.closeFile(fd)
	}
}

// Sink is a file that keeps what is written to it.
type Sink struct {
	File *File
	data []byte
}

// maxCapture is how much a command substitution may hold, in bytes.
const maxCapture = 256 << 20

// Capture returns a new sink.
func (m *Machine) Capture() *Sink {
	s := &Sink{}
	s.File = &File{refs: 1, flags: Write, src: s}
	return s
}

func (*Sink) read(*Proc, *File, []byte) (int, error) { return 0, vfs.EBADF }
func (*Sink) close(*File)                            {}

func (s *Sink) write(p *Proc, _ *File, b []byte) (int, error) {
	if len(s.data)+len(b) > maxCapture {
		p.m.Abort(&LimitError{What: "memory", Limit: maxCapture, Text: limitCapture.With()})
	}
	s.data = append(s.data, b...)
	return len(b), nil
}

// Bytes waits until nobody else has the sink open and returns what it holds.
func (s *Sink) Bytes(p *Proc) []byte {
	p.await(func() bool { return s.File.refs <= 1 })
	return s.data
}
