package applet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// lister is ls.
type lister struct {
	p       *proc.Proc
	o       *proc.Options
	width   int
	columns bool
	commas  bool // all in one line, as far as it goes
	status  int
	first   bool
}

// listed is one name ls shows.
type listed struct {
	name string // as shown
	path string
	node *vfs.Node
	link string
}

func ls(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "1AaCxmdLHRFplinshrSXvctukw:T:gGoNbQqfBUZ\x83::\x84:\x85:\x86:", "full-time=\x81", "group-directories-first=\x82", "color=\x83", "all=a", "almost-all=A", "recursive=R", "human-readable=h", "reverse=r", "directory=d", "size=s", "inode=i", "classify=F", "no-group=G", "numeric-uid-gid=n", "dereference=L", "time-style=\x84", "sort=\x85", "format=\x86")
	l := &lister{p: p, o: o, width: 80, first: true}
	if o.Has('w') {
		l.width = mustInt(p, o.Arg('w'))
	}
	for _, x := range o.Order {
		switch x.Char {
		case 'C', 'x':
			l.columns, l.commas = true, false
		case 'm':
			l.columns, l.commas = false, true
		case '1', 'l':
			l.columns, l.commas = false, false
		}
	}
	names := o.Rest
	if len(names) == 0 {
		names = []string{"."}
	}
	var files, dirs []*listed
	for _, n := range names {
		node, err := stat(p, n, !o.Has('d') && !l.long() && !o.Has('F') && !o.Has('p') || o.Has('L') || o.Has('H'))
		if err != nil && p.GNU {
			node, err = p.Lstat(n)
		}
		if err != nil {
			l.status = 1
			if p.GNU {
				p.Warn("cannot access '%s': %s", n, proc.Text(err))
				l.status = 2
			} else {
				simple(p, n, err)
			}
			continue
		}
		e := &listed{name: n, path: n, node: node}
		if node.Kind == vfs.Symlink {
			e.link = node.Target
		}
		if node.IsDir() && !o.Has('d') {
			dirs = append(dirs, e)
		} else {
			files = append(files, e)
		}
	}
	l.sort(files)
	l.sort(dirs)
	if len(files) > 0 {
		l.show(files)
		l.first = false
	}
	l.dirs(dirs, len(names) > 1 || o.Has('R') || len(files) > 0, len(names) > 1 || len(files) > 0)
	return l.status
}

func (l *lister) long() bool {
	return l.o.Has('l') || l.o.Has('n') || l.o.Has('g') || l.o.Has('o') || l.o.Has(0x81)
}

func (l *lister) dirs(dirs []*listed, header, nested bool) {
	p := l.p
	for _, d := range dirs {
		names, err := p.ReadDir(d.path)
		if header {
			if !l.first {
				p.Puts("\n")
			}
			p.Puts(d.path + ":\n")
		}
		l.first = false
		if err != nil {
			if p.GNU {
				p.Warn("cannot open directory '%s': %s", d.path, proc.Text(err))
				l.status = 2
			} else {
				p.Warn("can't open '%s': %s", d.path, proc.Text(err))
				l.status = 1
			}
			continue
		}
		var list []*listed
		if l.o.Has('a') {
			names = append([]string{".", ".."}, names...)
		}
		for _, n := range names {
			if n[0] == '.' && !l.o.Has('a') && !l.o.Has('A') {
				continue
			}
			path := under(d.path, n)
			node, err := stat(p, path, l.o.Has('L'))
			if err != nil {
				if node, err = p.Lstat(path); err != nil {
					simple(p, path, err)
					l.status = 1
					continue
				}
			}
			e := &listed{name: n, path: path, node: node}
			if node.Kind == vfs.Symlink {
				e.link = node.Target
			}
			list = append(list, e)
		}
		l.sort(list)
		if l.long() || l.o.Has('s') {
			var blocks int64
			for _, e := range list {
				blocks += blocks512(e.node)
			}
			if l.o.Has('h') && p.GNU {
				p.Puts("total " + human(blocks*512, p.GNU) + "\n")
			} else if l.o.Has('h') {
				p.Puts("total " + strings.TrimSpace(human(blocks*512, false)) + "\n")
			} else {
				p.Printf("total %d\n", blocks/2)
			}
		}
		l.show(list)
		if l.o.Has('R') {
			var sub []*listed
			for _, e := range list {
				if e.node.IsDir() && e.name != "." && e.name != ".." {
					sub = append(sub, e)
				}
			}
			l.dirs(sub, true, true)
		}
	}
}

// blocks512 is st_blocks on a file system of 4 KiB pages.
func blocks512(n *vfs.Node) int64 {
	switch n.Kind {
	case vfs.File:
		return (n.Size() + 4095) / 4096 * 8
	case vfs.Dir:
		return 8
	}
	return 0
}

// shownSize is st_size, which a directory has, too.
func shownSize(n *vfs.Node) int64 {
	if n.IsDir() {
		return 4096
	}
	return n.Size()
}

func (l *lister) sort(list []*listed) {
	o := l.o
	cmp := func(a, b *listed) int { return strings.Compare(a.name, b.name) }
	switch {
	case o.Has('U') || o.Has('f'):
		return
	case o.Has('S'):
		cmp = func(a, b *listed) int {
			if d := shownSize(b.node) - shownSize(a.node); d != 0 {
				return int(max(min(d, 1), -1))
			}
			return strings.Compare(a.name, b.name)
		}
	case o.Has('t') || (o.Has('c') || o.Has('u')) && !l.long():
		cmp = func(a, b *listed) int {
			x, y := a.node.MTime, b.node.MTime
			if !l.p.GNU {
				x, y = floorDiv(x, 1e9), floorDiv(y, 1e9)
			}
			switch {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return strings.Compare(a.name, b.name)
		}
	case o.Has('X'):
		ext := func(s string) string {
			i := strings.LastIndexByte(s, '.')
			if !l.p.GNU {
				i = strings.IndexByte(s, '.')
			}
			if i >= 0 {
				return s[i:]
			}
			return ""
		}
		cmp = func(a, b *listed) int {
			if d := strings.Compare(ext(a.name), ext(b.name)); d != 0 {
				return d
			}
			return strings.Compare(a.name, b.name)
		}
	case o.Has('v'):
		cmp = func(a, b *listed) int { return versionCompare(a.name, b.name) }
	}
	slices.SortStableFunc(list, func(a, b *listed) int {
		if o.Has(0x82) {
			x, y := l.leads(a), l.leads(b)
			if x != y {
				if x {
					return -1
				}
				return 1
			}
		}
		d := cmp(a, b)
		if o.Has('r') {
			d = -d
		}
		return d
	})
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// shown replaces what a terminal of the C locale cannot show.
func (l *lister) shown(name string) string {
	if l.o.Has('Q') {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	if l.p.GNU && l.o.Has('b') {
		return escaped(name, !l.p.UTF8())
	}
	if l.p.GNU && l.o.Has('q') {
		return strings.Map(func(r rune) rune {
			if r < ' ' || r == 127 {
				return '?'
			}
			return r
		}, name)
	}
	if l.p.GNU {
		return name
	}
	plain := true
	for i := range len(name) {
		if name[i] < ' ' || name[i] >= 127 {
			plain = false
		}
	}
	if plain {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		n := 1
		if !l.p.Plain {
			_, n = utf8.DecodeRuneInString(name[i:])
		}
		if n == 1 && name[i] >= ' ' && name[i] < 127 {
			b.WriteByte(name[i])
		} else {
			b.WriteByte('?')
		}
		i += n
	}
	return b.String()
}

func (l *lister) suffix(e *listed) string {
	if !l.o.Has('F') && !l.o.Has('p') {
		return ""
	}
	if e.node.IsDir() {
		return "/"
	}
	if !l.o.Has('F') {
		return ""
	}
	switch e.node.Kind {
	case vfs.Symlink:
		return "@"
	case vfs.Fifo:
		return "|"
	case vfs.Socket:
		return "="
	case vfs.File:
		if e.node.Mode&0o111 != 0 {
			return "*"
		}
	}
	return ""
}

func (l *lister) show(list []*listed) {
	p, o := l.p, l.o
	if l.long() {
		l.showLong(list)
		return
	}
	blocksWide := 0
	for _, e := range list {
		blocksWide = max(blocksWide, len(l.blocks(e)))
	}
	cell := func(e *listed) string {
		s := ""
		if o.Has('i') {
			s += fmt.Sprintf("%7d ", e.node.Ino())
		}
		if o.Has('s') {
			if p.GNU {
				s += pad(l.blocks(e), "", blocksWide) + " "
			} else {
				s += fmt.Sprintf("%6d ", blocks512(e.node)/2)
			}
		}
		return s + l.shown(e.name) + l.suffix(e)
	}
	if p.GNU && (l.columns || l.commas) && len(list) > 0 {
		cells := make([]string, len(list))
		for i, e := range list {
			cells[i] = cell(e)
		}
		if l.commas {
			l.joined(cells)
		} else {
			l.grid(cells, o.Has('x'))
		}
		return
	}
	if !l.columns || len(list) == 0 {
		for _, e := range list {
			p.Puts(cell(e) + "\n")
		}
		return
	}
	wide := 0
	for _, e := range list {
		wide = max(wide, len(cell(e)))
	}
	wide += 2
	cols := max(l.width/wide, 1)
	rows := (len(list) + cols - 1) / cols
	for r := range rows {
		line := ""
		for c := range cols {
			i := c*rows + r
			if o.Has('x') {
				i = r*cols + c
			}
			if i >= len(list) {
				continue
			}
			if line != "" {
				line += strings.Repeat(" ", c*wide-len(line))
			}
			line += cell(list[i])
		}
		p.Puts(line + "\n")
	}
}

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

func (l *lister) showLong(list []*listed) {
	p, o := l.p, l.o
	var wLinks, wUser, wGroup, wSize, wBlocks int
	type row struct{ links, user, group, size string }
	rows := make([]row, len(list))
	for i, e := range list {
		r := row{links: strconv.Itoa(links(p, e.path, e.node)), user: l.owner(e.node.UID), group: l.group(e.node.GID)}
		switch e.node.Kind {
		case vfs.CharDevice, vfs.BlockDevice:
			if p.GNU {
				r.size = fmt.Sprintf("%d, %d", e.node.Major, e.node.Minor)
			} else {
				r.size = fmt.Sprintf("%4d, %3d", e.node.Major, e.node.Minor)
			}
		default:
			n := e.node.Size()
			if e.node.IsDir() {
				n = 4096
			}
			r.size = strconv.FormatInt(n, 10)
			if o.Has('h') {
				r.size = strings.TrimSpace(human(n, p.GNU))
			}
		}
		rows[i] = r
		wBlocks = max(wBlocks, len(l.blocks(e)))
		wLinks, wUser, wGroup, wSize = max(wLinks, len(r.links)), max(wUser, len(r.user)), max(wGroup, len(r.group)), max(wSize, len(r.size))
	}
	now := p.Machine().Now() / 1e9
	for i, e := range list {
		r := rows[i]
		t := floorDiv(e.node.MTime, 1e9)
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
				when += fmt.Sprintf(".%09d", e.node.MTime-t*1e9)
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
			p.Printf("%6d ", blocks512(e.node)/2)
		}
		mode := string(typeLetter(e.node.Kind)) + letters(e.node.Mode)
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
		if p.Merged(path) {
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

// versionCompare is strverscmp(3).
func versionCompare(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		x, y := a[i], b[j]
		if x >= '0' && x <= '9' && y >= '0' && y <= '9' {
			i0, j0 := i, j
			for i < len(a) && a[i] >= '0' && a[i] <= '9' {
				i++
			}
			for j < len(b) && b[j] >= '0' && b[j] <= '9' {
				j++
			}
			n, m := a[i0:i], b[j0:j]
			if n[0] == '0' || m[0] == '0' {
				// Numbers that begin with zero are fractions.
				if n != m {
					return strings.Compare(n, m)
				}
				continue
			}
			if len(n) != len(m) {
				return len(n) - len(m)
			}
			if d := strings.Compare(n, m); d != 0 {
				return d
			}
			continue
		}
		if x != y {
			return int(x) - int(y)
		}
		i++
		j++
	}
	return (len(a) - i) - (len(b) - j)
}
