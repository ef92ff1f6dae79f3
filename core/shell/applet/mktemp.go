package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// mktemp makes names from a generator that gives the same ones in every run.
func mktemp(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "dqtp:u\x81:", "directory=d", "quiet=q", "tmpdir=p", "dry-run=u", "suffix=\x81")
	dir := "/tmp"
	if v, ok := p.Getenv("TMPDIR"); ok && v != "" && (!o.Has('p') || o.Has('t') || p.GNU) {
		dir = v
	} else if o.Has('p') {
		dir = o.Arg('p')
	}
	if o.Has('p') && o.Arg('p') != "" && p.GNU {
		dir = o.Arg('p')
	}
	if len(o.Rest) > 1 {
		return usage(p)
	}
	template := "tmp.XXXXXX"
	inDir := true
	if p.GNU {
		template = "tmp.XXXXXXXXXX"
	}
	if len(o.Rest) == 1 {
		template = o.Rest[0]
		inDir = o.Has('t') || o.Has('p')
	}
	if inDir {
		template = under(dir, template)
	}
	n := len(template) - len(strings.TrimRight(template, "X"))
	if n < 6 && !p.GNU || n < 3 {
		if o.Has('q') {
			return 1
		}
		if p.GNU {
			p.Warn("too few X's in template ‘%s’", o.Rest[0])
		} else {
			p.WarnErr(vfs.EINVAL, "(null)")
		}
		return 1
	}
	stem := template[:len(template)-n]
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for try := range 10000 {
		seed := p.Machine().Seeded(uint64(p.PID)<<20 + uint64(p.Machine().Steps())<<8 + uint64(try))
		name := []byte(stem)
		for range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			name = append(name, letters[seed>>33%uint64(len(letters))])
		}
		path := string(name) + o.Arg(0x81)
		if o.Has('u') {
			if _, err := p.Lstat(path); err == nil {
				continue
			}
			p.Puts(path + "\n")
			return 0
		}
		var err error
		old := p.Umask
		if o.Has('d') {
			p.Umask = old | 0o077
			err = p.Mkdir(path, 0o700)
		} else {
			var fd int
			p.Umask = 0
			if fd, err = p.Open(path, proc.Read|proc.Write|proc.Create|proc.Excl, 0o600); err == nil {
				p.Close(fd)
			}
		}
		p.Umask = old
		if proc.Is(err, vfs.EEXIST) {
			continue
		}
		if err != nil {
			if !o.Has('q') {
				switch {
				case p.GNU && o.Has('d'):
					p.WarnErr(err, "failed to create directory via template ‘%s’", template)
				case p.GNU:
					p.WarnErr(err, "failed to create file via template ‘%s’", template)
				default:
					p.WarnErr(err, "(null)")
				}
			}
			return 1
		}
		p.Puts(path + "\n")
		return 0
	}
	return 1
}
