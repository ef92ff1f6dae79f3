package formatter

import "testing"

func TestValidAgreesWithTheParser(t *testing.T) {
	hex := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for s, want := range map[string]bool{
		"busybox:latest":                   true,
		"library/name-2:1.0":               true,
		"localhost:5000/team/app:1.2":      true,
		"reg.example.org:443/a_b/c:_x":     true,
		"app@sha256:" + hex:                true,
		"localhost:5000/app@sha256:" + hex: true,
		"a__b/c--d:x":                      true,
		"A.B/c:d":                          true,
		"":                                 false,
		"A:b":                              false,
		"a//b:c":                           false,
		"a-:b":                             false,
		"a:-b":                             false,
		"a:b c":                            false,
		"a_b:5000/c:d":                     false,
		"localhost:/c:d":                   false,
		"localhost:50x/c:d":                false,
		"app@sha256:" + hex[:63]:           false,
		"app@sha256:" + hex[:63] + "G":     false,
		"<none>:<none>":                    false,
		hex + ":x":                         true,
		"a@b@sha256:" + hex:                false,
	} {
		if got := valid(s); got != want {
			t.Errorf("valid(%q) = %v, want %v", s, got, want)
		}
		if wellFormed(s) && !want {
			t.Errorf("wellFormed(%q)", s)
		}
	}
}

func TestEllipsis(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"a\xffbc", 3, "a\xff…"},
		{"ab", 1, "…"},
	} {
		if got := Ellipsis(c.s, c.n); got != c.want {
			t.Errorf("Ellipsis(%q, %d) = %q, want %q", c.s, c.n, got, c.want)
		}
	}
}
