package applet

import (
	"strings"

	"layerlab.dev/core/shell/glob"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func globMatch(pattern, s string) bool { return glob.Match(pattern, s, 0) }

// found is a file find looks at.
type found struct {
	path  string
	node  *vfs.Node
	depth int
	// unknown says that no more than name and kind may be known.
	unknown bool
}

// predicate is one test or action of find.
type predicate func(f *finder, x *found) bool

// finder is find.
type finder struct {
	extended   bool // expressions, by -regextype
	p          *proc.Proc
	args       []string
	follow     bool
	followTop  bool
	xdev       bool
	depthFirst bool
	maxDepth   int
	minDepth   int
	action     bool
	prune      bool
	status     int
	quit       bool
	batches    []*batch
	device     int
}

// batch gathers the names for -exec … {} +.
type batch struct {
	argv  []string
	names []string
}

func find(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	f := &finder{p: p, args: p.Args[1:], maxDepth: 1 << 30}
	for len(f.args) > 0 {
		switch f.args[0] {
		case "-L":
			f.follow = true
		case "-H":
			f.followTop = true
		case "-P":
			if !p.GNU {
				f.unknown("-P")
			}
			f.follow = false
		default:
			goto paths
		}
		f.args = f.args[1:]
	}
paths:
	var paths []string
	for len(f.args) > 0 && !strings.HasPrefix(f.args[0], "-") && f.args[0] != "!" && f.args[0] != "(" {
		paths = append(paths, f.args[0])
		f.args = f.args[1:]
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	test := func(*finder, *found) bool { return true }
	var expr predicate = test
	if len(f.args) > 0 {
		expr = f.or()
		if len(f.args) > 0 {
			if f.args[0] == ")" && p.GNU {
				p.Die("you have too many ')'")
			}
			f.unknown(f.args[0])
		}
	}
	if !f.action {
		inner := expr
		expr = func(f *finder, x *found) bool {
			if inner(f, x) {
				f.p.Puts(x.path + "\n")
				return true
			}
			return false
		}
	}
	for _, path := range paths {
		n, err := stat(p, path, f.follow || f.followTop)
		if err != nil {
			if n, err = p.Lstat(path); err != nil {
				if p.GNU {
					p.Warn("‘%s’: %s", path, proc.Text(err))
				} else {
					simple(p, path, err)
				}
				f.status = 1
				continue
			}
		}
		f.device = p.Device(path)
		if f.walk(&found{path: path, node: n}, expr); f.quit {
			break
		}
	}
	for _, b := range f.batches {
		f.run(b)
	}
	return f.status
}

func (f *finder) walk(x *found, expr predicate) {
	p := f.p
	p.Step()
	if f.quit {
		return
	}
	f.prune = false
	if !f.depthFirst && x.depth >= f.minDepth {
		expr(f, x)
		if f.quit {
			return
		}
	}
	if x.node.IsDir() && !f.prune && x.depth < f.maxDepth && (!f.xdev || p.Device(x.path) == f.device) {
		names, err := p.ReadDir(x.path)
		if err != nil {
			if !proc.Is(err, vfs.ENOENT) {
				f.fail(x.path, err)
			} else if !p.GNU && x.depth >= 0 {
				// The directory was removed by an action.
				simple(p, x.path, err)
				f.status = 1
			}
		}
		for _, name := range names {
			path := under(x.path, name)
			n, err := stat(p, path, f.follow)
			if err != nil {
				old := err
				n, err = p.Lstat(path)
				if p.GNU && proc.Is(err, vfs.EACCES) {
					// The directory tells name and kind; what asks for more fails.
					if n, err = p.Entry(path); err == nil {
						x := &found{path: path, node: n, depth: x.depth + 1, unknown: true}
						if n.IsDir() {
							f.fail(path, vfs.EACCES) // it would be looked into
						}
						if x.depth >= f.minDepth {
							expr(f, x)
						}
						if f.quit {
							return
						}
						continue
					}
				}
				if err != nil {
					f.fail(path, err)
					continue
				}
				if proc.Is(old, vfs.ELOOP) && !p.GNU {
					simple(p, path, old)
					f.status = 1
					continue
				}
			}
			if f.walk(&found{path: path, node: n, depth: x.depth + 1}, expr); f.quit {
				return
			}
		}
	}
	if f.depthFirst && x.depth >= f.minDepth {
		expr(f, x)
	}
}

// fail says why a file cannot be looked at.
func (f *finder) fail(path string, err error) {
	if f.p.GNU {
		f.p.Warn("‘%s’: %s", path, proc.Text(err))
	} else {
		simple(f.p, path, err)
	}
	f.status = 1
}

func (f *finder) unknown(a string) {
	if f.p.GNU {
		if strings.HasPrefix(a, "-") {
			f.p.Die("unknown predicate `%s'", a)
		}
		f.p.Die("paths must precede expression: `%s'", a)
	}
	f.p.Warn("unrecognized: %s", a)
	usage(f.p)
}

func (f *finder) or() predicate {
	left := f.and()
	for len(f.args) > 0 && (f.args[0] == "-o" || f.args[0] == "-or") {
		f.args = f.args[1:]
		l, r := left, f.and()
		left = func(f *finder, x *found) bool { return l(f, x) || r(f, x) }
	}
	return left
}

func (f *finder) and() predicate {
	left := f.not()
	for len(f.args) > 0 && f.args[0] != "-o" && f.args[0] != "-or" && f.args[0] != ")" {
		if f.args[0] == "-a" || f.args[0] == "-and" {
			f.args = f.args[1:]
		}
		l, r := left, f.not()
		left = func(f *finder, x *found) bool { return l(f, x) && r(f, x) }
	}
	return left
}

func (f *finder) not() predicate {
	if len(f.args) > 0 && (f.args[0] == "!" || f.args[0] == "-not") {
		f.args = f.args[1:]
		inner := f.not()
		return func(f *finder, x *found) bool { return !inner(f, x) }
	}
	asks := len(f.args) > 0 && statTests[f.args[0]]
	inner := f.primary()
	if !asks {
		return inner
	}
	return func(f *finder, x *found) bool {
		if x.unknown {
			if !x.node.IsDir() {
				f.fail(x.path, vfs.EACCES)
			}
			return false
		}
		return inner(f, x)
	}
}

// statTests are those that look at more of a file than its name and kind.
var statTests = map[string]bool{"-empty": true, "-perm": true, "-size": true, "-mtime": true, "-atime": true, "-ctime": true, "-mmin": true,
	"-amin": true, "-cmin": true, "-newer": true, "-anewer": true, "-cnewer": true, "-user": true, "-group": true, "-uid": true, "-gid": true,
	"-nouser": true, "-nogroup": true, "-links": true, "-samefile": true, "-ls": true, "-printf": true}

// exec runs a command, in dir unless that is "".
func (f *finder) exec(argv []string, dir string) int {
	return f.p.Spawn(argv, func(c *proc.Proc) {
		if dir != "" {
			c.Chdir(dir)
		}
	})
}

func (f *finder) run(b *batch) {
	if len(b.names) == 0 {
		return
	}
	if f.exec(append(append([]string{}, b.argv...), b.names...), "") != 0 {
		f.status = 1
	}
	b.names = nil
}
