package applet

import (
	"embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// Func runs an applet in a process and returns its exit status.
type Func = func(p *proc.Proc) int

//go:embed data
var data embed.FS

// section is one flavour's table: names and what each says of its usage.
type section struct {
	names []string
	usage map[string]string
}

// load reads a table: sections between record separators, a name and a text each.
func load(name string) *section {
	b, err := data.ReadFile("data/" + name)
	if err != nil {
		panic(err)
	}
	s := &section{usage: map[string]string{}}
	for _, part := range strings.Split(string(b), "\x1e") {
		name, text, _ := strings.Cut(part, "\n")
		s.names = append(s.names, name)
		if text != "" {
			s.usage[name] = text
		}
	}
	return s
}

var tables = sync.OnceValue(func() map[bool]*section {
	return map[bool]*section{true: load("debian.txt"), false: load("full.txt")}
})

// gnuUsage is what programs of Debian say that print it all when they are
// called wrongly.
var gnuUsage = sync.OnceValue(func() map[string]string { return load("gnu.txt").usage })

// List returns the names of all applets of a busybox: of Debian's static build
// where plain is set, of the default configuration otherwise.
func List(plain bool) []string { return tables()[plain].names }

func version(plain bool) string {
	if plain {
		return "BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.\n"
	}
	return "BusyBox v1.35.0 () multi-call binary.\n"
}

// Banner is what busybox says of itself.
func Banner(plain bool) string {
	var b strings.Builder
	b.WriteString(version(plain))
	b.WriteString("BusyBox is copyrighted by many authors between 1998-2015.\nLicensed under GPLv2. See source distribution for detailed\ncopyright notices.\n\nUsage: busybox [function [arguments]...]\n   or: busybox --list[-full]\n")
	if !plain {
		b.WriteString("   or: busybox --show SCRIPT\n   or: busybox --install [-s] [DIR]\n")
	} else {
		b.WriteString("   or: busybox --install [-s] [DIR]\n")
	}
	b.WriteString("   or: function [arguments]...\n\n\tBusyBox is a multi-call binary that combines many common Unix\n\tutilities into a single executable.  ")
	if plain {
		b.WriteString("The shell in this build\n\tis configured to run built-in utilities without $PATH search.\n\tYou don't need to install a link to busybox for each utility.\n\tTo run external program, use full path (/sbin/ip instead of ip).\n")
	} else {
		b.WriteString("Most people will create a\n\tlink to busybox for each function they wish to use and BusyBox\n\twill act like whatever it was invoked as.\n")
	}
	b.WriteString("\nCurrently defined functions:\n")
	line := ""
	names := List(plain)
	for i, n := range names {
		if i < len(names)-1 {
			n += ","
		}
		if line != "" && len(line)+1+len(n) > 71 {
			b.WriteString("\t" + line + "\n")
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += n
	}
	b.WriteString("\t" + line + "\n\n")
	return b.String()
}

// usage writes how the applet is called and ends the process with status 1.
func usage(p *proc.Proc) int {
	p.Errorf("%s", usageText(p))
	status := 1
	switch p.Name() {
	case "sort", "grep", "egrep", "fgrep", "expr":
		status = 2
	case "cmp", "diff":
		if p.GNU {
			status = 2
		}
	case "nohup":
		status = 127
		if p.GNU {
			status = 125
		}
	case "env", "timeout", "nice", "stdbuf":
		if p.GNU {
			status = 125
		}
	case "ls", "dir", "vdir":
		if p.GNU {
			status = 2
		}
	case "tar":
		if p.GNU {
			status = 64
		}
	}
	p.Exit(status)
	return status
}

// wrong says what is wrong with how a program was called, which busybox does
// not, and ends the process with its usage.
func wrong(p *proc.Proc, format string, a ...any) int {
	if p.GNU {
		p.Warn(format, a...)
	}
	return usage(p)
}

// operands ends the process unless there are between least and most operands.
func operands(p *proc.Proc, rest []string, least, most int) {
	switch {
	case len(rest) > most:
		wrong(p, "extra operand ‘%s’", rest[most])
	case len(rest) >= least:
	case len(rest) == 0:
		wrong(p, "missing operand")
	default:
		wrong(p, "missing operand after ‘%s’", rest[len(rest)-1])
	}
}

func usageText(p *proc.Proc) string {
	name := p.Name()
	if p.GNU {
		if text := gnuUsage()[name]; text != "" {
			return text
		}
		if strings.HasSuffix(name, "grep") {
			return "Usage: " + name + " [OPTION]... PATTERNS [FILE]...\nTry '" + name + " --help' for more information.\n"
		}
		if name == "tar" {
			return "Try '" + p.Called() + " --help' or '" + p.Called() + " --usage' for more information.\n"
		}
		if name == "diff" || name == "cmp" {
			return name + ": Try '" + p.Called() + " --help' for more information.\n"
		}
		return "Try '" + p.Called() + " --help' for more information.\n"
	}
	text := tables()[p.Plain].usage[name]
	if text == "" {
		text = tables()[!p.Plain].usage[name]
	}
	if text == "" {
		text = "\nNo help available\n"
	}
	return version(p.Plain) + text
}

// options takes the command line apart, or ends the process with what getopt
// says and the usage.
func options(p *proc.Proc, spec string, long ...string) *proc.Options {
	a := accepts(p)
	if a != nil {
		spec, long = a.limit(p, spec, long)
	}
	o, err := proc.ParseOptions(p.Args[1:], spec, long...)
	if err != nil {
		if a != nil {
			a.missing(p, err)
		}
		p.Warn("%v", err)
		usage(p)
	}
	return o
}

// helped answers --help, which every applet but a few knows.
func helped(p *proc.Proc) bool {
	if len(p.Args) == 2 && p.Args[1] == "--help" {
		p.Errorf("%s", usageText(p))
		return true
	}
	return false
}

// size reads a number with busybox's suffixes: b 512, k 1024, m, g and so on.
func size(s string) (int64, bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(s[:i], 10, 64)
	if err != nil {
		return 0, false
	}
	mult, ok := map[string]int64{"": 1, "c": 1, "w": 2, "b": 512, "k": 1 << 10, "kD": 1000, "kB": 1000, "K": 1 << 10, "KB": 1000, "KiB": 1 << 10,
		"m": 1 << 20, "M": 1 << 20, "MD": 1e6, "MB": 1e6, "MiB": 1 << 20, "g": 1 << 30, "G": 1 << 30, "GD": 1e9, "GB": 1e9, "GiB": 1 << 30,
		"T": 1 << 40, "TB": 1e12, "P": 1 << 50}[s[i:]]
	if !ok {
		return 0, false
	}
	return n * mult, true
}

// mustSize is size, or the end of the process.
func mustSize(p *proc.Proc, s string) int64 {
	n, ok := size(s)
	if !ok {
		if p.GNU && p.Name() == "truncate" {
			p.Die("Invalid number: ‘%s’", s)
		}
		p.Die("invalid number '%s'", s)
	}
	return n
}

// mustInt reads a decimal number, or ends the process.
func mustInt(p *proc.Proc, s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		p.Die("invalid number '%s'", s)
	}
	return n
}

// under joins a directory and a name as busybox does.
func under(dir, name string) string {
	name = strings.TrimLeft(name, "/")
	if strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

// base is the last component of a path, trailing slashes left out.
func base(path string) string {
	t := strings.TrimRight(path, "/")
	if t == "" {
		if path == "" {
			return ""
		}
		return "/"
	}
	return t[strings.LastIndexByte(t, '/')+1:]
}

func isDir(p *proc.Proc, name string, follow bool) bool {
	n, err := stat(p, name, follow)
	return err == nil && n.IsDir()
}

func stat(p *proc.Proc, name string, follow bool) (*vfs.Node, error) {
	if follow {
		return p.Stat(name)
	}
	return p.Lstat(name)
}

// inputs calls f with each named file, "-" and no name at all being standard
// input; a file that cannot be opened is complained of.
func inputs(p *proc.Proc, names []string, f func(name string, r *proc.Reader)) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	for _, n := range names {
		r, err := open(p, n)
		if err != nil {
			status = 1
			continue
		}
		f(n, r)
		r.Close()
	}
	return status
}

// open opens a file to read it and complains where it cannot.
func open(p *proc.Proc, name string) (*proc.Reader, error) {
	r, err := p.Input(name)
	if err == nil && name != "-" {
		if n, e := p.Stat(name); e == nil && n.IsDir() {
			r.Close()
			r, err = nil, vfs.EISDIR
			if p.GNU {
				p.Warn("%s: %s", quotef(p, name), proc.Text(err))
			} else {
				if p.Name() == "head" {
					p.Warn("%s: Input/output error", name)
					return nil, err
				}
				p.Warn("read error: %s", proc.Text(err))
			}
			return nil, err
		}
	}
	if err != nil {
		if p.GNU {
			switch p.Name() {
			case "head", "tail":
				p.Warn("cannot open '%s' for reading: %s", name, proc.Text(err))
			case "sort":
				p.Warn("cannot read: %s: %s", quotef(p, name), proc.Text(err))
			default:
				p.Warn("%s: %s", quotef(p, name), proc.Text(err))
			}
		} else {
			cannotOpen(p, name, err)
		}
	}
	return r, err
}

// quoting are the commands that quote a file's name in a message where a shell
// would need it, or where it holds the colon that ends it: coreutils' quotef.
var quoting = map[string]bool{"cat": true, "wc": true, "cut": true, "paste": true, "comm": true, "nl": true, "tac": true, "fold": true, "expand": true,
	"unexpand": true, "od": true, "base64": true, "base32": true, "cksum": true, "sum": true, "md5sum": true, "sha1sum": true, "sha224sum": true,
	"sha256sum": true, "sha384sum": true, "sha512sum": true, "b2sum": true, "sort": true, "uniq": true, "join": true, "tsort": true, "shuf": true, "split": true}

// quotef is a file's name as a GNU command's message has it.
func quotef(p *proc.Proc, name string) string {
	if !quoting[p.Name()] {
		return name
	}
	if q := shellQuote(name); q != name || !strings.Contains(name, ":") {
		return q
	}
	return "'" + name + "'"
}

// barely are the applets that name a file they cannot open and say no more.
var barely = map[string]bool{"head": true, "cut": true, "paste": true, "comm": true, "nl": true, "tac": true, "rev": true, "fold": true,
	"expand": true, "unexpand": true, "od": true, "hexdump": true, "hd": true, "xxd": true, "strings": true, "cmp": true, "sort": true, "base64": true, "base32": true}

// cannotOpen complains as the busybox applet does.
func cannotOpen(p *proc.Proc, name string, err error) {
	if barely[p.Name()] {
		simple(p, name, err)
		return
	}
	p.Warn("can't open '%s': %s", name, proc.Text(err))
}

// simple complains of a file as bb_simple_perror_msg does.
func simple(p *proc.Proc, name string, err error) { p.Warn("%s: %s", name, proc.Text(err)) }

func has(list []string, s string) bool { return slices.Contains(list, s) }
