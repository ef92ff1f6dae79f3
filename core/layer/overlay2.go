package layer

import (
	"archive/tar"
	"path"

	"layerlab.dev/core/vfs"
)

// Overlay2 is the way Docker's overlay2 driver writes a layer, up to Engine 28:
// the upper directory as it is on the disk (daemon/graphdriver/overlay2 Diff
// and pkg/archive TarWithOptions of 20.10). The mode field keeps the type bits,
// times are cut to seconds but not clamped, and owners have names.
type Overlay2 struct {
	// Users and Groups are the names the daemon's host has for owners, which
	// are written beside the numbers; nil: those of a Debian host.
	Users, Groups map[int]string
}

// DebianUsers and DebianGroups are the accounts every Debian host has
// (base-passwd).
var (
	DebianUsers = map[int]string{0: "root", 1: "daemon", 2: "bin", 3: "sys", 4: "sync", 5: "games", 6: "man", 7: "lp", 8: "mail",
		9: "news", 10: "uucp", 13: "proxy", 33: "www-data", 34: "backup", 38: "list", 39: "irc", 42: "_apt", 65534: "nobody"}
	DebianGroups = map[int]string{0: "root", 1: "daemon", 2: "bin", 3: "sys", 4: "adm", 5: "tty", 6: "disk", 7: "lp", 8: "mail",
		9: "news", 10: "uucp", 12: "man", 13: "proxy", 15: "kmem", 20: "dialout", 21: "fax", 22: "voice", 24: "cdrom", 25: "floppy",
		26: "tape", 27: "sudo", 29: "audio", 30: "dip", 33: "www-data", 34: "backup", 37: "operator", 38: "list", 39: "irc", 40: "src",
		42: "shadow", 43: "utmp", 44: "video", 45: "sasl", 46: "plugdev", 50: "staff", 60: "games", 100: "users", 65534: "nogroup"}
)

// Names gives the names of an owner, empty where the host knows none.
func (o Overlay2) Names(uid, gid int) (user, group string) {
	users, groups := o.Users, o.Groups
	if users == nil {
		users = DebianUsers
	}
	if groups == nil {
		groups = DebianGroups
	}
	return users[uid], groups[gid]
}

// Entries returns the tar members that carry the changes, in their order. The
// changes are those of Upper.
func (o Overlay2) Entries(changes []Change) []Entry {
	out := make([]Entry, 0, len(changes))
	removed := ""
	var when int64
	for _, c := range changes {
		switch {
		case c.Kind == Removed:
			e := o.whiteout(c)
			// All whiteouts of a mount are one inode (Linux 5.8), so the tar
			// has them as hard links, which the driver then makes regular
			// files again: the name of the first stays behind, and its time.
			if removed == "" {
				removed, when = c.Path[1:], cutTime(c.Time)
			} else {
				e.Linkname = removed
			}
			e.MTime = when
			out = append(out, e)
		case c.Node.Kind == vfs.Socket:
		default:
			e := o.Entry(c.Path[1:], c.Node)
			if c.LinkTo != "" {
				e.Type, e.Linkname, e.Size, e.Content = tar.TypeLink, c.LinkTo[1:], 0, nil
			}
			out = append(out, e)
			if c.Opaque {
				out = append(out, Entry{Name: path.Join(c.Path[1:], WhiteoutOpaque), Type: tar.TypeReg, Mode: int64(c.Node.Mode & 0o777),
					UID: e.UID, GID: e.GID, Uname: e.Uname, Gname: e.Gname})
			}
		}
	}
	return out
}

func (o Overlay2) whiteout(c Change) Entry {
	dir, name := path.Split(c.Path)
	e := Entry{Name: dir[1:] + Whiteout + name, Type: tar.TypeReg, Mode: 0o600}
	e.Uname, e.Gname = o.Names(0, 0)
	return e
}

// Entry is the member that carries the inode n under a relative name, as
// pkg/archive writes it.
func (o Overlay2) Entry(name string, n *vfs.Node) Entry {
	e := Entry{Name: name, Mode: int64(n.Mode), UID: n.UID, GID: n.GID, MTime: n.Time().Sec}
	e.Uname, e.Gname = o.Names(n.UID, n.GID)
	if v := n.Xattrs[capability]; v != "" {
		e.PAX = map[string]string{paxXattr + capability: v}
	}
	switch n.Kind {
	case vfs.Dir:
		e.Type, e.FileType, e.Name = tar.TypeDir, 0o040000, name+"/"
	case vfs.Symlink:
		e.Type, e.FileType, e.Linkname = tar.TypeSymlink, 0o120000, n.Target
	case vfs.CharDevice:
		e.Type, e.FileType, e.Major, e.Minor = tar.TypeChar, 0o020000, int64(n.Major), int64(n.Minor)
	case vfs.BlockDevice:
		e.Type, e.FileType, e.Major, e.Minor = tar.TypeBlock, 0o060000, int64(n.Major), int64(n.Minor)
	case vfs.Fifo:
		e.Type, e.FileType = tar.TypeFifo, 0o010000
	default:
		e.Type, e.FileType, e.Size, e.Content = tar.TypeReg, 0o100000, n.Size(), n.Blob()
	}
	return e
}

// cutTime gives a time in whole seconds, cut downwards.
func cutTime(ns int64) int64 {
	s := ns / 1e9
	if ns%1e9 < 0 {
		s--
	}
	return s
}
