package shell

import (
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// debianStatic is the digest of busybox from Debian's busybox-static 1.35.0,
// whose shell runs applets before PATH and which lacks some of them.
const debianStatic = "sha256:3d9f2889d6782537624a4e1a10e68a2ddd53e0ee8bac02676f27308f42ec6bf6"

// program says what runs for the file at a canonical path: a shell or an
// applet. Text without #! gives ENOEXEC. Any other program ends the run with
// an UnsupportedError, because nobody can say what it would do.
func program(p *proc.Proc, at string) (func(*proc.Proc) int, error) {
	if f := p.Machine().Programs[at]; f != nil {
		p.Plain, p.GNU = false, true
		return f, nil
	}
	n, err := p.Lstat(at)
	if err != nil {
		return nil, err
	}
	base := path.Base(at)
	if busybox(p, n, base) {
		p.GNU = false
		p.Plain = plainBuild(n)
		return box(p, p.Name())
	}
	blob := n.Blob()
	if !blob.Absent() {
		head := make([]byte, 4)
		k, _ := blob.ReadAt(head, 0)
		if string(head[:k]) != "\x7fELF" {
			return nil, vfs.ENOEXEC
		}
	}
	p.Plain, p.GNU = false, true
	name := base
	switch base {
	case "bash", "rbash":
		return func(p *proc.Proc) int { return main(p, Bash) }, nil
	case "dash", "sh":
		return func(p *proc.Proc) int { return main(p, Dash) }, nil
	}
	if called := path.Base(p.Name()); applet.GNU(called) != nil && base == "coreutils" {
		name = called
	}
	if f := applet.GNU(alternative(name)); f != nil {
		return f, nil
	}
	p.Machine().Abort(unsupported(p, at, base))
	return nil, nil
}

// alternative gives the plain name of a program that Debian installs under
// another.
func alternative(name string) string {
	switch name {
	case "mawk", "gawk", "original-awk":
		return "awk"
	case "bsdtar":
		return "tar"
	}
	return name
}

// busybox reports whether the file is busybox, under any name.
func busybox(p *proc.Proc, n *vfs.Node, base string) bool {
	if strings.HasPrefix(base, "busybox") {
		return true
	}
	if n.Blob().Absent() {
		d, _ := n.Blob().Digest()
		if d == debianStatic {
			return true
		}
	}
	if n.Linked() {
		for _, at := range []string{"/bin/busybox", "/usr/bin/busybox", "/sbin/busybox"} {
			if b, err := p.Stat(at); err == nil && b.Ino() == n.Ino() {
				return true
			}
		}
	}
	for _, at := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		if b, err := p.Stat(at); err == nil && b.Kind == vfs.File && b.Size() == n.Size() && b.Size() > 0 {
			if same, err := b.Blob().Equal(n.Blob()); err == nil && same {
				return true
			}
		}
	}
	return false
}

func plainBuild(n *vfs.Node) bool {
	d, err := n.Blob().Digest()
	return err == nil && d == debianStatic
}

// box is busybox called by name.
func box(p *proc.Proc, name string) (func(*proc.Proc) int, error) {
	if strings.HasPrefix(name, "busybox") {
		return func(p *proc.Proc) int {
			if len(p.Args) < 2 {
				p.Puts(applet.Banner(p.Plain))
				return 0
			}
			switch arg := p.Args[1]; {
			case arg == "--list" || arg == "--list-full":
				for _, n := range applet.List(p.Plain) {
					p.Puts(n + "\n")
				}
				return 0
			case arg == "--help":
				p.Puts(applet.Banner(p.Plain))
				return 0
			case arg == "--install":
				return applet.Install(p)
			}
			p.Args = p.Args[1:]
			f, _ := box(p, p.Name())
			return f(p)
		}, nil
	}
	if f := plainApplet(p, name); f != nil {
		return f, nil
	}
	if slices.Contains(applet.List(p.Plain), name) {
		e := &UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
			Reason: whyApplet.With(),
			Advice: insteadOther.With()}
		if reason, advice, ok := explain(name); ok {
			e.Reason, e.Advice = reason, advice
		}
		p.Machine().Abort(e)
	}
	return func(p *proc.Proc) int {
		p.Errorf("%s: applet not found\n", p.Name())
		return 127
	}, nil
}

// plainApplet finds a busybox applet or its shell by name.
func plainApplet(p *proc.Proc, name string) func(*proc.Proc) int {
	switch name {
	case "sh", "ash":
		return func(p *proc.Proc) int { return main(p, Ash) }
	}
	if !slices.Contains(applet.List(p.Plain), name) {
		return nil
	}
	return applet.Busybox(name)
}

// main is the command line of a shell.
func main(p *proc.Proc, d Dialect) int {
	args := p.Args[1:]
	s := newShell(p, d)
	var text string
	rest := args
	login := strings.HasPrefix(p.Args[0], "-")
	for len(rest) > 0 && len(rest[0]) > 1 && (rest[0][0] == '-' || rest[0][0] == '+') {
		a := rest[0]
		if a == "--" || a == "-" {
			rest = rest[1:]
			break
		}
		if strings.HasPrefix(a, "--") {
			switch a {
			case "--login":
				login = true
			case "--posix":
				s.opt.posix = true
			case "--norc", "--noprofile", "--noediting":
			case "--version":
				p.Puts("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n")
				return 0
			default:
				p.Errorf("%s: %s: invalid option\n", p.Args[0], a)
				return 2
			}
			rest = rest[1:]
			continue
		}
		letters := ""
		takesO := 0
		for _, c := range a[1:] {
			switch {
			case c == 'c' && a[0] == '-':
				s.opt.command = true
			case c == 's' && a[0] == '-':
				s.opt.stdin = true
			case c == 'i' && a[0] == '-':
			case c == 'l':
				login = true
			case c == 'O' && d == Bash:
				takesO++
			default:
				letters += string(c)
			}
		}
		rest = rest[1:]
		for ; takesO > 0 && len(rest) > 0; takesO-- {
			s.shopt[rest[0]] = a[0] == '-'
			rest = rest[1:]
		}
		if letters != "" {
			n := strings.Count(letters, "o")
			if n > len(rest) {
				n = len(rest)
			}
			if d == Bash {
				s.builtin = s.arg0
			}
			if _, _, status := s.setOptions(append([]string{a[:1] + letters}, rest[:n]...)); status == 1 {
				return 0
			} else if status != 0 {
				return 2
			}
			s.builtin = ""
			rest = rest[n:]
		}
	}
	switch {
	case s.opt.command:
		if len(rest) == 0 {
			p.Errorf([...]string{Ash: "%s: -c requires an argument\n", Dash: "%s: 0: -c requires an argument\n", Bash: "%s: -c: option requires an argument\n"}[d], s.arg0)
			return 2
		}
		text = rest[0]
		if rest = rest[1:]; len(rest) > 0 {
			s.arg0, rest = rest[0], rest[1:]
		}
		s.args = rest
	case len(rest) > 0 && !s.opt.stdin:
		file := rest[0]
		s.args = rest[1:]
		old := s.arg0
		data, err := p.ReadFile(file)
		if err != nil && !strings.Contains(file, "/") {
			dirs, _ := s.get("PATH")
			if at, e := p.Look(file, dirs); e == nil {
				data, err = p.ReadFile(at)
			}
		}
		if err != nil {
			switch d {
			case Bash:
				if proc.Is(err, vfs.EISDIR) {
					old = file
				}
				p.Errorf("%s: %s: %s\n", old, file, proc.Text(err))
				if proc.Is(err, vfs.ENOENT) {
					return 127
				}
				return 126
			case Dash:
				if proc.Is(err, vfs.EISDIR) {
					return 0
				}
				why := proc.Text(err)
				if proc.Is(err, vfs.ENOENT) {
					why = "No such file"
				}
				p.Errorf("%s: 0: cannot open %s: %s\n", old, file, why)
			default:
				if proc.Is(err, vfs.EISDIR) {
					return 0 // it is read as if it were empty
				}
				p.Errorf("%s: can't open '%s': %s\n", path.Base(old), file, proc.Text(err))
			}
			return 2
		}
		s.arg0, s.unit = file, file
		text = string(data)
	default:
		s.args = rest
		s.opt.stdin = true
	}
	base := 0
	if s.opt.command {
		s.script = p.PID == 1 || p.Command == nil
		if d == Ash {
			base = -1
		}
	}
	return s.top(func() int {
		if login {
			for _, f := range []string{"/etc/profile", ".profile"} {
				if f == ".profile" {
					h, _ := s.get("HOME")
					f = h + "/.profile"
				}
				if data, err := p.ReadFile(f); err == nil {
					s.source(string(data), 0)
				}
			}
		}
		if s.opt.stdin && p.IsTerminal(0) && p.IsTerminal(2) {
			return s.typed()
		}
		if s.opt.stdin {
			return s.interactive()
		}
		return s.program(text, base)
	})
}

// interactive runs commands from standard input, one line after the other, so
// that a command can read what follows it.
func (s *Shell) interactive() int {
	if s.dialect != Bash {
		// They read as much as there is, so that commands find nothing.
		text, _ := s.readLine(0, true, -1)
		return s.program(unmark(text), 0)
	}
	text := ""
	for {
		line, ok := s.readLine('\n', true, -1)
		line = unmark(line)
		if line == "" && !ok && text == "" {
			return s.status
		}
		text += line
		if ok {
			text += "\n"
		}
		sc := parse(text, s.dialect)
		if ok && (sc.bad != nil && sc.bad.End || len(sc.unclosed) > 0) {
			continue
		}
		s.run(sc, false)
		if s.flow != onward {
			return s.status
		}
		text = ""
		if !ok {
			return s.status
		}
	}
}
