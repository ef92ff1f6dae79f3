package applet

import (
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/strtod"
	"layerlab.dev/core/vfs"
)

func env(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "+iu:0C:S:", "ignore-environment=i", "unset=u", "null=0", "chdir=C", "split-string=S")
	rest := o.Rest
	if o.Has('S') {
		w, _ := xargsWords(o.Arg('S'), false)
		rest = append(w, rest...)
	}
	clear := o.Has('i')
	if len(rest) > 0 && rest[0] == "-" {
		clear = true
		rest = rest[1:]
	}
	path := p.Env
	if clear {
		p.Env = nil
	}
	for _, k := range o.All('u') {
		p.Unsetenv(k)
	}
	for len(rest) > 0 && strings.Contains(rest[0], "=") {
		k, v, _ := strings.Cut(rest[0], "=")
		found := false
		for i, e := range p.Env {
			if n, _, _ := strings.Cut(e, "="); n == k {
				p.Env = slices.Clone(p.Env)
				p.Env[i] = k + "=" + v
				found = true
			}
		}
		if !found {
			p.Env = append(slices.Clip(p.Env), k+"="+v)
		}
		rest = rest[1:]
	}
	if o.Has('C') {
		if err := p.Chdir(o.Arg('C')); err != nil {
			p.Die("cannot change directory to '%s': %s", o.Arg('C'), proc.Text(err))
		}
	}
	if len(rest) > 0 {
		_ = path
		if p.GNU {
			return execOr(p, rest, "env: ‘%s’: %s\n")
		}
		return p.Execvp(rest)
	}
	end := "\n"
	if o.Has('0') {
		end = "\x00"
	}
	for _, e := range p.Env {
		p.Puts(e + end)
	}
	return 0
}

// execOr is Execvp with a message of its own.
func execOr(p *proc.Proc, argv []string, format string) int {
	dirs, ok := p.Getenv("PATH")
	if !ok {
		dirs = proc.DefaultPath
	}
	at, err := p.Look(argv[0], dirs)
	if err == nil {
		p.Out().Flush()
		p.Args = argv
		var status int
		if status, err = p.Exec(at); err == nil {
			return status
		}
	}
	p.Errorf(format, argv[0], proc.Text(err))
	if proc.Is(err, vfs.ENOENT) {
		return 127
	}
	return 126
}

func printenv(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	if len(p.Args) == 1 {
		for _, e := range p.Env {
			p.Puts(e + "\n")
		}
		return 0
	}
	status := 0
	for _, k := range p.Args[1:] {
		if v, ok := p.Getenv(k); ok {
			p.Puts(v + "\n")
		} else {
			status = 1
		}
	}
	return status
}

func uname(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "snrvmpioa", "all=a", "kernel-name=s", "nodename=n", "kernel-release=r", "kernel-version=v", "machine=m", "processor=p", "hardware-platform=i", "operating-system=o")
	if p.Name() == "arch" {
		p.Puts("x86_64\n")
		return 0
	}
	operands(p, o.Rest, 0, 0)
	values := []struct {
		c byte
		v string
	}{{'s', "Linux"}, {'n', p.Machine().Hostname}, {'r', "6.1.0"}, {'v', "#1 SMP PREEMPT_DYNAMIC"}, {'m', "x86_64"}, {'p', "unknown"}, {'i', "unknown"}, {'o', "GNU/Linux"}}
	var out []string
	for _, x := range values {
		if o.Has(x.c) || o.Has('a') && !(x.v == "unknown") || len(o.Order) == 0 && x.c == 's' {
			out = append(out, x.v)
		}
	}
	p.Puts(strings.Join(out, " ") + "\n")
	return 0
}

var hostnameLong = []string{"fqdn=f", "long=f", "short=s", "domain=d", "ip-address=i", "alias=a", "all-fqdns=A", "all-ip-addresses=I", "file=F", "boot=b", "yp=y", "nis=y", "version=V", "help=h", "verbose=v"}

func hostname(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	if _, err := proc.ParseOptions(p.Args[1:], "aAdfiIsF:vbyVh", hostnameLong...); p.GNU && err != nil {
		p.Warn("%v", err)
		p.Puts(usageText(p))
		return 255
	}
	o := options(p, "dfisF:vA", "fqdn=f", "short=s", "domain=d", "ip-address=i")
	switch {
	case len(o.Rest) > 0 || o.Has('F'):
		p.Die("sethostname: Operation not permitted")
	case o.Has('s'):
		h, _, _ := strings.Cut(p.Machine().Hostname, ".")
		p.Puts(h + "\n")
	case o.Has('d'):
		_, d, _ := strings.Cut(p.Machine().Hostname, ".")
		p.Puts(d + "\n")
	case o.Has('i'):
		p.Puts("127.0.0.1\n")
	default:
		p.Puts(p.Machine().Hostname + "\n")
	}
	return 0
}

func nproc(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	options(p, "\x81\x82:", "all=\x81", "ignore=\x82")
	p.Puts("1\n")
	return 0
}

func yes(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	line := "y\n"
	if len(p.Args) > 1 {
		line = strings.Join(p.Args[1:], " ") + "\n"
	}
	block := []byte(strings.Repeat(line, max(1, 4096/len(line))))
	for {
		if _, err := p.WriteFD(1, block); err != nil {
			return 1
		}
	}
}

func seq(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	// Negative numbers are no options.
	args := p.Args[1:]
	width, sep, format := false, "\n", ""
	for len(args) > 0 {
		a := args[0]
		if len(a) < 2 || a[0] != '-' || p.GNU && (a[1] >= '0' && a[1] <= '9' || a[1] == '.') {
			break
		}
		args = args[1:]
		if a == "--" {
			break
		}
		value := func(short string) (string, bool) {
			if v, ok := strings.CutPrefix(a, short); ok {
				if v == "" && len(args) > 0 {
					v = args[0]
					args = args[1:]
				}
				return strings.TrimPrefix(v, "="), true
			}
			return "", false
		}
		if a == "-w" || a == "--equal-width" {
			width = true
		} else if v, ok := value("-s"); ok {
			sep = v
		} else if v, ok := value("--separator"); ok {
			sep = v
		} else if v, ok := value("-f"); ok && p.GNU {
			format = v
		} else if v, ok := value("--format"); ok && p.GNU {
			format = v
		} else if a == "-ws" || a == "-sw" {
			width = true
			sep = args[0]
			args = args[1:]
		} else {
			p.Warn("invalid option -- '%c'", a[1])
			return usage(p)
		}
	}
	if len(args) < 1 || len(args) > 3 {
		if p.GNU && len(args) == 0 {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	first, step, last := "1", "1", args[len(args)-1]
	if len(args) > 1 {
		first = args[0]
	}
	if len(args) > 2 {
		step = args[1]
	}
	nums := [3]float64{}
	decimals := 0
	for i, t := range []string{first, step, last} {
		v, rest := strtod.Read(t)
		if rest != "" || t == "" {
			if p.GNU {
				p.Warn("invalid floating point argument: ‘%s’", t)
				return usage(p)
			}
			return usage(p)
		}
		nums[i] = v
		if j := strings.IndexByte(t, '.'); j >= 0 && i < 2 {
			decimals = max(decimals, len(t)-j-1)
		}
	}
	if nums[1] == 0 {
		if p.GNU {
			p.Warn("invalid Zero increment value: ‘%s’", step)
			return usage(p)
		}
		return 0
	}
	show := func(v float64) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
	w := 0
	if width {
		w = max(len(show(nums[0])), len(show(nums[2])))
	}
	n := 0
	for i := 0; ; i++ {
		v := nums[0] + float64(i)*nums[1]
		if nums[1] > 0 && v > nums[2]+nums[1]*1e-9 || nums[1] < 0 && v < nums[2]+nums[1]*1e-9 {
			break
		}
		if i&255 == 0 {
			p.Step()
		}
		if n > 0 {
			p.Puts(sep)
		}
		t := show(v)
		if format != "" {
			f := formatter{p: p, args: []string{t}, sh: &Shell{}}
			t = string(f.run(format))
		}
		for len(t) < w {
			if t[0] == '-' {
				t = "-0" + t[1:]
			} else {
				t = "0" + t
			}
		}
		p.Puts(t)
		n++
	}
	if n > 0 {
		p.Puts("\n")
	}
	return 0
}

// through runs a command as it is: nice, nohup, setsid, ionice, chrt, stdbuf.
func through(spec string) Func {
	return func(p *proc.Proc) int {
		if helped(p) {
			return 0
		}
		o := options(p, "+"+spec, "adjustment=n", "output=o", "error=e", "input=i")
		if len(o.Rest) == 0 {
			if p.Name() == "nice" {
				p.Puts("0\n")
				return 0
			}
			return wrong(p, "missing operand")
		}
		if p.Name() == "nohup" {
			p.Ignored = map[int]bool{proc.SIGHUP: true}
		}
		return p.Execvp(o.Rest)
	}
}

func tty(p *proc.Proc) int {
	o := options(p, "s", "silent=s", "quiet=s")
	if p.IsTerminal(0) {
		if !o.Has('s') {
			p.Puts("/dev/pts/0\n")
		}
		return 0
	}
	if !o.Has('s') {
		p.Puts("not a tty\n")
	}
	return 1
}

func syncApplet(*proc.Proc) int { return 0 }

func which(p *proc.Proc) int {
	o := options(p, "as")
	if len(o.Rest) == 0 {
		if p.GNU {
			return 1
		}
		return usage(p)
	}
	dirs, ok := p.Getenv("PATH")
	if !ok {
		dirs = "/sbin:/usr/sbin:/bin:/usr/bin"
	}
	status := 0
	for _, n := range o.Rest {
		found := false
		if strings.Contains(n, "/") {
			if _, err := p.Look(n, ""); err == nil {
				found = true
				p.Puts(n + "\n")
			}
		} else {
			for dir := range strings.SplitSeq(dirs, ":") {
				if at, err := p.Look(n, dir); err == nil {
					found = true
					p.Puts(at + "\n")
					if !o.Has('a') {
						break
					}
				}
			}
		}
		if !found {
			status = 1
		}
	}
	return status
}

func killApplet(p *proc.Proc) int {
	args := p.Args[1:]
	sig := proc.SIGTERM
	if len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 {
		if args[0] == "-l" {
			for i := 1; i < 32; i++ {
				p.Printf("%2d) %s\n", i, proc.SignalName(i))
			}
			return 0
		}
		name := args[0][1:]
		args = args[1:]
		if name == "s" && len(args) > 0 {
			name = args[0]
			args = args[1:]
		}
		if sig = proc.Signal(name); sig < 0 {
			p.Die("bad signal name '%s'", name)
		}
	}
	if len(args) == 0 {
		p.Die("you need to specify whom to kill")
	}
	status := 0
	for _, a := range args {
		pid, err := strconv.Atoi(a)
		if err != nil {
			p.Warn("invalid number '%s'", a)
			status = 1
			continue
		}
		if err := p.Kill(pid, sig); err != nil {
			p.Warn("can't kill pid %d: %s", pid, proc.Text(err))
			status = 1
		}
	}
	return status
}

// nothing stands for ldconfig, update-ca-certificates and install-info, which
// keep caches and indexes: no compiled library is ever loaded here, and nobody
// reads the manuals.
func nothing(p *proc.Proc) int {
	p.Machine().Note(noteNothing.With(p.Name()))
	return 0
}

func runParts(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "a:u:l", "test=\x81", "list=\x82", "reverse=\x83", "exit-on-error=\x84", "arg=a", "umask=u", "regex=\x85")
	if len(o.Rest) != 1 {
		return usage(p)
	}
	names, err := p.ReadDir(o.Rest[0])
	if err != nil {
		if !p.GNU {
			simple(p, o.Rest[0], err)
			return 0
		}
		p.WarnErr(err, "can't open '%s'", o.Rest[0])
		return 1
	}
	status := 0
	for _, n := range names {
		if !p.GNU && n[0] != '.' && !strings.HasSuffix(n, "~") {
			// busybox takes any name but hidden and backup files.
		} else if strings.Trim(n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			continue
		}
		at := under(o.Rest[0], n)
		if !p.Access(at, 1) && !o.Has(0x82) || isDir(p, at, true) {
			continue
		}
		if o.Has(0x81) || o.Has(0x82) {
			p.Puts(at + "\n")
			continue
		}
		if rc := p.Spawn(append([]string{at}, o.All('a')...), nil); rc != 0 {
			p.Warn("%s: exit status %d", at, rc&0xff)
			status = 1
			if o.Has(0x84) {
				break
			}
		}
	}
	return status
}

func ps(p *proc.Proc) int {
	if p.Plain {
		p.Puts("PID   USER     COMMAND\n")
	} else {
		p.Puts("PID   USER     TIME  COMMAND\n")
	}
	for _, q := range p.Machine().Processes() {
		user := strconv.Itoa(q.UID)
		if u, ok := userWithID(p, q.UID); ok {
			user = u.name
		}
		if len(user) > 8 {
			user = user[:8]
		}
		time := " 0:00 "
		if p.Plain {
			time = ""
		}
		p.Printf("%5d %-8s %s%s\n", q.PID, user, time, strings.Join(q.Args, " "))
	}
	return 0
}
