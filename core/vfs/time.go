package vfs

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseTime reads seconds[.nanoseconds] as nanoseconds since the Unix epoch.
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
	return n*1e9 + f, nil
}
