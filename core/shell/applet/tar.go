package applet

import (
	"archive/tar"
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/shell/glob"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// tarFile is a member to be written or a request of the command line.
type tarApplet struct {
	p        *proc.Proc
	o        *proc.Options
	exclude  []string
	strip    int
	seen     map[uint64]string
	archive  uint64
	hasInode bool
	leading  bool // it has been said that a leading slash is taken off
	status   int
	ownerID  int
	groupID  int
	dirTimes []func()
}

func tarMain(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	// The first argument may lack its dash.
	if len(p.Args) > 1 && !strings.HasPrefix(p.Args[1], "-") && p.Args[1] != "" {
		letters := p.Args[1]
		args := []string{p.Args[0]}
		rest := p.Args[2:]
		for _, c := range letters {
			args = append(args, "-"+string(c))
			if strings.ContainsRune("fCTXb", c) && len(rest) > 0 {
				args = append(args, rest[0])
				rest = rest[1:]
			}
		}
		p.Args = append(args, rest...)
	}
	o := options(p, "ctxrukvOmf:C:X:T:zjJZahpPkloShb:\x81:\x82:\x83:\x84:\x85\x86\x87:\x88:\x89:\x8a:", "create=c", "list=t", "extract=x", "get=x", "file=f", "directory=C", "exclude=\x81", "exclude-from=X", "files-from=T", "gzip=z", "gunzip=z", "bzip2=j", "xz=J", "verbose=v", "to-stdout=O", "touch=m", "strip-components=\x82", "strip=\x82", "owner=\x83", "group=\x84", "no-same-owner=o", "no-same-permissions=\x85", "same-permissions=p", "preserve-permissions=p", "numeric-owner=\x86", "mtime=\x87", "sort=\x88", "mode=\x89", "transform=\x8a", "overwrite=\x8b", "keep-old=k", "keep-old-files=k", "dereference=h", "auto-compress=a", "absolute-names=P", "same-owner=\x8c", "no-recursion=\x8d", "format=\x8e", "warning=\x8f", "wildcards=\x90", "one-file-system=l")
	t := &tarApplet{p: p, o: o, seen: map[uint64]string{}, ownerID: -1, groupID: -1}
	t.exclude = o.All(0x81)
	for _, f := range o.All('X') {
		if data, err := p.ReadFile(f); err == nil {
			t.exclude = append(t.exclude, strings.Fields(string(data))...)
		} else {
			p.Die("can't open '%s': %s", f, proc.Text(err))
		}
	}
	if o.Has(0x82) {
		t.strip = mustInt(p, o.Arg(0x82))
	}
	if o.Has(0x83) {
		name, idText, _ := strings.Cut(o.Arg(0x83), ":")
		if idText == "" {
			idText = name
		}
		t.ownerID, _ = userID(p, idText)
	}
	if o.Has(0x84) {
		name, idText, _ := strings.Cut(o.Arg(0x84), ":")
		if idText == "" {
			idText = name
		}
		t.groupID, _ = groupID(p, idText)
	}
	names := o.Rest
	for _, f := range o.All('T') {
		data, err := p.ReadFile(f)
		if err != nil {
			p.Die("can't open '%s': %s", f, proc.Text(err))
		}
		names = append(names, strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")...)
	}
	modes := 0
	for _, c := range []byte("ctxru") {
		modes += truth(o.Has(c))
	}
	if modes > 1 && !p.GNU {
		return usage(p)
	}
	if modes == 0 {
		if p.GNU {
			p.Errorf("tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n")
			return 2
		}
		return usage(p)
	}
	if o.Has(0x8a) && p.GNU {
		p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
			Reason: whyOption.With("--transform"), Advice: insteadOption.With()})
	}
	file := "-"
	if o.Has('f') {
		file = o.Arg('f')
	}
	if o.Has('c') || o.Has('r') || o.Has('u') {
		return t.create(file, names)
	}
	return t.read(file, names)
}

func (t *tarApplet) excluded(name string) bool {
	if !t.o.Has('c') && !t.p.GNU {
		// Unpacking, busybox compares names, and those of the directories above.
		for _, e := range t.exclude {
			for i := 0; i <= len(name); i++ {
				if (i == len(name) || name[i] == '/') && strings.Count(e, "/") == strings.Count(name[:i], "/") && glob.Match(e, name[:i], 0) {
					return true
				}
			}
		}
		return false
	}
	for _, e := range t.exclude {
		if glob.Match(e, name, 0) || glob.Match("*/"+e, name, 0) || strings.HasPrefix(name, strings.TrimSuffix(e, "/")+"/") {
			return true
		}
		if !strings.Contains(e, "/") {
			for part := range strings.SplitSeq(name, "/") {
				if glob.Match(e, part, 0) {
					return true
				}
			}
		}
	}
	return false
}

func (t *tarApplet) chdir() {
	for _, c := range t.o.All('C') {
		if err := t.p.Chdir(c); err != nil {
			if t.p.GNU {
				t.p.Errorf("tar: %s: Cannot open: %s\ntar: Error is not recoverable: exiting now\n", c, proc.Text(err))
				t.p.Exit(2)
			}
			t.p.Die("can't change directory to '%s': %s", c, proc.Text(err))
		}
	}
}

func (t *tarApplet) add(w *bytes.Buffer, name string) {
	p, o := t.p, t.o
	p.Step()
	n, err := stat(p, name, o.Has('h'))
	if err != nil {
		if p.GNU {
			p.Errorf("tar: %s: Cannot stat: %s\n", name, proc.Text(err))
			t.status = 2
		} else {
			simple(p, name, err)
			t.status = 1
		}
		return
	}
	if t.excluded(strings.TrimLeft(name, "/")) {
		return
	}
	if t.hasInode && n.Ino() == t.archive {
		if !p.GNU {
			p.Warn("%s: file is the archive; skipping", name)
		} else {
			p.Errorf("tar: %s: file is the archive; not dumped\n", name)
		}
		return
	}
	header := name
	if !o.Has('P') && strings.HasPrefix(header, "/") {
		header = strings.TrimLeft(header, "/")
		if !t.leading {
			t.leading = true
			if p.GNU {
				p.Errorf("tar: Removing leading `/' from member names\n")
			} else {
				p.Warn("removing leading '%s' from member names", "/")
			}
		}
	}
	if i := strings.LastIndex("/"+header, "/../"); i >= 0 && !p.GNU {
		// What goes up is taken off with all before it.
		if !t.leading {
			t.leading = true
			p.Warn("removing leading '%s' from member names", header[:i+3])
		}
		header = header[i+3:]
	}
	if header == "" {
		header = "./"
	}
	h := &tar.Header{Name: header, Mode: int64(n.Mode), Uid: n.UID, Gid: n.GID, ModTime: time.Unix(floorDiv(n.MTime, 1e9), 0), Format: tar.FormatGNU}
	if o.Has(0x87) {
		if s, ok := parseDate(p, o.Arg(0x87), false); ok {
			h.ModTime = time.Unix(s, 0)
		}
	}
	if t.ownerID >= 0 {
		h.Uid = t.ownerID
	}
	if t.groupID >= 0 {
		h.Gid = t.groupID
	}
	if u, ok := userWithID(p, h.Uid); ok && !(o.Has(0x86) && p.GNU) {
		h.Uname = u.name
	} else if !p.GNU {
		h.Uname = strconv.Itoa(h.Uid)
	}
	if g, ok := groupWithID(p, h.Gid); ok && !(o.Has(0x86) && p.GNU) {
		h.Gname = g.name
	} else if !p.GNU {
		h.Gname = strconv.Itoa(h.Gid)
	}
	switch n.Kind {
	case vfs.Dir:
		h.Typeflag = tar.TypeDir
		if !strings.HasSuffix(h.Name, "/") {
			h.Name += "/"
		}
	case vfs.Symlink:
		h.Typeflag, h.Linkname = tar.TypeSymlink, n.Target
	case vfs.CharDevice, vfs.BlockDevice:
		h.Typeflag = tar.TypeChar
		if n.Kind == vfs.BlockDevice {
			h.Typeflag = tar.TypeBlock
		}
		h.Devmajor, h.Devminor = int64(n.Major), int64(n.Minor)
	case vfs.Fifo:
		h.Typeflag = tar.TypeFifo
	case vfs.File:
		h.Typeflag, h.Size = tar.TypeReg, n.Size()
		if n.Linked() && p.Tree().Links(n) > 1 {
			if first, ok := t.seen[n.Ino()]; ok {
				h.Typeflag, h.Linkname, h.Size = tar.TypeLink, first, 0
			} else {
				t.seen[n.Ino()] = h.Name
			}
		}
	default:
		return
	}
	var data []byte
	if h.Typeflag == tar.TypeReg && h.Size > 0 {
		if data, err = p.ReadFile(name); err != nil {
			if p.GNU {
				p.Errorf("tar: %s: Cannot open: %s\n", name, proc.Text(err))
				t.status = 2
			} else {
				p.Warn("can't open '%s': %s", name, proc.Text(err))
				t.status = 1
			}
			return
		}
		h.Size = int64(len(data))
	}
	if o.Has('v') {
		fd := 1
		if !o.Has('f') || o.Arg('f') == "-" {
			fd = 2
		}
		p.WriteFD(fd, []byte(h.Name+"\n"))
	}
	tarHeader(w, h)
	w.Write(data)
	w.Write(make([]byte, -len(data)&511))
	if n.IsDir() && !o.Has(0x8d) {
		names, err := p.ReadDir(name)
		if err != nil {
			p.Warn("can't open '%s': %s", name, proc.Text(err))
			t.status = 1
		}
		for _, c := range names {
			t.add(w, under(name, c))
		}
	}
}

// tarHeader writes the header of a member as GNU tar and busybox do: names too
// long for it go before it, in members of their own.
func tarHeader(w *bytes.Buffer, h *tar.Header) {
	for _, long := range []struct {
		kind byte
		text string
	}{{'K', h.Linkname}, {'L', h.Name}} {
		if len(long.text) > 99 {
			tarBlock(w, &tar.Header{Name: "././@LongLink", Typeflag: long.kind, Size: int64(len(long.text) + 1), ModTime: time.Unix(0, 0)})
			w.WriteString(long.text)
			w.Write(make([]byte, 512-len(long.text)%512))
		}
	}
	tarBlock(w, h)
}

func tarBlock(w *bytes.Buffer, h *tar.Header) {
	var b [512]byte
	octal := func(at, width int, v int64) {
		s := strconv.FormatInt(v, 8)
		if len(s) > width-1 {
			// Too large: binary, with the first bit set.
			for i := width - 1; i > 0; i-- {
				b[at+i] = byte(v)
				v >>= 8
			}
			b[at] = 0x80
			return
		}
		copy(b[at:], strings.Repeat("0", width-1-len(s))+s)
	}
	copy(b[:100], h.Name)
	octal(100, 8, h.Mode)
	octal(108, 8, int64(h.Uid))
	octal(116, 8, int64(h.Gid))
	octal(124, 12, h.Size)
	octal(136, 12, max(h.ModTime.Unix(), 0))
	b[156] = h.Typeflag
	copy(b[157:257], h.Linkname)
	copy(b[257:], "ustar  \x00")
	copy(b[265:296], h.Uname)
	copy(b[297:328], h.Gname)
	if h.Typeflag == tar.TypeChar || h.Typeflag == tar.TypeBlock {
		octal(329, 8, h.Devmajor)
		octal(337, 8, h.Devminor)
	}
	copy(b[148:156], "        ")
	sum := int64(0)
	for _, c := range b {
		sum += int64(c)
	}
	octal(148, 7, sum)
	b[154] = 0
	w.Write(b[:])
}

func (t *tarApplet) read(file string, names []string) int {
	p, o := t.p, t.o
	content, err := p.Content(file)
	if err != nil {
		if p.GNU {
			p.Errorf("tar: %s: Cannot open: %s\ntar: Error is not recoverable: exiting now\n", file, proc.Text(err))
			return 2
		}
		p.Die("can't open '%s': %s", file, proc.Text(err))
	}
	t.chdir()
	zipped := codecOf(start(content)) == gzipCodec
	archive, err := t.plain(file, content)
	if err != nil || o.Has('z') && !zipped {
		if p.GNU {
			p.Errorf("\ngzip: stdin: not in gzip format\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n")
			return 2
		}
		p.Errorf("tar: invalid magic\ntar: short read\n")
		return 1
	}
	if archive.Size() < 512 {
		if archive.Size() > 0 && !p.GNU && !p.Plain {
			p.Errorf("tar: invalid tar magic\n")
			return 1
		}
		if p.GNU {
			p.Errorf("tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n")
			return 2
		}
		p.Errorf("tar: short read\n")
		return 1
	}
	section := archive.Reader()
	r := tar.NewReader(section)
	found := map[string]bool{}
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if p.GNU {
				p.Errorf("tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n")
				return 2
			}
			if p.Plain {
				p.Errorf("tar: short read\n")
				return 1
			}
			p.Errorf("tar: invalid tar magic\n")
			return 1
		}
		p.Steps(1 + h.Size>>10)
		name := h.Name
		if !t.wanted(name, names, found) || t.excluded(strings.TrimSuffix(name, "/")) {
			continue
		}
		if o.Has('t') {
			t.list(h)
			continue
		}
		t.extract(h, member(archive, section, h), r)
	}
	for i := len(t.dirTimes) - 1; i >= 0; i-- {
		t.dirTimes[i]()
	}
	for _, n := range names {
		if !found[n] {
			if p.GNU {
				p.Errorf("tar: %s: Not found in archive\n", n)
				t.status = 2
			} else {
				p.Warn("%s: not found in archive", n)
				t.status = 1
			}
		}
	}
	if p.GNU && t.status == 2 {
		p.Errorf("tar: Exiting with failure status due to previous errors\n")
	}
	return t.status
}

// plain is the archive as members. busybox looks at the first bytes of a file
// to see how it is compressed, but not at those of a stream.
func (t *tarApplet) plain(file string, content *vfs.Blob) (*vfs.Blob, error) {
	if t.p.GNU {
		return unpacked(content)
	}
	for _, x := range []struct {
		option byte
		codec  *codec
	}{{'J', xzCodec}, {'j', bzip2Codec}} {
		if t.o.Has(x.option) {
			data, err := content.Bytes()
			if err != nil {
				return nil, err
			}
			raw, err := x.codec.decode(data)
			if err == errTrailing || err == errMagic && x.codec == xzCodec {
				err = nil
			}
			return vfs.Bytes(raw), err
		}
	}
	if (file == "-" || t.p.Plain) && !t.o.Has('z') {
		return content, nil
	}
	return unpacked(content)
}

// sharedSize is from which size on a file shares the bytes of the archive it
// comes from, in bytes: a small one would keep the whole of it in memory.
const sharedSize = 64 << 10

// member is the content of the member whose header has just been read, as a
// part of the archive; nil where it is small or not simply that.
func member(archive *vfs.Blob, r io.Seeker, h *tar.Header) *vfs.Blob {
	at, err := r.Seek(0, io.SeekCurrent)
	if err != nil || h.Typeflag != tar.TypeReg || h.Size < sharedSize || at+h.Size > archive.Size() || h.PAXRecords["GNU.sparse.major"] != "" {
		return nil
	}
	return vfs.Section(archive, at, h.Size)
}

func (t *tarApplet) wanted(name string, names []string, found map[string]bool) bool {
	if len(names) == 0 {
		return true
	}
	ok := false
	for _, n := range names {
		c := strings.TrimSuffix(n, "/")
		if strings.TrimSuffix(name, "/") == c || strings.HasPrefix(name, c+"/") || glob.Match(c, strings.TrimSuffix(name, "/"), 0) && (t.o.Has(0x90) || !t.p.GNU) {
			found[n] = true
			ok = true
		}
	}
	return ok
}

func (t *tarApplet) list(h *tar.Header) {
	p := t.p
	if !t.o.Has('v') {
		p.Puts(h.Name + "\n")
		return
	}
	kind := byte('-')
	switch h.Typeflag {
	case tar.TypeDir:
		kind = 'd'
	case tar.TypeSymlink:
		kind = 'l'
	case tar.TypeChar:
		kind = 'c'
	case tar.TypeBlock:
		kind = 'b'
	case tar.TypeFifo:
		kind = 'p'
	case tar.TypeLink:
		kind = '-'
		if p.GNU {
			kind = 'h'
		}
	}
	user, grp := h.Uname, h.Gname
	if t.o.Has(0x86) && p.GNU {
		user, grp = "", ""
	}
	if user == "" {
		user = strconv.Itoa(h.Uid)
	}
	if grp == "" {
		grp = strconv.Itoa(h.Gid)
	}
	if p.GNU {
		size := strconv.FormatInt(h.Size, 10)
		own := user + "/" + grp
		p.Printf("%c%s %s%s %s %s", kind, letters(uint32(h.Mode)), own, pad(size, "", max(19-len(own), len(size)+1)), strftime(p, "%Y-%m-%d %H:%M", h.ModTime.Unix(), 0), h.Name)
	} else {
		p.Printf("%c%s %s/%s %9d %s %s", kind, letters(uint32(h.Mode)), user, grp, h.Size, strftime(p, "%Y-%m-%d %H:%M:%S", h.ModTime.Unix(), 0), h.Name)
	}
	if h.Typeflag == tar.TypeSymlink {
		p.Puts(" -> " + h.Linkname)
	} else if h.Typeflag == tar.TypeLink {
		if p.GNU {
			p.Puts(" link to " + h.Linkname)
		} else {
			p.Puts(" -> " + h.Linkname)
		}
	}
	p.Puts("\n")
}

// extract unpacks a member, whose content is a part of the archive if that is
// not nil, and is read from r otherwise.
func (t *tarApplet) extract(h *tar.Header, content *vfs.Blob, r io.Reader) {
	p, o := t.p, t.o
	name := h.Name
	if !o.Has('P') {
		name = strings.TrimLeft(name, "/")
		for strings.HasPrefix(name, "../") {
			name = name[3:]
		}
	}
	link := h.Linkname
	if t.strip > 0 {
		parts := strings.Split(strings.TrimSuffix(name, "/"), "/")
		if len(parts) <= t.strip {
			return
		}
		name = strings.Join(parts[t.strip:], "/")
		if h.Typeflag == tar.TypeLink {
			lp := strings.Split(link, "/")
			if len(lp) > t.strip {
				link = strings.Join(lp[t.strip:], "/")
			}
		}
	}
	name = strings.TrimSuffix(name, "/")
	if name == "" {
		name = "."
	}
	if o.Has('O') {
		if h.Typeflag == tar.TypeReg {
			io.Copy(p.Out(), r)
		}
		return
	}
	if o.Has('v') {
		p.Puts(h.Name + "\n")
	}
	fail := func(err error, verb string) {
		if p.GNU {
			p.Errorf("tar: %s: Cannot %s: %s\n", h.Name, verb, proc.Text(err))
			t.status = 2
		} else {
			p.Die("can't %s '%s': %s", map[string]string{"open": "open", "mkdir": "make dir", "symlink": "create symlink", "mknod": "create node"}[verb], name, proc.Text(err))
		}
	}
	if i := strings.LastIndexByte(name, '/'); i > 0 {
		if _, err := p.Stat(name[:i]); err != nil {
			old := p.Umask
			p.Umask = 0o022
			makeParents(p, name)
			p.Umask = old
		}
	}
	mode := uint32(h.Mode) & 0o7777
	if p.UID != 0 && !o.Has('p') || o.Has(0x85) {
		mode &^= p.Umask
	}
	old, err := p.Lstat(name)
	exists := err == nil
	if exists && h.Typeflag != tar.TypeDir {
		if o.Has('k') {
			if h.Typeflag == tar.TypeLink && !p.GNU {
				p.Warn("can't create %slink '%s' to '%s'", "hard", name, link)
			}
			if p.GNU {
				p.Errorf("tar: %s: Cannot open: File exists\n", h.Name)
				t.status = 2
			}
			return
		}
		if !old.IsDir() {
			p.Unlink(name)
		}
	}
	umask := p.Umask
	p.Umask = 0
	defer func() { p.Umask = umask }()
	follow := true
	switch h.Typeflag {
	case tar.TypeDir:
		if !exists || !isDir(p, name, true) {
			if err := p.Mkdir(name, mode|0o700); err != nil {
				fail(err, "mkdir")
				return
			}
		}
	case tar.TypeSymlink:
		if err := p.Symlink(h.Linkname, name); err != nil {
			fail(err, "symlink")
			return
		}
		follow = false
	case tar.TypeLink:
		if err := p.Link(strings.TrimLeft(link, "/"), name); err != nil {
			if p.GNU {
				p.Errorf("tar: %s: Cannot hard link to '%s': %s\n", h.Name, link, proc.Text(err))
				t.status = 2
				return
			}
			p.Die("can't create %slink '%s' to '%s'", "hard", name, link)
		}
		return
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		k := map[byte]vfs.Kind{tar.TypeChar: vfs.CharDevice, tar.TypeBlock: vfs.BlockDevice, tar.TypeFifo: vfs.Fifo}[h.Typeflag]
		if err := p.Mknod(name, k, mode, uint32(h.Devmajor), uint32(h.Devminor)); err != nil {
			fail(err, "mknod")
			return
		}
	default:
		fd, err := p.Open(name, proc.Write|proc.Create|proc.Trunc, mode)
		if err != nil {
			fail(err, "open")
			return
		}
		if content != nil {
			p.SetBlob(fd, content)
		} else {
			io.Copy(p.FD(fd), r)
		}
		p.Close(fd)
	}
	if !follow && !p.GNU {
		return // busybox leaves a link to root and to now
	}
	if p.UID == 0 && !o.Has('o') || o.Has(0x8c) {
		uid, gid := h.Uid, h.Gid
		if h.Uname != "" && !o.Has(0x86) {
			if u, ok := userNamed(p, h.Uname); ok {
				uid = u.uid
			}
		}
		if h.Gname != "" && !o.Has(0x86) {
			if g, ok := groupNamed(p, h.Gname); ok {
				gid = g.gid
			}
		}
		if h.Typeflag == tar.TypeDir {
			p.Chown(name, uid, gid) // of what a link leads to, where there is one
		} else {
			p.Lchown(name, uid, gid)
		}
	}
	when := h.ModTime.UnixNano()
	times := func() {
		if !o.Has('m') {
			p.Utimes(name, &when, follow)
		}
	}
	if !follow {
		if p.GNU {
			times()
		}
		return
	}
	p.Chmod(name, mode)
	if h.Typeflag == tar.TypeDir {
		if p.GNU {
			t.dirTimes = append(t.dirTimes, times)
		} else {
			times()
		}
		return
	}
	times()
}
