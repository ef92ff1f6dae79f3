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

// relativeDate reads what GNU date adds to a date, or to now: "+1 day",
// "2 weeks ago", "yesterday".
func relativeDate(p *proc.Proc, s string, utc bool) (int64, bool) {
	loc := zone(p)
	if utc {
		loc = time.UTC
	}
	words := strings.Fields(s)
	at := time.Unix(floorDiv(p.Machine().Now(), 1e9), 0).In(loc)
	for i := len(words); i > 0; i-- {
		if t, ok := parseDate(p, strings.Join(words[:i], " "), utc); ok {
			at, words = time.Unix(t, 0).In(loc), words[i:]
			break
		}
	}
	sign := 1
	if n := len(words); n > 0 && words[n-1] == "ago" {
		sign, words = -1, words[:n-1]
	}
	for len(words) > 0 {
		switch words[0] {
		case "now", "today":
			words = words[1:]
			continue
		case "yesterday":
			at, words = at.AddDate(0, 0, -1), words[1:]
			continue
		case "tomorrow":
			at, words = at.AddDate(0, 0, 1), words[1:]
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(words[0], "+"))
		if err != nil || len(words) < 2 {
			return 0, false
		}
		n *= sign
		switch strings.TrimSuffix(words[1], "s") {
		case "year":
			at = at.AddDate(n, 0, 0)
		case "month":
			at = at.AddDate(0, n, 0)
		case "week":
			at = at.AddDate(0, 0, 7*n)
		case "day":
			at = at.AddDate(0, 0, n)
		case "hour":
			at = at.Add(time.Duration(n) * time.Hour)
		case "minute", "min":
			at = at.Add(time.Duration(n) * time.Minute)
		case "second", "sec":
			at = at.Add(time.Duration(n) * time.Second)
		default:
			return 0, false
		}
		words = words[2:]
	}
	return at.Unix(), true
}

// strptime reads a date by a format of strptime(3): numbers only.
func strptime(p *proc.Proc, s, format string, utc bool) (int64, bool) {
	loc := zone(p)
	if utc {
		loc = time.UTC
	}
	now := time.Unix(floorDiv(p.Machine().Now(), 1e9), 0).In(loc)
	y, mo, d := now.Date()
	month := int(mo)
	h, mi, se := 0, 0, 0
	number := func(digits int) (n int, ok bool) {
		i := 0
		for i < len(s) && i < digits && s[i] >= '0' && s[i] <= '9' {
			n = n*10 + int(s[i]-'0')
			i++
		}
		s = s[i:]
		return n, i > 0
	}
	format = strings.NewReplacer("%T", "%H:%M:%S", "%F", "%Y-%m-%d", "%D", "%m/%d/%y", "%R", "%H:%M").Replace(format)
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			if s == "" || s[0] != format[i] {
				return 0, false
			}
			s = s[1:]
			continue
		}
		i++
		n, ok := 0, true
		switch format[i] {
		case 'Y':
			n, ok = number(4)
			y = n
		case 'y':
			n, ok = number(2)
			if y = 1900 + n; n < 69 {
				y += 100
			}
		case 'm':
			n, ok = number(2)
			month = n
		case 'd', 'e':
			n, ok = number(2)
			d = n
		case 'H':
			n, ok = number(2)
			h = n
		case 'M':
			n, ok = number(2)
			mi = n
		case 'S':
			n, ok = number(2)
			se = n
		case 's':
			n, ok = number(18)
			return int64(n), ok && s == ""
		default:
			ok = false
		}
		if !ok {
			return 0, false
		}
	}
	if s != "" || month < 1 || month > 12 || d < 1 || d > 31 {
		return 0, false
	}
	return time.Date(y, time.Month(month), d, h, mi, se, 0, loc).Unix(), true
}

// parseDate reads a date as busybox's parse_datestr does, and a few more forms
// that only GNU date knows. The result is seconds since the epoch.
func parseDate(p *proc.Proc, s string, utc bool) (int64, bool) {
	loc := zone(p)
	if utc {
		loc = time.UTC
	}
	now := time.Unix(floorDiv(p.Machine().Now(), 1e9), 0).In(loc)
	if strings.HasPrefix(s, "@") {
		v, _, _ := strings.Cut(s[1:], ".")
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	if strings.HasSuffix(s, "Z") && strings.Contains(s, "T") {
		loc = time.UTC
		s = strings.TrimSuffix(s, "Z")
		s = strings.Replace(s, "T", " ", 1)
	}
	y, mo, d, h, mi, se := now.Year(), int(now.Month()), now.Day(), now.Hour(), now.Minute(), now.Second()
	done := func() (int64, bool) {
		if mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || se > 60 {
			return 0, false
		}
		return time.Date(y, time.Month(mo), d, h, mi, se, 0, loc).Unix(), true
	}
	scan := func(format string, a ...any) bool {
		var tail string
		n, _ := fmt.Sscanf(s, format+"%s", append(a, &tail)...)
		return n == len(a)
	}
	switch {
	case strings.Contains(s, ":"):
		if strings.ContainsAny(s, "/") {
			break
		}
		t := strings.Replace(s, "T", " ", 1)
		date, clock, two := strings.Cut(t, " ")
		if !two {
			if i := strings.IndexByte(t, '-'); i >= 0 && strings.Contains(t[:i], ".") {
				date, clock, two = t[:i], t[i+1:], true
				f := strings.Split(date, ".")
				nums, ok := ints(f)
				if !ok || len(f) < 2 || len(f) > 3 {
					return 0, false
				}
				if len(f) == 3 {
					y, nums = nums[0], nums[1:]
				}
				mo, d = nums[0], nums[1]
			}
		} else {
			nums, ok := ints(strings.Split(date, "-"))
			if !ok || len(nums) != 3 {
				break
			}
			y, mo, d = nums[0], nums[1], nums[2]
		}
		if !two {
			clock = t
		}
		clock, zoneText, hasZone := strings.Cut(clock, " ")
		clock, _, _ = strings.Cut(clock, ".")
		nums, ok := ints(strings.Split(clock, ":"))
		if !ok || len(nums) < 2 || len(nums) > 3 {
			break
		}
		h, mi = nums[0], nums[1]
		if p.GNU {
			se = 0
		}
		if len(nums) == 3 {
			se = nums[2]
		}
		if hasZone {
			switch {
			case zoneText == "UTC" || zoneText == "GMT" || zoneText == "Z" || zoneText == "+0000":
				loc = time.UTC
			case p.GNU && len(zoneText) == 5 && (zoneText[0] == '+' || zoneText[0] == '-'):
				z, err := time.Parse("-0700", zoneText)
				if err != nil {
					return 0, false
				}
				_, off := z.Zone()
				loc = time.FixedZone("", off)
			default:
				return 0, false
			}
		}
		return done()
	case len(s) == 10 && s[4] == '-' && s[7] == '-':
		nums, ok := ints(strings.Split(s, "-"))
		if !ok {
			break
		}
		y, mo, d = nums[0], nums[1], nums[2]
		if p.GNU {
			h, mi, se = 0, 0, 0
		}
		return done()
	}
	digits, frac, _ := strings.Cut(s, ".")
	if strings.Trim(digits, "0123456789") == "" && digits != "" {
		at := func(i int) int { n, _ := strconv.Atoi(digits[i : i+2]); return n }
		se = 0
		if frac != "" {
			n, err := strconv.Atoi(frac)
			if err != nil || len(frac) != 2 {
				return 0, false
			}
			se = n
		}
		switch len(digits) {
		case 2:
			mi = at(0)
		case 4:
			h, mi = at(0), at(2)
		case 6:
			d, h, mi = at(0), at(2), at(4)
		case 8:
			if p.GNU {
				y, _ = strconv.Atoi(digits[:4])
				mo, d = at(4), at(6)
				h, mi = 0, 0
				break
			}
			mo, d, h, mi = at(0), at(2), at(4), at(6)
		case 10:
			y = at(0)
			if y < 69 {
				y += 2000
			} else {
				y += 1900
			}
			mo, d, h, mi = at(2), at(4), at(6), at(8)
		case 12, 14:
			y, _ = strconv.Atoi(digits[:4])
			mo, d, h, mi = at(4), at(6), at(8), at(10)
			if len(digits) == 14 {
				se = at(12)
			}
		default:
			return 0, false
		}
		return done()
	}
	for _, layout := range []string{"Jan 2 2006", "2 Jan 2006", "January 2 2006", "2 January 2006", "Jan 2, 2006", "Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006", "Mon, 2 Jan 2006 15:04:05 -0700", "02-Jan-2006"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			if !p.GNU && !strings.Contains(layout, ":") {
				break
			}
			return t.Unix(), true
		}
	}
	if p.GNU {
		switch s {
		case "now", "today", "":
			return now.Unix(), true
		case "yesterday":
			return now.AddDate(0, 0, -1).Unix(), true
		case "tomorrow":
			return now.AddDate(0, 0, 1).Unix(), true
		}
		var n int
		var unit string
		if scan("%d %s", &n, &unit) || len(strings.Fields(s)) >= 2 {
			f := strings.Fields(s)
			n, err := strconv.Atoi(f[0])
			if err == nil {
				if len(f) > 2 && f[2] == "ago" {
					n = -n
				}
				switch strings.TrimSuffix(f[1], "s") {
				case "day":
					return now.AddDate(0, 0, n).Unix(), true
				case "week":
					return now.AddDate(0, 0, 7*n).Unix(), true
				case "month":
					return now.AddDate(0, n, 0).Unix(), true
				case "year":
					return now.AddDate(n, 0, 0).Unix(), true
				case "hour":
					return now.Unix() + int64(n)*3600, true
				case "minute", "min":
					return now.Unix() + int64(n)*60, true
				case "second", "sec":
					return now.Unix() + int64(n), true
				}
			}
		}
	}
	return 0, false
}

func ints(f []string) ([]int, bool) {
	out := make([]int, len(f))
	for i, s := range f {
		n, err := strconv.Atoi(s)
		if err != nil || s[0] == '+' || s[0] == '-' {
			return nil, false
		}
		out[i] = n
	}
	return out, true
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
			sec, nsec = floorDiv(n.MTime, 1e9), 0
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
		if strings.HasPrefix(text, "@-") && !p.GNU {
			ok = false
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
