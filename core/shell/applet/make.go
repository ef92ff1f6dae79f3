package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// makeDir is bb_make_directory: mode < 0 is the default.
func makeDir(p *proc.Proc, path string, parents bool, mode int64, verbose bool) bool {
	fail := func(at string, err error) bool {
		if p.GNU {
			p.WarnErr(err, "cannot create directory ‘%s’", at)
		} else {
			p.WarnErr(err, "can't create directory '%s'", at)
		}
		return false
	}
	say := func(at string) {
		if !verbose {
			return
		}
		if p.GNU {
			p.Printf("%s: created directory '%s'\n", p.Name(), strings.TrimSuffix(at, "/"))
		} else {
			p.Printf("created directory: '%s'\n", at)
		}
	}
	if parents {
		for i := 1; i < len(path); i++ {
			if path[i] != '/' || path[i-1] == '/' {
				continue
			}
			j := i
			for j < len(path) && path[j] == '/' {
				j++
			}
			if j == len(path) {
				break
			}
			at := path[:i]
			old := p.Umask
			p.Umask = old &^ 0o300
			err := p.Mkdir(at, 0o777)
			p.Umask = old
			if err == nil {
				say(path[:j])
				continue
			}
			if n, e := p.Stat(at); e != nil || !n.IsDir() {
				if e == nil {
					err = vfs.ENOTDIR
				}
				return fail(path[:j], err)
			}
		}
	}
	if err := p.Mkdir(path, 0o777); err != nil {
		if parents && (proc.Is(err, vfs.EEXIST)) {
			if n, e := p.Stat(path); e == nil && n.IsDir() {
				return true
			}
		}
		return fail(path, err)
	}
	say(path)
	if mode >= 0 {
		if err := p.Chmod(path, uint32(mode)); err != nil {
			p.WarnErr(err, "can't set permissions of directory '%s'", path)
			return false
		}
	}
	return true
}

func mkdir(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "m:pvZ:", "mode=m", "parents=p", "verbose=v", "context=Z")
	mode := int64(-1)
	if o.Has('m') {
		m, err := Mode(o.Arg('m'), 0o777, true, 0)
		if err != nil {
			if p.GNU {
				p.Die("invalid mode ‘%s’", o.Arg('m'))
			}
			p.Die("invalid mode '%s'", o.Arg('m'))
		}
		mode = int64(m)
	}
	if len(o.Rest) == 0 {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	status := 0
	for _, a := range o.Rest {
		if !makeDir(p, a, o.Has('p'), mode, o.Has('v')) {
			status = 1
		}
	}
	return status
}

func ln(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "sfnbS:vTrt:i", "symbolic=s", "force=f", "no-dereference=n", "verbose=v", "no-target-directory=T", "relative=r", "target-directory=t", "backup=b", "suffix=S")
	args := o.Rest
	if len(args) == 0 {
		if p.GNU {
			p.Warn("missing file operand")
		}
		return usage(p)
	}
	last := args[len(args)-1]
	if o.Has('t') {
		last = o.Arg('t')
	} else if len(args) == 1 {
		last = base(last)
		if p.GNU {
			last = "./" + last
		}
	} else {
		args = args[:len(args)-1]
		if o.Has('T') && len(args) > 1 {
			p.Die("-T accepts 2 args max")
		}
	}
	status := 0
	for _, target := range args {
		dest := last
		if isDir(p, dest, !o.Has('n')) && !(len(o.Rest) == 1 && !o.Has('t')) {
			if o.Has('T') {
				if n, e := p.Lstat(dest); e != nil || n.IsDir() {
					p.Die("'%s' is a directory", dest)
				}
				goto ready
			}
			dest = under(dest, base(target))
		}
	ready:
		if !o.Has('s') {
			if _, err := p.Stat(target); err != nil {
				if n, e := p.Lstat(target); e != nil || n.Kind != vfs.Symlink {
					if p.GNU {
						p.WarnErr(err, "failed to access '%s'", target)
					} else {
						simple(p, target, err)
					}
					status = 1
					continue
				}
			}
		}
		if o.Has('b') || o.Has('S') && p.GNU {
			suffix := "~"
			if o.Has('S') {
				suffix = o.Arg('S')
			}
			if _, err := p.Lstat(dest); err == nil {
				p.Rename(dest, dest+suffix)
			}
		} else if o.Has('f') {
			if a, e1 := p.Lstat(target); e1 == nil && !o.Has('s') {
				if b, e2 := p.Lstat(dest); e2 == nil && a.Ino() == b.Ino() {
					if p.GNU {
						p.Warn("'%s' and '%s' are the same file", target, dest)
						status = 1
					}
					continue
				}
			}
			p.Unlink(dest)
		}
		if o.Has('v') {
			if p.GNU {
				arrow := "->"
				if !o.Has('s') {
					arrow = "=>"
				}
				p.Printf("'%s' %s '%s'\n", dest, arrow, target)
			} else {
				p.Printf("'%s' -> '%s'\n", dest, target)
			}
		}
		text := target
		if o.Has('r') && o.Has('s') {
			text = relative(p, target, dest)
		}
		err := error(nil)
		if o.Has('s') {
			err = p.Symlink(text, dest)
		} else {
			err = p.Link(target, dest)
		}
		if err != nil {
			switch {
			case p.GNU && o.Has('s'):
				p.WarnErr(err, "failed to create symbolic link '%s'", dest)
			case p.GNU:
				if n, e := p.Stat(target); e == nil && n.IsDir() {
					p.Warn("%s: hard link not allowed for directory", target)
				} else {
					p.WarnErr(err, "failed to create hard link '%s'", dest)
				}
			default:
				simple(p, dest, err)
			}
			status = 1
		}
	}
	return status
}

// relative writes target as seen from the directory of dest.
func relative(p *proc.Proc, target, dest string) string {
	t := vfs.Split(resolve(p, p.Abs(target)))
	dir := p.Abs(dest)
	if i := strings.LastIndexByte(dir, '/'); i >= 0 {
		dir = dir[:i+1]
	}
	d := vfs.Split(resolve(p, dir))
	i := 0
	for i < len(t) && i < len(d) && t[i] == d[i] {
		i++
	}
	out := []string{}
	for range d[i:] {
		out = append(out, "..")
	}
	out = append(out, t[i:]...)
	if len(out) == 0 {
		return "."
	}
	return strings.Join(out, "/")
}

func resolve(p *proc.Proc, path string) string {
	if r, err := p.Tree().RootPath(path); err == nil {
		return r
	}
	return path
}

func link(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	if len(o.Rest) != 2 {
		return usage(p)
	}
	if err := p.Link(o.Rest[0], o.Rest[1]); err != nil {
		p.Die("can't create hardlink '%s' to '%s': %s", o.Rest[1], o.Rest[0], proc.Text(err))
	}
	return 0
}

func touch(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "cr:d:t:hamf\x81:", "no-create=c", "reference=r", "date=d", "no-dereference=h", "time=\x81")
	var when *int64
	if o.Has('r') {
		n, err := p.Stat(o.Arg('r'))
		if err != nil {
			if p.GNU {
				p.Die("failed to get attributes of '%s': %s", o.Arg('r'), proc.Text(err))
			}
			p.Die("can't stat '%s': %s", o.Arg('r'), proc.Text(err))
		}
		t := n.MTime
		when = &t
	}
	for _, c := range []byte{'d', 't'} {
		if !o.Has(c) {
			continue
		}
		t, ok := parseDate(p, o.Arg(c), false)
		if !ok {
			if p.GNU {
				p.Die("invalid date format ‘%s’", o.Arg(c))
			}
			p.Die("invalid date '%s'", o.Arg(c))
		}
		t *= 1e9
		when = &t
	}
	if len(o.Rest) == 0 {
		if p.GNU {
			p.Warn("missing file operand")
		}
		return usage(p)
	}
	status := 0
	fail := func(name string, err error) {
		if p.GNU {
			p.WarnErr(err, "cannot touch '%s'", name)
		} else {
			simple(p, name, err)
		}
		status = 1
	}
	onlyAccess := o.Has('a') && !o.Has('m')
	for _, name := range o.Rest {
		set := func() error {
			if onlyAccess {
				// The access time is not part of an image, but the call may fail.
				n, err := stat(p, name, !o.Has('h'))
				if err != nil {
					return err
				}
				t := n.MTime
				return p.Utimes(name, &t, !o.Has('h'))
			}
			return p.Utimes(name, when, !o.Has('h'))
		}
		err := set()
		if err == nil {
			continue
		}
		if !proc.Is(err, vfs.ENOENT) {
			fail(name, err)
			continue
		}
		if o.Has('c') {
			continue
		}
		fd, err := p.Open(name, proc.Read|proc.Write|proc.Create, 0o666)
		if err != nil {
			fail(name, err)
			continue
		}
		p.Close(fd)
		if when != nil {
			set()
		}
	}
	return status
}

// mknodMode takes -m and a umask together: -m sets the mode as it is.
func mknodMode(p *proc.Proc, o *proc.Options) (mode uint32, exact bool) {
	if !o.Has('m') {
		return 0o666, false
	}
	m, err := Mode(o.Arg('m'), 0o666, false, 0)
	if err != nil {
		p.Die("invalid mode '%s'", o.Arg('m'))
	}
	return m, true
}

func mkfifo(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "m:", "mode=m")
	if len(o.Rest) == 0 {
		return usage(p)
	}
	mode, exact := mknodMode(p, o)
	old := p.Umask
	if exact {
		p.Umask = 0
	}
	defer func() { p.Umask = old }()
	status := 0
	for _, a := range o.Rest {
		if err := p.Mknod(a, vfs.Fifo, mode, 0, 0); err != nil {
			simple(p, a, err)
			status = 1
		}
	}
	return status
}

func mknod(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "m:", "mode=m")
	mode, exact := mknodMode(p, o)
	if len(o.Rest) != 2 && len(o.Rest) != 4 {
		return usage(p)
	}
	old := p.Umask
	if exact {
		p.Umask = 0
	}
	defer func() { p.Umask = old }()
	kind := vfs.Fifo
	switch o.Rest[1] {
	case "p":
		if len(o.Rest) != 2 {
			return usage(p)
		}
	case "b":
		kind = vfs.BlockDevice
	case "c", "u":
		kind = vfs.CharDevice
	default:
		return usage(p)
	}
	var major, minor uint64
	if kind != vfs.Fifo {
		if len(o.Rest) != 4 {
			return usage(p)
		}
		var err error
		if major, err = strconv.ParseUint(o.Rest[2], 10, 32); err != nil {
			p.Die("invalid number '%s'", o.Rest[2])
		}
		if minor, err = strconv.ParseUint(o.Rest[3], 10, 32); err != nil {
			p.Die("invalid number '%s'", o.Rest[3])
		}
	}
	if err := p.Mknod(o.Rest[0], kind, mode, uint32(major), uint32(minor)); err != nil {
		simple(p, o.Rest[0], err)
		return 1
	}
	return 0
}

// mktemp makes names from a generator that gives the same ones in every run.
func mktemp(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "dqtp:u\x81:", "directory=d", "quiet=q", "tmpdir=p", "dry-run=u", "suffix=\x81")
	dir := "/tmp"
	if v, ok := p.Getenv("TMPDIR"); ok && v != "" && (!o.Has('p') || o.Has('t') || p.GNU) {
		dir = v
	} else if o.Has('p') {
		dir = o.Arg('p')
	}
	if o.Has('p') && o.Arg('p') != "" && p.GNU {
		dir = o.Arg('p')
	}
	if len(o.Rest) > 1 {
		return usage(p)
	}
	template := "tmp.XXXXXX"
	inDir := true
	if p.GNU {
		template = "tmp.XXXXXXXXXX"
	}
	if len(o.Rest) == 1 {
		template = o.Rest[0]
		inDir = o.Has('t') || o.Has('p')
	}
	if inDir {
		template = under(dir, template)
	}
	n := len(template) - len(strings.TrimRight(template, "X"))
	if n < 6 && !p.GNU || n < 3 {
		if o.Has('q') {
			return 1
		}
		if p.GNU {
			p.Warn("too few X's in template ‘%s’", o.Rest[0])
		} else {
			p.WarnErr(vfs.EINVAL, "(null)")
		}
		return 1
	}
	stem := template[:len(template)-n]
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for try := range 10000 {
		seed := p.Machine().Seeded(uint64(p.PID)<<20 + uint64(p.Machine().Steps())<<8 + uint64(try))
		name := []byte(stem)
		for range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			name = append(name, letters[seed>>33%uint64(len(letters))])
		}
		path := string(name) + o.Arg(0x81)
		if o.Has('u') {
			if _, err := p.Lstat(path); err == nil {
				continue
			}
			p.Puts(path + "\n")
			return 0
		}
		var err error
		old := p.Umask
		if o.Has('d') {
			p.Umask = old | 0o077
			err = p.Mkdir(path, 0o700)
		} else {
			var fd int
			p.Umask = 0
			if fd, err = p.Open(path, proc.Read|proc.Write|proc.Create|proc.Excl, 0o600); err == nil {
				p.Close(fd)
			}
		}
		p.Umask = old
		if proc.Is(err, vfs.EEXIST) {
			continue
		}
		if err != nil {
			if !o.Has('q') {
				switch {
				case p.GNU && o.Has('d'):
					p.WarnErr(err, "failed to create directory via template ‘%s’", template)
				case p.GNU:
					p.WarnErr(err, "failed to create file via template ‘%s’", template)
				default:
					p.WarnErr(err, "(null)")
				}
			}
			return 1
		}
		p.Puts(path + "\n")
		return 0
	}
	return 1
}

func truncate(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "cs:r:", "no-create=c", "size=s", "reference=r")
	if !o.Has('s') && !o.Has('r') || len(o.Rest) == 0 {
		return usage(p)
	}
	spec := o.Arg('s')
	op := byte(0)
	if spec != "" && strings.IndexByte("+-<>/%", spec[0]) >= 0 && p.GNU {
		op = spec[0]
		spec = spec[1:]
	}
	n := int64(0)
	if o.Has('s') {
		n = mustSize(p, spec)
	}
	if o.Has('r') {
		r, err := p.Stat(o.Arg('r'))
		if err != nil {
			p.Die("cannot stat '%s': %s", o.Arg('r'), proc.Text(err))
		}
		n = r.Size()
	}
	status := 0
	for _, name := range o.Rest {
		flags := proc.Write
		if !o.Has('c') {
			flags |= proc.Create
		}
		fd, err := p.Open(name, flags, 0o666)
		if err != nil {
			if !(o.Has('c') && proc.Is(err, vfs.ENOENT)) {
				p.WarnErr(err, "%s: open", name)
				status = 1
			}
			continue
		}
		size := n
		cur, _ := p.Seek(fd, 0, 2)
		switch op {
		case '+':
			size = cur + n
		case '-':
			size = max(cur-n, 0)
		case '<':
			size = min(cur, n)
		case '>':
			size = max(cur, n)
		case '/':
			size = cur / n * n
		case '%':
			size = (cur + n - 1) / n * n
		}
		if err := p.Truncate(fd, size); err != nil {
			simple(p, name, err)
			status = 1
		}
		p.Close(fd)
	}
	return status
}

func fallocate(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "l:o:")
	if !o.Has('l') || len(o.Rest) != 1 {
		return usage(p)
	}
	n := mustSize(p, o.Arg('l'))
	if o.Has('o') {
		n += mustSize(p, o.Arg('o'))
	}
	fd, err := p.Open(o.Rest[0], proc.Read|proc.Write|proc.Create, 0o666)
	if err != nil {
		p.Die("can't open '%s': %s", o.Rest[0], proc.Text(err))
	}
	cur, _ := p.Seek(fd, 0, 2)
	p.Truncate(fd, max(cur, n))
	p.Close(fd)
	return 0
}
