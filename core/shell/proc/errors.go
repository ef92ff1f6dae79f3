package proc

import (
	"errors"
	"io/fs"

	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// UnsupportedError reports a command that exists in the image but cannot be
// interpreted here.
type UnsupportedError struct {
	Command  string          // as it was called
	Path     string          // the file inside the image, if there is one
	Reason   message.Message // what it is and why it cannot run
	Advice   message.Message // what to do instead
	ExitCode int             // what the shell would see: 126 or 127
}

func (e *UnsupportedError) Error() string { return e.Message().Text }

// Message is the error without its advice.
func (e *UnsupportedError) Message() message.Message {
	at := e.Command
	if e.Path != "" && e.Path != e.Command {
		at += " (" + e.Path + ")"
	}
	return saysUnsupported.With(at, e.Reason)
}

// LimitError reports that a run was ended because it used too much of
// something.
type LimitError struct {
	What  string          // "steps", "disk", "depth", "memory" or "progress"
	Limit int64           // in the unit of What: steps, bytes, calls
	Text  message.Message // what happened, for a reader
}

func (e *LimitError) Error() string { return e.Text.Text }

// Message is the text.
func (e *LimitError) Message() message.Message { return e.Text }

// InternalError reports a mistake of the interpreter itself.
type InternalError struct {
	What  string
	Stack string
}

func (e *InternalError) Error() string { return "the interpreter failed: " + e.What }

// Text returns what strerror(3) says of err.
func Text(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// Is reports whether err was caused by the errno e.
func Is(err error, e vfs.Errno) bool {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err == e
}

// abort unwinds every process: the run as a whole has failed with err.
type abort struct{ err error }

// exit unwinds one process with a status.
type exit struct {
	p      *Proc
	status int
}
