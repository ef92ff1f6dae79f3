package vfs

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Time is a point in time: seconds since the Unix epoch and nanoseconds, from 0
// to 999999999, after them.
type Time struct{ Sec, Nsec int64 }

// Nanoseconds returns the time ns nanoseconds after the Unix epoch.
func Nanoseconds(ns int64) Time {
	t := Time{ns / 1e9, ns % 1e9}
	if t.Nsec < 0 {
		t.Sec--
		t.Nsec += 1e9
	}
	return t
}

// Compare returns -1, 0 or 1 where t is before, at or after o.
func (t Time) Compare(o Time) int {
	return cmp.Or(cmp.Compare(t.Sec, o.Sec), cmp.Compare(t.Nsec, o.Nsec))
}

// Whole returns the second that t is in.
func (t Time) Whole() Time { return Time{t.Sec, 0} }

// Time returns the mtime.
func (m *Meta) Time() Time {
	if m.Far != 0 {
		return Time{m.Far, 0}
	}
	return Nanoseconds(m.MTime)
}

// SetTime sets the mtime. Of one before 1677 or after 2262 the nanoseconds are
// lost.
func (m *Meta) SetTime(t Time) {
	m.MTime, m.Far = nanoseconds(t.Sec, t.Nsec), 0
	if Nanoseconds(m.MTime).Sec != t.Sec {
		m.Far = t.Sec
	}
}

// nanoseconds is sec*1e9 + nsec, or the nearest number there is.
func nanoseconds(sec, nsec int64) int64 {
	const most = math.MaxInt64 / 1_000_000_000
	switch {
	case sec >= most && (sec > most || nsec > math.MaxInt64%1_000_000_000):
		return math.MaxInt64
	case sec < -most-1 || sec == -most-1 && nsec < 1_000_000_000-math.MaxInt64%1_000_000_000:
		return math.MinInt64
	case sec < 0:
		return (sec+1)*1e9 + (nsec - 1e9)
	}
	return sec*1e9 + nsec
}

// Sent is the mtime that a file dated t has once BuildKit's client has sent it,
// in nanoseconds since the Unix epoch. The client counts them in 64 bits (fsutil
// Stat, time.Time.UnixNano): what comes after 2262 goes round and comes out before
// 1970; and 1901 is the earliest time that the file system on the other side,
// taken to be ext4, can hold.
func Sent(t Time) int64 { return max(t.Sec*1e9+t.Nsec, -1<<31*1e9) }

// ParseTime reads the mtime of a file of a build context, seconds[.nanoseconds],
// as the nanoseconds since the Unix epoch that it has once it is sent: see Sent.
func ParseTime(s string) (int64, error) {
	sec, frac, _ := strings.Cut(s, ".")
	if sec == "" {
		sec = "0"
	}
	n, err := strconv.ParseInt(sec, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("time %q: want seconds[.nanoseconds]", s)
	}
	f, err := strconv.ParseInt((frac + "000000000")[:9], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("time %q: want seconds[.nanoseconds]", s)
	}
	if strings.HasPrefix(sec, "-") {
		f = -f
	}
	return Sent(Time{n, f}), nil
}
