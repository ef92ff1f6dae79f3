package applet

import (
	"slices"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// lister is ls.
type lister struct {
	beside  []*listed // directories that GNU leaves as much room for as for the files
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
	// unknown says that no more than the kind may be known.
	unknown bool
}

// ls is the command ls.
func ls(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "1AaCxmdLHRFplinshrSXvctukw:T:gGoNbQqfBUZ\x83::\x84:\x85:\x86:", "full-time=\x81", "group-directories-first=\x82", "color=\x83", "all=a", "almost-all=A", "recursive=R", "human-readable=h", "reverse=r", "directory=d", "size=s", "inode=i", "classify=F", "no-group=G", "numeric-uid-gid=n", "dereference=L", "time-style=\x84", "sort=\x85", "format=\x86")
	l := &lister{p: p, o: o, width: 80, first: true}
	if p.IsTerminal(1) {
		l.columns = true
		if cols := p.Screen(1).Cols; cols > 0 {
			l.width = cols
		}
	}
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
		if proc.Is(err, vfs.ENOENT) && p.GNU {
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
		if p.GNU {
			l.beside = dirs
		}
		l.show(files)
		l.first, l.beside = false, nil
	}
	l.dirs(dirs, len(names) > 1 || o.Has('R') || len(files) > 0, len(names) > 1 || len(files) > 0)
	return l.status
}

func (l *lister) long() bool {
	return l.o.Has('l') || l.o.Has('n') || l.o.Has('g') || l.o.Has('o') || l.o.Has(0x81)
}

// dirs lists directories one after the other.
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
				if l.long() || l.o.Has('s') {
					p.Puts("total 0\n")
				}
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
				node, err = p.Lstat(path)
			}
			unknown := false
			if p.GNU && proc.Is(err, vfs.EACCES) {
				if l.long() || l.o.Has('s') || l.o.Has('F') || l.o.Has('t') || l.o.Has('S') {
					p.Warn("cannot access '%s': %s", path, proc.Text(err))
					l.status = 1
				}
				unknown = true
				node, err = p.Entry(path)
			}
			if err != nil {
				simple(p, path, err)
				l.status = 1
				continue
			}
			e := &listed{name: n, path: path, node: node, unknown: unknown}
			if unknown {
				list = append(list, e)
				continue
			}
			if node.Kind == vfs.Symlink {
				e.link = node.Target
			}
			list = append(list, e)
		}
		l.sort(list)
		if l.long() || l.o.Has('s') {
			var blocks int64
			for _, e := range list {
				if e.unknown {
					continue
				}
				blocks += blocks512(l.p, e.path, e.node)
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

// sort puts entries into the order that was asked for.
func (l *lister) sort(list []*listed) {
	o := l.o
	cmp := func(a, b *listed) int { return strings.Compare(a.name, b.name) }
	switch {
	case o.Has('U') || o.Has('f'):
		return
	case o.Has('S'):
		cmp = func(a, b *listed) int {
			if d := shownSize(l.p, b.path, b.node) - shownSize(l.p, a.path, a.node); d != 0 {
				return int(max(min(d, 1), -1))
			}
			return strings.Compare(a.name, b.name)
		}
	case o.Has('t') || (o.Has('c') || o.Has('u')) && !l.long():
		cmp = func(a, b *listed) int {
			x, y := a.node.Time(), b.node.Time()
			if !l.p.GNU {
				x, y = x.Whole(), y.Whole()
			}
			if d := y.Compare(x); d != 0 {
				return d
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
