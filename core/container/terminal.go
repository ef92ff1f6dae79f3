package container

import (
	"bytes"
	"io"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// feed is the stdin of a process: what events bring. With a screen it is a
// terminal in the state that the kernel gives it (drivers/tty/n_tty.c): what is
// typed is shown, and comes to the process line by line.
type feed struct {
	screen *proc.Screen
	echo   func(fd int, b []byte)
	x      *follower
	buf    []byte
	line   []byte // typed, and not given out yet
	end    bool
	asked  bool // a process waits for it
	sized  bool // who edits a line has still to be told that the size changed
}

func newFeed(screen *proc.Screen, x *follower, echo func(int, []byte)) *feed {
	return &feed{screen: screen, echo: echo, x: x}
}

// Ready implements proc.Source.
func (f *feed) Ready() bool {
	if len(f.buf) > 0 || f.end || f.sized {
		return true
	}
	f.asked = true
	return false
}

// Read implements io.Reader.
func (f *feed) Read(b []byte) (int, error) {
	if f.sized {
		f.sized = false
		return 0, vfs.EINTR
	}
	if len(f.buf) == 0 {
		if f.screen != nil {
			f.end = false // the next line can still be typed
		}
		return 0, io.EOF
	}
	n := len(b)
	if f.screen != nil && !f.screen.Raw {
		if i := bytes.IndexByte(f.buf, '\n'); i >= 0 {
			n = min(n, i+1)
		}
	}
	n = copy(b[:n], f.buf)
	f.buf = f.buf[n:]
	return n, nil
}

// The keys that a terminal reacts to.
const (
	keyInterrupt = 0x03
	keyEnd       = 0x04
	keyBackspace = 0x08
	keyKill      = 0x15
	keyQuit      = 0x1c
	keyErase     = 0x7f
)

func (f *feed) put(in Input) {
	if f.screen == nil {
		f.buf = append(f.buf, in.Data...)
		f.end = f.end || in.End
		return
	}
	for _, c := range in.Data {
		f.key(c)
	}
}

func (f *feed) key(c byte) {
	if f.screen.Raw {
		f.buf = append(f.buf, c)
		return
	}
	if c == '\r' {
		c = '\n'
	}
	switch c {
	case keyInterrupt, keyQuit:
		f.echo(1, []byte{'^', c + '@'})
		f.line = nil
		sig := proc.SIGINT
		if c == keyQuit {
			sig = 3
		}
		for _, p := range f.x.m.Processes() {
			if f.screen == p.Terminal() {
				f.x.m.Send(p.PID, sig)
			}
		}
	case keyEnd:
		if len(f.line) == 0 {
			f.end = true
		}
		f.buf, f.line = append(f.buf, f.line...), nil
	case keyErase, keyBackspace:
		if n := len(f.line); n > 0 {
			f.line = f.line[:n-1]
			f.echo(1, []byte("\b \b"))
		}
	case keyKill:
		f.echo(1, bytes.Repeat([]byte("\b \b"), len(f.line)))
		f.line = nil
	case '\n':
		f.echo(1, []byte("\n"))
		f.buf, f.line = append(append(f.buf, f.line...), '\n'), nil
	default:
		f.line = append(f.line, c)
		if c < ' ' && c != '\t' {
			f.echo(1, []byte{'^', c + '@'})
		} else {
			f.echo(1, []byte{c})
		}
	}
}
