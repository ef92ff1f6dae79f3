package applet

import (
	"archive/tar"
	"fmt"
	"io"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// sharedSize is from which size on a file shares the bytes of the archive it
// comes from, in bytes: a small one would keep the whole of it in memory.
const sharedSize = 64 << 10

// member is the content of the member whose header has just been read, as a
// part of the archive; nil where it is small or not simply that.
func member(archive *vfs.Blob, r io.Seeker, h *tar.Header) *vfs.Blob {
	at, err := r.Seek(0, io.SeekCurrent)
	if err != nil || h.Typeflag != tar.TypeReg || h.Size < sharedSize || at+h.Size > archive.Size() || h.PAXRecords["GNU.sparse.major"] != "" {
		return nil
	}
	return vfs.Section(archive, at, h.Size)
}

// extract unpacks a member, whose content is a part of the archive if that is
// not nil, and is read from r otherwise.
func (t *tarApplet) extract(h *tar.Header, content *vfs.Blob, r io.Reader) {
	p, o := t.p, t.o
	name := h.Name
	if !o.Has('P') {
		name = strings.TrimLeft(name, "/")
		for strings.HasPrefix(name, "../") {
			name = name[3:]
		}
	}
	link := h.Linkname
	if t.strip > 0 {
		parts := strings.Split(strings.TrimSuffix(name, "/"), "/")
		if len(parts) <= t.strip {
			return
		}
		name = strings.Join(parts[t.strip:], "/")
		if h.Typeflag == tar.TypeLink {
			lp := strings.Split(link, "/")
			if len(lp) > t.strip {
				link = strings.Join(lp[t.strip:], "/")
			}
		}
	}
	name = strings.TrimSuffix(name, "/")
	if name == "" {
		name = "."
	}
	if o.Has('O') {
		if h.Typeflag == tar.TypeReg {
			io.Copy(p.Out(), r)
		}
		return
	}
	if o.Has('v') {
		p.Puts(h.Name + "\n")
	}
	fail := func(err error, verb string) {
		if p.GNU {
			if proc.Is(err, vfs.ENOENT) {
				t.missing(name)
			}
			if verb == "symlink" {
				verb = fmt.Sprintf("create symlink to '%s'", h.Linkname)
			}
			p.Errorf("tar: %s: Cannot %s: %s\n", strings.TrimSuffix(h.Name, "/"), verb, proc.Text(err))
			t.status = 2
		} else {
			p.Die("can't %s '%s': %s", map[string]string{"open": "open", "mkdir": "make dir", "symlink": "create symlink", "mknod": "create node"}[verb], name, proc.Text(err))
		}
	}
	if i := strings.LastIndexByte(name, '/'); i > 0 {
		if _, err := p.Stat(name[:i]); err != nil {
			old := p.Umask
			p.Umask = 0o022
			if p.GNU {
				makeParents(p, name)
			} else if !makeDir(p, name[:i], true, -1, false) {
				// What cannot be made ends the name in place.
				for j := 1; j < i; j++ {
					if name[j] == '/' && !isDir(p, name[:j], true) {
						name = name[:j+1]
						break
					}
				}
			}
			p.Umask = old
		}
	}
	mode := uint32(h.Mode) & 0o7777
	switch {
	case p.UID != 0 && !p.GNU:
		mode &^= p.Umask
	case p.UID != 0 && !o.Has('p'):
		mode &= 0o777 &^ p.Umask
	case o.Has(0x85):
		mode &^= p.Umask
	}
	old, err := p.Lstat(name)
	exists := err == nil
	if exists && h.Typeflag != tar.TypeDir {
		if o.Has('k') {
			if h.Typeflag == tar.TypeLink && !p.GNU {
				p.Warn("can't create %slink '%s' to '%s'", "hard", name, link)
			}
			if p.GNU {
				p.Errorf("tar: %s: Cannot open: File exists\n", h.Name)
				t.status = 2
			}
			return
		}
	}
	if exists && old.IsDir() && h.Typeflag != tar.TypeDir && p.GNU {
		p.Rmdir(name)
	} else if h.Typeflag != tar.TypeDir {
		// busybox tries to, whether it is there or not.
		if err := p.Unlink(name); err != nil && !p.GNU && !proc.Is(err, vfs.ENOENT) {
			p.Die("can't remove old file %s: %s", name, proc.Text(err))
		}
	}
	umask := p.Umask
	p.Umask = 0
	defer func() { p.Umask = umask }()
	follow := true
	switch h.Typeflag {
	case tar.TypeDir:
		if !exists || !isDir(p, name, true) {
			err := p.Mkdir(name, mode|0o700)
			switch {
			case err == nil, proc.Is(err, vfs.EEXIST) && !p.GNU:
			case p.GNU:
				fail(err, "mkdir")
				return
			default:
				p.Warn("can't make dir %s: %s", name, proc.Text(err))
				return
			}
		}
	case tar.TypeSymlink:
		if err := p.Symlink(h.Linkname, name); err != nil {
			fail(err, "symlink")
			return
		}
		follow = false
	case tar.TypeLink:
		if err := p.Link(strings.TrimLeft(link, "/"), name); err != nil {
			if p.GNU {
				p.Errorf("tar: %s: Cannot hard link to '%s': %s\n", h.Name, link, proc.Text(err))
				t.status = 2
				return
			}
			p.Die("can't create %slink '%s' to '%s'", "hard", name, link)
		}
		return
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		k := map[byte]vfs.Kind{tar.TypeChar: vfs.CharDevice, tar.TypeBlock: vfs.BlockDevice, tar.TypeFifo: vfs.Fifo}[h.Typeflag]
		if err := p.Mknod(name, k, mode, uint32(h.Devmajor), uint32(h.Devminor)); err != nil {
			fail(err, "mknod")
			return
		}
	default:
		fd, err := p.Open(name, proc.Write|proc.Create|proc.Trunc, mode)
		if err != nil {
			fail(err, "open")
			return
		}
		if content != nil {
			p.SetBlob(fd, content)
		} else {
			io.Copy(p.FD(fd), r)
		}
		p.Close(fd)
	}
	if !follow && !p.GNU {
		return // busybox leaves a link to root and to now
	}
	if p.UID == 0 && !o.Has('o') || o.Has(0x8c) {
		uid, gid := h.Uid, h.Gid
		if h.Uname != "" && !o.Has(0x86) {
			if u, ok := userNamed(p, h.Uname); ok {
				uid = u.uid
			}
		}
		if h.Gname != "" && !o.Has(0x86) {
			if g, ok := groupNamed(p, h.Gname); ok {
				gid = g.gid
			}
		}
		if h.Typeflag == tar.TypeDir {
			p.Chown(name, uid, gid) // of what a link leads to, where there is one
		} else {
			p.Lchown(name, uid, gid)
		}
	}
	when := vfs.Time{Sec: h.ModTime.Unix(), Nsec: int64(h.ModTime.Nanosecond())}
	times := func() {
		if !o.Has('m') {
			p.Utimes(name, &when, follow)
		}
	}
	if !follow {
		if p.GNU {
			times()
		}
		return
	}
	if p.GNU || p.UID == 0 {
		p.Chmod(name, mode)
	}
	if h.Typeflag == tar.TypeDir {
		if p.GNU {
			t.dirTimes = append(t.dirTimes, times)
		} else {
			times()
		}
		return
	}
	times()
}

// missing says why the directory that name should be in cannot be made.
func (t *tarApplet) missing(name string) {
	at := ""
	for part := range strings.SplitSeq(name, "/") {
		if at != "" {
			if _, err := t.p.Stat(at); proc.Is(err, vfs.ENOENT) {
				if err := t.p.Mkdir(at, 0o755); err != nil {
					t.p.Errorf("tar: %s: Cannot mkdir: %s\n", at, proc.Text(err))
					return
				}
			}
			at += "/"
		}
		at += part
	}
}
