package applet

import (
	"archive/tar"
	"io"
	"strconv"
	"strings"

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
			if strings.ContainsRune("fCTXb", c) && len(rest) == 0 && p.GNU {
				p.Warn("Old option '%c' requires an argument.", c)
				p.Errorf("%s", usageText(p))
				return 2
			}
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
		return unpacked(t.p, content)
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
			raw, err := x.codec.decode(t.p, data)
			if err == errTrailing || err == errMagic && x.codec == xzCodec {
				err = nil
			}
			return vfs.Bytes(raw), err
		}
	}
	if (file == "-" || t.p.Plain) && !t.o.Has('z') {
		return content, nil
	}
	return unpacked(t.p, content)
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
