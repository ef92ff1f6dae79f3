package applet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// blocks512 is st_blocks of the file at path, on a file system of 4 KiB pages;
// what is in memory counts no blocks for directories.
func blocks512(p *proc.Proc, path string, n *vfs.Node) int64 {
	switch n.Kind {
	case vfs.File:
		return (n.Size() + 4095) / 4096 * 8
	case vfs.Dir:
		if p.FileSystem(path) == "" {
			return 8
		}
	case vfs.Symlink:
		// ext4 keeps a shorter target in the inode.
		if len(n.Target) >= 60 && p.FileSystem(path) == "" {
			return 8
		}
	}
	return 0
}

// shownSize is st_size, which a directory has, too.
func shownSize(p *proc.Proc, path string, n *vfs.Node) int64 {
	if !n.IsDir() {
		return n.Size()
	}
	switch p.FileSystem(path) {
	case "":
		return 4096
	case "tmpfs":
		return int64(40 + 20*n.Len())
	}
	return 0
}

// owner and group are names, or numbers where there are none.
func (l *lister) owner(uid int) string {
	if !l.o.Has('n') {
		if u, ok := userWithID(l.p, uid); ok {
			return u.name
		}
	}
	return strconv.Itoa(uid)
}

func (l *lister) group(gid int) string {
	if !l.o.Has('n') {
		if g, ok := groupWithID(l.p, gid); ok {
			return g.name
		}
	}
	return strconv.Itoa(gid)
}

// showLong writes entries with all that is known of them.
func (l *lister) showLong(list []*listed) {
	p, o := l.p, l.o
	var wLinks, wUser, wGroup, wSize, wBlocks int
	type row struct{ links, user, group, size string }
	sized := slices.Concat(list, l.beside)
	rows := make([]row, len(sized))
	for i, e := range sized {
		r := row{links: strconv.Itoa(links(p, e.path, e.node)), user: l.owner(e.node.UID), group: l.group(e.node.GID)}
		switch e.node.Kind {
		case vfs.CharDevice, vfs.BlockDevice:
			if p.GNU {
				r.size = fmt.Sprintf("%d, %d", e.node.Major, e.node.Minor)
			} else {
				r.size = fmt.Sprintf("%4d, %3d", e.node.Major, e.node.Minor)
			}
		default:
			n := shownSize(p, e.path, e.node)
			r.size = strconv.FormatInt(n, 10)
			if o.Has('h') {
				r.size = strings.TrimSpace(human(n, p.GNU))
			}
		}
		if e.unknown {
			r = row{"?", "?", "?", "?"}
		}
		rows[i] = r
		wBlocks = max(wBlocks, len(l.blocks(e)))
		wLinks, wUser, wGroup, wSize = max(wLinks, len(r.links)), max(wUser, len(r.user)), max(wGroup, len(r.group)), max(wSize, len(r.size))
	}
	now := p.Machine().Now() / 1e9
	for i, e := range list {
		r := rows[i]
		t := e.node.Time().Sec
		var when string
		switch {
		case strings.HasPrefix(o.Arg(0x84), "+"):
			when = strftime(p, o.Arg(0x84)[1:], t, 0)
		case o.Arg(0x84) == "long-iso":
			when = strftime(p, "%Y-%m-%d %H:%M", t, 0)
		case o.Arg(0x84) == "iso":
			when = strftime(p, "%m-%d %H:%M", t, 0)
			if t > now || now-t > 365*24*3600/2 {
				when = strftime(p, "%Y-%m-%d ", t, 0)
			}
		case o.Has(0x81) || o.Arg(0x84) == "full-iso":
			when = strftime(p, "%Y-%m-%d %H:%M:%S", t, 0)
			if p.GNU {
				when += fmt.Sprintf(".%09d", e.node.Time().Nsec)
			}
			when += strftime(p, " %z", t, 0)
		case t > now || now-t > 365*24*3600/2:
			when = strftime(p, "%b %e  %Y", t, 0)
		default:
			when = strftime(p, "%b %e %H:%M", t, 0)
		}
		if o.Has('i') {
			p.Printf("%7d ", e.node.Ino())
		}
		switch {
		case o.Has('s') && p.GNU:
			p.Puts(pad(l.blocks(e), "", wBlocks) + " ")
		case o.Has('s'):
			p.Printf("%6d ", blocks512(p, e.path, e.node)/2)
		}
		mode := string(typeLetter(e.node.Kind)) + letters(e.node.Mode)
		if e.unknown {
			mode, when = mode[:1]+"?????????", "           ?"
		}
		if p.GNU {
			p.Printf("%s %*s", mode, wLinks, r.links)
			if !o.Has('g') {
				p.Puts(" " + l.name(r.user, wUser))
			}
			if !o.Has('o') && !o.Has('G') {
				p.Puts(" " + l.name(r.group, wGroup))
			}
			p.Printf(" %*s %s ", wSize, r.size, when)
		} else {
			p.Printf("%s %4s ", mode, r.links)
			if o.Has('g') {
				p.Printf("%-8.8s ", r.group)
			} else if o.Has('n') {
				p.Printf("%-8s %-8s ", r.user, r.group)
			} else {
				p.Printf("%-8.8s %-8.8s ", r.user, r.group)
			}
			w := 9
			if o.Has('h') {
				w = 7
			}
			p.Printf("%*s %s ", w, r.size, when)
		}
		p.Puts(l.shown(e.name))
		if e.link != "" && e.node.Kind == vfs.Symlink {
			p.Puts(" -> " + l.shown(e.link))
			if o.Has('F') || o.Has('p') {
				if t, err := p.Stat(e.path); err == nil {
					p.Puts(l.suffix(&listed{node: t}))
				}
			}
		} else {
			p.Puts(l.suffix(e))
		}
		p.Puts("\n")
	}
}

// links is st_nlink: 2 and one for each directory inside for a directory on
// most file systems, 1 on overlayfs.
func links(p *proc.Proc, path string, n *vfs.Node) int {
	if n.IsDir() {
		if p.FileSystem(path) == "proc" && n == p.Tree().Root().Child("proc") {
			return p.Machine().ProcLinks()
		}
		if p.Merged(path, n) {
			return 1
		}
		c := 2
		for _, x := range n.Children() {
			if x.IsDir() {
				c++
			}
		}
		return c
	}
	return p.Tree().Links(n)
}

// human writes a size in units of 1024.
func human(n int64, gnu bool) string {
	units := " KMGTPE"
	if n < 1024 {
		return strconv.FormatInt(n, 10)
	}
	v := float64(n)
	u := 0
	for v >= 1024 && u < len(units)-1 {
		v /= 1024
		u++
	}
	if gnu {
		// coreutils rounds up.
		if v < 10 {
			t := v * 10
			if t != float64(int64(t)) {
				t = float64(int64(t) + 1)
			}
			if t < 100 {
				return fmt.Sprintf("%.1f%c", t/10, units[u])
			}
			v = 10
		}
		c := int64(v)
		if v != float64(c) {
			c++
		}
		return fmt.Sprintf("%d%c", c, units[u])
	}
	// busybox keeps one decimal, rounded half up, whatever the size.
	t := int64(v*10 + 0.5)
	if t >= 10240 {
		t /= 1024
		u++
	}
	return fmt.Sprintf("%d.%d%c", t/10, t%10, units[u])
}
