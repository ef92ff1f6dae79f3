package awk

import (
	"math"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func (in *interp) builtin(n *node) value {
	arg := func(i int) value {
		if i < len(n.kids) {
			return in.eval(n.kids[i])
		}
		return value{}
	}
	text := func(i int) string {
		v := arg(i)
		return v.text(in.convfmt())
	}
	number := func(i int) float64 {
		v := arg(i)
		return v.number(in.dialect)
	}
	need := func(k int) {
		if len(n.kids) < k {
			in.line = n.line
			in.fail("Too few arguments")
		}
	}
	switch n.text {
	case "length":
		if len(n.kids) == 0 {
			return num(float64(len(in.rec())))
		}
		k := n.kids[0]
		if k.op == "var" || k.op == "local" {
			if c := in.cell(k); c.arr != nil {
				return num(float64(len(c.arr.cells)))
			} else if c.ref != nil && c.ref.arr != nil {
				return num(float64(len(c.ref.arr.cells)))
			}
		}
		return num(float64(len(text(0))))
	case "substr":
		need(2)
		s := text(0)
		if !in.p.GNU {
			// busybox moves the beginning into the string and keeps the length.
			i := min(max(int(number(1))-1, 0), len(s))
			size := len(s) - i
			if len(n.kids) > 2 {
				size = min(max(int(number(2)), 0), size)
			}
			return str(s[i : i+size])
		}
		// mawk cuts the fractions off, and a beginning before the first
		// character makes the piece longer by as much.
		i, size := math.Trunc(number(1)), float64(len(s))
		if len(n.kids) > 2 {
			size = math.Trunc(number(2))
		}
		if i < 1 {
			i, size = 1, size-i
		}
		end := min(i-1+size, float64(len(s)))
		if !(i-1 < end) {
			return str("")
		}
		return str(s[int(i)-1 : int(end)])
	case "index":
		need(2)
		if text(1) == "" && !in.p.GNU {
			return num(0)
		}
		return num(float64(strings.Index(text(0), text(1)) + 1))
	case "split":
		need(2)
		s := text(0)
		t := in.array(n.kids[1])
		fs := in.global(in.slots.fs)
		var parts []string
		if len(n.kids) > 2 {
			sep := n.kids[2]
			if sep.op == "ere" {
				if len(sep.text) == 1 && sep.text != " " {
					parts = in.cut(s, sep.text, false)
				} else if sep.text == " " {
					parts = in.cut(s, "[ ]", false)
				} else {
					parts = in.cut(s, sep.text, false)
				}
			} else {
				parts = in.cut(s, text(2), false)
			}
		} else {
			parts = in.cut(s, fs, false)
		}
		t.clear()
		for i, f := range parts {
			*t.get(strconv.Itoa(i + 1)) = outside(f)
		}
		return num(float64(len(parts)))
	case "sub", "gsub":
		need(2)
		return in.substitute(n, n.text == "gsub")
	case "match":
		need(2)
		s := text(0)
		m := in.regexp(n.kids[1]).Match(s, 0, false)
		start, length := 0.0, -1.0
		if m != nil {
			start, length = float64(m[0]+1), float64(m[1]-m[0])
		}
		in.globals[in.slots.rstart], in.globals[in.slots.rlength] = num(start), num(length)
		return num(start)
	case "gensub":
		need(3)
		return in.gensub(n)
	case "sprintf":
		need(1)
		return str(in.sprintf("sprintf", n.kids))
	case "tolower":
		return str(lowerASCII(text(0)))
	case "toupper":
		return str(upperASCII(text(0)))
	case "int":
		return num(math.Trunc(number(0)))
	case "sin":
		in.math()
		return num(math.Sin(number(0)))
	case "cos":
		in.math()
		return num(math.Cos(number(0)))
	case "exp":
		in.math()
		return num(math.Exp(number(0)))
	case "log":
		in.math()
		v := number(0)
		if v < 0 && in.dialect == mawk {
			return num(math.Copysign(math.NaN(), -1))
		}
		return num(math.Log(v))
	case "sqrt":
		in.math()
		return num(math.Sqrt(number(0)))
	case "atan2":
		in.math()
		need(2)
		return num(math.Atan2(number(0), number(1)))
	case "rand":
		in.seed = in.seed*6364136223846793005 + 1442695040888963407
		return num(float64(in.seed>>33) / float64(1<<31))
	case "srand":
		old := in.lastSeed
		in.lastSeed = float64(in.p.Machine().Now() / 1e9)
		if len(n.kids) > 0 {
			in.lastSeed = number(0)
		}
		in.seed = uint64(int64(in.lastSeed))*2862933555777941757 + 3037000493
		return num(old)
	case "and", "or", "xor", "lshift", "rshift":
		need(2)
		a, b := uint64(int64(number(0))), uint64(int64(number(1)))
		switch n.text {
		case "and":
			a &= b
		case "or":
			a |= b
		case "xor":
			a ^= b
		case "lshift":
			a <<= b & 63
		default:
			a >>= b & 63
		}
		return num(float64(a))
	case "compl":
		return num(float64(^uint64(int64(number(0)))))
	case "system":
		in.flushAll()
		cmd := text(0)
		c := in.p.Child(in.p.Args)
		rc := c.Run(func(p2 *proc.Proc) int { return in.c.Shell(p2, cmd, nil) })
		return num(float64(rc))
	case "close":
		name := text(0)
		rc := -1
		for _, kind := range []string{">", "|", "-", "<"} {
			if in.streams[kind+name] != nil {
				rc = in.closeStream(kind + name)
			}
		}
		return num(float64(rc))
	case "fflush":
		in.flushAll()
		return num(0)
	case "systime":
		return num(float64(in.p.Machine().Now() / 1e9))
	case "strftime":
		format := "%a %b %e %H:%M:%S %Z %Y"
		sec := in.p.Machine().Now() / 1e9
		if len(n.kids) > 0 {
			format = text(0)
		}
		if len(n.kids) > 1 {
			sec = int64(number(1))
		}
		return str(in.c.Strftime(format, sec, len(n.kids) > 2 && number(2) != 0))
	case "mktime":
		return num(float64(in.c.Mktime(text(0))))
	}
	in.line = n.line
	in.fail("Call to undefined function")
	return value{}
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return r
	}, s)
}

func upperASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 32
		}
		return r
	}, s)
}

// gensub gives the text in which the matches that its third argument names are
// replaced; \1 to \9 stand for groups.
func (in *interp) gensub(n *node) value {
	re := in.regexp(n.kids[0])
	text := func(i int) string { v := in.eval(n.kids[i]); return v.text(in.convfmt()) }
	with, which := text(1), text(2)
	nth, _ := Number(which, in.dialect)
	all := which != "" && which[0]|32 == 'g'
	s := ""
	if len(n.kids) > 3 {
		s = text(3)
	} else {
		s = in.rec()
	}
	var b strings.Builder
	pos, count := 0, 0
	for pos <= len(s) {
		m := re.Match(s, pos, pos > 0)
		if m == nil {
			break
		}
		b.WriteString(s[pos:m[0]])
		if count++; all || count == max(int(nth), 1) {
			for i := 0; i < len(with); i++ {
				group := -1
				switch {
				case with[i] == '&':
					group = 0
				case with[i] == '\\' && i+1 < len(with):
					i++
					if with[i] >= '0' && with[i] <= '9' {
						group = int(with[i] - '0')
					} else {
						b.WriteByte(with[i])
					}
				default:
					b.WriteByte(with[i])
				}
				if group >= 0 && 2*group+1 < len(m) && m[2*group] >= 0 {
					b.WriteString(s[m[2*group]:m[2*group+1]])
				}
			}
		} else {
			b.WriteString(s[m[0]:m[1]])
		}
		pos = m[1]
		if m[0] == m[1] {
			if pos < len(s) {
				b.WriteByte(s[pos])
			}
			pos++
		}
	}
	if pos <= len(s) {
		b.WriteString(s[pos:])
	}
	return str(b.String())
}

// substitute is sub and gsub.
func (in *interp) substitute(n *node, all bool) value {
	re := in.regexp(n.kids[0])
	w := in.eval(n.kids[1])
	with := w.text(in.convfmt())
	var target *node
	s := ""
	if len(n.kids) > 2 {
		target = n.kids[2]
		v := in.eval(target)
		s = v.text(in.convfmt())
	} else {
		s = in.rec()
	}
	var b strings.Builder
	count, pos, prev := 0, 0, -1
	for pos <= len(s) {
		m := re.Match(s, pos, pos > 0)
		if m == nil {
			break
		}
		if m[0] == m[1] && m[0] == prev {
			if pos >= len(s) {
				break
			}
			b.WriteByte(s[pos])
			pos++
			prev = -1
			continue
		}
		count++
		b.WriteString(s[pos:m[0]])
		for i := 0; i < len(with); i++ {
			switch {
			case with[i] == '\\' && i+1 < len(with) && (with[i+1] == '&' || with[i+1] == '\\'):
				i++
				b.WriteByte(with[i])
			case with[i] == '&':
				b.WriteString(s[m[0]:m[1]])
			default:
				b.WriteByte(with[i])
			}
		}
		prev = m[1]
		if m[0] == m[1] {
			if m[1] < len(s) {
				b.WriteByte(s[m[1]])
			}
			pos = m[1] + 1
		} else {
			pos = m[1]
		}
		if !all {
			break
		}
	}
	if count == 0 {
		return num(0)
	}
	if pos <= len(s) {
		b.WriteString(s[pos:])
	}
	if target == nil {
		in.setRecord(b.String())
	} else {
		in.assign(target, str(b.String()))
	}
	return num(float64(count))
}
