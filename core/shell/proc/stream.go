package proc

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// Writer is a process's buffered standard output.
type Writer struct {
	p   *Proc
	buf []byte
	// Err is the first error of a write.
	Err error
}

// Out returns the buffered standard output, which is flushed at the end of the
// process and before a child runs.
func (p *Proc) Out() *Writer {
	if p.out == nil {
		p.out = &Writer{p: p}
	}
	return p.out
}

const bufferSize = 4096

func (w *Writer) Write(b []byte) (int, error) {
	w.buf = append(w.buf, b...)
	if len(w.buf) >= bufferSize {
		w.Flush()
	}
	return len(b), w.Err
}

// WriteString writes s.
func (w *Writer) WriteString(s string) (int, error) {
	w.buf = append(w.buf, s...)
	if len(w.buf) >= bufferSize {
		w.Flush()
	}
	return len(s), w.Err
}

// WriteByte writes one byte.
func (w *Writer) WriteByte(c byte) error {
	w.buf = append(w.buf, c)
	if len(w.buf) >= bufferSize {
		w.Flush()
	}
	return w.Err
}

// Flush sends what is buffered to descriptor 1.
func (w *Writer) Flush() error {
	if len(w.buf) > 0 {
		b := w.buf
		w.buf = w.buf[:0]
		if _, err := w.p.WriteFD(1, b); err != nil && w.Err == nil {
			w.Err = err
		}
	}
	return w.Err
}

// Printf formats to standard output.
func (p *Proc) Printf(format string, a ...any) { fmt.Fprintf(p.Out(), format, a...) }

// Puts writes s to standard output.
func (p *Proc) Puts(s string) { p.Out().WriteString(s) }

// Stderr returns descriptor 2, unbuffered.
func (p *Proc) Stderr() io.Writer { return Handle{p, 2} }

// Errorf formats to standard error.
func (p *Proc) Errorf(format string, a ...any) {
	p.flush()
	text := fmt.Appendf(nil, format, a...)
	if p.GNU && !p.UTF8() {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("‘"), []byte("'")), []byte("’"), []byte("'"))
	}
	p.WriteFD(2, text)
}

// UTF8 reports whether the locale of the environment is one of UTF-8.
func (p *Proc) UTF8() bool {
	for _, k := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, _ := p.Getenv(k); v != "" {
			v = strings.ToLower(v)
			return strings.HasSuffix(v, "utf-8") || strings.HasSuffix(v, "utf8")
		}
	}
	return false
}

// Name returns the name the program was called by.
func (p *Proc) Name() string {
	if len(p.Args) == 0 {
		return ""
	}
	return strings.TrimPrefix(path.Base(p.Args[0]), "-")
}

// Called returns the name the program gives itself: busybox, grep and the
// compressors leave out the directory it was called by.
func (p *Proc) Called() string {
	name := p.Name()
	if !p.GNU || strings.HasSuffix(name, "grep") || strings.Contains(name, "z") {
		return name
	}
	return p.Args[0]
}

// Warn writes "name: message" to standard error.
func (p *Proc) Warn(format string, a ...any) {
	p.Errorf("%s: %s\n", p.Called(), fmt.Sprintf(format, a...))
}

// WarnErr is Warn with the text of err behind it.
func (p *Proc) WarnErr(err error, format string, a ...any) {
	p.Warn("%s: %s", fmt.Sprintf(format, a...), Text(err))
}

// Die is Warn and the end of the process with status 1.
func (p *Proc) Die(format string, a ...any) {
	p.Warn(format, a...)
	p.Exit(1)
}

// Reader is a buffered reader of a descriptor.
type Reader struct {
	*bufio.Reader
	h     Handle
	close bool
	taken int64
}

// maxTaken is how much a program may take in by whole reads, in bytes: it
// keeps it in memory, and a device never ends.
const maxTaken = 512 << 20

// Read reads as io.Reader.
func (r *Reader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if r.taken += int64(n); r.taken > maxTaken {
		r.h.p.m.Abort(&LimitError{What: "memory", Limit: maxTaken, Text: limitKept.With()})
	}
	return n, err
}

// In returns the buffered standard input.
func (p *Proc) In() *Reader {
	if p.in == nil {
		h := p.FD(0)
		p.in = &Reader{Reader: bufio.NewReaderSize(h, bufferSize), h: h}
	}
	return p.in
}

// Input opens name for reading, "-" being standard input.
func (p *Proc) Input(name string) (*Reader, error) {
	if name == "-" {
		return p.In(), nil
	}
	fd, err := p.Open(name, Read, 0)
	if err != nil {
		return nil, err
	}
	h := p.FD(fd)
	return &Reader{Reader: bufio.NewReaderSize(h, bufferSize), h: h, close: true}, nil
}

// Close closes the descriptor, unless it is standard input.
func (r *Reader) Close() {
	if r.close {
		r.h.Close()
	}
}

// FD returns the descriptor behind the reader.
func (r *Reader) FD() int { return r.h.FD }

// Line reads a line with its newline; the last may have none. ok is false at
// the end.
func (r *Reader) Line() (line string, ok bool) { return r.Until('\n') }

// Until reads up to and with the byte delim.
func (r *Reader) Until(delim byte) (line string, ok bool) {
	r.h.p.Step()
	s, err := r.ReadString(delim)
	return s, s != "" || err == nil
}

// ReadFile returns the whole content of a file.
func (p *Proc) ReadFile(name string) ([]byte, error) {
	r, err := p.Input(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// Content returns the whole content of a file as a Blob, which for a regular
// file is not read.
func (p *Proc) Content(name string) (*vfs.Blob, error) {
	if name != "-" {
		fd, err := p.Open(name, Read, 0)
		if err != nil {
			return nil, err
		}
		defer p.Close(fd)
		if f, err := p.file(fd); err == nil {
			if o, ok := f.src.(*inode); ok && o.size > 0 {
				if b := o.blob(); !b.Absent() {
					return b, nil
				}
			}
		}
	}
	data, err := p.ReadFile(name)
	return vfs.Bytes(data), err
}

// WriteFile replaces the content of a file, which is made with mode less the
// umask where it is not there.
func (p *Proc) WriteFile(name string, data []byte, mode uint32) error {
	fd, err := p.Open(name, Write|Create|Trunc, mode)
	if err != nil {
		return err
	}
	defer p.Close(fd)
	_, err = p.WriteFD(fd, data)
	return err
}
