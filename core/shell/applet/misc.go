package applet

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/shell/proc"
)

func factor(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	args := p.Args[1:]
	if len(args) == 0 {
		data, _ := gather(p, nil, -1)
		args = strings.Fields(string(data))
	}
	status := 0
	for _, a := range args {
		n, err := strconv.ParseUint(a, 10, 64)
		if err != nil && p.GNU {
			p.Warn("‘%s’ is not a valid positive integer", a)
			status = 1
			continue
		}
		if err != nil {
			return usage(p)
		}
		line := a + ":"
		for d := uint64(2); d <= n/d; d++ {
			if d&0xffff == 0 {
				p.Step()
			}
			for n%d == 0 {
				line += fmt.Sprintf(" %d", d)
				n /= d
			}
		}
		if n > 1 {
			line += fmt.Sprintf(" %d", n)
		}
		p.Puts(line + "\n")
	}
	return status
}

func cal(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "jymn:")
	now := time.Unix(p.Machine().Now()/1e9, 0).UTC()
	year, month := now.Year(), int(now.Month())
	whole := o.Has('y')
	switch len(o.Rest) {
	case 1:
		year, whole = mustInt(p, o.Rest[0]), true
	case 2:
		month, year = mustInt(p, o.Rest[0]), mustInt(p, o.Rest[1])
		if month < 1 || month > 12 {
			p.Die("number %d is not in 1..12 range", month)
		}
	}
	block := func(m int, withYear bool) []string {
		title := time.Month(m).String()
		if withYear {
			title += fmt.Sprintf(" %d", year)
		}
		left := (20 - len(title)) / 2
		lines := []string{strings.Repeat(" ", left) + title, "Su Mo Tu We Th Fr Sa"}
		first := int(time.Date(year, time.Month(m), 1, 0, 0, 0, 0, time.UTC).Weekday())
		days := time.Date(year, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
		line := strings.Repeat("   ", first)
		for d := 1; d <= days; d++ {
			line += fmt.Sprintf("%2d ", d)
			if (first+d)%7 == 0 || d == days {
				lines = append(lines, strings.TrimRight(line, " "))
				line = ""
			}
		}
		for len(lines) < 8 {
			lines = append(lines, "")
		}
		return lines
	}
	if !whole {
		for _, l := range block(month, true) {
			if l == "" {
				l = strings.Repeat(" ", 21) // the last week of a month of five
			}
			p.Puts(l + "\n")
		}
		return 0
	}
	p.Printf("%s%d\n\n", strings.Repeat(" ", 30), year)
	for q := 1; q <= 12; q += 3 {
		a, b, c := block(q, false), block(q+1, false), block(q+2, false)
		for i := range a {
			p.Puts(strings.TrimRight(fmt.Sprintf("%-22s%-22s%s", a[i], b[i], c[i]), " ") + "\n")
		}
	}
	return 0
}

func split(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "l:b:a:dn:C:\x81:", "lines=l", "bytes=b", "suffix-length=a", "numeric-suffixes=d", "number=n", "additional-suffix=\x81")
	width := 2
	if o.Has('a') {
		width = mustInt(p, o.Arg('a'))
	}
	names := o.Rest
	in, prefix := "-", "x"
	if len(names) > 0 {
		in = names[0]
	}
	if len(names) > 1 {
		prefix = names[1]
	}
	if in != "-" && p.GNU {
		fd, err := p.Open(in, proc.Read, 0)
		if err != nil {
			p.Die("cannot open '%s' for reading: %s", in, proc.Text(err))
		}
		p.Close(fd)
	}
	data, status := gather(p, []string{in}, -1)
	if status != 0 {
		return status
	}
	n := 0
	next := func(part []byte) {
		s := make([]byte, width)
		x := n
		base := 26
		if o.Has('d') {
			base = 10
		}
		for i := width - 1; i >= 0; i-- {
			if base == 10 {
				s[i] = byte('0' + x%10)
			} else {
				s[i] = byte('a' + x%26)
			}
			x /= base
		}
		if x > 0 {
			p.Die("suffixes exhausted")
		}
		n++
		if err := p.WriteFile(prefix+string(s)+o.Arg(0x81), part, 0o666); err != nil {
			if p.GNU {
				p.Die("%s: %s", prefix+string(s), proc.Text(err))
			}
			p.Die("can't open '%s': %s", prefix+string(s), proc.Text(err))
		}
	}
	if o.Has('l') && o.Arg('l') == "0" && !p.GNU {
		next(data)
		return 0
	}
	if o.Has('b') {
		size := int(mustSize(p, o.Arg('b')))
		for len(data) > 0 {
			k := min(size, len(data))
			next(data[:k])
			data = data[k:]
		}
		return 0
	}
	if o.Has('n') {
		k := mustInt(p, o.Arg('n'))
		each := len(data) / k
		for i := range k {
			end := (i + 1) * each
			if i == k-1 {
				end = len(data)
			}
			next(data[i*each : end])
		}
		return 0
	}
	lines := 1000
	if o.Has('l') {
		lines = int(mustSize(p, o.Arg('l')))
	}
	for len(data) > 0 {
		end, count := 0, 0
		for end < len(data) && count < lines {
			if data[end] == '\n' {
				count++
			}
			end++
		}
		next(data[:end])
		data = data[end:]
	}
	return 0
}

func shuf(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "ei:n:o:zr", "echo=e", "input-range=i", "head-count=n", "output=o")
	var lines []string
	switch {
	case o.Has('e'):
		lines = append(lines, o.Rest...)
	case o.Has('i'):
		a, b, dash := strings.Cut(o.Arg('i'), "-")
		if !dash && !p.GNU {
			p.Die("bad range '%s'", o.Arg('i'))
		}
		for i := mustInt(p, a); i <= mustInt(p, b); i++ {
			lines = append(lines, strconv.Itoa(i))
		}
	default:
		data, status := gather(p, o.Rest, -1)
		if status != 0 {
			return status
		}
		if len(data) > 0 {
			lines = strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		}
	}
	seed := p.Machine().Seeded(88172645463325252)
	for i := len(lines) - 1; i > 0; i-- {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		j := int(seed % uint64(i+1))
		lines[i], lines[j] = lines[j], lines[i]
	}
	p.Machine().Note(noteShuf.With())
	if o.Has('n') {
		lines = lines[:min(mustInt(p, o.Arg('n')), len(lines))]
	}
	if o.Has('o') {
		if err := p.OpenAt(1, o.Arg('o'), proc.Write|proc.Create|proc.Trunc, 0o666); err != nil {
			p.Die("can't open '%s': %s", o.Arg('o'), proc.Text(err))
		}
	}
	for _, l := range lines {
		p.Puts(l + "\n")
	}
	return 0
}

func more(p *proc.Proc) int {
	return inputs(p, p.Args[1:], func(_ string, r *proc.Reader) { io.Copy(p.Out(), r) })
}

func dos2unix(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "du")
	unix := p.Name() == "dos2unix"
	if o.Has('u') {
		unix = true
	}
	if o.Has('d') {
		unix = false
	}
	convert := func(data []byte) []byte {
		t := strings.ReplaceAll(string(data), "\r\n", "\n")
		if unix {
			return []byte(strings.ReplaceAll(t, "\r\n", "\n"))
		}
		return []byte(strings.ReplaceAll(t, "\n", "\r\n"))
	}
	if len(o.Rest) == 0 {
		data, _ := gather(p, nil, -1)
		p.Out().Write(convert(data))
		return 0
	}
	for _, name := range o.Rest {
		n, err := p.Stat(name)
		if err != nil {
			p.Die("can't open '%s': %s", name, proc.Text(err))
		}
		data, err := p.ReadFile(name)
		if err != nil {
			p.Die("can't open '%s': %s", name, proc.Text(err))
		}
		tmp := name + "XXXXXX"
		old := p.Umask
		p.Umask = 0
		p.WriteFile(tmp, convert(data), n.Mode)
		p.Umask = old
		p.Chown(tmp, n.UID, n.GID)
		p.Rename(tmp, name)
	}
	return 0
}

// ascii prints the table of characters.
func ascii(p *proc.Proc) int {
	const control = "NULSOHSTXETXEOTENQACKBELBS HT NL VT FF CR SO SI DLEDC1DC2DC3DC4NAKSYNETBCANEM SUBESCFS GS RS US "
	p.Puts("Dec Hex    Dec Hex    Dec Hex  Dec Hex  Dec Hex  Dec Hex   Dec Hex   Dec Hex\n")
	for i := range 16 {
		p.Printf("%3d %02x %.3s%4d %02x %.3s", i, i, control[3*i:], i+16, i+16, control[3*(i+16):])
		for j := i + 32; j < 128; j += 16 {
			if j == 127 {
				p.Printf("%4d %02x DEL", j, j)
			} else {
				w := 4
				if j >= 96 {
					w = 5
				}
				p.Printf("%*d %02x %c", w, j, j, j)
			}
		}
		p.Puts("\n")
	}
	return 0
}
