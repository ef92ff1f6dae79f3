package applet

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func unzip(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "d:lnojpqxv")
	if len(o.Rest) == 0 {
		return usage(p)
	}
	name := o.Rest[0]
	data, err := p.ReadFile(name)
	if err != nil {
		for _, s := range []string{".zip", ".ZIP"} {
			if data, err = p.ReadFile(name + s); err == nil {
				name += s
				break
			}
		}
	}
	if err != nil {
		if !p.GNU {
			p.Die("can't open %s[.zip]", name)
		}
		p.Die("can't open %s, %s.zip, %s.ZIP", name, name, name)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		if !p.GNU {
			if !o.Has('q') && !o.Has('p') {
				p.Printf("Archive:  %s\n", name)
			}
			p.Die("short read")
		}
		p.Die("no zip signature")
	}
	if o.Has('d') {
		p.Mkdir(o.Arg('d'), 0o777)
	}
	if !o.Has('q') && !o.Has('p') {
		p.Printf("Archive:  %s\n", name)
	}
	if o.Has('l') {
		p.Puts("  Length      Date    Time    Name\n---------  ---------- -----   ----\n")
	}
	var total uint64
	count := 0
	for _, f := range z.File {
		if len(o.Rest) > 1 {
			ok := false
			for _, pat := range o.Rest[1:] {
				ok = ok || globMatch(pat, f.Name)
			}
			if !ok {
				continue
			}
		}
		total += f.UncompressedSize64
		count++
		if o.Has('l') {
			p.Printf("%9d  %s   %s\n", f.UncompressedSize64, f.Modified.Format("01-02-2006 15:04"), f.Name)
			continue
		}
		dest := f.Name
		if o.Has('j') {
			dest = base(dest)
		}
		if o.Has('d') {
			dest = under(o.Arg('d'), dest)
		}
		if strings.HasSuffix(f.Name, "/") {
			if !o.Has('p') && !o.Has('j') {
				makeParents(p, dest)
				if !o.Has('q') {
					p.Printf("   creating: %s\n", dest)
				}
			}
			continue
		}
		r, err := f.Open()
		if err != nil {
			p.Die("unsupported method %d", f.Method)
		}
		content, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			p.Die("crc error")
		}
		if o.Has('p') {
			p.Out().Write(content)
			continue
		}
		makeParents(p, dest)
		if _, err := p.Lstat(dest); err == nil && o.Has('n') {
			continue
		}
		if !o.Has('q') {
			p.Printf("  inflating: %s\n", dest)
		}
		if err := p.WriteFile(dest, content, 0o666); err != nil {
			p.Die("can't open '%s': %s", dest, proc.Text(err))
		}
		if m := f.Mode().Perm(); m != 0 {
			p.Chmod(dest, uint32(m))
		}
		t := f.Modified.UnixNano()
		p.Utimes(dest, &t, true)
	}
	if o.Has('l') {
		p.Printf(" --------%s-------\n%9d%s%d files\n", strings.Repeat(" ", 22), total, strings.Repeat(" ", 22), count)
	}
	return 0
}
