package applet

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func hasher(p *proc.Proc, name string, o *proc.Options) hash.Hash {
	switch name {
	case "md5sum":
		return md5.New()
	case "sha1sum":
		return sha1.New()
	case "sha224sum":
		return sha256.New224()
	case "sha256sum":
		return sha256.New()
	case "sha384sum":
		return sha512.New384()
	case "sha512sum":
		return sha512.New()
	}
	switch o.Arg('a') {
	case "256":
		return sha3.New256()
	case "384":
		return sha3.New384()
	case "512":
		return sha3.New512()
	}
	return sha3.New224()
}

func checksum(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	name := p.Name()
	o := options(p, "scwba:t", "check=c", "status=s", "quiet=q", "warn=w", "binary=b", "text=t", "tag=\x81")
	sum := func(file string) (string, error) {
		r, err := p.Input(file)
		if err != nil {
			return "", err
		}
		defer r.Close()
		h := hasher(p, name, o)
		n, err := io.Copy(h, r)
		p.Steps(n >> 8)
		if err != nil {
			return "", err
		}
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	complain := func(file string, err error) {
		if p.GNU {
			simple(p, file, err)
		} else if proc.Text(err) == "Is a directory" {
			p.Warn("can't read '%s': %s", file, proc.Text(err))
		} else {
			p.Warn("can't open '%s': %s", file, proc.Text(err))
		}
	}
	names := o.Rest
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	if !o.Has('c') {
		for _, n := range names {
			s, err := sum(n)
			if err != nil {
				complain(n, err)
				status = 1
				continue
			}
			if o.Has(0x81) {
				p.Printf("%s (%s) = %s\n", strings.ToUpper(strings.TrimSuffix(name, "sum")), n, s)
				continue
			}
			mark := " "
			if o.Has('b') && p.GNU {
				mark = "*"
			}
			p.Puts(s + " " + mark + n + "\n")
		}
		return status
	}
	for _, list := range names {
		r, err := p.Input(list)
		if err != nil {
			simple(p, list, err)
			status = 1
			continue
		}
		total, bad, unread, odd := 0, 0, 0, 0
		for {
			l, ok := r.Line()
			if !ok {
				break
			}
			l = strings.TrimSuffix(l, "\n")
			want, rest, ok := strings.Cut(l, " ")
			if odd++; !ok || rest == "" {
				if o.Has('w') {
					p.Warn("invalid format")
				}
				if !p.GNU {
					total++
					bad++
				}
				continue
			}
			file := rest[1:]
			odd--
			total++
			got, err := sum(file)
			switch {
			case err != nil:
				complain(file, err)
				unread++
				bad++
				if !o.Has('s') {
					if p.GNU {
						p.Puts(file + ": FAILED open or read\n")
					} else {
						p.Puts(file + ": FAILED\n")
					}
				}
			case strings.EqualFold(got, want):
				if !o.Has('s') && !o.Has('q') {
					p.Puts(file + ": OK\n")
				}
			default:
				bad++
				if !o.Has('s') {
					p.Puts(file + ": FAILED\n")
				}
			}
		}
		r.Close()
		if bad > 0 {
			status = 1
			if !o.Has('s') {
				switch {
				case !p.GNU:
					p.Warn("WARNING: %d of %d computed checksums did NOT match", bad, total)
				default:
					if odd > 0 {
						unformatted(p, odd)
						odd = 0
					}
					if unread > 0 {
						p.Warn("WARNING: %d listed file%s could not be read", unread, plural(unread))
					}
					if n := bad - unread; n > 0 {
						p.Warn("WARNING: %d computed checksum%s did NOT match", n, plural(n))
					}
				}
			}
		}
		if p.GNU && odd > 0 && total > 0 && !o.Has('s') {
			unformatted(p, odd)
		}
		if total == 0 {
			status = 1
			if p.GNU {
				p.Warn("%s: no properly formatted checksum lines found", list)
			} else {
				p.Die("no checksum lines found")
			}
		}
	}
	return status
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// cksum is POSIX cksum, and busybox's crc32 (the CRC of zip).
func cksum(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	return inputs(p, o.Rest, func(name string, r *proc.Reader) {
		data, _ := io.ReadAll(r)
		shown := " " + name
		if len(o.Rest) == 0 {
			shown = ""
		}
		if p.Name() == "crc32" {
			p.Printf("%08x%s\n", crc32.ChecksumIEEE(data), shown)
			return
		}
		crc := uint32(0)
		step := func(c byte) {
			crc ^= uint32(c) << 24
			for range 8 {
				if crc&0x80000000 != 0 {
					crc = crc<<1 ^ 0x04c11db7
				} else {
					crc <<= 1
				}
			}
		}
		for _, c := range data {
			step(c)
		}
		for n := len(data); n > 0; n >>= 8 {
			step(byte(n))
		}
		p.Printf("%d %d%s\n", ^crc, len(data), shown)
	})
}

// sumApplet is the old sum: BSD's, or System V's with -s.
func sumApplet(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "sr")
	return inputs(p, o.Rest, func(name string, r *proc.Reader) {
		data, _ := io.ReadAll(r)
		if o.Has('s') {
			var s uint32
			for _, c := range data {
				s += uint32(c)
			}
			v := s&0xffff + s>>16
			v = v&0xffff + v>>16
			p.Printf("%d %d", v, (len(data)+511)/512)
		} else {
			v := 0
			for _, c := range data {
				v = (v>>1 + v&1<<15 + int(c)) & 0xffff
			}
			p.Printf("%05d %5d", v, (len(data)+1023)/1024)
		}
		switch {
		case len(o.Rest) > 1 || len(o.Rest) > 0 && (o.Has('s') || p.GNU):
			p.Puts(" " + name)
		case !p.GNU:
			p.Puts(" ")
		}
		p.Puts("\n")
	})
}

func base64Applet(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "dw:i", "decode=d", "wrap=w", "ignore-garbage=i")
	if len(o.Rest) > 1 {
		return usage(p)
	}
	data, status := gather(p, o.Rest, -1)
	is32 := p.Name() == "base32"
	if o.Has('d') {
		text := strings.Map(func(r rune) rune {
			if r == '\n' || r == '\r' || r == ' ' || r == '\t' {
				return -1
			}
			return r
		}, string(data))
		var out []byte
		var err error
		if is32 {
			out, err = base32.StdEncoding.DecodeString(text)
		} else {
			if padded := strings.TrimRight(text, "="); len(padded)%4 == 0 || len(text)%4 == 0 {
				text = padded
			}
			if p.GNU {
				out, err = decode64(text)
			} else {
				out, err = base64.RawStdEncoding.DecodeString(text)
			}
			if k := len(text) / 4 * 3; !p.GNU && err == nil && len(text)%4 != 0 && strings.IndexByte(string(data), '=') < 0 {
				// busybox gives whole groups only.
				out, err = out[:k], io.ErrUnexpectedEOF
			}
		}
		p.Out().Write(out)
		if err != nil {
			if p.GNU {
				p.Warn("invalid input")
			} else {
				p.Out().Flush()
				p.Warn("truncated input")
			}
			return 1
		}
		return status
	}
	width := 76
	if o.Has('w') {
		width = mustInt(p, o.Arg('w'))
	}
	text := base64.StdEncoding.EncodeToString(data)
	if is32 {
		text = base32.StdEncoding.EncodeToString(data)
	}
	if width == 0 {
		p.Puts(text)
		return status
	}
	for len(text) > 0 {
		n := min(width, len(text))
		p.Puts(text[:n] + "\n")
		text = text[n:]
	}
	return status
}

func uuencode(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "m")
	name, mode := "", uint32(0o644)
	var data []byte
	switch len(o.Rest) {
	case 1:
		name = o.Rest[0]
		data, _ = gather(p, nil, -1)
		mode = 0o666 &^ p.Umask
	case 2:
		name = o.Rest[1]
		n, err := p.Stat(o.Rest[0])
		if err != nil {
			p.Die("can't open '%s': %s", o.Rest[0], proc.Text(err))
		}
		mode = n.Mode & 0o777
		data, _ = gather(p, o.Rest[:1], -1)
	default:
		return usage(p)
	}
	if o.Has('m') {
		p.Printf("begin-base64 %o %s\n", mode, name)
		for len(data) > 0 {
			n := min(45, len(data))
			p.Puts(base64.StdEncoding.EncodeToString(data[:n]) + "\n")
			data = data[n:]
		}
		p.Puts("====\n")
		return 0
	}
	p.Printf("begin %o %s\n", mode, name)
	char := func(c byte) byte {
		if c == 0 {
			return '`'
		}
		return c + 32
	}
	for len(data) > 0 {
		n := min(45, len(data))
		line := []byte{char(byte(n))}
		for i := 0; i < n; i += 3 {
			var t [3]byte
			copy(t[:], data[i:n])
			line = append(line, char(t[0]>>2), char(t[0]&3<<4|t[1]>>4), char(t[1]&15<<2|t[2]>>6), char(t[2]&63))
		}
		p.Puts(string(line) + "\n")
		data = data[n:]
	}
	p.Puts("`\nend\n")
	return 0
}

func uudecode(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "o:")
	data, _ := gather(p, o.Rest, -1)
	lines := strings.Split(string(data), "\n")
	for i, l := range lines {
		f := strings.SplitN(l, " ", 3)
		if len(f) < 3 || f[0] != "begin" && f[0] != "begin-base64" {
			continue
		}
		var out []byte
		for _, l := range lines[i+1:] {
			if f[0] == "begin-base64" {
				if l == "====" {
					break
				}
				b, _ := base64.StdEncoding.DecodeString(l)
				out = append(out, b...)
				continue
			}
			if l == "end" || l == "" {
				break
			}
			n := int(l[0]-32) & 63
			var line []byte
			for j := 1; j+3 < len(l); j += 4 {
				a, b, c, d := (l[j]-32)&63, (l[j+1]-32)&63, (l[j+2]-32)&63, (l[j+3]-32)&63
				line = append(line, a<<2|b>>4, b<<4|c>>2, c<<6|d)
			}
			out = append(out, line[:min(n, len(line))]...)
		}
		name := f[2]
		if o.Has('o') {
			name = o.Arg('o')
		}
		if name == "-" || name == "/dev/stdout" {
			p.Out().Write(out)
			return 0
		}
		if err := p.WriteFile(name, out, 0o666); err != nil {
			p.Die("can't open '%s': %s", name, proc.Text(err))
		}
		if m, err := Mode(f[1], 0, false, 0); err == nil {
			p.Chmod(name, m)
		}
		return 0
	}
	p.Die("no 'begin' line")
	return 1
}

// unformatted counts the lines of a list that name no checksum.
func unformatted(p *proc.Proc, n int) {
	if n == 1 {
		p.Warn("WARNING: 1 line is improperly formatted")
		return
	}
	p.Warn("WARNING: %d lines are improperly formatted", n)
}

// decode64 gives as much as there is before what is no base64: GNU's decoder
// wants whole groups, padded.
func decode64(text string) ([]byte, error) {
	var out []byte
	for len(text) > 0 {
		group := text[:min(4, len(text))]
		b, err := base64.StdEncoding.DecodeString(group)
		if err != nil {
			b, _ = base64.RawStdEncoding.DecodeString(strings.TrimRight(group, "="))
			return append(out, b...), err
		}
		out, text = append(out, b...), text[len(group):]
	}
	return out, nil
}
