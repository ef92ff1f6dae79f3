package host

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/container"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// view returns a container's files with what is mounted, whether it runs or not.
func (s *State) view(c *Container) (*vfs.Editor, []*container.Mount, []mounted, []*vfs.Node, error) {
	e := c.Tree.EditOver(c.Lower)
	mounts, what, err := s.processMounts(c)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	var points []*container.Mount
	var kinds []mounted
	var under []*vfs.Node
	for i, m := range mounts {
		at, err := e.Tree().RootPath(m.Path)
		if err != nil || m.Tmpfs {
			continue
		}
		old, err := e.Tree().Lstat(at)
		if err != nil || e.Graft(at, m.Node) != nil {
			continue // it is made when the container starts
		}
		own := *m
		own.Path = at
		points, kinds, under = append(points, &own), append(kinds, what[i]), append(under, old)
	}
	return e, points, kinds, under, nil
}

// resolved is a path of a container: where it is, without following a link in
// the last place, and as it was asked for.
func resolved(t vfs.Tree, p string) (at, asked string, err error) {
	asked = path.Join("/", p)
	if asked != "/" {
		switch {
		case strings.HasSuffix(p, "/.") || p == ".":
			asked += "/."
		case strings.HasSuffix(p, "/"):
			asked += "/"
		}
	}
	dir, base := path.Split(asked)
	if at, err = t.RootPath(dir); err != nil {
		return "", "", err
	}
	switch base {
	case "", ".":
		return at, asked, nil
	}
	return path.Join(at, base), asked, nil
}

// stat returns the inode of a container's path, and what the API says of it.
func (s *State) stat(c *Container, name, p string) (*vfs.Node, types.ContainerPathStat, error) {
	e, _, _, _, err := s.view(c)
	if err != nil {
		return nil, types.ContainerPathStat{}, err
	}
	t := e.Tree()
	missing := Errorf(404, "Could not find the file %s in container %s", p, name)
	at, asked, err := resolved(t, p)
	if err != nil {
		return nil, types.ContainerPathStat{}, missing
	}
	n, err := t.Lstat(at)
	if err == nil && strings.HasSuffix(asked, "/.") && !n.IsDir() {
		return nil, types.ContainerPathStat{}, Errorf(500, "lstat %s: not a directory", asked)
	}
	if errors.Is(err, vfs.ENOTDIR) {
		return nil, types.ContainerPathStat{}, Errorf(500, "lstat %s: not a directory", at)
	}
	if err != nil {
		return nil, types.ContainerPathStat{}, missing
	}
	st := types.ContainerPathStat{Name: path.Base(asked), Size: n.Size(), Mode: n.FileMode(), Mtime: time.Unix(n.Time().Sec, n.Time().Nsec).UTC()}
	if strings.HasSuffix(asked, "/.") {
		st.Name = "."
	}
	if n.IsDir() {
		st.Size = 4096
	}
	if n.Kind == vfs.Symlink {
		if st.LinkTarget, err = t.RootPath(asked); err != nil {
			return nil, st, &Error{500, err.Error()}
		}
	}
	return n, st, nil
}

// ContainerStatPath tells of one path in a container.
func (h *Host) ContainerStatPath(name, p string) (types.ContainerPathStat, error) {
	s := h.State()
	c, err := s.Container(name)
	if err != nil {
		return types.ContainerPathStat{}, err
	}
	_, st, err := s.stat(c, name, p)
	return st, err
}

// CopyFromContainer writes a file or directory of a container as a tar.
func (h *Host) CopyFromContainer(_ context.Context, name, p string, to io.Writer) (types.ContainerPathStat, error) {
	s := h.State()
	c, err := s.Container(name)
	if err != nil {
		return types.ContainerPathStat{}, err
	}
	n, st, err := s.stat(c, name, p)
	if err != nil {
		return st, err
	}
	if err := layer.WriteTar(to, tarred(n, st.Name, false)); err != nil {
		return st, &Error{500, err.Error()}
	}
	return st, h.note(c.ID, "archive-path", nil)
}

// CopyToContainer unpacks a tar into a directory of a container.
func (h *Host) CopyToContainer(_ context.Context, name, p string, archive io.Reader, o types.CopyToContainerOptions) error {
	entries, err := layer.ReadTar(archive)
	if err != nil {
		return Errorf(500, "Error processing tar file(exit status 1): %v", err)
	}
	return h.with(name, func(c *Change, n *Container) error {
		e, points, kinds, under, err := c.view(n)
		if err != nil {
			return err
		}
		at, err := e.Tree().RootPath(p)
		if err != nil {
			return &Error{500, err.Error()}
		}
		dir, err := e.Tree().Lstat(at)
		switch {
		case err != nil:
			return Errorf(404, "Could not find the file %s in container %s", p, name)
		case !dir.IsDir():
			return Errorf(500, "extraction point is not a directory")
		}
		into := -1
		for i, m := range points {
			if at == m.Path || strings.HasPrefix(at, m.Path+"/") {
				into = i
			}
		}
		switch {
		case into >= 0 && points[into].ReadOnly:
			return Errorf(403, "mounted volume is marked read-only")
		case into < 0 && n.Host.ReadonlyRootfs:
			return Errorf(403, "container rootfs is marked read-only")
		}
		unpack := func(e *vfs.Editor) error { return unpackInto(e, at, entries, !o.AllowOverwriteDirWithFile) }
		now := c.Now()
		if err := unpack(e); err != nil {
			return &Error{500, err.Error()}
		}
		next := *n
		if n.run != nil && !n.State.Restarting {
			next.run = n.run.with(container.Event{At: now, Edit: unpack})
			c.Containers = c.Containers.Set(n.ID, &next)
			if course, err := next.run.course(context.Background()); err == nil {
				c.quiet(course, now)
			}
		} else {
			for i := len(points) - 1; i >= 0; i-- {
				held, err := e.Mount(points[i].Path, under[i])
				if err != nil {
					continue
				}
				if !points[i].ReadOnly {
					c.kept(n, kinds[i], held)
				}
			}
			next.Tree = e.Tree()
			c.Containers = c.Containers.Set(n.ID, &next)
		}
		c.logContainer("extract-to-dir", n.ID, nil)
		return nil
	})
}

// unpackInto unpacks members of a tar below a directory, as pkg/archive does;
// keep refuses to put a file in the place of a directory, or the other way.
func unpackInto(e *vfs.Editor, dir string, entries []layer.Entry, keep bool) error {
	times := map[string]vfs.Time{}
	var order []string
	for _, x := range entries {
		if x.Type == tar.TypeXGlobalHeader {
			continue
		}
		at := path.Join(dir, path.Join("/", x.Name))
		if strings.Contains("/"+x.Name+"/", "/../") {
			return errors.New(`"` + x.Name + `" is outside of "` + dir + `"`)
		}
		if parent := path.Dir(at); parent != dir {
			if _, err := e.Tree().Lstat(parent); err != nil {
				if _, err := e.MkdirAll(parent, 0o777&^0o22, 0, 0); err != nil {
					return err
				}
			}
		}
		old, err := e.Tree().Lstat(at)
		if err == nil {
			switch {
			case keep && old.IsDir() && x.Type != tar.TypeDir:
				return errors.New(`cannot overwrite directory "` + at + `" with non-directory "` + dir + `"`)
			case keep && !old.IsDir() && x.Type == tar.TypeDir:
				return errors.New(`cannot overwrite non-directory "` + at + `" with directory "` + dir + `"`)
			case old.IsDir() && path.Clean("/"+x.Name) == "/":
				continue
			case !(old.IsDir() && x.Type == tar.TypeDir):
				if err := e.RemoveAll(at); err != nil {
					return err
				}
				old = nil
			}
		} else {
			old = nil
		}
		if x.Type == tar.TypeLink {
			if err := e.Link(path.Join(dir, path.Join("/", x.Linkname)), at); err != nil {
				return err
			}
			continue
		}
		m, err := x.Meta()
		if err != nil {
			return err
		}
		if old == nil {
			if err := e.Create(at, m, x.Content); err != nil {
				return err
			}
		} else if err := e.SetMeta(at, m); err != nil {
			return err
		}
		if _, seen := times[at]; !seen {
			order = append(order, at)
		}
		times[at] = m.Time()
	}
	for _, at := range order {
		if err := e.LchtimesTo(at, times[at]); err != nil && !errors.Is(err, vfs.ENOENT) {
			return err
		}
	}
	return nil
}
