package applet

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// cpio reads and writes archives of the newc kind.
// cpioPass copies the files named on standard input below a directory.
func cpioPass(p *proc.Proc, o *proc.Options) int {
	data, _ := gather(p, nil, -1)
	c := newCopier(p)
	c.force, c.preserve = true, o.Has('m')
	size := int64(0)
	for n := range strings.SplitSeq(strings.TrimSuffix(string(data), "\n"), "\n") {
		st, err := p.Lstat(n)
		if err != nil {
			p.Die("%s: %s", n, proc.Text(err))
		}
		to := under(o.Rest[0], n)
		if o.Has('d') {
			makeParents(p, to)
		}
		if st.IsDir() {
			p.Mkdir(to, st.Mode)
			continue
		}
		if !c.file(n, to) {
			return 1
		}
		size += st.Size()
	}
	p.Errorf("%d blocks\n", (size+511)/512)
	return 0
}

func cpio(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "itoduvmpLF:H:0R:", "extract=i", "create=o", "make-directories=d", "format=H", "quiet=\x81", "preserve-modification-time=m", "list=t", "null=0")
	switch {
	case o.Has('p') && len(o.Rest) == 1:
		return cpioPass(p, o)
	case o.Has('o'):
		if o.Arg('H') != "newc" && !p.GNU {
			return usage(p)
		}
		data, _ := gather(p, nil, -1)
		sep := "\n"
		if o.Has('0') {
			sep = "\x00"
		}
		var b bytes.Buffer
		ino := 0
		put := func(name string, mode, uid, gid, links, mtime int64, content []byte, major, minor uint32) {
			ino++
			fmt.Fprintf(&b, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ino, mode, uid, gid, links, mtime, len(content), 0, 0, major, minor, len(name)+1, 0)
			b.WriteString(name + "\x00")
			for b.Len()%4 != 0 {
				b.WriteByte(0)
			}
			b.Write(content)
			for b.Len()%4 != 0 {
				b.WriteByte(0)
			}
		}
		for n := range strings.SplitSeq(strings.TrimSuffix(string(data), sep), sep) {
			if n == "" {
				continue
			}
			st, err := p.Lstat(n)
			if err != nil {
				p.Die("%s: %s", n, proc.Text(err))
			}
			var content []byte
			switch st.Kind {
			case vfs.File:
				if content, err = p.ReadFile(n); err != nil {
					p.Die("%s: %s", n, proc.Text(err))
				}
			case vfs.Symlink:
				content = []byte(st.Target)
			}
			n = strings.TrimLeft(n, "/")
			n = strings.TrimPrefix(n, "./")
			if n == "" {
				n = "."
			}
			if o.Has('v') {
				p.Errorf("%s\n", n)
			}
			put(n, int64(st.Mode|typeBits(st.Kind)), int64(st.UID), int64(st.GID), int64(links(p, n, st)), st.Time().Sec, content, st.Major, st.Minor)
		}
		ino = -1
		put("TRAILER!!!", 0, 0, 0, 1, 0, nil, 0, 0)
		for p.GNU && b.Len()%512 != 0 {
			b.WriteByte(0)
		}
		p.Out().Write(b.Bytes())
		p.Out().Flush()
		if p.GNU {
			p.Errorf("%d blocks\n", (b.Len()+511)/512)
		}
		return 0
	case o.Has('i') || o.Has('t'):
		var data []byte
		if o.Has('F') {
			var err error
			if data, err = p.ReadFile(o.Arg('F')); err != nil {
				p.Die("can't open '%s': %s", o.Arg('F'), proc.Text(err))
			}
		} else {
			data, _ = gather(p, nil, -1)
		}
		size := len(data)
		if size == 0 && !p.GNU {
			return 0
		}
		if size < 110 && !p.GNU {
			p.Die("short read")
		}
		for len(data) >= 110 && string(data[:6]) == "070701" {
			field := func(i int) int64 {
				n, _ := strconv.ParseInt(string(data[6+8*i:14+8*i]), 16, 64)
				return n
			}
			nameLen, fileLen := field(11), field(6)
			start := (110 + nameLen + 3) &^ 3
			end := start + (fileLen+3)&^3
			if int64(len(data)) < start+fileLen {
				break
			}
			name := string(data[110 : 110+nameLen-1])
			content := data[start : start+fileLen]
			mode := uint32(field(1))
			mtime := field(5)
			uid, gid := int(field(2)), int(field(3))
			data = data[min(end, int64(len(data))):]
			if name == "TRAILER!!!" {
				break
			}
			wanted := len(o.Rest) == 0
			for _, pat := range o.Rest {
				wanted = wanted || globMatch(pat, name)
			}
			if !wanted {
				continue
			}
			if o.Has('t') {
				if o.Has('v') {
					p.Printf("%c%s %d/%d %9d %s ", typeLetter(kindOf(mode)), letters(mode&0o7777), uid, gid, len(content), strftime(p, "%Y-%m-%d %H:%M:%S", mtime, 0))
				}
				p.Puts(name)
				if o.Has('v') && mode&0o170000 == 0o120000 {
					p.Puts(" -> " + string(content))
				}
				p.Puts("\n")
				continue
			}
			if o.Has('v') {
				p.Puts(name + "\n")
			}
			if o.Has('d') {
				makeParents(p, name)
			}
			switch mode & 0o170000 {
			case 0o40000:
				p.Mkdir(name, mode&0o7777)
			case 0o120000:
				p.Symlink(string(content), name)
				p.Lchown(name, uid, gid)
				continue
			default:
				if _, err := p.Lstat(name); err == nil {
					if !o.Has('u') {
						p.Warn("%s not created: newer or same age file exists", name)
						continue
					}
					p.Unlink(name)
				}
				if err := p.WriteFile(name, content, mode&0o7777); err != nil {
					p.Die("can't open '%s': %s", name, proc.Text(err))
				}
			}
			p.Chown(name, uid, gid)
			p.Chmod(name, mode&0o7777)
			if o.Has('m') {
				p.Utimes(name, &vfs.Time{Sec: mtime}, true)
			}
		}
		p.Out().Flush()
		p.Errorf("%d blocks\n", (size+511)/512)
		return 0
	}
	return usage(p)
}

// ar lists and unpacks archives of the common kind.
func ar(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	if len(p.Args) < 3 {
		return usage(p)
	}
	mode := strings.TrimPrefix(p.Args[1], "-")
	if i := strings.IndexAny(mode, "rci"); i >= 0 && mode[i] == 'r' && p.Plain {
		p.Warn("invalid option -- 'r'")
		return usage(p)
	}
	data, err := p.ReadFile(p.Args[2])
	if err != nil {
		p.Die("can't open '%s': %s", p.Args[2], proc.Text(err))
	}
	if !bytes.HasPrefix(data, []byte("!<arch>\n")) {
		p.Die("invalid ar magic")
	}
	data = data[8:]
	want := p.Args[3:]
	for len(data) >= 60 {
		name := strings.TrimSuffix(strings.TrimSpace(string(data[:16])), "/")
		n, _ := strconv.Atoi(strings.TrimSpace(string(data[48:58])))
		m, _ := strconv.ParseUint(strings.TrimSpace(string(data[40:48])), 8, 32)
		t, _ := strconv.ParseInt(strings.TrimSpace(string(data[16:28])), 10, 64)
		if 60+n > len(data) {
			p.Die("short read")
		}
		content := data[60 : 60+n]
		data = data[min(60+n+n%2, len(data)):]
		if len(want) > 0 && !has(want, name) {
			continue
		}
		switch {
		case strings.Contains(mode, "t"):
			p.Puts(name + "\n")
		case strings.Contains(mode, "p"):
			p.Out().Write(content)
		case strings.Contains(mode, "x"):
			if strings.Contains(mode, "v") {
				p.Puts("x - " + name + "\n")
			}
			p.WriteFile(name, content, uint32(m)&0o777)
			if strings.Contains(mode, "o") {
				p.Utimes(name, &vfs.Time{Sec: t}, true)
			}
		}
	}
	return 0
}
