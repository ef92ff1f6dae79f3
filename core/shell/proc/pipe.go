package proc

import (
	"io"

	"layerlab.dev/core/vfs"
)

// pipeSize is the capacity of a pipe on Linux, in bytes.
const pipeSize = 64 << 10

type pipe struct {
	buf              []byte
	readers, writers int
	opened           [2]int // times each end was opened, for fifos
}

// pipeEnd is one end of a pipe, or both for a fifo opened for both.
type pipeEnd struct {
	*pipe
	reads, writes bool
}

func (e pipeEnd) read(p *Proc, _ *File, b []byte) (int, error) {
	p.await(func() bool { return len(e.buf) > 0 || e.writers == 0 })
	if len(e.buf) == 0 {
		return 0, io.EOF
	}
	n := copy(b, e.buf)
	if n == len(e.buf) {
		e.buf = e.buf[:0]
	} else {
		e.buf = e.buf[n:]
	}
	return n, nil
}

func (e pipeEnd) write(p *Proc, _ *File, b []byte) (n int, err error) {
	for len(b) > 0 {
		p.await(func() bool { return len(e.buf) < pipeSize || e.readers == 0 })
		if e.readers == 0 {
			return n, vfs.EPIPE
		}
		k := min(len(b), pipeSize-len(e.buf))
		e.buf = append(e.buf, b[:k]...)
		b = b[k:]
		n += k
	}
	return n, nil
}

func (e pipeEnd) close(*File) {
	if e.reads {
		e.readers--
	}
	if e.writes {
		e.writers--
	}
}

// Pipe makes a pipe and returns its ends.
func (m *Machine) Pipe() (r, w *File) {
	p := &pipe{readers: 1, writers: 1}
	return &File{refs: 1, flags: Read, src: pipeEnd{p, true, false}},
		&File{refs: 1, flags: Write, src: pipeEnd{p, false, true}}
}

// Drop releases a file that was not given to a process.
func (f *File) Drop() {
	if f.refs--; f.refs == 0 {
		f.src.close(f)
	}
}

// Share returns f for one more holder.
func (f *File) Share() *File { f.refs++; return f }

// openFifo waits for the other end, as open(2) does.
func (p *Proc) openFifo(n *vfs.Node, flags int) *File {
	q := p.m.fifos[n.Ino()]
	if q == nil {
		q = &pipe{}
		p.m.fifos[n.Ino()] = q
	}
	e := pipeEnd{q, flags&Read != 0, flags&Write != 0}
	f := &File{refs: 1, flags: flags, src: e}
	if e.reads {
		q.readers++
		q.opened[0]++
	}
	if e.writes {
		q.writers++
		q.opened[1]++
	}
	switch other := q.opened; {
	case e.reads && e.writes:
	case e.reads:
		p.await(func() bool { return q.writers > 0 || q.opened[1] > other[1] })
	default:
		p.await(func() bool { return q.readers > 0 || q.opened[0] > other[0] })
	}
	return f
}
