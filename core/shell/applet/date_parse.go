package applet

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/shell/proc"
)

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
	if p.GNU {
		s = strings.TrimSpace(s)
	}
	if strings.HasPrefix(s, "@") {
		v, _, part := strings.Cut(s[1:], ".")
		n, err := strconv.ParseInt(v, 10, 64)
		if errors.Is(err, strconv.ErrRange) && p.GNU {
			err = nil
		}
		return n, err == nil && !(part && !p.GNU)
	}
	if p.GNU && strings.HasSuffix(s, "Z") && strings.Contains(s, "T") {
		loc = time.UTC
		s = strings.TrimSuffix(s, "Z")
		s = strings.Replace(s, "T", " ", 1)
	}
	y, mo, d, h, mi, se := now.Year(), int(now.Month()), now.Day(), now.Hour(), now.Minute(), now.Second()
	done := func() (int64, bool) {
		if mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || se > 61 || p.GNU && se > 60 {
			return 0, false
		}
		if p.GNU && d > time.Date(y, time.Month(mo)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
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
		t := s
		if p.GNU && len(s) > 10 && s[10] == 'T' {
			t = s[:10] + " " + s[11:]
		}
		date, clock, two := strings.Cut(t, " ")
		if !two {
			if i := strings.IndexByte(t, '-'); !p.GNU && i >= 0 && strings.Contains(t[:i], ".") {
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
			if year, _, _ := strings.Cut(date, "-"); p.GNU && len(year) == 2 {
				if y += 1900; y < 1969 {
					y += 100
				}
			}
		}
		if !two {
			clock = t
		}
		clock, zoneText, hasZone := strings.Cut(clock, " ")
		if p.GNU {
			clock, _, _ = strings.Cut(clock, ".")
		}
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
			case zoneText == "Z" || p.GNU && (zoneText == "UTC" || zoneText == "GMT"):
				loc = time.UTC
			default:
				z, err := time.Parse("-0700", strings.Replace(zoneText, ":", "", 1))
				if err != nil {
					return 0, false
				}
				_, off := z.Zone()
				loc = time.FixedZone("", off)
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
	case len(s) > 11 && s[4] == '-' && s[7] == '-' && s[10] == ' ':
		nums, ok := ints(strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == ' ' }))
		if !ok || len(nums) != 4 {
			break
		}
		y, mo, d, h = nums[0], nums[1], nums[2], nums[3]
		if p.GNU {
			mi, se = 0, 0
		}
		return done()
	}
	digits, frac, _ := strings.Cut(s, ".")
	if strings.Trim(digits, "0123456789") == "" && digits != "" {
		at := func(i int) int { n, _ := strconv.Atoi(digits[i : i+2]); return n }
		se = 0
		if frac != "" {
			n, err := strconv.Atoi(frac)
			if err != nil || len(frac) != 2 && (p.GNU || len(frac) != 1) {
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
	for _, layout := range []string{"Jan 2 2006", "2 Jan 2006", "January 2 2006", "2 January 2006", "Jan 2, 2006", "Jan 2 15:04:05 2006", "January 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006", "Mon, 2 Jan 2006 15:04:05 -0700", "02-Jan-2006"} {
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

// fraction is what GNU reads behind the seconds of a date, in nanoseconds.
func fraction(p *proc.Proc, s string) int64 {
	clock, digits, ok := strings.Cut(s, ".")
	if !p.GNU || !ok || !strings.HasPrefix(s, "@") && !strings.Contains(clock, ":") {
		return 0
	}
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	n, _ := strconv.ParseInt((digits[:end] + "000000000")[:9], 10, 64)
	return n
}
