package cli

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"layerlab.dev/core/host"
)

// StatusError ends docker with an exit code, and a line on stderr unless it is
// empty.
type StatusError struct {
	Status string
	Code   int
}

func (e StatusError) Error() string {
	return fmt.Sprintf("Status: %s, Code: %d", e.Status, e.Code)
}

// Errorf is fmt.Errorf.
func Errorf(format string, a ...any) error { return fmt.Errorf(format, a...) }

// DaemonError is an answer of the daemon in the client's words.
type DaemonError struct {
	Status int // HTTP
	Text   string
}

func (e *DaemonError) Error() string { return e.Text }

// Daemon puts the daemon's error in the client's words.
func Daemon(err error) error {
	if err == nil {
		return nil
	}
	var answer *host.Error
	if errors.As(err, &answer) {
		return &DaemonError{answer.Status, "Error response from daemon: " + answer.Text}
	}
	return err
}

// object is Daemon for the requests whose 404 the client words itself.
func object(err error, kind, name string) error {
	var answer *host.Error
	if errors.As(err, &answer) && answer.Status == http.StatusNotFound {
		return &DaemonError{answer.Status, "Error: No such " + kind + ": " + name}
	}
	return Daemon(err)
}

// NotFound reports whether the daemon does not have what was asked for.
func NotFound(err error) bool {
	var e *DaemonError
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

func parseBool(s string) (bool, error) { return strconv.ParseBool(s) }
