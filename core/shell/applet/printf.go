package applet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/strtod"
)

// printf is the applet and the builtin of all shells; bash has %q and %(…)T.
func printf(p *proc.Proc, bash bool) int {
	args := p.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 && p.GNU {
		return wrong(p, "missing operand")
	}
	if len(args) == 0 {
		p.Errorf("%s", version(p.Plain)+tables()[p.Plain].usage["printf"])
		return 1
	}
	f := formatter{p: p, args: args[1:], bash: bash, sh: &Shell{Bash: bash}, program: true}
	p.Out().Write(f.run(args[0]))
	return f.status
}

// builtinPrintf is the printf of a shell.
func builtinPrintf(p *proc.Proc, s *Shell) int {
	args := p.Args[1:]
	switch {
	case len(args) > 0 && args[0] == "--":
		args = args[1:]
	case s.Dash && len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-':
		s.warn(p, "Illegal option -%c", args[0][1])
		return 2
	}
	if len(args) == 0 {
		switch {
		case s.Bash:
			p.Errorf("printf: usage: printf [-v var] format [arguments]\n")
		case s.Dash:
			s.warn(p, "usage: printf format [arg ...]")
		default:
			s.warn(p, "usage: printf FORMAT [ARGUMENT...]")
		}
		return 2
	}
	f := formatter{p: p, args: args[1:], bash: s.Bash, sh: s}
	p.Out().Write(f.run(args[0]))
	return f.status
}

type formatter struct {
	p       *proc.Proc
	args    []string
	bash    bool
	sh      *Shell
	program bool // /usr/bin/printf, no builtin
	status  int
	used    bool
	stop    bool
}

// warn complains by the name of the program or the builtin.
func (f *formatter) warn(format string, a ...any) {
	if f.program {
		f.p.Warn(format, a...)
		return
	}
	f.sh.warn(f.p, format, a...)
}

// Printf formats as the builtin printf of a shell does.
func Printf(p *proc.Proc, format string, args []string, s *Shell) (out []byte, status int) {
	f := formatter{p: p, args: args, bash: s.Bash, sh: s}
	return f.run(format), f.status
}

func (f *formatter) run(format string) []byte {
	var out []byte
	for {
		f.used = false
		n := len(f.args)
		out = f.once(out, format)
		if f.stop || len(f.args) == 0 || !f.used || len(f.args) == n {
			return out
		}
	}
}

func (f *formatter) next() string {
	f.used = true
	if len(f.args) == 0 {
		return ""
	}
	a := f.args[0]
	f.args = f.args[1:]
	return a
}

func (f *formatter) once(out []byte, format string) []byte {
	for i := 0; i < len(format) && !f.stop; i++ {
		c := format[i]
		if c == '\\' {
			end := i + 2
			if f.sh.Dash && i+1 < len(format) && format[i+1] == 'x' {
				out = append(out, '\\')
				continue
			}
			for end < len(format) && end < i+4 && (format[i+1] == 'x' && isHex(format[end]) || format[i+1] >= '0' && format[i+1] <= '7' && format[end] >= '0' && format[end] <= '7') {
				end++
			}
			if i+1 < len(format) && format[i+1] == 'c' {
				f.stop = true
				return out
			}
			if f.bash && i+1 < len(format) && (format[i+1] == 'u' || format[i+1] == 'U') {
				end = i + 2
				for end < len(format) && end < i+10 && isHex(format[end]) {
					end++
				}
				n, _ := strconv.ParseUint(format[i+2:end], 16, 32)
				out = utf8.AppendRune(out, rune(n))
				i = end - 1
				continue
			}
			if f.bash && i+1 < len(format) && (format[i+1] == '"' || format[i+1] == '\'') {
				out = append(out, format[i+1])
				i++
				continue
			}
			end = min(end, len(format))
			text, _ := unescape(format[i:end], false, false)
			out = append(out, text...)
			i = end - 1
			continue
		}
		if c != '%' {
			out = append(out, c)
			continue
		}
		if i+1 < len(format) && format[i+1] == '%' {
			out = append(out, '%')
			i++
			continue
		}
		j := i + 1
		flags := ""
		for j < len(format) && strings.IndexByte("-+ #0'", format[j]) >= 0 {
			flags += format[j : j+1]
			j++
		}
		width, prec := 0, -1
		if j < len(format) && format[j] == '*' {
			width = int(f.integer(f.next()))
			if width < 0 {
				flags += "-"
				width = -width
			}
			j++
		} else {
			for j < len(format) && format[j] >= '0' && format[j] <= '9' {
				width = min(width*10+int(format[j]-'0'), 1<<20)
				j++
			}
		}
		if j < len(format) && format[j] == '.' {
			j++
			prec = 0
			if j < len(format) && format[j] == '*' {
				prec = int(f.integer(f.next()))
				j++
			} else {
				for j < len(format) && format[j] >= '0' && format[j] <= '9' {
					prec = min(prec*10+int(format[j]-'0'), 1<<20)
					j++
				}
			}
		}
		spec := format[i:j]
		for !f.sh.Dash && j < len(format) && strings.IndexByte("hlLjzt", format[j]) >= 0 {
			j++
		}
		if j >= len(format) {
			f.invalid(spec, "")
			return out
		}
		verb := format[j]
		text, ok := f.verb(verb, flags, width, prec)
		if !ok {
			if verb == '(' && f.bash {
				end := strings.Index(format[j:], ")T")
				if end > 0 {
					t := f.p.Machine().Now() / 1e9
					if a := f.next(); a != "" && a != "-1" && a != "-2" {
						t = f.integer(a)
					}
					out = append(out, pad(strftime(f.p, format[j+1:j+end], t, 0), flags, width)...)
					i = j + end + 1
					continue
				}
			}
			f.invalid(spec, format[j:])
			return out
		}
		out = append(out, text...)
		i = j
	}
	return out
}

// invalid complains of a conversion: spec goes before its letter, with which
// rest begins.
func (f *formatter) invalid(spec, rest string) {
	f.stop, f.status = true, 1
	switch {
	case f.program && f.p.GNU:
		f.warn("%s%s: invalid conversion specification", spec, rest[:min(1, len(rest))])
	case f.bash && rest == "":
		f.warn("`%s': missing format character", spec)
	case f.bash:
		f.warn("`%c': invalid format character", rest[0])
	case f.sh.Dash:
		f.status = 2
		f.warn("%s%s: invalid directive", spec, rest[:min(1, len(rest))])
	default:
		f.warn("%s%s: invalid format", spec, rest)
	}
}

func (f *formatter) verb(verb byte, flags string, width, prec int) (string, bool) {
	switch verb {
	case 's', 'b', 'q':
		a := f.next()
		switch {
		case verb == 'b':
			text, stop := unescape(a, true, false)
			a, f.stop = string(text), stop
		case verb == 'q' && f.program && f.p.GNU:
			a = shellQuote(a)
		case verb == 'q' && f.bash:
			a = quoteWord(a)
		case verb == 'q':
			return "", false
		}
		if prec >= 0 && prec < len(a) {
			a = a[:prec]
		}
		return pad(a, flags, width), true
	case 'c':
		a := f.next()
		if a != "" {
			a = a[:1]
		} else {
			a = "\x00"
		}
		return pad(a, flags, width), true
	case 'd', 'i', 'o', 'u', 'x', 'X':
		n := f.integer(f.next())
		return formatInt(verb, flags, width, prec, n), true
	case 'e', 'E', 'f', 'F', 'g', 'G', 'a', 'A':
		a := f.next()
		v, ok := f.float(a)
		_ = ok
		return formatFloat(verb, flags, width, prec, v), true
	}
	return "", false
}

// integer reads a number as strtoll with base 0 does; 'c is a character.
func (f *formatter) integer(a string) int64 {
	if a == "" {
		if !f.bash && !f.sh.Dash && !(f.args == nil && !f.used) {
			f.badNumber(a, a)
		}
		return 0
	}
	if a[0] == '\'' || a[0] == '"' {
		if len(a) == 1 {
			return 0
		}
		r, n := utf8.DecodeRuneInString(a[1:])
		if r == utf8.RuneError && n <= 1 || !f.bash {
			return int64(a[1])
		}
		return int64(r)
	}
	t := strings.TrimLeft(a, " \t\n")
	n, rest := leadingInt(t)
	if rest != "" || t == "" {
		f.badNumber(a, rest)
		if !f.bash && !f.sh.Dash {
			return 0
		}
	} else if digits := strings.TrimLeft(t, "+-"); len(digits) > 18 {
		if _, err := strconv.ParseInt(t, 0, 64); err != nil {
			_, err := strconv.ParseUint(t, 0, 64)
			switch {
			case !f.bash && !f.sh.Dash && err != nil, f.sh.Ash:
				f.badNumber(a, a)
				return 0
			case f.bash:
				f.warn("warning: %s: Numerical result out of range", a)
				n = clamp(t)
			case f.sh.Dash:
				f.status = 1
				f.warn("%s: Numerical result out of range", a)
				n = clamp(t)
			}
		}
	}
	return n
}

// clamp is the number nearest to one that is too large.
func clamp(t string) int64 {
	if t[0] == '-' {
		return math.MinInt64
	}
	return math.MaxInt64
}

// badNumber complains of a number of which rest could not be read.
func (f *formatter) badNumber(a, rest string) {
	f.status = 1
	switch {
	case f.program && f.p.GNU && rest != "" && rest != a:
		f.warn("‘%s’: value not completely converted", a)
	case f.program && f.p.GNU:
		f.warn("‘%s’: expected a numeric value", a)
	case f.bash:
		f.warn("%s: invalid number", a)
	case f.sh.Dash && rest != "" && rest != a:
		f.warn("%s: not completely converted", a)
	case f.sh.Dash:
		f.warn("%s: expected numeric value", a)
	default:
		f.warn("invalid number '%s'", a)
	}
}

func (f *formatter) float(a string) (float64, bool) {
	if a == "" {
		return 0, true
	}
	if a[0] == '\'' || a[0] == '"' {
		return float64(f.integer(a)), true
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(a), 64)
	if err != nil {
		if n, rest := leadingInt(a); rest == "" {
			return float64(n), true
		}
		if v, rest := strtod.Read(a); rest != a && (f.bash || f.sh.Dash) {
			f.badNumber(a, rest)
			return v, false
		}
		f.badNumber(a, a)
		return 0, false
	}
	return v, true
}

// shellQuote quotes a word where a shell would need it, as GNU's programs do.
func shellQuote(s string) string {
	plain := s != ""
	for i := range len(s) {
		c := s[i]
		switch {
		case c < ' ' || c == 127:
			return quoteControl(s)
		case strings.IndexByte(" !\"$&'()*;<=>?[\\^`|", c) >= 0, i == 0 && (c == '#' || c == '~'):
			plain = false
		}
	}
	switch {
	case plain:
		return s
	case strings.Contains(s, "'") && !strings.ContainsAny(s, "\"$`\\!"):
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// quoteControl is shellQuote for what has control characters.
func quoteControl(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c != 127 {
			if c == '\'' {
				b.WriteString(`'\''`)
			} else {
				b.WriteByte(c)
			}
			i++
			continue
		}
		b.WriteString("'$'")
		for i < len(s) && (s[i] < ' ' || s[i] == 127) {
			if j := strings.IndexByte("\a\b\t\n\v\f\r", s[i]); j >= 0 {
				b.WriteString("\\" + "abtnvfr"[j:j+1])
			} else {
				fmt.Fprintf(&b, `\%03o`, s[i])
			}
			i++
		}
		b.WriteString("''")
	}
	b.WriteByte('\'')
	return b.String()
}

// quoteWord is bash's %q.
func quoteWord(s string) string {
	if s == "" {
		return "''"
	}
	for _, r := range s {
		if r < ' ' || r == 127 {
			return "$'" + strings.NewReplacer("\n", `\n`, "\t", `\t`, "\r", `\r`, "\a", `\a`, "\b", `\b`, "\x1b", `\E`, `\`, `\\`, `'`, `\'`).Replace(s) + "'"
		}
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(" !\"#$&'()*,;<>?[\\]^`{|}~", s[i]) >= 0 && !(s[i] == '#' && i > 0) && !(s[i] == '~' && i > 0) {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
