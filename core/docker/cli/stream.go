package cli

import (
	"errors"

	"layerlab.dev/core/docker/progress"
	"layerlab.dev/core/host"
)

// Show runs an operation of the daemon and prints its messages on stdout.
func (s *Session) Show(do func(host.Progress) error) error {
	d := progress.NewDisplay(s.Stdout, s.TTY.Out, s.TTY.Cols, nil)
	return Shown(d, do(d.Show))
}

// Shown gives what an operation ended with: the daemon's refusal, or the error
// that it told on the way.
func Shown(d *progress.Display, refused error) error {
	if refused != nil {
		return Daemon(refused)
	}
	var failed *progress.Error
	if errors.As(d.Err(), &failed) {
		return errors.New(failed.Text)
	}
	return d.Err()
}
