package proc

import (
	"maps"
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

// mount is a file system that lies over a directory while the run lasts and
// leaves no trace in the image: /dev, /proc and /sys.
type mount struct {
	path  string
	under *vfs.Node
}

func (m *Machine) mountAll() {
	for _, at := range []string{"/dev", "/proc", "/sys"} {
		n, err := m.Editor.Tree().Lstat(at)
		if err != nil || n.Kind != vfs.Dir {
			continue
		}
		if under, err := m.Editor.Mount(at, m.populate(at)); err == nil {
			m.mounts = append(m.mounts, mount{at, under})
		}
	}
}

func (m *Machine) unmountAll() {
	for _, mt := range m.mounts {
		m.Editor.Mount(mt.path, mt.under)
	}
	m.mounts = nil
}

// virtual reports whether path lies in such a file system.
func (m *Machine) virtual(path string) bool { return m.device(path) != 0 }

// device tells the file systems apart, as st_dev does: 0 is the image.
func (m *Machine) device(path string) int {
	for i, mt := range m.mounts {
		if path == mt.path || strings.HasPrefix(path, mt.path) && path[len(mt.path)] == '/' {
			if mt.path == "/dev" && (path == "/dev/shm" || strings.HasPrefix(path, "/dev/shm/")) {
				return 9
			}
			return i + 1
		}
	}
	return 0
}

// busy reports whether path is a mount point.
func (m *Machine) busy(path string) bool {
	for _, mt := range m.mounts {
		if path == mt.path {
			return true
		}
	}
	return path == "/dev/shm" && len(m.mounts) > 0 || m.readOnly(path)
}

func (m *Machine) readOnly(path string) bool { return m.ReadOnly != nil && m.ReadOnly(path) }

// populate makes the content of one such file system.
func (m *Machine) populate(at string) *vfs.Node {
	e := m.Editor
	before := e.Tree()
	defer e.Reset(before)
	const tmp = "/.mnt"
	e.Place(tmp, vfs.Meta{Kind: vfs.Dir, Mode: 0o755, MTime: e.Tick()}, nil)
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
		link("/core", "/proc/kcore")
		link("/fd", "/proc/self/fd")
		link("/stdin", "/proc/self/fd/0")
		link("/stdout", "/proc/self/fd/1")
		link("/stderr", "/proc/self/fd/2")
		link("/ptmx", "pts/ptmx")
		dir("/pts", 0o755)
		dir("/shm", 0o1777)
		dir("/mqueue", 0o1777)
		if len(m.Documents) > 0 {
			dir("/pipes", 0o755)
			for _, name := range slices.Sorted(maps.Keys(m.Documents)) {
				e.Create(tmp+"/pipes/"+name, vfs.Meta{Kind: vfs.File, Mode: 0o755}, vfs.String(m.Documents[name]))
			}
		}
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
		for _, d := range []string{"/block", "/bus", "/class", "/dev", "/devices", "/firmware", "/fs", "/kernel", "/module", "/power"} {
			dir(d, 0o755)
		}
	}
	n, _ := e.Tree().Lstat(tmp)
	return n
}
