package applet

import (
	"slices"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func dd(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	in, out := "", ""
	ibs, obs := int64(512), int64(512)
	count, skip, seek := int64(-1), int64(0), int64(0)
	conv := map[string]bool{}
	status := ""
	countBytes, skipBytes, seekBytes := false, false, false
	for _, a := range p.Args[1:] {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			if a == "--" {
				continue
			}
			if p.GNU {
				return wrong(p, "unrecognized operand ‘%s’", a)
			}
			return usage(p)
		}
		num := func() int64 {
			total := int64(1)
			for f := range strings.SplitSeq(v, "x") {
				n, ok := size(f)
				if !ok {
					p.Die("invalid number '%s'", v)
				}
				total *= n
			}
			return total
		}
		switch k {
		case "if":
			in = v
		case "of":
			out = v
		case "bs":
			ibs = num()
			obs = ibs
		case "ibs":
			ibs = num()
		case "obs":
			obs = num()
		case "count":
			count = num()
		case "skip", "iseek":
			skip = num()
		case "seek", "oseek":
			seek = num()
		case "conv":
			for c := range strings.SplitSeq(v, ",") {
				conv[c] = true
				if (c == "ucase" || c == "lcase" || c == "excl" || c == "nocreat" || c == "sparse" || c == "block" || c == "unblock") && !p.GNU || !has([]string{"notrunc", "sync", "noerror", "fsync", "swab", "ucase", "lcase", "fdatasync", "excl", "nocreat", "sparse", "block", "unblock"}, c) {
					p.Die("invalid argument '%s' to '%s'", c, "conv")
				}
			}
		case "iflag", "oflag":
			for c := range strings.SplitSeq(v, ",") {
				switch c {
				case "count_bytes":
					countBytes = true
				case "skip_bytes":
					skipBytes = true
				case "seek_bytes":
					seekBytes = true
				}
			}
		case "status":
			status = v
		default:
			return wrong(p, "unrecognized operand ‘%s’", a)
		}
	}
	if ibs <= 0 || obs <= 0 {
		p.Die("number %s is not in 1..2147483647 range", "0")
	}
	fdIn, fdOut := 0, 1
	if in != "" {
		fd, err := p.Open(in, proc.Read, 0)
		if err != nil {
			if p.GNU {
				p.Die("failed to open '%s': %s", in, proc.Text(err))
			}
			p.Die("can't open '%s': %s", in, proc.Text(err))
		}
		fdIn = fd
	}
	if out != "" {
		flags := proc.Write | proc.Create
		if seek == 0 && !conv["notrunc"] {
			flags |= proc.Trunc
		}
		fd, err := p.Open(out, flags, 0o666)
		if err != nil {
			if p.GNU {
				p.Die("failed to open '%s': %s", out, proc.Text(err))
			}
			p.Die("can't open '%s': %s", out, proc.Text(err))
		}
		fdOut = fd
		if seek > 0 {
			at := seek * obs
			if seekBytes {
				at = seek
			}
			if !conv["notrunc"] {
				p.Truncate(fd, at)
			}
			p.Seek(fd, at, 0)
		}
	}
	if skip > 0 {
		at := skip * ibs
		if skipBytes {
			at = skip
		}
		if _, err := p.Seek(fdIn, at, 1); err != nil {
			buf := make([]byte, ibs)
			for left := at; left > 0; {
				n, err := p.ReadFD(fdIn, buf[:min(left, ibs)])
				if err != nil || n == 0 {
					break
				}
				left -= int64(n)
			}
		}
	}
	var inFull, inPart, outFull, outPart, total int64
	plainCopy := !conv["sync"] && !conv["swab"] && !conv["ucase"] && !conv["lcase"]
	_, regularIn := p.IsRegular(fdIn)
	device := has([]string{"/dev/zero", "/dev/urandom", "/dev/random"}, in)
	if plainCopy && ibs == obs && (device && count >= 0 || regularIn) {
		// Whole stretches need not be copied block by block.
		want := int64(-1)
		if count >= 0 {
			want = count * ibs
			if countBytes {
				want = count
			}
		}
		n, err := p.Splice(fdIn, fdOut, want)
		if err != nil {
			p.Die("write error: %s", proc.Text(err))
		}
		total = n
		inFull, outFull = n/ibs, n/ibs
		if n%ibs != 0 {
			inPart, outPart = 1, 1
		}
	} else {
		buf := make([]byte, ibs)
		var pending []byte
		for i := int64(0); count < 0 || i < count; i++ {
			chunk := buf
			if countBytes {
				if total >= count {
					break
				}
				chunk = buf[:min(ibs, count-total)]
			}
			n, err := p.ReadFD(fdIn, chunk)
			if n == 0 || err != nil {
				break
			}
			if int64(n) == ibs {
				inFull++
			} else {
				inPart++
			}
			b := slices.Clone(buf[:n])
			if conv["sync"] {
				b = append(b, make([]byte, int(ibs)-n)...)
			}
			if conv["swab"] {
				for j := 0; j+1 < len(b); j += 2 {
					b[j], b[j+1] = b[j+1], b[j]
				}
			}
			if conv["ucase"] {
				b = []byte(strings.ToUpper(string(b)))
			}
			if conv["lcase"] {
				b = []byte(strings.ToLower(string(b)))
			}
			if ibs == obs {
				w, err := p.WriteFD(fdOut, b)
				total += int64(w)
				if err != nil {
					p.Die("write error: %s", proc.Text(err))
				}
				if int64(w) == obs {
					outFull++
				} else {
					outPart++
				}
				continue
			}
			pending = append(pending, b...)
			for int64(len(pending)) >= obs {
				w, err := p.WriteFD(fdOut, pending[:obs])
				total += int64(w)
				if err != nil {
					p.Die("write error: %s", proc.Text(err))
				}
				pending = pending[obs:]
				outFull++
			}
		}
		if len(pending) > 0 {
			w, _ := p.WriteFD(fdOut, pending)
			total += int64(w)
			outPart++
		}
	}
	if status == "none" {
		return 0
	}
	p.Errorf("%d+%d records in\n%d+%d records out\n", inFull, inPart, outFull, outPart)
	if status != "noxfer" {
		p.Errorf("%d bytes (%s) copied, 0.000000 seconds, 0.0B/s\n", total, human(total, false)+"B")
	}
	return 0
}
