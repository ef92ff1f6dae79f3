package applet

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/shell/proc"
)

// zone returns the time zone of the process: TZ as POSIX writes it, without
// rules for summer time; UTC where it is not set or not understood.
func zone(p *proc.Proc) *time.Location {
	tz, _ := p.Getenv("TZ")
	return parseZone(tz)
}

func parseZone(tz string) *time.Location {
	tz = strings.TrimPrefix(tz, ":")
	name := ""
	i := 0
	if strings.HasPrefix(tz, "<") {
		end := strings.IndexByte(tz, '>')
		if end < 0 {
			return time.UTC
		}
		name, i = tz[1:end], end+1
	} else {
		for i < len(tz) && (tz[i]|32 >= 'a' && tz[i]|32 <= 'z') {
			i++
		}
		name = tz[:i]
	}
	if len(name) < 3 || i >= len(tz) {
		return time.UTC
	}
	sign := -1
	switch tz[i] {
	case '-':
		sign = 1
		i++
	case '+':
		i++
	}
	parts := strings.SplitN(tz[i:], ":", 3)
	offset := 0
	for k, unit := range []int{3600, 60, 1} {
		if k >= len(parts) {
			break
		}
		digits := parts[k]
		for j := range len(digits) {
			if digits[j] < '0' || digits[j] > '9' {
				digits = digits[:j]
				break
			}
		}
		n, err := strconv.Atoi(digits)
		if err != nil {
			if k == 0 {
				return time.UTC
			}
			break
		}
		offset += n * unit
	}
	return time.FixedZone(name, sign*offset)
}

// strftime formats seconds since the epoch.
func strftime(p *proc.Proc, format string, sec, nsec int64) string {
	return strftimeIn(format, time.Unix(sec, nsec).In(zone(p)))
}

func strftimeIn(format string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 >= len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		padding := byte(0)
		for i < len(format)-1 && strings.IndexByte("-_0^#EO", format[i]) >= 0 {
			padding = format[i]
			i++
		}
		two := func(n int, fill byte) {
			if padding == '-' {
				fmt.Fprintf(&b, "%d", n)
				return
			}
			if padding == '_' {
				fill = ' '
			}
			if padding == '0' {
				fill = '0'
			}
			if n < 10 {
				b.WriteByte(fill)
			}
			fmt.Fprintf(&b, "%d", n)
		}
		text := func(s string) {
			if padding == '^' {
				s = strings.ToUpper(s)
			}
			b.WriteString(s)
		}
		hour12 := t.Hour() % 12
		if hour12 == 0 {
			hour12 = 12
		}
		switch c := format[i]; c {
		case '%':
			b.WriteByte('%')
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'Y':
			fmt.Fprintf(&b, "%d", t.Year())
		case 'C':
			two(t.Year()/100, '0')
		case 'y':
			two(t.Year()%100, '0')
		case 'm':
			two(int(t.Month()), '0')
		case 'd':
			two(t.Day(), '0')
		case 'e':
			two(t.Day(), ' ')
		case 'H':
			two(t.Hour(), '0')
		case 'k':
			two(t.Hour(), ' ')
		case 'I':
			two(hour12, '0')
		case 'l':
			two(hour12, ' ')
		case 'M':
			two(t.Minute(), '0')
		case 'S':
			two(t.Second(), '0')
		case 'N':
			fmt.Fprintf(&b, "%09d", t.Nanosecond())
		case 's':
			fmt.Fprintf(&b, "%d", t.Unix())
		case 'p':
			text(t.Format("PM"))
		case 'P':
			text(t.Format("pm"))
		case 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		case 'a':
			text(t.Format("Mon"))
		case 'A':
			text(t.Format("Monday"))
		case 'b', 'h':
			text(t.Format("Jan"))
		case 'B':
			text(t.Format("January"))
		case 'u':
			wd := int(t.Weekday())
			if wd == 0 {
				wd = 7
			}
			fmt.Fprintf(&b, "%d", wd)
		case 'w':
			fmt.Fprintf(&b, "%d", int(t.Weekday()))
		case 'U':
			two((t.YearDay()+6-int(t.Weekday()))/7, '0')
		case 'W':
			two((t.YearDay()+6-(int(t.Weekday())+6)%7)/7, '0')
		case 'V':
			_, w := t.ISOWeek()
			two(w, '0')
		case 'G':
			y, _ := t.ISOWeek()
			fmt.Fprintf(&b, "%d", y)
		case 'g':
			y, _ := t.ISOWeek()
			two(y%100, '0')
		case 'D', 'x':
			b.WriteString(t.Format("01/02/06"))
		case 'F':
			b.WriteString(strftimeIn("%Y-%m-%d", t))
		case 'T', 'X':
			b.WriteString(t.Format("15:04:05"))
		case 'R':
			b.WriteString(t.Format("15:04"))
		case 'r':
			b.WriteString(t.Format("03:04:05 PM"))
		case 'c':
			b.WriteString(strftimeIn("%a %b %e %H:%M:%S %Y", t))
		case 'z':
			b.WriteString(t.Format("-0700"))
		case ':':
			if i+1 < len(format) && format[i+1] == 'z' {
				i++
				b.WriteString(t.Format("-07:00"))
			}
		case 'Z':
			name, _ := t.Zone()
			text(name)
		default:
			b.WriteByte('%')
			b.WriteByte(c)
		}
	}
	return b.String()
}

func date(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "Rs:ud:r:I::D:", "rfc-822=R", "rfc-email=R", "set=s", "utc=u", "universal=u", "date=d", "reference=r", "iso-8601=I")
	args := o.Rest
	format := ""
	if len(args) > 0 && strings.HasPrefix(args[0], "+") {
		format = args[0][1:]
		args = args[1:]
	}
	if o.Has('u') {
		p.Setenv("TZ", "UTC0")
	}
	now := p.Machine().Now()
	sec, nsec := floorDiv(now, 1e9), now-floorDiv(now, 1e9)*1e9
	text := o.Arg('d')
	has := o.Has('d')
	set := o.Has('s')
	if set {
		text, has = o.Arg('s'), true
	}
	if !has && len(args) > 0 {
		text, has, set = args[0], true, true
		args = args[1:]
	}
	if len(args) > 0 {
		return usage(p)
	}
	if o.Has('r') {
		n, err := p.Stat(o.Arg('r'))
		if err != nil {
			if t, e := strconv.ParseInt(o.Arg('r'), 10, 64); e == nil && !p.GNU {
				sec, nsec = t, 0
			} else {
				if !p.GNU {
					p.Die("can't stat '%s': %s", o.Arg('r'), proc.Text(err))
				}
				p.Die("%s: %s", o.Arg('r'), proc.Text(err))
			}
		} else {
			sec, nsec = n.Time().Sec, 0
		}
	}
	if has {
		t, ok := int64(0), false
		if o.Has('D') {
			t, ok = strptime(p, text, o.Arg('D'), o.Has('u'))
		} else {
			t, ok = parseDate(p, text, o.Has('u'))
		}
		if !ok && p.GNU {
			t, ok = relativeDate(p, text, o.Has('u'))
		}
		if t == -1 && !p.GNU {
			ok = false // which is what mktime(3) says of a time it cannot tell
		}
		if !ok {
			if p.GNU {
				p.Die("invalid date ‘%s’", text)
			}
			p.Die("invalid date '%s'", text)
		}
		sec, nsec = t, 0
	}
	status := 0
	if set {
		p.Warn("can't set date: Operation not permitted")
		if p.GNU {
			status = 1
		}
	}
	switch {
	case format != "":
	case o.Has('I'):
		switch arg := o.Arg('I'); {
		case arg == "" || strings.HasPrefix("date", arg):
			format = "%Y-%m-%d"
		case strings.HasPrefix("hours", arg):
			format = "%Y-%m-%dT%H%:z"
		case strings.HasPrefix("minutes", arg):
			format = "%Y-%m-%dT%H:%M%:z"
		default:
			format = "%Y-%m-%dT%H:%M:%S%:z"
		}
	case o.Has('R'):
		format = "%a, %d %b %Y %H:%M:%S %z"
	default:
		format = "%a %b %e %H:%M:%S %Z %Y"
	}
	p.Puts(strftime(p, format, sec, nsec) + "\n")
	return status
}
