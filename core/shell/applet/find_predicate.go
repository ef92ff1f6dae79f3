package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/glob"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
	"layerlab.dev/core/vfs"
)

func (f *finder) arg(op string) string {
	if len(f.args) == 0 {
		if f.p.GNU {
			f.p.Die("missing argument to `%s'", op)
		}
		f.p.Die("%s requires an argument", op)
	}
	a := f.args[0]
	f.args = f.args[1:]
	return a
}

// signed reads +n, -n or n.
func (f *finder) signed(a string) (sign byte, n int64) {
	if a != "" && (a[0] == '+' || a[0] == '-') {
		sign = a[0]
		a = a[1:]
	}
	n, err := strconv.ParseInt(a, 10, 64)
	if err != nil {
		f.p.Die("invalid number '%s'", a)
	}
	return sign, n
}

func signedMatch(sign byte, n, v int64) bool {
	switch sign {
	case '+':
		return v > n
	case '-':
		return v < n
	}
	return v == n
}

// gnuTests are what busybox's find does not know.
var gnuTests = map[string]bool{"-nouser": true, "-nogroup": true, "-uid": true, "-gid": true, "-ok": true, "-ls": true, "-true": true, "-false": true,
	"-anewer": true, "-cnewer": true, "-xtype": true, "-execdir": true, "-readable": true, "-writable": true, "-printf": true, "-noleaf": true,
	"-daystart": true, "-ignore_readdir_race": true, "-regextype": true, "-iwholename": true, "-iregex": true, "-d": true, "-mount": true}

func (f *finder) primary() predicate {
	p := f.p
	if len(f.args) == 0 {
		if p.GNU {
			p.Die("expected an expression")
		}
		usage(p)
	}
	op := f.args[0]
	f.args = f.args[1:]
	yes := func(*finder, *found) bool { return true }
	if gnuTests[op] && !p.GNU {
		f.unknown(op)
	}
	switch op {
	case "(":
		e := f.or()
		if len(f.args) == 0 || f.args[0] != ")" {
			if p.GNU {
				p.Die("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
			}
			p.Die("unpaired '('")
		}
		f.args = f.args[1:]
		return e
	case "-name", "-iname":
		pat, flags := f.arg(op), glob.Flags(0)
		if op == "-iname" {
			flags = glob.FoldCase
		}
		return func(_ *finder, x *found) bool { return glob.Match(pat, base(x.path), flags) }
	case "-path", "-wholename", "-ipath", "-iwholename":
		pat, flags := f.arg(op), glob.Flags(0)
		if op[1] == 'i' {
			flags = glob.FoldCase
		}
		return func(_ *finder, x *found) bool { return glob.Match(pat, x.path, flags) }
	case "-regex", "-iregex":
		flags := regex.Flags(0)
		if op == "-iregex" {
			flags = regex.FoldCase
		}
		if f.extended {
			flags |= regex.Extended
		}
		re, err := regex.Compile(f.arg(op), flags)
		if err != nil {
			p.Die("bad regex: %v", err)
		}
		return func(_ *finder, x *found) bool {
			m := re.Match(x.path, 0, false)
			return m != nil && m[0] == 0 && m[1] == len(x.path)
		}
	case "-type", "-xtype":
		var kinds []vfs.Kind
		kind := f.arg(op)
		if !p.GNU && len(kind) != 1 {
			p.Die("invalid argument '%s' to '-type'", kind)
		}
		for _, c := range kind {
			k, ok := map[rune]vfs.Kind{'f': vfs.File, 'd': vfs.Dir, 'l': vfs.Symlink, 'c': vfs.CharDevice, 'b': vfs.BlockDevice, 'p': vfs.Fifo, 's': vfs.Socket}[c]
			if !ok {
				if c == ',' {
					continue
				}
				if p.GNU {
					p.Die("Unknown argument to %s: %c", op, c)
				}
				p.Die("invalid argument '%c' to '-type'", c)
			}
			kinds = append(kinds, k)
		}
		return func(_ *finder, x *found) bool {
			for _, k := range kinds {
				if x.node.Kind == k && !(x.unknown && x.node.IsDir()) {
					return true
				}
			}
			return false
		}
	case "-perm":
		spec := f.arg(op)
		mode := spec
		any, all := strings.HasPrefix(spec, "/") || strings.HasPrefix(spec, "+") && len(spec) > 1 && spec[1] >= '0' && spec[1] <= '9', strings.HasPrefix(spec, "-")
		if any || all {
			mode = spec[1:]
		}
		m, err := Mode(mode, 0, false, 0)
		if err != nil {
			p.Die("invalid mode '%s'", spec)
		}
		return func(_ *finder, x *found) bool {
			switch {
			case any:
				return m == 0 || x.node.Mode&m != 0
			case all:
				return x.node.Mode&m == m
			}
			return x.node.Mode == m
		}
	case "-size":
		a := f.arg(op)
		unit := int64(512)
		if a != "" {
			if u, ok := map[byte]int64{'c': 1, 'w': 2, 'b': 512, 'k': 1024, 'M': 1 << 20, 'G': 1 << 30}[a[len(a)-1]]; ok {
				unit = u
				a = a[:len(a)-1]
			}
		}
		sign, n := f.signed(a)
		gnu := p.GNU
		return func(f *finder, x *found) bool {
			size := shownSize(f.p, x.path, x.node)
			if gnu {
				return signedMatch(sign, n, (size+unit-1)/unit)
			}
			switch sign {
			case '+':
				return size > n*unit
			case '-':
				return size < n*unit
			}
			return (size+unit-1)/unit == n
		}
	case "-mtime", "-atime", "-ctime", "-mmin", "-amin", "-cmin":
		sign, n := f.signed(f.arg(op))
		unit := int64(24 * 3600)
		if strings.HasSuffix(op, "min") {
			unit = 60
		}
		return func(f *finder, x *found) bool {
			age := f.p.Machine().Now()/1e9 - x.node.Time().Sec
			return signedMatch(sign, n, floorDiv(age, unit))
		}
	case "-newer", "-anewer", "-cnewer":
		n, err := p.Stat(f.arg(op))
		if err != nil {
			p.Die("%s: %s", "newer", proc.Text(err))
		}
		return func(f *finder, x *found) bool {
			a, b := x.node.Time(), n.Time()
			if !f.p.GNU {
				a, b = a.Whole(), b.Whole()
			}
			return a.Compare(b) > 0
		}
	case "-user":
		id := mustUser(p, f.arg(op))
		return func(_ *finder, x *found) bool { return x.node.UID == id }
	case "-group":
		id := mustGroup(p, f.arg(op))
		return func(_ *finder, x *found) bool { return x.node.GID == id }
	case "-uid":
		sign, n := f.signed(f.arg(op))
		return func(_ *finder, x *found) bool { return signedMatch(sign, n, int64(x.node.UID)) }
	case "-gid":
		sign, n := f.signed(f.arg(op))
		return func(_ *finder, x *found) bool { return signedMatch(sign, n, int64(x.node.GID)) }
	case "-nouser":
		return func(f *finder, x *found) bool { _, ok := userWithID(f.p, x.node.UID); return !ok }
	case "-nogroup":
		return func(f *finder, x *found) bool { _, ok := groupWithID(f.p, x.node.GID); return !ok }
	case "-links":
		sign, n := f.signed(f.arg(op))
		return func(f *finder, x *found) bool { return signedMatch(sign, n, int64(links(f.p, x.path, x.node))) }
	case "-inum":
		sign, n := f.signed(f.arg(op))
		return func(_ *finder, x *found) bool { return signedMatch(sign, n, int64(x.node.Ino())) }
	case "-samefile":
		n, err := p.Stat(f.arg(op))
		if err != nil {
			p.Die("%s", proc.Text(err))
		}
		return func(_ *finder, x *found) bool { return x.node.Ino() == n.Ino() }
	case "-empty":
		return func(f *finder, x *found) bool {
			if !x.node.IsDir() {
				return x.node.Kind == vfs.File && x.node.Size() == 0
			}
			names, err := f.p.ReadDir(x.path) // what it holds by now
			if err != nil {
				f.fail(x.path, err)
			}
			return err == nil && len(names) == 0
		}
	case "-executable":
		return func(f *finder, x *found) bool { return f.p.Access(x.path, 1) }
	case "-readable":
		return func(f *finder, x *found) bool { return f.p.Access(x.path, 4) }
	case "-writable":
		return func(f *finder, x *found) bool { return f.p.Access(x.path, 2) }
	case "-true":
		return yes
	case "-false":
		return func(*finder, *found) bool { return false }
	case "-maxdepth", "-mindepth":
		a := f.arg(op)
		n, err := strconv.Atoi(a)
		if p.GNU && (err != nil || n < 0 || a[0] == '+') {
			p.Die("Expected a positive decimal integer argument to %s, but got ‘%s’", op, a)
		}
		if err != nil {
			p.Die("invalid number '%s'", a)
		}
		if op == "-maxdepth" {
			f.maxDepth = n
		} else {
			f.minDepth = n
		}
		return yes
	case "-depth", "-d":
		f.depthFirst = true
		return yes
	case "-xdev", "-mount":
		f.xdev = true
		return yes
	case "-follow":
		f.follow = true
		return yes
	case "-noleaf", "-daystart", "-ignore_readdir_race":
		return yes
	case "-regextype":
		f.extended = has([]string{"posix-egrep", "egrep", "gnu-awk", "posix-awk", "posix-extended"}, f.arg(op))
		return yes
	case "-prune":
		return func(f *finder, x *found) bool { f.prune = !f.depthFirst; return true }
	case "-quit":
		f.action = true
		return func(f *finder, _ *found) bool { f.quit = true; return true }
	case "-print":
		f.action = true
		return func(f *finder, x *found) bool { f.p.Puts(x.path + "\n"); return true }
	case "-print0":
		f.action = true
		return func(f *finder, x *found) bool { f.p.Puts(x.path + "\x00"); return true }
	case "-ls":
		f.action = true
		return func(f *finder, x *found) bool {
			f.p.Printf("%s\n", x.path)
			return true
		}
	case "-printf":
		if !p.GNU {
			f.unknown(op)
		}
		f.action = true
		format := f.arg(op)
		return func(f *finder, x *found) bool { f.p.Puts(findPrintf(f.p, format, x)); return true }
	case "-delete":
		if p.Plain {
			f.unknown(op)
		}
		f.action, f.depthFirst = true, true
		return func(f *finder, x *found) bool {
			if x.path == "." {
				return true
			}
			rm := f.p.Unlink
			if x.node.IsDir() {
				rm = f.p.Rmdir
			}
			if err := rm(x.path); err != nil {
				if f.p.GNU {
					f.p.WarnErr(err, "cannot delete ‘%s’", x.path)
				} else {
					simple(f.p, x.path, err)
				}
				f.status = 1
				return false
			}
			return true
		}
	case "-exec", "-ok", "-execdir":
		f.action = true
		var argv []string
		for {
			if len(f.args) == 0 {
				if p.GNU {
					p.Die("missing argument to `%s'", op)
				}
				p.Die("%s requires an argument", op)
			}
			a := f.args[0]
			f.args = f.args[1:]
			if a == ";" {
				return func(f *finder, x *found) bool {
					args, name, dir := make([]string, len(argv)), x.path, ""
					if op == "-execdir" {
						name, dir = "./"+base(x.path), strings.TrimSuffix(x.path, base(x.path))
					}
					for i, a := range argv {
						args[i] = strings.ReplaceAll(a, "{}", name)
					}
					return f.exec(args, dir) == 0
				}
			}
			if a == "+" && op != "-execdir" && len(argv) > 0 && argv[len(argv)-1] == "{}" {
				b := &batch{argv: argv[:len(argv)-1]}
				f.batches = append(f.batches, b)
				return func(f *finder, x *found) bool {
					b.names = append(b.names, x.path)
					if len(b.names) >= 32<<10 {
						f.run(b)
					}
					return true
				}
			}
			argv = append(argv, a)
		}
	}
	f.unknown(op)
	return yes
}

func findPrintf(p *proc.Proc, format string, x *found) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c == '\\' && i+1 < len(format) {
			t, _ := unescape(format[i:i+2], false, false)
			b.Write(t)
			i++
			continue
		}
		if c != '%' || i+1 >= len(format) {
			b.WriteByte(c)
			continue
		}
		i++
		switch format[i] {
		case 'p':
			b.WriteString(x.path)
		case 'f':
			b.WriteString(base(x.path))
		case 'h':
			if j := strings.LastIndexByte(x.path, '/'); j > 0 {
				b.WriteString(x.path[:j])
			} else {
				b.WriteString(".")
			}
		case 's':
			b.WriteString(strconv.FormatInt(shownSize(p, x.path, x.node), 10))
		case 'm':
			b.WriteString(strconv.FormatUint(uint64(x.node.Mode), 8))
		case 'M':
			b.WriteString(string(typeLetter(x.node.Kind)) + letters(x.node.Mode))
		case 'y':
			t := typeLetter(x.node.Kind)
			if t == '-' {
				t = 'f'
			}
			b.WriteByte(t)
		case 'u':
			if u, ok := userWithID(p, x.node.UID); ok {
				b.WriteString(u.name)
			} else {
				b.WriteString(strconv.Itoa(x.node.UID))
			}
		case 'g':
			if g, ok := groupWithID(p, x.node.GID); ok {
				b.WriteString(g.name)
			} else {
				b.WriteString(strconv.Itoa(x.node.GID))
			}
		case 'U':
			b.WriteString(strconv.Itoa(x.node.UID))
		case 'G':
			b.WriteString(strconv.Itoa(x.node.GID))
		case 'd':
			b.WriteString(strconv.Itoa(x.depth))
		case 'l':
			b.WriteString(x.node.Target)
		case 'i':
			b.WriteString(strconv.FormatUint(x.node.Ino(), 10))
		case 'T':
			if i+1 < len(format) {
				i++
				if format[i] == '@' {
					b.WriteString(strconv.FormatInt(x.node.Time().Sec, 10) + ".0000000000")
				} else {
					b.WriteString(strftime(p, "%"+format[i:i+1], x.node.Time().Sec, 0))
				}
			}
		case '%':
			b.WriteByte('%')
		default:
			b.WriteString("%" + format[i:i+1])
		}
	}
	return b.String()
}
