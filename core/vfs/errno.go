package vfs

import (
	"errors"
	"io/fs"
	"strings"
)

// Errno is the reason a file operation failed, with the text strerror(3)
// gives on Linux. It matches the errors of io/fs by errors.Is.
type Errno int

// The reasons, named as in errno(3).
const (
	EPERM Errno = iota + 1
	ENOENT
	EACCES
	EEXIST
	EXDEV
	ENOTDIR
	EISDIR
	EINVAL
	ENOTEMPTY
	ELOOP
	ENAMETOOLONG
	EROFS
	EBUSY
	ENOSPC
	EMLINK
	ETXTBSY
	EBADF
	ENOEXEC
	EPIPE
	ESPIPE
	ENXIO
	ENODEV
	ESRCH
	EINTR
)

var errnoText = [...]string{
	EPERM:        "Operation not permitted",
	ENOENT:       "No such file or directory",
	EACCES:       "Permission denied",
	EEXIST:       "File exists",
	EXDEV:        "Invalid cross-device link",
	ENOTDIR:      "Not a directory",
	EISDIR:       "Is a directory",
	EINVAL:       "Invalid argument",
	ENOTEMPTY:    "Directory not empty",
	ELOOP:        "Too many levels of symbolic links",
	ENAMETOOLONG: "File name too long",
	EROFS:        "Read-only file system",
	EBUSY:        "Device or resource busy",
	ENOSPC:       "No space left on device",
	EMLINK:       "Too many links",
	ETXTBSY:      "Text file busy",
	EBADF:        "Bad file descriptor",
	ENOEXEC:      "Exec format error",
	EPIPE:        "Broken pipe",
	ESPIPE:       "Illegal seek",
	ENXIO:        "No such device or address",
	ENODEV:       "No such device",
	ESRCH:        "No such process",
	EINTR:        "Interrupted system call",
}

func (e Errno) Error() string { return errnoText[e] }

// Is reports whether e is of the kind target of io/fs.
func (e Errno) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e == ENOENT
	case fs.ErrExist:
		return e == EEXIST || e == ENOTEMPTY
	case fs.ErrPermission:
		return e == EPERM || e == EACCES
	case fs.ErrInvalid:
		return e == EINVAL
	}
	return false
}

func pathError(op, p string, err error) error {
	return &fs.PathError{Op: op, Path: p, Err: err}
}

// Reason takes the path off an error that names one, because the sentence around
// it does, and gives the Errno in the words of Go's syscall package, which the
// tools that are written in Go say.
func Reason(err error) error {
	var no Errno
	if errors.As(err, &no) {
		return reason{no}
	}
	return err
}

type reason struct{ Errno }

func (r reason) Unwrap() error { return r.Errno }

func (r reason) Error() string {
	s := r.Errno.Error()
	return strings.ToLower(s[:1]) + s[1:]
}
