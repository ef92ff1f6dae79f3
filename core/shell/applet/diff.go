package applet

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/linediff"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func cmp(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "lsn:bi:", "verbose=l", "silent=s", "quiet=s", "bytes=n")
	if len(o.Rest) < 1 || len(o.Rest) > 4 {
		return usage(p)
	}
	names := append([]string{}, o.Rest...)
	if len(names) == 1 {
		names = append(names, "-")
	}
	var r [2]*proc.Reader
	for i := range 2 {
		var err error
		if r[i], err = p.Input(names[i]); err != nil {
			if !o.Has('s') {
				if p.GNU {
					simple(p, names[i], err)
				} else {
					simple(p, names[i], err)
				}
			}
			return 2
		}
		if len(names) > 2+i {
			io.CopyN(io.Discard, r[i], mustSize(p, names[2+i]))
		}
	}
	limit := int64(-1)
	if o.Has('n') {
		limit = mustSize(p, o.Arg('n'))
	}
	status := 0
	line, begun, width := 1, false, 1
	if p.GNU {
		// The column is as wide as the smaller file needs.
		least := int64(-1)
		for _, name := range names[:2] {
			if n, err := p.Stat(name); err == nil && n.Kind == vfs.File && (least < 0 || n.Size() < least) {
				least = n.Size()
			}
		}
		width = len(strconv.FormatInt(max(least, 0), 10))
		if least < 0 {
			width = 20
		}
	}
	for pos := int64(1); limit < 0 || pos <= limit; pos++ {
		if pos&4095 == 0 {
			p.Step()
		}
		a, errA := r[0].ReadByte()
		b, errB := r[1].ReadByte()
		if errA != nil || errB != nil {
			if errA == nil || errB == nil {
				short := names[1]
				if errA != nil {
					short = names[0]
				}
				status = 1
				if !o.Has('s') {
					p.Out().Flush()
					switch {
					case p.GNU && pos == 1:
						p.Errorf("cmp: EOF on %s which is empty\n", short)
					case p.GNU && o.Has('l'):
						p.Errorf("cmp: EOF on %s after byte %d\n", short, pos-1)
					case p.GNU && begun:
						p.Errorf("cmp: EOF on %s after byte %d, in line %d\n", short, pos-1, line)
					case p.GNU:
						p.Errorf("cmp: EOF on %s after byte %d, line %d\n", short, pos-1, line-1)
					default:
						p.Errorf("cmp: EOF on %s\n", short)
					}
				}
			}
			return status
		}
		if a != b {
			status = 1
			if o.Has('s') {
				return 1
			}
			if o.Has('l') {
				p.Printf("%*d %3o %3o\n", width, pos, a, b)
			} else {
				if o.Has('b') {
					p.Printf("%s %s differ: byte %d, line %d is %3o %s %3o %s\n", names[0], names[1], pos, line, a, visible(a), b, visible(b))
					return 1
				}
				p.Printf("%s %s differ: char %d, line %d\n", names[0], names[1], pos, line)
				return 1
			}
		}
		if begun = a != '\n'; !begun {
			line++
		}
	}
	return status
}

// lineChanges finds the changes between two texts.
func lineChanges(p *proc.Proc, a, b []string) []linediff.Change {
	return linediff.Changes(a, b, func(work int) bool {
		p.Steps(int64(work))
		return true
	})
}

type differ struct {
	p       *proc.Proc
	o       *proc.Options
	context int
	status  int
	labels  []string
}

func diff(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "abdiL:NqrsS:tTU:uwBEcC:yW:\x84", "ignore-case=i", "ignore-all-space=w", "ignore-space-change=b", "unified=U", "brief=q", "recursive=r", "new-file=N", "label=L", "report-identical-files=s", "text=a", "minimal=d", "ignore-blank-lines=B", "exclude=\x81", "context=c", "side-by-side=y", "width=W", "suppress-common-lines=\x84", "no-dereference=\x82", "color=\x83")
	d := &differ{p: p, o: o, context: 3, labels: o.All('L')}
	if o.Has('U') {
		d.context = mustInt(p, o.Arg('U'))
	}
	if len(o.Rest) != 2 {
		if p.GNU {
			if len(o.Rest) == 0 {
				p.Warn("missing operand after 'diff'")
			} else {
				p.Warn("missing operand after '%s'", o.Rest[len(o.Rest)-1])
			}
			p.Errorf("diff: Try 'diff --help' for more information.\n")
			return 2
		}
		return usage(p)
	}
	a, b := o.Rest[0], o.Rest[1]
	var nodes [2]*vfs.Node
	for i, n := range []string{a, b} {
		if n == "-" {
			continue
		}
		node, err := p.Stat(n)
		if err != nil {
			if !o.Has('N') {
				if p.GNU {
					simple(p, n, err)
				} else {
					p.Warn("can't stat '%s': %s", n, proc.Text(err))
				}
				return 2
			}
			continue
		}
		nodes[i] = node
	}
	dirA, dirB := nodes[0] != nil && nodes[0].IsDir(), nodes[1] != nil && nodes[1].IsDir()
	switch {
	case dirA && dirB:
		d.dirs(a, b)
		return d.status
	case dirA:
		a = under(a, base(b))
	case dirB:
		b = under(b, base(a))
	}
	for _, n := range []string{a, b} {
		if _, err := p.Stat(n); err != nil && n != "-" && !o.Has('N') {
			p.Warn("can't stat '%s': %s", n, proc.Text(err))
			if p.GNU {
				return 2
			}
			return 1
		}
	}
	d.files(a, b, false)
	return d.status
}

func (d *differ) dirs(a, b string) {
	p := d.p
	namesA, _ := p.ReadDir(a)
	namesB, _ := p.ReadDir(b)
	if from := d.o.Arg('S'); from != "" {
		// The comparison begins at this name.
		earlier := func(n string) bool { return n < from }
		namesA, namesB = slices.DeleteFunc(namesA, earlier), slices.DeleteFunc(namesB, earlier)
	}
	i, j := 0, 0
	for i < len(namesA) || j < len(namesB) {
		switch {
		case j >= len(namesB) || i < len(namesA) && namesA[i] < namesB[j]:
			d.only(a, b, namesA[i], true)
			i++
		case i >= len(namesA) || namesB[j] < namesA[i]:
			d.only(b, a, namesB[j], false)
			j++
		default:
			x, y := under(a, namesA[i]), under(b, namesB[j])
			i++
			j++
			dx, dy := isDir(p, x, true), isDir(p, y, true)
			switch {
			case dx && dy:
				if d.o.Has('r') {
					d.dirs(x, y)
				} else {
					p.Printf("Common subdirectories: %s and %s\n", x, y)
				}
			case dx != dy:
				kind := map[bool]string{true: "directory", false: "regular file"}
				p.Printf("File %s is a %s while file %s is a %s\n", x, kind[dx], y, kind[dy])
				d.status = max(d.status, 1)
			default:
				d.files(x, y, true)
			}
		}
	}
}

func (d *differ) only(dir, other, name string, first bool) {
	path := under(dir, name)
	if d.o.Has('N') && !isDir(d.p, path, true) {
		if first {
			d.files(path, under(other, name), true)
		} else {
			d.files(under(other, name), path, true)
		}
		return
	}
	if d.o.Has('r') && !d.p.GNU && isDir(d.p, path, true) {
		d.below(path, under(other, name), first)
		return
	}
	d.p.Printf("Only in %s: %s\n", dir, name)
	d.status = max(d.status, 1)
}

// below compares what is in a directory that the other side lacks: busybox
// names nothing of it, but shows its files with -N.
func (d *differ) below(path, other string, first bool) {
	if !d.o.Has('N') {
		return
	}
	names, _ := d.p.ReadDir(path)
	for _, n := range names {
		d.only(path, other, n, first)
	}
}

func (d *differ) read(name string) (string, bool) {
	if name != "-" {
		if _, err := d.p.Stat(name); err != nil && d.o.Has('N') {
			return "", true
		}
	}
	data, err := d.p.ReadFile(name)
	if err != nil {
		if d.p.GNU {
			simple(d.p, name, err)
		} else {
			d.p.Warn("can't open '%s': %s", name, proc.Text(err))
		}
		d.status = 2
		return "", false
	}
	return string(data), true
}

func (d *differ) files(a, b string, inDir bool) {
	p, o := d.p, d.o
	x, ok := d.read(a)
	if !ok {
		return
	}
	y, ok := d.read(b)
	if !ok {
		return
	}
	if x == y {
		if na, e := p.Stat(a); e == nil && !p.GNU {
			if nb, e := p.Stat(b); e == nil && na.Ino() == nb.Ino() {
				return
			}
		}
		if o.Has('s') {
			p.Printf("Files %s and %s are identical\n", a, b)
		}
		return
	}
	differs := func() {
		p.Printf("Files %s and %s differ\n", a, b)
		d.status = max(d.status, 1)
	}
	if !o.Has('a') && (strings.IndexByte(x[:min(len(x), 32768)], 0) >= 0 || strings.IndexByte(y[:min(len(y), 32768)], 0) >= 0) {
		if p.GNU && !o.Has('q') {
			p.Printf("Binary files %s and %s differ\n", a, b)
			d.status = max(d.status, 1)
			return
		}
		differs()
		return
	}
	linesA, eolA := toLines(x)
	linesB, eolB := toLines(y)
	keyA, keyB := d.keys(linesA, eolA), d.keys(linesB, eolB)
	changes := lineChanges(p, keyA, keyB)
	if o.Has('B') {
		kept := changes[:0]
		for _, c := range changes {
			if strings.TrimSpace(strings.Join(linesA[c.A1:c.A2], "")+strings.Join(linesB[c.B1:c.B2], "")) != "" {
				kept = append(kept, c)
			}
		}
		changes = kept
	}
	if len(changes) == 0 {
		return
	}
	d.status = max(d.status, 1)
	if o.Has('q') {
		p.Printf("Files %s and %s differ\n", a, b)
		return
	}
	if p.GNU && o.Has('y') {
		d.sideBySide(linesA, linesB, changes)
		return
	}
	old := o.Has('c') || o.Has('C')
	if p.GNU && !o.Has('u') && !o.Has('U') && !old {
		if inDir {
			p.Printf("diff -r %s %s\n", a, b)
		}
		normalDiff(p, linesA, linesB, eolA, eolB, changes)
		return
	}
	label := func(i int, name string) string {
		if i < len(d.labels) {
			return d.labels[i]
		}
		if p.GNU {
			if n, err := p.Stat(name); err == nil {
				t := n.Time()
				return name + "\t" + strftime(p, "%Y-%m-%d %H:%M:%S", t.Sec, 0) + fmt.Sprintf(".%09d", t.Nsec) + strftime(p, " %z", t.Sec, 0)
			}
		}
		return name
	}
	if old {
		if o.Has('C') {
			d.context = mustInt(p, o.Arg('C'))
		}
		p.Printf("*** %s\n--- %s\n", label(0, a), label(1, b))
		d.contextForm(linesA, linesB, eolA, eolB, changes)
		return
	}
	p.Printf("--- %s\n+++ %s\n", label(0, a), label(1, b))
	hunk := []linediff.Change{}
	flush := func() {
		if len(hunk) == 0 {
			return
		}
		first, last := hunk[0], hunk[len(hunk)-1]
		a1, b1 := max(first.A1-d.context, 0), max(first.B1-d.context, 0)
		a2, b2 := min(last.A2+d.context, len(linesA)), min(last.B2+d.context, len(linesB))
		p.Printf("@@ -%s +%s @@\n", hunkRange(a1, a2), hunkRange(b1, b2))
		at := a1
		put := func(sign byte, lines []string, i int, eol bool) {
			tab := ""
			if o.Has('T') {
				tab = "\t"
			}
			p.Puts(string(sign) + tab + lines[i] + "\n")
			if i == len(lines)-1 && !eol {
				p.Puts("\\ No newline at end of file\n")
			}
		}
		for _, c := range hunk {
			for ; at < c.A1; at++ {
				put(' ', linesA, at, eolA)
			}
			for i := c.A1; i < c.A2; i++ {
				put('-', linesA, i, eolA)
			}
			for i := c.B1; i < c.B2; i++ {
				put('+', linesB, i, eolB)
			}
			at = c.A2
		}
		for ; at < a2; at++ {
			put(' ', linesA, at, eolA)
		}
		hunk = hunk[:0]
	}
	for _, c := range changes {
		if len(hunk) > 0 && c.A1-hunk[len(hunk)-1].A2 > 2*d.context {
			flush()
		}
		hunk = append(hunk, c)
	}
	flush()
}

func hunkRange(from, to int) string {
	switch n := to - from; n {
	case 1:
		return strconv.Itoa(from + 1)
	case 0:
		return fmt.Sprintf("%d,0", from)
	default:
		return fmt.Sprintf("%d,%d", from+1, n)
	}
}

func toLines(s string) (lines []string, eol bool) {
	if s == "" {
		return nil, true
	}
	eol = strings.HasSuffix(s, "\n")
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n"), eol
}

// keys are what lines are compared by.
func (d *differ) keys(lines []string, eol bool) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		switch {
		case d.o.Has('w'):
			l = strings.Join(strings.Fields(l), "")
		case d.o.Has('b'):
			l = strings.Join(strings.Fields(l), " ")
		}
		if d.o.Has('i') {
			l = strings.ToLower(l)
		}
		if i == len(lines)-1 && !eol {
			l += "\x00"
		}
		out[i] = l
	}
	return out
}

func normalDiff(p *proc.Proc, a, b []string, eolA, eolB bool, changes []linediff.Change) {
	span := func(from, to int) string {
		if to-from <= 1 {
			return strconv.Itoa(max(to, from))
		}
		return fmt.Sprintf("%d,%d", from+1, to)
	}
	put := func(sign string, lines []string, from, to int, eol bool) {
		for i := from; i < to; i++ {
			p.Puts(sign + " " + lines[i] + "\n")
			if i == len(lines)-1 && !eol {
				p.Puts("\\ No newline at end of file\n")
			}
		}
	}
	for _, c := range changes {
		op := "c"
		if c.A1 == c.A2 {
			op = "a"
		} else if c.B1 == c.B2 {
			op = "d"
		}
		p.Puts(span(c.A1, c.A2) + op + span(c.B1, c.B2) + "\n")
		put("<", a, c.A1, c.A2, eolA)
		if op == "c" {
			p.Puts("---\n")
		}
		put(">", b, c.B1, c.B2, eolB)
	}
}
