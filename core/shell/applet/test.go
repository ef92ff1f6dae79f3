package applet

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/glob"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
	"layerlab.dev/core/vfs"
)

// Builtin returns the applets a shell has inside it.
func Builtin(name string) func(p *proc.Proc, name string, s *Shell) int {
	if name == "printf" {
		return func(p *proc.Proc, _ string, s *Shell) int { return builtinPrintf(p, s) }
	}
	return test
}

// Shell is what a builtin must know of the shell it is in.
type Shell struct {
	Ash, Bash, Dash bool // none: no shell, but a program
	// Name is how a message begins; nil: by the name of the program.
	Name func() string
	// Set and On are bash's.
	Set func(name string) bool // whether a variable is set, for -v
	On  func(name string) bool // whether an option is on, for -o
}

// warn complains by the name of the builtin.
func (s *Shell) warn(p *proc.Proc, format string, a ...any) {
	name := p.Called()
	if s.Name != nil {
		name = s.Name()
	}
	p.Errorf("%s: %s\n", name, fmt.Sprintf(format, a...))
}

type tester struct {
	p      *proc.Proc
	args   []string
	last   string // the word that was taken last
	double bool   // [[
	bash   bool
	bad    bool
	shell  *Shell
}

// test is test, [ and ash's [[. Status 2 means that it was called wrongly.
func test(p *proc.Proc, name string, s *Shell) int {
	args := p.Args[1:]
	if name == "[" || name == "[[" {
		want := map[string]string{"[": "]", "[[": "]]"}[name]
		if last := ""; len(args) == 0 || args[len(args)-1] != want {
			if len(args) > 0 {
				last = args[len(args)-1]
			}
			if p.GNU && s.Name == nil {
				want = "‘" + want + "’"
			}
			if s.Bash {
				want = "`" + want + "'"
			}
			if !s.Dash || !strings.HasPrefix(last, "]") {
				s.warn(p, "missing %s", want)
				return 2
			}
		}
		args = args[:len(args)-1]
	}
	t := &tester{p: p, args: args, double: name == "[[", bash: s.Bash, shell: s}
	ok := t.run()
	switch {
	case t.bad:
		return 2
	case ok:
		return 0
	}
	return 1
}

func (t *tester) fail(format string, a ...any) bool {
	if !t.bad {
		t.shell.warn(t.p, format, a...)
	}
	t.bad = true
	return false
}

// run decides by the number of arguments first, as POSIX asks.
func (t *tester) run() bool {
	a := t.args
	if len(a) == 0 {
		return false
	}
	if len(a) > 1 && a[0] == "!" && len(a) <= 4 {
		if len(a) == 2 {
			return a[1] == ""
		}
		if !(len(a) == 3 && t.binary(a[1])) {
			t.args = a[1:]
			ok := t.run()
			return !ok && !t.bad
		}
	}
	if len(a) == 3 && t.binary(a[1]) {
		return t.two(a[0], a[1], a[2])
	}
	if len(a) == 3 && a[0] == "(" && a[2] == ")" {
		return a[1] != ""
	}
	if len(a) == 4 && a[0] == "(" && a[3] == ")" {
		t.args = a[1:3]
		return t.run()
	}
	if len(a) == 1 {
		return a[0] != ""
	}
	if t.bash && len(a) == 2 {
		if a[0] != "-o" && !t.unary(a[0]) {
			return t.fail("%s: unary operator expected", a[0])
		}
		return t.one(a[0], a[1])
	}
	if t.bash && len(a) == 3 && a[1] != "-a" && a[1] != "-o" {
		return t.fail("%s: binary operator expected", a[1])
	}
	if !t.shell.Dash && len(a) == 2 && binaryOp(a[1]) && !t.unary(a[0]) {
		return t.fail("%s: argument expected", a[1])
	}
	ok := t.or()
	if !t.bad && len(t.args) > 0 {
		if t.bash {
			return t.fail("too many arguments")
		}
		if t.shell.Dash {
			return t.fail("%s: unexpected operator", t.last)
		}
		return t.fail("%s: unknown operand", t.args[0])
	}
	return ok && !t.bad
}

func (t *tester) peek() string {
	if len(t.args) == 0 {
		return ""
	}
	return t.args[0]
}

func (t *tester) or() bool {
	v := t.and()
	for !t.bad && len(t.args) > 0 && (t.args[0] == "-o" || t.double && t.args[0] == "||") {
		t.args = t.args[1:]
		w := t.and()
		v = v || w
	}
	return v
}

func (t *tester) and() bool {
	v := t.not()
	for !t.bad && len(t.args) > 0 && (t.args[0] == "-a" || t.double && t.args[0] == "&&") {
		t.args = t.args[1:]
		w := t.not()
		v = v && w
	}
	return v
}

func (t *tester) not() bool {
	if len(t.args) > 1 && t.args[0] == "!" {
		t.args = t.args[1:]
		return !t.not()
	}
	return t.primary()
}

func (t *tester) primary() bool {
	if len(t.args) == 0 {
		if t.shell.Dash {
			return false // dash takes nothing for false
		}
		return t.fail("argument expected")
	}
	a := t.args[0]
	if a == "(" {
		t.args = t.args[1:]
		if t.peek() == ")" {
			t.args = t.args[1:]
			return false
		}
		v := t.or()
		if t.peek() != ")" {
			return t.fail("closing paren expected")
		}
		t.args = t.args[1:]
		return v
	}
	if len(t.args) > 2 && t.binary(t.args[1]) {
		v := t.two(t.args[0], t.args[1], t.args[2])
		t.last, t.args = t.args[2], t.args[3:]
		return v
	}
	t.last = a
	if t.unary(a) || a == "-o" && t.bash {
		if len(t.args) < 2 {
			t.args = t.args[1:]
			return true // a single word that is not empty
		}
		v := t.one(a, t.args[1])
		t.last, t.args = t.args[1], t.args[2:]
		return v
	}
	t.args = t.args[1:]
	return a != ""
}

// one is a unary operator with its operand.
func (t *tester) one(op, a string) bool {
	switch {
	case op == "-v" && t.shell.Set != nil:
		return t.shell.Set(a)
	case op == "-o" && t.shell.On != nil:
		return t.shell.On(a)
	}
	return TestFile(t.p, op, a)
}

func (t *tester) unary(op string) bool {
	if len(op) != 2 || op[0] != '-' {
		return false
	}
	return strings.IndexByte("bcdefghkLprsStuwxzOGn", op[1]) >= 0 || (t.bash || t.shell.alone()) && strings.IndexByte("vN", op[1]) >= 0
}

// alone reports whether test is a program of its own.
func (s *Shell) alone() bool { return !s.Bash && !s.Dash && !s.Ash }

// binary is binaryOp without what the dialect lacks.
func (t *tester) binary(op string) bool {
	return binaryOp(op) && !(t.shell.Dash && (op == "==" || op == "=~"))
}

func binaryOp(op string) bool {
	switch op {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef", "=~":
		return true
	}
	return false
}

func (t *tester) two(a, op, b string) bool {
	switch op {
	case "=", "==", "!=":
		same := a == b
		if t.double {
			same = glob.Match(b, a, 0)
		}
		return same == (op != "!=")
	case "=~":
		re, err := regex.Compile(b, regex.Extended)
		if !t.double || err != nil {
			return t.fail("%s: unknown operand", op)
		}
		return re.Match(a, 0, false) != nil
	case "<":
		return a < b
	case ">":
		return a > b
	case "-nt", "-ot", "-ef":
		if t.shell.Dash || !t.bash && !t.p.GNU {
			// ash and dash want both files to be there.
			for _, f := range []string{a, b} {
				if _, err := t.p.Stat(f); err != nil {
					return false
				}
			}
		}
		return TestFiles(t.p, op, a, b)
	}
	x, ok := t.number(a)
	if !ok {
		return false
	}
	y, ok := t.number(b)
	if !ok {
		return false
	}
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	}
	return x >= y
}

func (t *tester) number(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		switch {
		case t.bash:
			return 0, t.fail("%s: integer expression expected", s)
		case t.shell.Dash:
			return 0, t.fail("Illegal number: %s", s)
		case t.p.GNU && t.shell.Name == nil:
			return 0, t.fail("invalid integer ‘%s’", s)
		case s == "":
			return 0, t.fail("bad number")
		}
		return 0, t.fail("%s: bad number", s)
	}
	return n, true
}

// TestFile is test with a unary operator, such as -f or -z.
func TestFile(p *proc.Proc, op, a string) bool {
	switch op {
	case "-z":
		return a == ""
	case "-n":
		return a != ""
	case "-t":
		fd, err := strconv.Atoi(strings.TrimSpace(a))
		return err == nil && p.IsTerminal(fd)
	case "-r":
		return p.Access(a, 4)
	case "-w":
		if !p.GNU { // busybox reckons with the mode alone
			return p.Permits(a, 2)
		}
		return p.Access(a, 2)
	case "-x":
		return p.Access(a, 1)
	case "-h", "-L":
		n, err := p.Lstat(a)
		return err == nil && n.Kind == vfs.Symlink
	case "-v":
		_, ok := p.Getenv(a)
		return ok
	}
	n, err := p.Stat(a)
	if err != nil {
		return false
	}
	switch op {
	case "-e", "-a":
		return true
	case "-f":
		return n.Kind == vfs.File
	case "-d":
		return n.Kind == vfs.Dir
	case "-b":
		return n.Kind == vfs.BlockDevice
	case "-c":
		return n.Kind == vfs.CharDevice
	case "-p":
		return n.Kind == vfs.Fifo
	case "-S":
		return n.Kind == vfs.Socket
	case "-s":
		return n.IsDir() || n.Size() > 0
	case "-u":
		return n.Mode&0o4000 != 0
	case "-g":
		return n.Mode&0o2000 != 0
	case "-k":
		return n.Mode&0o1000 != 0
	case "-O":
		return n.UID == p.UID
	case "-G":
		return n.GID == p.GID
	case "-N":
		return true
	}
	return false
}

// TestFiles is test with an operator on two files: -nt, -ot, -ef.
func TestFiles(p *proc.Proc, op, a, b string) bool {
	x, errX := p.Stat(a)
	y, errY := p.Stat(b)
	var newer int
	if errX == nil && errY == nil {
		a, b := x.Time(), y.Time()
		if !p.GNU {
			a, b = a.Whole(), b.Whole()
		}
		newer = a.Compare(b)
	}
	switch op {
	case "-nt":
		return errX == nil && (errY != nil || newer > 0)
	case "-ot":
		return errY == nil && (errX != nil || newer < 0)
	}
	return errX == nil && errY == nil && x.Ino() == y.Ino() && p.Device(a) == p.Device(b)
}
