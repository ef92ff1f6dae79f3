package applet

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// Mode applies a mode, octal or symbolic (POSIX chmod), to old. dir says
// whether it is for a directory, mask is the umask.
func Mode(text string, old uint32, dir bool, mask uint32) (uint32, error) {
	bad := fmt.Errorf("invalid mode '%s'", text)
	if text == "" {
		return 0, bad
	}
	if text[0] >= '0' && text[0] <= '7' {
		n, err := strconv.ParseUint(text, 8, 32)
		if err != nil || n > 0o7777 {
			return 0, bad
		}
		return uint32(n), nil
	}
	mode := old
	for clause := range strings.SplitSeq(text, ",") {
		i := 0
		who := uint32(0)
		for i < len(clause) && strings.IndexByte("ugoa", clause[i]) >= 0 {
			who |= map[byte]uint32{'u': 0o4700, 'g': 0o2070, 'o': 0o0007, 'a': 0o7777}[clause[i]]
			i++
		}
		given := who != 0
		if !given {
			who = 0o7777
		}
		if i >= len(clause) {
			return 0, bad
		}
		for i < len(clause) {
			op := clause[i]
			if op != '+' && op != '-' && op != '=' {
				return 0, bad
			}
			i++
			var bits uint32
			if i < len(clause) && strings.IndexByte("ugo", clause[i]) >= 0 {
				shift := map[byte]uint32{'u': 6, 'g': 3, 'o': 0}[clause[i]]
				b := mode >> shift & 7
				bits = (b<<6 | b<<3 | b) & who
				i++
			} else {
				for i < len(clause) && strings.IndexByte("rwxXst", clause[i]) >= 0 {
					switch clause[i] {
					case 'r':
						bits |= 0o444
					case 'w':
						bits |= 0o222
					case 'x':
						bits |= 0o111
					case 'X':
						if dir || old&0o111 != 0 {
							bits |= 0o111
						}
					case 's':
						bits |= 0o6000
					case 't':
						bits |= 0o1000
					}
					i++
				}
				bits &= who
			}
			if !given {
				bits &^= mask
			}
			switch op {
			case '+':
				mode |= bits
			case '-':
				mode &^= bits
			case '=':
				clear := who & 0o777
				if !given {
					clear = 0o777
				}
				if !dir {
					clear |= who & 0o6000
				}
				mode = mode&^clear | bits
			}
		}
	}
	return mode & 0o7777, nil
}

// letters writes a mode as ls does, without the type.
func letters(m uint32) string {
	b := []byte("rwxrwxrwx")
	for i := range 9 {
		if m&(0o400>>i) == 0 {
			b[i] = '-'
		}
	}
	special := func(i int, bit uint32, on, off byte) {
		if m&bit == 0 {
			return
		}
		if b[i] == '-' {
			b[i] = off
		} else {
			b[i] = on
		}
	}
	special(2, 0o4000, 's', 'S')
	special(5, 0o2000, 's', 'S')
	special(8, 0o1000, 't', 'T')
	return string(b)
}

// typeLetter is the first character of ls -l.
func typeLetter(k vfs.Kind) byte {
	switch k {
	case vfs.Dir:
		return 'd'
	case vfs.Symlink:
		return 'l'
	case vfs.CharDevice:
		return 'c'
	case vfs.BlockDevice:
		return 'b'
	case vfs.Fifo:
		return 'p'
	case vfs.Socket:
		return 's'
	}
	return '-'
}

// each calls f with path and everything below it, top first or, with last, at
// the end. Links are never followed below the top. busybox says once more of a
// directory that f failed on why, and looks no further into it.
func each(p *proc.Proc, path string, recurse, last bool, f func(path string, n *vfs.Node) error) bool {
	n, err := p.Lstat(path)
	if err != nil {
		return f(path, nil) == nil
	}
	if !recurse || !n.IsDir() {
		return f(path, n) == nil
	}
	again := func(err error) bool {
		if err != nil && !p.GNU {
			simple(p, path, err)
		}
		return err == nil
	}
	ok := true
	if !last {
		if ok = again(f(path, n)); !ok && !p.GNU {
			return false
		}
	}
	names, err := p.ReadDir(path)
	switch {
	case err != nil && !p.GNU:
		return again(err)
	case err != nil:
		p.WarnErr(err, "cannot read directory '%s'", path)
		ok = false
	}
	for _, c := range names {
		ok = each(p, under(path, c), true, last, f) && ok
	}
	if last {
		ok = again(f(path, n)) && ok
	}
	return ok
}

func chmod(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	// A mode such as -x looks like an option.
	args := append([]string(nil), p.Args[1:]...)
	var minus string
	for i, a := range args {
		if a == "--" {
			break
		}
		if len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "rwxXstugo+=-,") == "" && a[1] != '-' && !strings.HasPrefix(a, "-R") {
			minus = a
			args = append(args[:i], args[i+1:]...)
			break
		}
	}
	var long []string
	if p.GNU {
		long = []string{"recursive=R", "verbose=v", "changes=c", "silent=f", "quiet=f", "reference=\x81"}
	}
	o, err := proc.ParseOptions(args, "Rvcf\x81:", long...)
	if err != nil {
		p.Warn("%v", err)
		return usage(p)
	}
	rest := o.Rest
	spec := minus
	if o.Has(0x81) {
		n, err := p.Stat(o.Arg(0x81))
		if err != nil {
			p.Die("failed to get attributes of '%s': %s", o.Arg(0x81), proc.Text(err))
		}
		spec = strconv.FormatUint(uint64(n.Mode), 8)
	}
	if spec == "" {
		if len(rest) < 1 {
			if p.GNU {
				p.Warn("missing operand")
			}
			return usage(p)
		}
		spec, rest = rest[0], rest[1:]
	}
	if len(rest) == 0 {
		if p.GNU {
			p.Warn("missing operand after ‘%s’", spec)
		}
		return usage(p)
	}
	status := 0
	for _, name := range rest {
		ok := each(p, name, o.Has('R'), false, func(path string, n *vfs.Node) error {
			if n == nil || n.Kind == vfs.Symlink && path == name {
				t, err := p.Stat(path)
				if err != nil {
					if !p.GNU {
						simple(p, path, err)
					} else if !o.Has('f') {
						if n != nil {
							p.Warn("cannot operate on dangling symlink '%s'", path)
						} else {
							p.WarnErr(err, "cannot access '%s'", path)
							if o.Has('v') {
								p.Printf("'%s' could not be accessed\n", path)
							}
						}
					}
					return err
				}
				n = t
			}
			if n.Kind == vfs.Symlink {
				return nil
			}
			m, err := Mode(spec, n.Mode, n.IsDir(), p.Umask)
			if err != nil {
				if p.GNU {
					p.Warn("invalid mode: ‘%s’", spec)
					usage(p)
				}
				p.Die("invalid mode '%s'", spec)
			}
			if p.GNU && n.IsDir() && spec[0] >= '0' && spec[0] <= '7' && len(spec) < 5 {
				m |= n.Mode & 0o6000
			}
			if err := p.Chmod(path, m); err != nil {
				if !o.Has('f') {
					if p.GNU {
						p.WarnErr(err, "changing permissions of '%s'", path)
						if o.Has('v') {
							p.Printf("failed to change mode of '%s' from %04o (%s) to %04o (%s)\n", path, n.Mode, letters(n.Mode), m, letters(m))
						}
					} else {
						simple(p, path, err)
					}
				}
				return err
			}
			if o.Has('v') || o.Has('c') && m != n.Mode {
				if p.GNU {
					if m == n.Mode {
						p.Printf("mode of '%s' retained as %04o (%s)\n", path, m, letters(m))
					} else {
						p.Printf("mode of '%s' changed from %04o (%s) to %04o (%s)\n", path, n.Mode, letters(n.Mode), m, letters(m))
					}
				} else {
					p.Printf("mode of '%s' changed to %04o (%s)\n", path, m, letters(m))
				}
			}
			return nil
		})
		if !ok {
			status = 1
		}
	}
	return status
}
