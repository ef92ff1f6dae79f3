package applet

import (
	"fmt"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// patch applies unified diffs.
func patch(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "p:i:RNEd:fst", "strip=p", "input=i", "reverse=R", "forward=N", "remove-empty-files=E", "dry-run=\x81", "directory=d", "quiet=s", "silent=s")
	if o.Has('d') {
		if err := p.Chdir(o.Arg('d')); err != nil {
			p.Die("can't change directory to '%s': %s", o.Arg('d'), proc.Text(err))
		}
	}
	strip := -1
	if o.Has('p') {
		strip = mustInt(p, o.Arg('p'))
	}
	input := o.Arg('i')
	only := ""
	if len(o.Rest) > 0 {
		only = o.Rest[0]
	}
	if len(o.Rest) > 1 && input == "" {
		input = o.Rest[1]
	}
	if input == "" {
		input = "-"
	}
	data, err := p.ReadFile(input)
	if err != nil {
		p.Die("can't open '%s': %s", input, proc.Text(err))
	}
	reverse := o.Has('R')
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	status := 0
	name := func(l string) string {
		n, _, _ := strings.Cut(l[4:], "\t")
		n = strings.TrimSpace(n)
		if n == "/dev/null" {
			return n
		}
		parts := strings.Split(n, "/")
		if strip < 0 {
			return n
		}
		return strings.Join(parts[min(strip, len(parts)-1):], "/")
	}
	var oldName, newName, target string
	var text []string
	eol, loaded, made := true, false, false
	hunks := 0
	finish := func() {
		if !loaded {
			return
		}
		loaded = false
		out := strings.Join(text, "\n")
		if len(text) > 0 && eol {
			out += "\n"
		}
		if o.Has(0x81) {
			return
		}
		if len(text) == 0 && newName == "/dev/null" {
			p.Unlink(target)
			return
		}
		mode := uint32(0o666)
		if n, err := p.Stat(target); err == nil {
			mode = n.Mode
			old := p.Umask
			p.Umask = 0
			tmp := target + "XXXXXX"
			p.WriteFile(tmp, []byte(out), mode)
			p.Chown(tmp, n.UID, n.GID)
			p.Chmod(tmp, mode)
			p.Umask = old
			p.Rename(tmp, target)
			return
		}
		if made {
			makeParents(p, target)
		}
		p.WriteFile(target, []byte(out), mode)
	}
	offset := 0
	for i := 0; i < len(lines); i++ {
		p.Step()
		l := lines[i]
		switch {
		case strings.HasPrefix(l, "--- ") && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "+++ "):
			finish()
			oldName, newName = name(l), name(lines[i+1])
			if reverse {
				oldName, newName = newName, oldName
			}
			i++
			hunks, offset, made = 0, 0, false
			target = newName
			if _, err := p.Stat(target); err != nil && oldName != "/dev/null" {
				if _, err := p.Stat(oldName); err == nil {
					target = oldName
				}
			}
			if target == "/dev/null" {
				target = oldName
			}
			if only != "" {
				target = only
			}
			cur, err := p.ReadFile(target)
			if err != nil && oldName != "/dev/null" && !p.GNU {
				p.Puts("patching file " + target + "\n")
			}
			if err != nil {
				if oldName != "/dev/null" {
					p.Die("can't open '%s': %s", target, proc.Text(err))
				}
				made = true
			}
			verb := "patching"
			if made {
				verb = "creating"
			}
			if newName == "/dev/null" {
				verb = "removing"
			}
			if !p.GNU && verb != "patching" {
				p.Puts(verb + " " + target + "\n")
			} else if verb == "patching" {
				p.Puts(verb + " file " + target + "\n")
			} else {
				p.Puts("patching file " + target + "\n")
			}
			text, eol = toLines(string(cur))
			loaded = true
		case strings.HasPrefix(l, "@@ -") && loaded:
			hunks++
			var start int
			fmt.Sscanf(l, "@@ -%d", &start)
			if reverse {
				if j := strings.IndexByte(l, '+'); j > 0 {
					fmt.Sscanf(l[j:], "+%d", &start)
				}
			}
			var old, now []string
			var shown strings.Builder
			lastNow := false
			for i+1 < len(lines) {
				h := lines[i+1]
				if h == "" {
					h = " "
				}
				c := h[0]
				if c == '@' || c != ' ' && c != '-' && c != '+' && c != '\\' || strings.HasPrefix(h, "--- ") && i+2 < len(lines) && strings.HasPrefix(lines[i+2], "+++ ") {
					break
				}
				i++
				if c != '\\' {
					shown.WriteString(lines[i] + "\n")
				}
				if c == '\\' {
					if lastNow {
						eol = false
					}
					continue
				}
				if reverse {
					c = map[byte]byte{'-': '+', '+': '-', ' ': ' '}[c]
				}
				if c != '+' {
					old = append(old, h[1:])
					lastNow = false
				}
				if c != '-' {
					now = append(now, h[1:])
					lastNow = true
					eol = true
				}
			}
			at := findLines(text, old, start-1+offset)
			if at < 0 {
				status = 1
				if p.GNU {
					p.Printf("Hunk #%d FAILED %d/%d.\n", hunks, start, start)
					continue
				}
				p.Errorf("Hunk %d FAILED %d/%d.\n%s", hunks, start, start, shown.String())
				loaded = false
				continue
			}
			offset += at - (start - 1 + offset)
			text = append(text[:at:at], append(now, text[at+len(old):]...)...)
			offset += len(now) - len(old)
		}
	}
	finish()
	return status
}

// findLines looks for old in text, nearest to the place where it should be.
func findLines(text, old []string, at int) int {
	fits := func(i int) bool {
		if i < 0 || i+len(old) > len(text) {
			return false
		}
		for k := range old {
			if text[i+k] != old[k] {
				return false
			}
		}
		return true
	}
	if len(old) == 0 {
		return min(max(at+1, 0), len(text))
	}
	for d := 0; d <= len(text); d++ {
		if fits(at + d) {
			return at + d
		}
		if fits(at - d) {
			return at - d
		}
	}
	return -1
}
