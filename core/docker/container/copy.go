package container

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/pack"
	"layerlab.dev/core/vfs"
)

func runCp(s *cli.Session, c *cli.Call) error {
	if c.Args[0] == "" {
		return errors.New("source can not be empty")
	}
	if c.Args[1] == "" {
		return errors.New("destination can not be empty")
	}
	from, source := splitPath(c.Args[0])
	to, target := splitPath(c.Args[1])
	switch {
	case from != "" && to != "":
		return errors.New("copying between containers is not supported")
	case from != "":
		return copyFrom(s, c, from, source, target)
	case to != "":
		return copyTo(s, c, to, source, target)
	}
	return errors.New("must specify at least one container source")
}

// splitPath cuts CONTAINER:PATH. What begins with "/" or "." is the client's.
func splitPath(arg string) (name, at string) {
	before, after, ok := strings.Cut(arg, ":")
	if !ok || path.IsAbs(arg) || strings.HasPrefix(before, ".") {
		return "", arg
	}
	return before, after
}

func copyFrom(s *cli.Session, c *cli.Call, name, source, target string) error {
	if target != "-" {
		target = pack.Keep(s.Abs(target), target)
	}
	if err := s.CheckOutput(target); err != nil {
		return err
	}
	rebase := ""
	if c.Bool("follow-link") {
		if stat, err := s.Client.ContainerStatPath(name, source); err == nil && stat.Mode&fs.ModeSymlink != 0 {
			link := stat.LinkTarget
			if !path.IsAbs(link) {
				dir, _ := pack.Split(source)
				link = path.Join(dir, link)
			}
			source, rebase = pack.Rebased(source, link)
		}
	}
	if target == "-" {
		_, err := s.Client.CopyFromContainer(s.Context, name, source, s.Stdout)
		return err
	}
	var b bytes.Buffer
	stat, err := s.Client.CopyFromContainer(s.Context, name, source, &b)
	if err != nil {
		return err
	}
	archive := b.Bytes()
	info := pack.Info{Path: source, Exists: true, IsDir: stat.Mode.IsDir(), Rebase: rebase}
	if rebase != "" {
		_, base := pack.Split(source)
		if archive, err = pack.Rename(archive, base, rebase); err != nil {
			return err
		}
	}
	editor := s.Files.Editor()
	at, err := pack.Destination(editor.Tree(), target)
	if err != nil {
		return lstat(err)
	}
	dir, old, new, err := pack.Prepare(info, at)
	if err != nil {
		return err
	}
	if archive, err = pack.Rename(archive, old, new); err != nil {
		return err
	}
	return pack.Extract(editor, dir, archive)
}

// lstat names the call that a path's error comes from, as Go's os does.
func lstat(err error) error {
	var e *fs.PathError
	var n vfs.Errno
	if errors.As(err, &e) && errors.As(err, &n) {
		return &fs.PathError{Op: "lstat", Path: e.Path, Err: cli.Errno{Err: n}}
	}
	return err
}

func copyTo(s *cli.Session, c *cli.Call, name, source, target string) error {
	if source != "-" {
		source = pack.Keep(s.Abs(source), source)
	}
	at := pack.Info{Path: target}
	stat, err := s.Client.ContainerStatPath(name, target)
	if err == nil && stat.Mode&fs.ModeSymlink != 0 {
		link := stat.LinkTarget
		if !path.IsAbs(link) {
			dir, _ := pack.Split(target)
			link = path.Join(dir, link)
		}
		at.Path = link
		stat, err = s.Client.ContainerStatPath(name, link)
	}
	if stat.Mode&fs.ModeDevice != 0 {
		return fmt.Errorf(`destination "%s:%s" must be a directory or a regular file: got a device`, name, target)
	}
	if err == nil {
		at.Exists, at.IsDir = true, stat.Mode.IsDir()
	}
	o := types.CopyToContainerOptions{CopyUIDGID: c.Bool("archive")}
	if source == "-" {
		if !at.IsDir {
			return fmt.Errorf("destination %q must be a directory", name+":"+target)
		}
		return s.Client.CopyToContainer(s.Context, name, at.Path, s.Stdin, o)
	}
	files := s.Tree()
	info, err := pack.Source(files, source, c.Bool("follow-link"))
	if err != nil {
		return lstat(err)
	}
	archive, err := pack.Resource(files, info)
	if err != nil {
		return err
	}
	dir, old, new, err := pack.Prepare(info, at)
	if err != nil {
		return err
	}
	if archive, err = pack.Rename(archive, old, new); err != nil {
		return err
	}
	return s.Client.CopyToContainer(s.Context, name, dir, bytes.NewReader(archive), o)
}
