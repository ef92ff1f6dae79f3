package proc

import (
	"errors"
	"io"
)

// Screen is a terminal: its size in characters.
type Screen struct{ Cols, Rows int }

// StopError ends a run that nobody watches any longer: what it did until then
// stays, and what its processes would have done later is not known.
type StopError struct{}

func (*StopError) Error() string { return "the run was stopped while it waited" }

// Forever is an input at which nobody is: who reads from it waits for ever, so
// that the run ends with a *StopError.
var Forever io.Reader = forever{}

type forever struct{}

var errForever = errors.New("nobody is at this input")

func (forever) Read([]byte) (int, error) { return 0, errForever }

// IsTerminal reports whether fd is a terminal: the run's own input or output,
// where it has a Screen.
func (p *Proc) IsTerminal(fd int) bool { return p.m.Screen != nil && p.outside(fd) }

// outside reports whether fd leads out of the machine.
func (p *Proc) outside(fd int) bool {
	f, err := p.file(fd)
	if err != nil {
		return false
	}
	switch f.src.(type) {
	case terminal, input:
		return true
	}
	return false
}
