package proc

import (
	"io"
	"math"
)

// Screen is a terminal: its size in characters.
type Screen struct {
	Cols, Rows int
	// Raw says that a program reads every key and shows what is typed itself.
	Raw bool
}

// StopError ends a run that nobody watches any longer: what it did until then
// stays, and what its processes would have done later is not known.
type StopError struct{}

func (*StopError) Error() string { return "the run was stopped while it waited" }

// Never is a time that does not come.
const Never = math.MaxInt64

// Source is an input that may have nothing to read yet: who reads from it waits
// until Ready reports true, while other processes go on.
type Source interface {
	io.Reader
	Ready() bool
}

// Forever is an input at which nobody is: who reads from it waits for ever.
// Once all processes do, the run ends with a *StopError.
var Forever Source = forever{}

type forever struct{}

func (forever) Ready() bool              { return false }
func (forever) Read([]byte) (int, error) { return 0, io.EOF }

// IsTerminal reports whether fd is a terminal.
func (p *Proc) IsTerminal(fd int) bool { return p.Screen(fd) != nil }

// Screen returns the terminal that fd is, nil where it is none.
func (p *Proc) Screen(fd int) *Screen {
	f, err := p.file(fd)
	if err != nil {
		return nil
	}
	switch src := f.src.(type) {
	case terminal:
		return src.on
	case input:
		return src.on
	}
	return nil
}

// Terminal returns the terminal that the process was started on: that of its
// stdin or output.
func (p *Proc) Terminal() *Screen {
	for fd := range 3 {
		if s := p.Screen(fd); s != nil {
			return s
		}
	}
	return nil
}
