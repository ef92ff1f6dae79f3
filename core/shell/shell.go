package shell

import (
	"fmt"
	"maps"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/shell/arith"
	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/proc"
)

// Shell is a running shell, or a subshell of one.
type Shell struct {
	p       *proc.Proc
	dialect Dialect
	arg0    string
	args    []string
	vars    map[string]*variable
	seq     int
	funcs   map[string]*function
	opt     options
	shopt   map[string]bool
	status  int
	inner   int    // status of the last command substitution
	last    string // $_
	pid     int    // $$, that of the first shell
	ifs     string
	env     []string // what children get, nil if it must be made anew
	aliases map[string]string
	hashed  map[string]string
	hits    map[string]int // how often a hashed command ran

	aliasSince map[string]int // the line an alias was made on

	background int // $!
	jobs       []*job

	frames  []*frame
	tested  int // depth of conditions, in which set -e does nothing
	loops   int
	flow    flow
	count   int // loops that are still to be left
	traps   map[int]string
	inTrap  bool
	sub     bool
	level   int // of command substitutions and evals, for bash's xtrace
	depth   int
	applets *applet.Shell // made when it is first needed
	spare   *builder      // not in use now
	builtin string        // the builtin that runs, for messages
	line    int           // of the command that runs
	base    int           // added to lines of the parser
	script  bool          // positions are those of the RUN command's text
	code    *script       // the program that runs
	sourced string        // the file that is read by "."
	unit    string        // the script or sourced file that ash names in messages
	utf8    bool          // bash counts characters, not bytes
	cwd     string        // the working directory, by the links it was reached by
	substs  int           // command substitutions made
	fds     []int         // descriptors of process substitutions

	optind, optoff int
	random         uint32
	started        int64
	rendered       map[syntax.ArithmExpr]string
	sums           arith.Evaluator
	called         string // the name exec -a gives the program
}

// options are those of set.
type options struct {
	errexit, nounset, xtrace, noglob, noexec, allexport, noclobber, verbose, pipefail, brace bool
	command, stdin, errtrace, monitor, functrace, posix                                      bool
}

// function is a shell function with the place it was defined in.
type function struct {
	body   *syntax.Stmt
	base   int
	script bool
	code   *script
	file   string // that it was read from; "environment" for the command line
}

// frame is a call of a function.
type frame struct {
	name   string
	file   string
	locals []saved
	opts   *options
}

// flow is how a command list is being left.
type flow byte

const (
	onward flow = iota
	breaking
	continuing
	returning
	exiting
)

// shellExit unwinds to the top of the shell after an error that ends it.
type shellExit struct {
	s      *Shell
	status int
	// line says that bash leaves only the line that runs, not the shell.
	line bool
}

// newShell makes the shell that p runs, with p's environment.
func newShell(p *proc.Proc, d Dialect) *Shell {
	s := &Shell{code: &script{}, p: p, dialect: d, arg0: p.Args[0], vars: map[string]*variable{}, funcs: map[string]*function{},
		shopt: map[string]bool{}, traps: map[int]string{}, pid: p.PID, ifs: " \t\n", optind: 1, random: uint32(p.Machine().Seeded(uint64(p.PID))),
		started: p.Machine().Now()}
	s.sums = arith.New(operands{s}, d)
	s.assign("IFS", " \t\n", 0)
	s.assign("OPTIND", "1", 0)
	s.assign("PS4", "+ ", 0)
	if _, given := p.Getenv("HOSTNAME"); !given && d != Dash {
		s.assign("HOSTNAME", p.Machine().Hostname, 0)
	}
	if d == Bash {
		s.assign("BASH_VERSION", "5.2.15(1)-release", 0)
		s.assign("BASH", p.Args[0], 0)
		s.assign("OSTYPE", "linux-gnu", 0)
		s.assign("HOSTTYPE", "x86_64", 0)
		s.assign("MACHTYPE", "x86_64-pc-linux-gnu", 0)
		v := s.own("BASH_VERSINFO")
		v.set, v.list = true, map[int]string{0: "5", 1: "2", 2: "15", 3: "1", 4: "release", 5: "x86_64-pc-linux-gnu"}
		s.assign("UID", fmt.Sprint(p.UID), readonly|integer)
		s.assign("EUID", fmt.Sprint(p.UID), readonly|integer)
	}
	for _, e := range p.Env {
		if k, v, ok := strings.Cut(e, "="); ok && dialect.Name(k) {
			if k == "IFS" || k == "UID" || k == "EUID" {
				continue
			}
			s.assign(k, v, exported)
		}
	}
	if _, ok := s.get("PATH"); !ok {
		s.assign("PATH", [...]string{Ash: "/sbin:/usr/sbin:/bin:/usr/bin", Dash: proc.DefaultPath,
			Bash: "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin:."}[d], 0)
	}
	if d != Bash {
		ps1 := `\w \$ `
		if d == Dash {
			ps1 = "# "
			if p.UID != 0 {
				ps1 = "$ "
			}
		}
		s.assign("PS1", ps1, 0)
		s.assign("PS2", "> ", 0)
	}
	s.assign("PPID", fmt.Sprint(p.PPID), 0)
	pwd, ok := s.get("PWD")
	if !ok || !strings.HasPrefix(pwd, "/") || !s.same(pwd) {
		pwd = p.Dir
	}
	s.assign("PWD", pwd, exported)
	s.cwd = pwd
	if d != Dash {
		level := 0
		if v, ok := s.get("SHLVL"); ok {
			fmt.Sscan(v, &level)
		}
		s.assign("SHLVL", fmt.Sprint(level+1), exported)
	}
	s.last = s.arg0
	s.ifs, s.opt.brace = " \t\n", d == Bash
	return s
}

// same reports whether path names the working directory.
func (s *Shell) same(dir string) bool {
	at, err := s.p.Real(dir)
	return err == nil && at == s.p.Dir
}

// subshell returns a copy of s that runs in p.
func (s *Shell) subshell(p *proc.Proc) *Shell {
	c := *s
	c.p = p
	c.vars = maps.Clone(s.vars)
	c.funcs = maps.Clone(s.funcs)
	c.shopt = maps.Clone(s.shopt)
	c.aliases = maps.Clone(s.aliases)
	if len(s.hashed) > 0 {
		c.hashed, c.hits = maps.Clone(s.hashed), maps.Clone(s.hits)
	}
	c.traps = map[int]string{}
	for sig, action := range s.traps {
		if action == "" {
			c.traps[sig] = ""
		}
	}
	p.Caught = nil
	c.frames = append([]*frame(nil), s.frames...)
	c.jobs = nil
	c.fds = nil
	c.sub = true
	c.loops = 0
	c.flow = onward
	c.rendered, c.sums = nil, s.sums.In(operands{&c})
	c.applets, c.spare = nil, nil
	return &c
}

// top runs f as all that the shell of this process does, and its EXIT trap.
func (s *Shell) top(f func() int) int {
	status := s.guard(f)
	if action, ok := s.traps[0]; ok && action != "" {
		delete(s.traps, 0)
		s.flow, s.status = onward, status
		s.p.Command = nil // what the trap does is its own
		s.builtin = ""
		after := s.guard(func() int {
			s.source(action, 0)
			return s.status
		})
		if s.flow == exiting {
			status = after
		}
	}
	return status & 0xff
}

// guard runs f and takes the errors that end a shell.
func (s *Shell) guard(f func() int) (status int) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(shellExit)
			if !ok || e.s.p != s.p {
				panic(r)
			}
			status = e.status
			s.status = status
		}
	}()
	status = f()
	return status
}

// lineno is the number of the line of the command that runs.
func (s *Shell) lineno() int { return s.line }

// complain writes a message the way the shell does, with its name before it.
func (s *Shell) complain(format string, a ...any) {
	msg := fmt.Sprintf(format, a...)
	var pre string
	switch s.dialect {
	case Ash:
		pre = s.arg0 + ": "
		name := s.builtin
		if name == "" {
			name = s.unit
		}
		if name != "" && name != s.arg0 {
			pre += name + ": "
		}
		if name != "" {
			pre += fmt.Sprintf("line %d: ", s.lineno())
		}
	case Dash:
		pre = fmt.Sprintf("%s: %d: ", s.arg0, s.lineno())
		if name := s.builtin; name != "" {
			pre += name + ": "
		} else if s.sourced != "" {
			pre += s.sourced + ": "
		}
	default:
		name := s.arg0
		if len(s.frames) > 0 {
			name = s.frames[len(s.frames)-1].file
		} else if s.sourced != "" {
			name = s.sourced
		}
		pre = fmt.Sprintf("%s: line %d: ", name, s.lineno())
		if s.builtin != "" {
			pre += s.builtin + ": "
		}
	}
	s.p.Errorf("%s%s\n", pre, msg)
}

// fail complains and ends the shell.
func (s *Shell) fail(status int, format string, a ...any) {
	s.complain(format, a...)
	panic(shellExit{s: s, status: status})
}

// flagLetters is $-.
func (s *Shell) flagLetters() string {
	var b []byte
	o := &s.opt
	for _, x := range []struct {
		on bool
		c  byte
	}{{o.allexport, 'a'}, {o.command && s.dialect == Ash, 'c'}, {o.noclobber, 'C'}, {o.errexit, 'e'}, {o.noglob, 'f'}, {s.dialect == Bash, 'h'}, {o.noexec, 'n'},
		{o.nounset, 'u'}, {o.verbose, 'v'}, {o.xtrace, 'x'}, {s.dialect == Bash && o.brace, 'B'}, {o.command && s.dialect == Bash, 'c'}, {o.stdin, 's'}} {
		if x.on {
			b = append(b, x.c)
		}
	}
	return string(b)
}

// home returns the home directory of a user, "" being the one that runs.
func (s *Shell) home(user string) (string, bool) {
	data, err := s.p.ReadFile("/etc/passwd")
	if err != nil {
		return "", false
	}
	for l := range strings.SplitSeq(string(data), "\n") {
		f := strings.Split(l, ":")
		if len(f) >= 6 && (f[0] == user || user == "" && f[2] == fmt.Sprint(s.p.UID)) {
			return f[5], true
		}
	}
	return "", false
}

// applet is the name the shell's own applets speak by.
func (s *Shell) applet() string { return strings.TrimPrefix(path.Base(s.arg0), "-") }
