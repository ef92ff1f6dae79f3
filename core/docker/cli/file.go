package cli

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// Abs makes a path of the client absolute.
func (s *Session) Abs(name string) string {
	if !path.IsAbs(name) {
		name = path.Join(s.Files.Dir(), name)
	}
	return path.Clean(name)
}

// Tree are the client's files as they are now.
func (s *Session) Tree() vfs.Tree { return s.Files.Editor().Tree() }

// reason is what Linux says of an error, under the call and the name that Go's
// os package puts before it.
func reason(call, name string, err error) error {
	var e *fs.PathError
	if ok := asPathError(err, &e); ok {
		err = e.Err
	}
	return &fs.PathError{Op: call, Path: name, Err: Errno{Err: err}}
}

// Errno words an error of the file system as Go does, where vfs words it as C
// does: without the capital.
type Errno struct{ Err error }

func (e Errno) Error() string {
	text := e.Err.Error()
	return strings.ToLower(text[:1]) + text[1:]
}

func (e Errno) Unwrap() error { return e.Err }

func asPathError(err error, to **fs.PathError) bool {
	for err != nil {
		if e, ok := err.(*fs.PathError); ok {
			*to = e
			return true
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return false
		}
		err = u.Unwrap()
	}
	return false
}

// Stat returns a file, links followed.
func (s *Session) Stat(name string) (*vfs.Node, error) {
	n, err := s.Tree().Stat(s.Abs(name))
	if err != nil {
		return nil, reason("stat", name, err)
	}
	return n, nil
}

// Lstat returns a file or link.
func (s *Session) Lstat(name string) (*vfs.Node, error) {
	n, err := s.Tree().Lstat(s.Abs(name))
	if err != nil {
		return nil, reason("lstat", name, err)
	}
	return n, nil
}

// Open returns the content of a file.
func (s *Session) Open(name string) (*vfs.Blob, error) {
	n, err := s.Tree().Stat(s.Abs(name))
	if err != nil {
		return nil, reason("open", name, err)
	}
	if n.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: Errno{Err: vfs.EISDIR}}
	}
	if n.Blob() == nil {
		return vfs.Bytes(nil), nil
	}
	return n.Blob(), nil
}

// ReadFile returns the bytes of a file.
func (s *Session) ReadFile(name string) ([]byte, error) {
	b, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	return b.Bytes()
}

// WriteFile gives a file new content.
func (s *Session) WriteFile(name string, content []byte, mode uint32) error {
	err := s.Files.Editor().WriteFile(s.Abs(name), vfs.Bytes(content), mode, 0, 0)
	if err != nil {
		return reason("open", name, err)
	}
	return nil
}

// Remove takes a file away; none is no error.
func (s *Session) Remove(name string) error {
	if _, err := s.Tree().Lstat(s.Abs(name)); err != nil {
		return nil
	}
	if err := s.Files.Editor().Remove(s.Abs(name)); err != nil {
		return reason("remove", name, err)
	}
	return nil
}

// CheckOutput refuses a path that -o cannot write.
func (s *Session) CheckOutput(name string) error {
	if dir := path.Dir(path.Clean(name)); dir != "." {
		if _, err := s.Stat(dir); err != nil {
			return fmt.Errorf("invalid output path: directory %q does not exist", dir)
		}
	}
	n, err := s.Stat(name)
	if err != nil || name == "" {
		return nil
	}
	if n.Kind == vfs.CharDevice || n.Kind == vfs.BlockDevice {
		return fmt.Errorf("invalid output path: %q must be a directory or a regular file: got a device", name)
	}
	return nil
}

// Output sends what write gives to a file, or to stdout where name is "". The
// file appears only when all is written.
func (s *Session) Output(name string, write func(io.Writer) error) error {
	if name == "" {
		return write(s.Stdout)
	}
	if n, err := s.Stat(name); err == nil && n.IsDir() {
		return fmt.Errorf("rename %s %s: file exists", path.Dir(name)+"/.docker_temp_000000000", name)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if _, err := s.Lstat(name); err == nil {
		if err := s.Remove(name); err != nil {
			return err
		}
	}
	return s.WriteFile(name, b.Bytes(), 0o600)
}
