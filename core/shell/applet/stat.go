package applet

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func kindName(n *vfs.Node) string {
	switch n.Kind {
	case vfs.Dir:
		return "directory"
	case vfs.Symlink:
		return "symbolic link"
	case vfs.CharDevice:
		return "character special file"
	case vfs.BlockDevice:
		return "block special file"
	case vfs.Fifo:
		return "fifo"
	case vfs.Socket:
		return "socket"
	}
	if n.Size() == 0 {
		return "regular empty file"
	}
	return "regular file"
}

func typeBits(k vfs.Kind) uint32 {
	return map[vfs.Kind]uint32{vfs.File: 0o100000, vfs.Dir: 0o40000, vfs.Symlink: 0o120000, vfs.CharDevice: 0o20000, vfs.BlockDevice: 0o60000, vfs.Fifo: 0o10000, vfs.Socket: 0o140000}[k]
}

// kindOf is the kind that the type bits of a mode stand for.
func kindOf(mode uint32) vfs.Kind {
	for _, k := range []vfs.Kind{vfs.Dir, vfs.Symlink, vfs.CharDevice, vfs.BlockDevice, vfs.Fifo, vfs.Socket} {
		if typeBits(k) == mode&0o170000 {
			return k
		}
	}
	return vfs.File
}

func statApplet(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "ftLc:\x81:", "format=c", "dereference=L", "file-system=f", "terse=t", "printf=\x81")
	if len(o.Rest) == 0 {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	status := 0
	for _, name := range o.Rest {
		if o.Has('f') {
			if _, err := p.Stat(name); err != nil {
				p.Warn("can't read file system information for '%s': %s", name, proc.Text(err))
				status = 1
				continue
			}
			if o.Has('c') {
				p.Puts(statFS(o.Arg('c'), name) + "\n")
				continue
			}
			p.Printf("  File: \"%s\"\n    ID: 0        Namelen: 255     Type: overlayfs\nBlock size: 4096      \nBlocks: Total: 1048576    Free: 524288     Available: 524288\nInodes: Total: 65536      Free: 32768\n", name)
			continue
		}
		n, err := stat(p, name, o.Has('L'))
		if err != nil {
			if p.GNU {
				p.Warn("cannot statx '%s': %s", name, proc.Text(err))
			} else {
				p.Warn("can't stat '%s': %s", name, proc.Text(err))
			}
			status = 1
			continue
		}
		switch {
		case o.Has(0x81):
			text, _ := unescape(statFormat(p, o.Arg(0x81), name, n, o.Has('L')), false, false)
			p.Out().Write(text)
		case o.Has('c'):
			p.Puts(statFormat(p, o.Arg('c'), name, n, o.Has('L')) + "\n")
		case o.Has('t'):
			p.Puts(statFormat(p, "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %o", name, n, o.Has('L')) + "\n")
		default:
			f := "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Dh/%dd\tInode: %-10i  Links: %-5h"
			if n.Kind == vfs.CharDevice || n.Kind == vfs.BlockDevice {
				f += " Device type: %t,%T\n"
			} else {
				f += "\n"
			}
			f += "Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z"
			p.Puts(statFormat(p, f, name, n, o.Has('L')) + "\n")
		}
	}
	return status
}

func statFS(format, name string) string {
	r := strings.NewReplacer("%n", name, "%T", "overlayfs", "%t", "794c7630", "%S", "4096", "%s", "4096", "%l", "255", "%i", "0", "%b", "1048576", "%f", "524288", "%a", "524288", "%c", "65536", "%d", "32768")
	return r.Replace(format)
}

func statFormat(p *proc.Proc, format, name string, n *vfs.Node, follow bool) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c == '\\' && p.GNU && i+1 < len(format) && false {
			continue
		}
		if c != '%' {
			b.WriteByte(c)
			continue
		}
		j := i + 1
		for j < len(format) && strings.IndexByte("#-+.0123456789 ", format[j]) >= 0 {
			j++
		}
		if j >= len(format) {
			b.WriteString("%")
			return b.String()
		}
		flags := format[i+1 : j]
		i = j
		str := func(s string) { b.WriteString(spec(flags, s)) }
		num := func(v int64) {
			if strings.HasPrefix(flags, "0") {
				w, _ := strconv.Atoi(flags)
				b.WriteString(fmt.Sprintf("%0*d", w, v))
				return
			}
			str(strconv.FormatInt(v, 10))
		}
		sec, nsec := n.Time().Sec, n.Time().Nsec
		switch format[j] {
		case '%':
			b.WriteByte('%')
		case 'n':
			str(name)
		case 'N':
			if n.Kind == vfs.Symlink {
				str("'" + name + "' -> '" + n.Target + "'")
			} else if p.GNU {
				str(quoteName(name))
			} else {
				str(name)
			}
		case 'd':
			num(int64(p.Device(name)) + 100)
		case 'D':
			str(strconv.FormatInt(int64(p.Device(name))+100, 16))
		case 'i':
			num(int64(n.Ino()))
		case 'a':
			m := int64(n.Mode)
			if strings.HasPrefix(flags, "0") {
				w, _ := strconv.Atoi(flags)
				b.WriteString(fmt.Sprintf("%0*o", w, m))
			} else {
				str(strconv.FormatInt(m, 8))
			}
		case 'A':
			str(string(typeLetter(n.Kind)) + letters(n.Mode))
		case 'f':
			str(strconv.FormatUint(uint64(n.Mode|typeBits(n.Kind)), 16))
		case 'F':
			k := kindName(n)
			if !p.GNU && k == "regular empty file" {
				k = "regular empty file"
			}
			str(k)
		case 'h':
			num(int64(links(p, name, n)))
		case 'u':
			num(int64(n.UID))
		case 'U':
			if u, ok := userWithID(p, n.UID); ok {
				str(u.name)
			} else {
				str("UNKNOWN")
			}
		case 'g':
			num(int64(n.GID))
		case 'G':
			if g, ok := groupWithID(p, n.GID); ok {
				str(g.name)
			} else {
				str("UNKNOWN")
			}
		case 't':
			str(strconv.FormatUint(uint64(n.Major), 16))
		case 'T':
			str(strconv.FormatUint(uint64(n.Minor), 16))
		case 's':
			num(shownSize(p, name, n))
		case 'B':
			num(512)
		case 'b':
			num(blocks512(p, name, n))
		case 'o':
			num(4096)
		case 'w', 'W', 'm', 'C':
			switch {
			case !p.GNU:
				b.WriteByte(format[j])
			case format[j] == 'w':
				str(strftime(p, "%Y-%m-%d %H:%M:%S", sec, 0) + fmt.Sprintf(".%09d", nsec) + strftime(p, " %z", sec, 0))
			case format[j] == 'W':
				str("0")
			case format[j] == 'm':
				str("/")
			default:
				str("?")
			}
		case 'x', 'y', 'z':
			str(strftime(p, "%Y-%m-%d %H:%M:%S", sec, 0) + fmt.Sprintf(".%09d", nsec) + strftime(p, " %z", sec, 0))
		case 'X', 'Y', 'Z':
			num(sec)
		default:
			b.WriteString("%" + flags + string(format[j]))
		}
	}
	return b.String()
}

func quoteName(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// spec applies the flags, width and precision of %s.
func spec(flags, s string) string {
	if flags == "" {
		return s
	}
	w, prec, dot := strings.Cut(flags, ".")
	if dot {
		if n, err := strconv.Atoi(prec); err == nil && n < len(s) {
			s = s[:n]
		}
	}
	left := strings.Contains(w, "-")
	n, _ := strconv.Atoi(strings.Trim(w, "-+# 0"))
	if t := strings.TrimLeft(w, "-+# "); t != "" {
		n, _ = strconv.Atoi(t)
	}
	if left {
		return pad(s, "-", n)
	}
	return pad(s, "", n)
}
