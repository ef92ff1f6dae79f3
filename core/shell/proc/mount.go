package proc

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

// Mount is a file system that lies over a path of the image while a run lasts.
type Mount struct {
	Path string    // where; links in it are followed
	Node *vfs.Node // what lies there: a directory with all below it, or a file
	// Tmpfs says that Node is a new tmpfs: where the path is a directory of the
	// image already, its mode is that directory's.
	Tmpfs    bool
	ReadOnly bool
	// Overlay says that Node is of several layers on top of each other, Top that
	// it is the root of them.
	Overlay, Top bool
	// Lower is what lies below the topmost of these layers; nil is Node.
	Lower  *vfs.Node
	NoExec bool // no program can be run from it
	// Of names what is mounted, where that is: mounts of one name show the same
	// files.
	Of string
	// Left is what the mount holds when the run has ended, nil before.
	Left *vfs.Node
}

// mounted is a mount that is in effect.
type mounted struct {
	at       string // canonical; it moves along with a directory above it
	fs       string // "proc", "sysfs", "tmpfs", "devpts", "mqueue", or "" for a part of an image
	readOnly bool
	noExec   bool
	under    *vfs.Node
	of       *Mount    // nil for those of the runtime
	seen     *vfs.Node // what it held when mounts of the same files were last compared
}

// mountAll mounts what the container runtime mounts (the default mounts of
// containerd's pkg/oci), then Mounts in the order given. The error says why
// one could not be mounted, in the runtime's words.
func (m *Machine) mountAll() error {
	for _, at := range []string{"/proc", "/dev", "/sys"} {
		if i := slices.IndexFunc(m.Mounts, func(mt *Mount) bool { return mt.Path == at }); i >= 0 && !(at == "/dev" && m.Mounts[i].Tmpfs) {
			// It takes the place of the runtime's own.
			if err := m.mount(m.Mounts[i]); err != nil {
				return fmt.Errorf("error mounting to rootfs at %q: %w", at, err)
			}
			if err := m.sub(at, m.Mounts[i].ReadOnly); err != nil {
				return err
			}
			continue
		}
		n, err := m.Editor.Tree().Lstat(at)
		if err != nil || n.Kind != vfs.Dir {
			continue
		}
		fs := map[string]string{"/proc": "proc", "/dev": "tmpfs", "/sys": "sysfs"}[at]
		if err := m.Editor.Graft(at, m.populate(at)); err != nil {
			return err
		}
		m.mounts = append(m.mounts, &mounted{at: at, fs: fs, readOnly: at == "/sys", noExec: at != "/dev", under: n})
		if err := m.sub(at, false); err != nil {
			return err
		}
	}
	for _, mt := range m.Mounts {
		if slices.ContainsFunc(m.mounts, func(in *mounted) bool { return in.of == mt }) {
			continue
		}
		if err := m.mount(mt); err != nil {
			return fmt.Errorf("error mounting to rootfs at %q: %w", mt.Path, err)
		}
	}
	return nil
}

// sub makes the mounts that the runtime makes below one of its own.
func (m *Machine) sub(at string, readOnly bool) error {
	list := []mounted{{at: "/dev/pts", fs: "devpts"}, {at: "/dev/shm", fs: "tmpfs"}, {at: "/dev/mqueue", fs: "mqueue"}}
	if at == "/sys" {
		list = []mounted{{at: "/sys/fs/cgroup", fs: "cgroup2", readOnly: true}}
	}
	for _, mt := range list {
		if at == "/proc" {
			break
		}
		if _, err := m.Editor.Tree().Lstat(mt.at); err != nil {
			if readOnly {
				return fmt.Errorf("error mounting %q to rootfs at %q: mkdir: %w", mt.fs, mt.at, vfs.EROFS)
			}
			if _, err := m.Editor.MkdirAll(mt.at, 0o755, 0, 0); err != nil {
				return fmt.Errorf("error mounting %q to rootfs at %q: mkdir: %w", mt.fs, mt.at, errno(err))
			}
		}
		mt.noExec = true
		mt.under, _ = m.Editor.Tree().Lstat(mt.at)
		m.mounts = append(m.mounts, &mt)
	}
	return nil
}

// emulated are the files of /proc that may be mounted over (runc,
// libcontainer checkProcMount).
var emulated = []string{"/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg",
	"/proc/slabinfo", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled"}

func (m *Machine) mount(mt *Mount) error {
	e := m.Editor
	at, err := e.Tree().RootPath(mt.Path)
	if err != nil {
		return err
	}
	over := m.mountOf(at)
	switch {
	case at == "/proc":
		return fmt.Errorf("%q cannot be mounted because it is not of type proc", at)
	case over != nil && over.fs == "proc" && !slices.Contains(emulated, at):
		return fmt.Errorf("%q cannot be mounted because it is inside /proc", at)
	case at == "/dev" && mt.Tmpfs:
		return nil // the runtime's own is set up there
	}
	n, err := e.Tree().Lstat(at)
	made := err != nil
	if made {
		if d := m.mountOf(m.holds(at)); d != nil && d.readOnly {
			return fmt.Errorf("make mountpoint %q: %w", mt.Path, vfs.EROFS)
		}
		dir := at
		if !mt.Node.IsDir() {
			dir = path.Dir(at)
		}
		if _, err := e.MkdirAll(dir, 0o755, -1, -1); err != nil {
			return fmt.Errorf("make mountpoint %q: %w", mt.Path, errno(err))
		}
		if !mt.Node.IsDir() {
			if err := e.WriteFile(at, vfs.Bytes(nil), 0o644, 0, 0); err != nil {
				return fmt.Errorf("make mountpoint %q: %w", mt.Path, errno(err))
			}
		}
		n, _ = e.Tree().Lstat(at)
	}
	if n.IsDir() != mt.Node.IsDir() {
		return fmt.Errorf("not a directory: Are you trying to mount a directory onto a file (or vice-versa)?")
	}
	if other := m.twin(mt.Of); other != nil {
		top, err := e.Tree().Lstat(other.at)
		if err == nil {
			_, err = e.Mount(at, top)
		}
		if err != nil {
			return err
		}
	} else if err := e.Graft(at, mt.Node); err != nil {
		return err
	}
	fs := ""
	if mt.Tmpfs {
		fs = "tmpfs"
		if !made {
			top, _ := e.Tree().Lstat(at)
			meta := top.Meta
			meta.Mode = n.Mode
			e.SetMeta(at, meta)
		}
	}
	m.mounts = append(m.mounts, &mounted{at: at, fs: fs, readOnly: mt.ReadOnly, noExec: mt.NoExec, under: n, of: mt})
	return nil
}

// twin is a mount of the same files, nil if there is none.
func (m *Machine) twin(of string) *mounted {
	for _, mt := range m.mounts {
		if of != "" && mt.of != nil && mt.of.Of == of {
			m.shared = true
			return mt
		}
	}
	return nil
}

// share lets mounts of the same files show what has been changed in one of
// them.
func (m *Machine) share() {
	if !m.shared {
		return
	}
	for i, mt := range m.mounts {
		if mt.of == nil || mt.of.Of == "" {
			continue
		}
		now, err := m.Editor.Tree().Lstat(mt.at)
		if err != nil || now == mt.seen {
			continue
		}
		changed := mt.seen != nil
		mt.seen = now
		for j, o := range m.mounts {
			if j != i && changed && o.of != nil && o.of.Of == mt.of.Of {
				m.Editor.Mount(o.at, now)
				o.seen, _ = m.Editor.Tree().Lstat(o.at)
			}
		}
	}
}

// holds is the nearest directory above path that is there.
func (m *Machine) holds(at string) string {
	for at != "/" {
		at = path.Dir(at)
		if _, err := m.Editor.Tree().Lstat(at); err == nil {
			break
		}
	}
	return at
}

func (m *Machine) unmountAll() {
	m.share()
	for _, mt := range slices.Backward(m.mounts) {
		if mt.of != nil {
			mt.of.Left, _ = m.Editor.Tree().Lstat(mt.at)
		}
		m.Editor.Mount(mt.at, mt.under)
	}
	m.mounts = nil
}

// mountOf returns the mount that the inode at a canonical path lies in, nil
// for the image itself.
func (m *Machine) mountOf(at string) *mounted {
	var in *mounted
	for _, mt := range m.mounts {
		if (in == nil || len(mt.at) >= len(in.at)) && below(mt.at, at) {
			in = mt
		}
	}
	return in
}

// below reports whether the canonical path at is dir or lies below it.
func below(dir, at string) bool {
	return at == dir || strings.HasPrefix(at, dir) && at[len(dir)] == '/'
}

// named returns the mount that holds the name of at, which for a mount point
// is the one it was mounted on.
func (m *Machine) named(at string) *mounted { return m.mountOf(path.Dir(at)) }

// virtual reports whether path lies in a mount, so that nothing of it stays.
func (m *Machine) virtual(path string) bool { return m.mountOf(path) != nil }

// device tells the file systems apart, as st_dev does: 0 is the image.
func (m *Machine) device(path string) int {
	return slices.Index(m.mounts, m.mountOf(path)) + 1
}

// busy reports whether path is a mount point.
func (m *Machine) busy(path string) bool {
	return slices.ContainsFunc(m.mounts, func(mt *mounted) bool { return mt.at == path })
}

// moved tells mounts and processes that the directory from has become to.
func (m *Machine) moved(from, to string) {
	for _, p := range m.procs {
		if below(from, p.Dir) {
			p.Dir = to + p.Dir[len(from):]
		}
	}
	for _, mt := range m.mounts {
		if below(from, mt.at) {
			mt.at = to + mt.at[len(from):]
		}
	}
}

func (m *Machine) readOnly(path string) bool {
	mt := m.mountOf(path)
	if mt == nil {
		return m.sealed
	}
	return mt.readOnly
}

func (m *Machine) noExec(path string) bool {
	mt := m.mountOf(path)
	return mt != nil && mt.noExec
}

// refuses says why no name can be made, removed or changed in the directory
// that holds at: nil where it can. The errors are those of the kernel's file
// systems.
func (m *Machine) refuses(at string, kind vfs.Kind) error {
	mt := m.named(at)
	switch {
	case mt == nil && m.sealed:
		return vfs.EROFS
	case mt == nil:
		return nil
	case mt.readOnly:
		return vfs.EROFS
	case mt.fs == "proc":
		return vfs.ENOENT
	case mt.fs == "devpts" && kind == vfs.File:
		return vfs.EACCES
	case mt.fs == "devpts", mt.fs == "mqueue" && kind != vfs.File:
		return vfs.EPERM
	}
	return nil
}

// populate makes the content of one of the runtime's file systems.
func (m *Machine) populate(at string) *vfs.Node {
	e := m.Editor
	before := e.Tree()
	defer e.Reset(before)
	const tmp = "/.mnt"
	mode := uint32(0o555)
	if at == "/dev" {
		mode = 0o755
	}
	e.Place(tmp, vfs.Meta{Kind: vfs.Dir, Mode: mode, MTime: e.Tick()}, nil)
	dir := func(p string, mode uint32) { e.Mkdir(tmp+p, mode, 0, 0) }
	link := func(p, to string) { e.Create(tmp+p, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: to}, nil) }
	text := func(p, s string) { e.Create(tmp+p, vfs.Meta{Kind: vfs.File, Mode: 0o444}, vfs.String(s)) }
	switch at {
	case "/dev":
		node := func(p string, major, minor uint32) {
			e.Create(tmp+p, vfs.Meta{Kind: vfs.CharDevice, Mode: 0o666, Major: major, Minor: minor}, nil)
		}
		node("/null", 1, 3)
		node("/zero", 1, 5)
		node("/full", 1, 7)
		node("/random", 1, 8)
		node("/urandom", 1, 9)
		node("/tty", 5, 0)
		if !m.Docker {
			link("/core", "/proc/kcore")
		} else if m.Screen != nil {
			e.Create(tmp+"/console", vfs.Meta{Kind: vfs.CharDevice, Mode: 0o620, GID: 5, Major: 136, Minor: 0}, nil)
		}
		link("/fd", "/proc/self/fd")
		link("/stdin", "/proc/self/fd/0")
		link("/stdout", "/proc/self/fd/1")
		link("/stderr", "/proc/self/fd/2")
		link("/ptmx", "pts/ptmx")
		dir("/pts", 0o755)
		dir("/shm", 0o1777)
		dir("/mqueue", 0o1777)
	case "/proc":
		dir("/1", 0o555)
		dir("/1/fd", 0o500)
		e.Create(tmp+"/1/fd/0", vfs.Meta{Kind: vfs.CharDevice, Mode: 0o666, Major: 1, Minor: 3}, nil)
		e.Create(tmp+"/1/fd/1", vfs.Meta{Kind: vfs.Fifo, Mode: 0o600}, nil)
		e.Create(tmp+"/1/fd/2", vfs.Meta{Kind: vfs.Fifo, Mode: 0o600}, nil)
		text("/1/cgroup", "0::/\n")
		text("/1/comm", "sh\n")
		text("/1/mounts", "overlay / overlay rw 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0\nsysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0\n")
		link("/self", "1")
		link("/mounts", "self/mounts")
		text("/uptime", "0.00 0.00\n")
		text("/loadavg", "0.00 0.00 0.00 1/1 1\n")
		text("/version", "Linux version 6.1.0\n")
		text("/filesystems", "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n")
		dir("/sys", 0o555)
		dir("/sys/kernel", 0o555)
		text("/sys/kernel/hostname", m.Hostname+"\n")
	case "/sys":
		for _, d := range []string{"/block", "/bus", "/class", "/dev", "/devices", "/firmware", "/fs", "/kernel", "/module", "/power", "/fs/cgroup"} {
			dir(d, 0o755)
		}
	}
	n, _ := e.Tree().Lstat(tmp)
	return n
}
