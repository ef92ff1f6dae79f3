package applet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// unzipper is unzip at work: busybox's, or Info-ZIP's, which Debian has.
type unzipper struct {
	p       *proc.Proc
	has     map[byte]int // how often an option was given
	dir     string       // of -d
	want    []string     // the members to take; none: all
	not     []string     // of -x
	matched map[string]bool
	data    []byte
	answer  byte // 'A' or 'N' once all questions are answered
	status  int
	made    []madeDir
	links   []deferredLink
	tests   int  // members that were tested
	warned  bool // busybox has said that it shortens names
}

// madeDir is a directory that was made for a member.
type madeDir struct {
	path string
	f    *zip.File
}

// deferredLink is a symbolic link that Info-ZIP makes at the end.
type deferredLink struct{ path, target string }

func unzip(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	u := &unzipper{p: p, has: map[byte]int{}, matched: map[string]bool{}}
	name := u.arguments()
	z, name := u.open(name)
	if u.has['l'] > 0 || u.has['v'] > 0 {
		return u.list(z)
	}
	u.enter()
	if !p.GNU {
		u.announce(name)
	}
	for _, f := range z.File {
		u.shorten(f)
		if u.chosen(f) {
			u.member(f)
		}
	}
	return u.finish(name)
}

// arguments reads the command line, in which options may stand anywhere, and
// returns the name of the archive.
func (u *unzipper) arguments() string {
	p := u.p
	name, excluding := "", false
	for args := p.Args[1:]; len(args) > 0; {
		a := args[0]
		args = args[1:]
		switch {
		case len(a) < 2 || a[0] != '-':
			switch {
			case name == "":
				name = a
			case excluding:
				u.not = append(u.not, a)
			default:
				u.want = append(u.want, a)
			}
			continue
		}
		for i := 1; i < len(a); i++ {
			switch c := a[i]; {
			case c == 'd':
				if u.dir = a[i+1:]; u.dir == "" && len(args) > 0 {
					u.dir, args = args[0], args[1:]
				}
				i = len(a)
			case c == 'x':
				excluding = true
			case strings.IndexByte("lnojpqtv", c) >= 0:
				u.has[c]++
			case p.GNU && strings.IndexByte("fuzaCLXVKMTZUDW^:", c) >= 0:
				p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
					Reason: whyOption.With("-" + string(c)), Advice: insteadOption.With()})
			default:
				if !p.GNU {
					p.Warn("invalid option -- '%c'", c)
				}
				p.Exit(u.misused())
			}
		}
	}
	if name == "" && p.GNU && len(p.Args) == 1 {
		p.Puts(usageText(p))
		p.Exit(0)
	}
	if name == "" || name == "-" && p.GNU {
		p.Exit(u.misused())
	}
	return name
}

// misused says how the program is used.
func (u *unzipper) misused() int {
	if u.p.GNU {
		u.p.Errorf("%s", usageText(u.p))
		return 10
	}
	return usage(u.p)
}

// open reads the archive, of which the name may lack its end.
func (u *unzipper) open(name string) (*zip.Reader, string) {
	p := u.p
	var err error
	given := name
	for _, end := range []string{"", ".zip", ".ZIP"} {
		name = given + end
		if st, e := p.Stat(name); p.GNU && e == nil && st.IsDir() {
			err = vfs.EISDIR
			continue
		}
		if u.data, err = p.ReadFile(name); err == nil || proc.Is(err, vfs.EISDIR) {
			break
		}
	}
	switch {
	case err != nil && p.GNU:
		p.Errorf("unzip:  cannot find or open %s, %[1]s.zip or %[1]s.ZIP.\n", given)
		p.Exit(9)
	case err != nil && !proc.Is(err, vfs.EISDIR):
		p.Die("can't open %s[.zip]", given)
	}
	if p.GNU || u.has['l'] > 0 || u.has['v'] > 0 {
		u.announce(name)
	}
	z, err := zip.NewReader(bytes.NewReader(u.data), int64(len(u.data)))
	extra := u.extra()
	switch {
	case (err != nil || extra != 0) && !p.GNU:
		if u.has['l'] == 0 && u.has['v'] == 0 {
			u.announce(name)
		}
		p.Die("short read")
	case err != nil:
		if u.has['q'] > 0 {
			p.Errorf("[%s]\n", name)
		}
		p.Errorf("  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it constitutes one disk of a multi-part archive.  In the\n  latter case the central directory and zipfile comment will be found on\n  the last disk(s) of this archive.\n")
		p.Errorf("unzip:  cannot find zipfile directory in one of %s or\n        %[1]s.zip, and cannot find %[1]s.ZIP, period.\n", given)
		p.Exit(9)
	case extra != 0:
		p.Errorf("warning [%s]:  %d extra bytes at beginning or within zipfile\n  (attempting to process anyway)\n", name, extra)
		u.status = 1
	}
	return z, name
}

// extra is how many bytes stand before the archive in its file, by its end of
// central directory (APPNOTE.TXT, section 4.3.16).
func (u *unzipper) extra() int {
	at := bytes.LastIndex(u.data, []byte("PK\x05\x06"))
	if at < 0 || at+20 > len(u.data) {
		return 0
	}
	size, offset := binary.LittleEndian.Uint32(u.data[at+12:]), binary.LittleEndian.Uint32(u.data[at+16:])
	return at - int(size) - int(offset)
}

func (u *unzipper) announce(name string) {
	if u.has['q'] == 0 && u.has['p'] == 0 && (u.p.GNU || u.has['t'] == 0) {
		u.p.Printf("Archive:  %s\n", name)
	}
}

// enter makes the directory of -d; busybox goes there.
func (u *unzipper) enter() {
	if u.dir == "" || u.has['p'] > 0 || u.has['t'] > 0 {
		return
	}
	err := u.p.Mkdir(u.dir, 0o777)
	switch {
	case !u.p.GNU:
		if err := u.p.Chdir(u.dir); err != nil {
			u.p.Die("can't change directory to '%s': %s", u.dir, proc.Text(err))
		}
		u.dir = ""
	case err != nil && !isDir(u.p, u.dir, true):
		u.p.Errorf("checkdir:  cannot create extraction directory: %s\n           %s\n", u.dir, proc.Text(err))
		u.p.Exit(2)
	}
}

// chosen tells whether a member is to be taken.
func (u *unzipper) chosen(f *zip.File) bool {
	take := len(u.want) == 0
	for _, pattern := range u.want {
		if globMatch(pattern, f.Name) {
			take, u.matched[pattern] = true, true
		}
	}
	for _, pattern := range u.not {
		if globMatch(pattern, f.Name) {
			take, u.matched[pattern] = false, true
		}
	}
	return take
}

// member takes out one member.
func (u *unzipper) member(f *zip.File) {
	p := u.p
	link := f.Mode()&fs.ModeSymlink != 0
	switch {
	case u.has['p'] > 0:
		if !strings.HasSuffix(f.Name, "/") && (p.GNU || !link) {
			p.Out().Write(u.content(f))
		}
		return
	case u.has['t'] > 0:
		u.test(f)
		return
	}
	dest := f.Name
	if p.GNU {
		dest = u.mapped(f.Name)
	}
	if u.has['j'] > 0 {
		if strings.HasSuffix(dest, "/") {
			return
		}
		dest = base(dest)
	}
	if dest == "" || dest == "/" {
		return
	}
	if u.dir != "" {
		dest = under(u.dir, dest)
	}
	makeParents(p, strings.TrimSuffix(dest, "/"))
	if strings.HasSuffix(dest, "/") {
		u.directory(f, dest)
		return
	}
	if !u.free(&dest) {
		return
	}
	if link {
		u.link(f, dest)
		return
	}
	u.file(f, dest)
}

// directory makes a directory that is not there.
func (u *unzipper) directory(f *zip.File, dest string) {
	p := u.p
	st, err := p.Stat(strings.TrimSuffix(dest, "/"))
	switch {
	case err == nil && st.IsDir():
		return
	case err == nil && p.GNU:
		shown := strings.TrimSuffix(dest, "/")
		p.Errorf("checkdir error:  %s exists but is not directory\n                 unable to process %s.\n", shown, dest)
		u.status = 2
		return
	case err == nil:
		p.Die("can't stat '%s': %s", dest, proc.Text(vfs.ENOTDIR))
	}
	u.say("   creating: %s\n", dest)
	if err := p.Mkdir(dest, 0o777); err != nil {
		p.Die("can't create directory '%s': %s", dest, proc.Text(err))
	}
	u.made = append(u.made, madeDir{strings.TrimSuffix(dest, "/"), f})
}

// free sees to it that nothing is at dest, or asks for another place.
func (u *unzipper) free(dest *string) bool {
	p := u.p
	for {
		st, err := p.Lstat(*dest)
		if err != nil {
			return true
		}
		if !p.GNU && st.Kind != vfs.File {
			p.Die("'%s' exists but is not a regular file", *dest)
		}
		how := u.answer
		switch {
		case u.has['o'] > 0:
			how = 'A'
		case u.has['n'] > 0:
			how = 'N'
		case how == 0:
			how = u.ask(*dest)
		}
		switch how {
		case 'A', 'y':
			return !p.GNU || u.clear(*dest, st)
		case 'r':
			if p.GNU {
				p.Errorf("new name: ")
			} else {
				p.Puts("new name: ")
			}
			line, _ := p.In().Line()
			*dest = strings.TrimSuffix(line, "\n")
			continue
		}
		return false
	}
}

// clear takes away what is to be replaced.
func (u *unzipper) clear(dest string, st *vfs.Node) bool {
	err := error(vfs.EISDIR)
	if !st.IsDir() {
		err = u.p.Unlink(dest)
	}
	if err != nil {
		u.p.Errorf("error:  cannot delete old %s\n        %s\n", dest, proc.Text(err))
		u.status = 50
	}
	return err == nil
}

// ask asks whether dest may be replaced.
func (u *unzipper) ask(dest string) byte {
	p := u.p
	const question = "replace %s? [y]es, [n]o, [A]ll, [N]one, [r]ename: "
	if p.GNU {
		p.Errorf(question, dest)
	} else {
		p.Printf(question, dest)
	}
	line, ok := p.In().Line()
	switch {
	case line == "" && !ok && p.GNU:
		p.Errorf(" NULL\n(EOF or read error, treating as \"[N]one\" ...)\n")
		u.answer = 'N'
		return 'N'
	case line == "" && !ok:
		p.Die("can't read standard input")
	case line == "":
		return 'n'
	}
	c := line[0]
	if c == 'A' || c == 'N' {
		u.answer = c
	}
	return c
}

// content is what a member holds, be its checksum wrong or not.
func (u *unzipper) content(f *zip.File) []byte {
	data, err := contentOf(f)
	if errors.Is(err, zip.ErrAlgorithm) {
		u.p.Die("unsupported method %d", f.Method)
	}
	return data
}

func contentOf(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// link makes a symbolic link: Info-ZIP does so at the end.
func (u *unzipper) link(f *zip.File, dest string) {
	target := string(u.content(f))
	if u.p.GNU {
		u.say("    linking: %-22s  -> %s \n", dest, target)
		u.links = append(u.links, deferredLink{dest, target})
		return
	}
	u.say("  inflating: %s\n", dest)
	u.p.Unlink(dest)
	if err := u.p.Symlink(target, dest); err != nil {
		u.p.Die("can't create symlink '%s' to '%s': %s", dest, target, proc.Text(err))
	}
}

// file writes a file. Info-ZIP gives it its mode and time, busybox the mode
// alone, less the umask, and leaves that of a file that is there.
func (u *unzipper) file(f *zip.File, dest string) {
	p := u.p
	mode := uint32(f.Mode().Perm())
	if !p.GNU {
		u.say("  inflating: %s\n", dest)
		if err := p.WriteFile(dest, u.content(f), mode); err != nil {
			p.Die("can't open '%s': %s", dest, proc.Text(err))
		}
		return
	}
	how := "  inflating"
	if f.Method == zip.Store {
		how = " extracting"
	}
	u.say("%s: %-22s  ", how, dest)
	data := u.content(f)
	if sum := crc32.ChecksumIEEE(data); sum != f.CRC32 {
		p.Errorf(" bad CRC %08x  (should be %08x)\n", sum, f.CRC32)
		u.status = 2
	} else {
		u.say("\n")
	}
	if err := p.WriteFile(dest, data, 0o666); err != nil {
		p.Errorf("error:  cannot create %s\n        %s\n", dest, proc.Text(err))
		u.status = 50
		return
	}
	p.Chmod(dest, mode)
	t := vfs.Time{Sec: f.Modified.Unix()}
	p.Utimes(dest, &t, true)
}

// finish does what comes last and gives the status.
func (u *unzipper) finish(name string) int {
	p := u.p
	if len(u.links) > 0 {
		u.say("finishing deferred symbolic links:\n")
	}
	for _, l := range u.links {
		u.say("  %-22s -> %s\n", l.path, l.target)
		if err := p.Symlink(l.target, l.path); err != nil {
			p.Errorf("symlink error: %s\n", proc.Text(err))
			u.status = 2
		}
	}
	if !p.GNU {
		return u.status
	}
	for i := len(u.made) - 1; i >= 0; i-- {
		d := u.made[i]
		p.Chmod(d.path, uint32(d.f.Mode().Perm()))
		t := vfs.Time{Sec: d.f.Modified.Unix()}
		p.Utimes(d.path, &t, true)
	}
	u.tested(name)
	return u.missed(true)
}

// missed says which patterns named nothing.
func (u *unzipper) missed(aloud bool) int {
	for _, pattern := range u.want {
		if u.matched[pattern] {
			continue
		}
		if aloud {
			u.p.Errorf("caution: filename not matched:  %s\n", pattern)
		}
		if u.status <= 1 {
			u.status = 11
		}
	}
	for _, pattern := range u.not {
		if aloud && !u.matched[pattern] {
			u.p.Errorf("caution: excluded filename not matched:  %s\n", pattern)
		}
	}
	return u.status
}

// say tells what is done, but for -q.
func (u *unzipper) say(format string, a ...any) {
	if u.has['q'] == 0 {
		u.p.Printf(format, a...)
	}
}
