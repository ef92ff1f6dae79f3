package applet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// packer is one call of gzip, gunzip, zcat or a namesake for another codec.
type packer struct {
	p      *proc.Proc
	o      *proc.Options
	codec  *codec
	undo   bool
	stdout bool
	clever bool // zcat of busybox knows every codec
	keep   bool
	status int
}

// compress is gzip, gunzip, zcat and their namesakes.
func compress(p *proc.Proc) int {
	name := p.Name()
	if helped(p) {
		return 0
	}
	z := &packer{p: p, codec: gzipCodec}
	switch {
	case strings.Contains(name, "bz"), strings.HasSuffix(name, "zip2"):
		z.codec = bzip2Codec
	case strings.Contains(name, "lz"):
		z.codec = lzmaCodec
	case strings.Contains(name, "xz"):
		z.codec = xzCodec
	}
	z.options(name)
	z.undo = z.undo || z.o.Has('d') || z.o.Has('t')
	z.stdout = z.stdout || z.o.Has('c') || z.o.Has('t')
	z.keep = z.o.Has('k')
	if !z.undo && z.codec.encode == nil {
		if !p.GNU {
			return usage(p)
		}
		p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
			Reason: whyXZ.With(), Advice: insteadGzip.With()})
	}
	names := z.o.Rest
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, n := range names {
		if p.GNU {
			z.gnuFile(n)
		} else {
			z.boxFile(n)
		}
	}
	return z.status
}

func (z *packer) options(name string) {
	p := z.p
	z.undo = strings.HasPrefix(name, "gun") || strings.HasPrefix(name, "un") || strings.HasPrefix(name, "bun") || strings.HasSuffix(name, "cat")
	z.stdout = strings.HasSuffix(name, "cat")
	if p.GNU {
		z.o = options(p, "cfkdtnqvzslrh123456789N0eS:T:", "stdout=c", "to-stdout=c", "force=f", "keep=k", "decompress=d", "uncompress=d", "test=t",
			"fast=1", "best=9", "quiet=q", "verbose=v", "no-name=n", "name=N", "compress=z", "list=l", "recursive=r", "suffix=S", "extreme=e", "threads=T")
		return
	}
	switch {
	case z.codec == gzipCodec && !z.undo:
		z.o = options(p, "cfkvqdtn123456789", "stdout=c", "to-stdout=c", "force=f", "keep=k", "decompress=d", "uncompress=d", "test=t", "quiet=q", "fast=1", "best=9", "no-name=n")
	case z.codec == gzipCodec:
		z.o = options(p, "cfkvqdtn", "stdout=c", "to-stdout=c", "force=f", "test=t", "no-name=n")
		z.clever = name == "zcat"
	case name == "bzip2":
		z.o = options(p, "cfkvqdtzs123456789")
	default:
		z.o = options(p, "cfkvqdt")
	}
}

// outside is the name of the file that is written for name.
func (z *packer) outside(name string) (string, bool) {
	if !z.undo {
		return name + "." + z.codec.ext, true
	}
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", false
	}
	switch ext := name[i+1:]; {
	case ext == z.codec.ext, z.codec == gzipCodec && ext == "Z" && !z.p.GNU:
		return name[:i], true
	case ext == "tgz" && z.codec == gzipCodec, z.p.GNU && (ext == "tbz" || ext == "tbz2") && z.codec == bzip2Codec, z.p.GNU && ext == "txz" && z.codec == xzCodec:
		return name[:i] + ".tar", true
	case z.p.GNU && ext == "lzma" && z.codec == xzCodec:
		return name[:i], true
	}
	return "", false
}

// boxFile does one file as busybox's bbunpack does.
func (z *packer) boxFile(name string) {
	p, o := z.p, z.o
	fail := func(format string, a ...any) {
		p.Warn(format, a...)
		z.status = 1
	}
	var st *vfs.Node
	if name != "-" {
		var err error
		if st, err = p.Stat(name); err != nil {
			fail("%s: %s", name, proc.Text(err))
			return
		}
	}
	data, readErr := p.ReadFile(name)
	if readErr != nil && !proc.Is(readErr, vfs.EISDIR) {
		fail("can't open '%s': %s", name, proc.Text(readErr))
		return
	}
	target := ""
	if name != "-" && !z.stdout {
		var ok bool
		if target, ok = z.outside(name); !ok {
			fail("%s: unknown suffix - ignored", name)
			return
		}
		if o.Has('f') {
			p.Unlink(target)
		}
		fd, err := p.Open(target, proc.Write|proc.Create|proc.Excl, st.Mode)
		if err != nil {
			fail("can't open '%s': %s", target, proc.Text(err))
			return
		}
		p.Close(fd)
	}
	if readErr != nil && !z.undo {
		data, readErr = nil, nil // busybox reads nothing of a directory
	}
	out, ok := z.boxCode(data, readErr)
	switch {
	case o.Has('t'):
	case target == "":
		p.Out().Write(out)
		p.Out().Flush()
	default:
		p.WriteFile(target, out, st.Mode)
	}
	switch {
	case !ok:
		z.status = 1
		if target != "" {
			p.Unlink(target)
		}
	case target != "":
		if z.undo && z.codec == gzipCodec && len(data) > 8 {
			if sec := int64(data[4]) | int64(data[5])<<8 | int64(data[6])<<16 | int64(data[7])<<24; sec != 0 {
				p.Utimes(target, &vfs.Time{Sec: sec}, true)
			}
		}
		if o.Has('v') {
			percent := 0
			if !z.undo && z.codec == bzip2Codec {
				percent = int(st.Size()) * 100 / max(len(out), 1)
			}
			if z.undo && len(out) > 0 {
				percent = int(st.Size()) * 100 / len(out)
			}
			p.Errorf("%s: %d%% - replaced with %s\n", name, uint32(100-percent), target)
		}
		if !z.keep {
			if err := p.Unlink(name); err != nil {
				fail("can't remove file '%s': %s", name, proc.Text(err))
			}
		}
	}
}

// boxCode packs or unpacks and says what busybox says of bad data.
func (z *packer) boxCode(data []byte, readErr error) ([]byte, bool) {
	p, c := z.p, z.codec
	if !z.undo {
		if readErr != nil {
			p.Warn("read error: %s", proc.Text(readErr))
			p.Exit(1)
		}
		return c.encode(p, data), true
	}
	if z.clever {
		if c = codecOf(data); c == nil {
			if len(data) < 2 {
				p.Warn("short read")
				p.Exit(1)
			}
			p.Warn("no gzip/bzip2/xz magic")
			p.Exit(1)
		}
	}
	out, err := c.decode(p, data)
	if err == nil || err == errTrailing && c != xzCodec {
		return out, true
	}
	switch {
	case c == lzmaCodec && err == errMagic:
		p.Warn("bad lzma header")
	case c == lzmaCodec:
		p.Warn("unexpected EOF")
	case c == xzCodec && err == errMagic && len(data) >= 12:
		// Its decoder takes an unknown format for an end.
		return nil, true
	case c == xzCodec:
		p.Warn("corrupted data")
	case err == errMagic:
		p.Warn("invalid magic")
	case c == bzip2Codec:
		p.Warn("bunzip error %d", bunzipError(err))
	case c == gzipCodec && err == io.ErrUnexpectedEOF:
		p.Warn("unexpected end of file")
	case c == gzipCodec:
		p.Warn("corrupted data")
		p.Warn("error inflating")
	default:
		p.Warn("corrupted data")
	}
	return out, false
}

// bunzipError is the number busybox gives for what is wrong with a bzip2 file.
func bunzipError(err error) int {
	if strings.Contains(err.Error(), "EOF") {
		return -3
	}
	if strings.Contains(err.Error(), "magic") {
		return -2
	}
	return -5
}

// named puts the name and the time of a file into the header of a gzip member.
func named(member []byte, name string, mtime int64) []byte {
	out := append([]byte{}, member[:10]...)
	out[3] |= 8
	binary.LittleEndian.PutUint32(out[4:], uint32(mtime))
	out = append(append(out, name...), 0)
	return append(out, member[10:]...)
}

// gnuFile does one file as gzip, bzip2 and xz do.
func (z *packer) gnuFile(name string) {
	p, o := z.p, z.o
	tool := z.codec.tool
	if z.codec != gzipCodec {
		tool = p.Name()
	}
	say := func(status int, format string, a ...any) {
		if !o.Has('q') || status == 1 {
			p.Errorf("%s: %s\n", tool, fmt.Sprintf(format, a...))
		}
		z.status = max(z.status, status)
	}
	st, err := p.Stat(name)
	if name != "-" && err != nil {
		switch {
		case z.codec == gzipCodec && z.undo && !strings.HasSuffix(name, ".gz"):
			say(1, "%s.gz: %s", name, proc.Text(err))
		case z.codec == bzip2Codec:
			say(1, "Can't open input file %s: %s.", name, proc.Text(err))
		default:
			say(1, "%s: %s", name, proc.Text(err))
		}
		return
	}
	if name != "-" && st.IsDir() {
		switch z.codec {
		case gzipCodec:
			say(2, "%s is a directory -- ignored", name)
		case bzip2Codec:
			say(1, "Input file %s is a directory.", name)
		default:
			say(2, "%s: Is a directory, skipping", name)
		}
		return
	}
	data, err := p.ReadFile(name)
	if err != nil {
		say(1, "%s: %s", name, proc.Text(err))
		return
	}
	target := ""
	if name != "-" && !z.stdout {
		var ok bool
		if target, ok = z.outside(name); !ok {
			switch z.codec {
			case bzip2Codec:
				target = name + ".out"
				say(0, "Can't guess original name for %s -- using %s", name, target)
			case xzCodec, lzmaCodec:
				if _, err := z.codec.decode(p, data); err != nil {
					say(1, "%s: %s", name, xzText(err))
				} else {
					say(2, "%s: Filename has an unknown suffix, skipping", name)
				}
				return
			default:
				say(2, "%s: unknown suffix -- ignored", name)
				return
			}
		}
		if _, err := p.Lstat(target); err == nil {
			if !o.Has('f') {
				switch z.codec {
				case gzipCodec:
					say(2, "%s already exists;	not overwritten", target)
				case bzip2Codec:
					say(1, "Output file %s already exists.", target)
				default:
					say(1, "%s: File exists", target)
				}
				return
			}
			p.Unlink(target)
		}
	}
	var out []byte
	if z.undo {
		c := z.codec
		if c == xzCodec && len(data) > 0 && data[0] == 0x5d {
			c = lzmaCodec
		}
		out, err = c.decode(p, data)
		switch {
		case err == errTrailing:
			p.Errorf("\n%s: %s: decompression OK, trailing garbage ignored\n", z.codec.tool, name)
			z.status = 2
		case err == errMagic && o.Has('f') && target == "":
			out = data
		case err != nil && (z.codec == xzCodec || z.codec == lzmaCodec):
			say(1, "%s: %s", name, xzText(err))
			return
		case err == errMagic && z.codec == bzip2Codec:
			if target != "" {
				// The file was made and is gone again.
				p.WriteFile(target, nil, 0o600)
				p.Unlink(target)
			}
			say(2, "%s is not a bzip2 file.", name)
			return
		case err == errMagic:
			p.Errorf("\ngzip: %s: not in gzip format\n", name)
			z.status = 1
			return
		case err != nil:
			p.Errorf("\ngzip: %s: unexpected end of file\n", name)
			z.status = 1
			return
		}
	} else {
		if z.codec == gzipCodec && (strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".tgz")) && !z.stdout {
			say(0, "%s already has %s suffix -- unchanged", name, name[strings.LastIndexByte(name, '.'):])
			return
		}
		if z.codec == bzip2Codec && strings.HasSuffix(name, ".bz2") && !z.stdout {
			say(1, "Input file %s already has .bz2 suffix.", name)
			return
		}
		out = z.codec.encode(p, data)
		if z.codec == gzipCodec && name != "-" && !o.Has('n') {
			out = named(out, base(name), st.Time().Sec)
		}
	}
	if o.Has('v') && z.codec == gzipCodec && name != "-" {
		z.report(name, target, data, out)
	}
	switch {
	case o.Has('t'):
	case target == "":
		p.Out().Write(out)
	default:
		if err := p.WriteFile(target, out, 0o600); err != nil {
			if z.codec == bzip2Codec {
				say(1, "Can't create output file %s: %s.", target, proc.Text(err))
				return
			}
			say(1, "%s: %s", target, proc.Text(err))
			return
		}
		t := st.Time()
		if z.codec == bzip2Codec {
			t = t.Whole()
		}
		p.Utimes(target, &t, true)
		p.Chown(target, st.UID, st.GID)
		p.Chmod(target, st.Mode)
		if !z.keep {
			p.Unlink(name)
		}
	}
}

// report is what gzip -v says: how much smaller the deflated data is, without
// header and trailer.
func (z *packer) report(name, target string, data, out []byte) {
	member, plain := out, len(data)
	if z.undo {
		member, plain = data, len(out)
	}
	header := 18
	if len(member) > 10 && member[3]&8 != 0 {
		header += bytes.IndexByte(member[10:], 0) + 1
	}
	ratio := 0.0
	if plain > 0 {
		ratio = 100 * float64(plain-(len(member)-header)) / float64(plain)
	}
	z.p.Errorf("%s:\t", name)
	if z.o.Has('t') {
		z.p.Errorf(" OK\n")
		return
	}
	z.p.Errorf("%5.1f%%", ratio)
	if z.stdout {
		target = "stdout"
	}
	if target != "" {
		verb := "replaced with"
		if z.keep && !z.stdout {
			verb = "created"
		}
		z.p.Errorf(" -- %s %s", verb, target)
	}
	z.p.Errorf("\n")
}

// xzText is xz's word for what is wrong with a file.
func xzText(err error) string {
	switch {
	case err == errMagic:
		return "File format not recognized"
	case strings.Contains(err.Error(), "EOF"):
		return "Unexpected end of input"
	}
	return "Compressed data is corrupt"
}
