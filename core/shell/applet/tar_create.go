package applet

import (
	"archive/tar"
	"bytes"
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

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
	h := &tar.Header{Name: header, Mode: int64(n.Mode), Uid: n.UID, Gid: n.GID, ModTime: time.Unix(n.Time().Sec, 0), Format: tar.FormatGNU}
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
		if _, err := p.ReadDir(name); err != nil && p.GNU && !o.Has(0x8d) {
			p.Errorf("tar: %s: Cannot open: %s\n", name, proc.Text(err))
			t.status = 2
			return
		}
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
	if h.Typeflag == tar.TypeReg {
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
			if p.GNU {
				p.Errorf("tar: %s: Cannot open: %s\n", name, proc.Text(err))
				t.status = 2
			} else {
				simple(p, name, err)
				t.status = 1
			}
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

func (t *tarApplet) create(file string, names []string) int {
	p, o := t.p, t.o
	if len(names) == 0 {
		if p.GNU {
			p.Errorf("tar: Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.\n")
			return 2
		}
		p.Die("empty archive")
	}
	out := 1
	var old []byte
	if o.Has('r') || o.Has('u') {
		old = members(p, file)
	}
	if file != "-" {
		fd, err := p.Open(file, proc.Write|proc.Create|proc.Trunc, 0o666)
		if err != nil {
			if p.GNU {
				p.Errorf("tar: %s: Cannot open: %s\ntar: Error is not recoverable: exiting now\n", file, proc.Text(err))
				p.Exit(2)
			}
			p.Die("can't open '%s': %s", file, proc.Text(err))
		}
		out = fd
		t.archive, t.hasInode = p.IsRegular(fd)
	}
	t.chdir()
	var buf bytes.Buffer
	buf.Write(old)
	for _, n := range names {
		t.add(&buf, n)
	}
	if t.status != 0 && p.GNU {
		p.Errorf("tar: Exiting with failure status due to previous errors\n")
	}
	if t.status != 0 && !p.GNU {
		p.Warn("error exit delayed from previous errors")
	}
	buf.Write(make([]byte, 1024))
	data := buf.Bytes()
	for p.GNU && len(data)%10240 != 0 {
		data = append(data, 0) // GNU tar fills its last record
	}
	lower := strings.ToLower(file)
	auto := o.Has('a')
	switch {
	case o.Has('z') || auto && (strings.HasSuffix(lower, ".gz") || strings.HasSuffix(lower, ".tgz")):
		data = gzipBytes(p, data)
	case o.Has('j') || auto && (strings.HasSuffix(lower, ".bz2") || strings.HasSuffix(lower, ".tbz")):
		data = bzip2Bytes(p, data)
	case o.Has('J') || auto && (strings.HasSuffix(lower, ".xz") || strings.HasSuffix(lower, ".txz")):
		p.Die("can't execute 'xz': making xz archives is not interpreted")
	}
	p.WriteFD(out, data)
	return t.status
}

// members is an archive without the blocks of zeros at its end.
func members(p *proc.Proc, file string) []byte {
	data, err := p.ReadFile(file)
	if err != nil {
		return nil
	}
	r := bytes.NewReader(data)
	end := 0
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if err != nil {
			return data[:end]
		}
		end = len(data) - r.Len() + int((h.Size+511)&^511)
		end = min(end, len(data))
	}
}
