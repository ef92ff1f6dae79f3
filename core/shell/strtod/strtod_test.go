package strtod_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"layerlab.dev/core/shell/strtod"
)

var tests = []struct {
	in   string
	v    float64
	rest string
}{
	{"", 0, ""},
	{"12", 12, ""},
	{" \t\n\v\f\r-12.5x", -12.5, "x"},
	{"+.5", .5, ""},
	{"5.", 5, ""},
	{"1e3", 1000, ""},
	{"1E-2e", .01, "e"},
	{"1e", 1, "e"},
	{"1e+", 1, "e+"},
	{"1.2.3", 1.2, ".3"},
	{"0x10", 0, "x10"},
	{"inf", 0, "inf"},
	{".", 0, "."},
	{"-", 0, "-"},
	{" e5", 0, " e5"},
	{"1e999", math.Inf(1), ""},
	{"-1e-999", math.Copysign(0, -1), ""},
}

func TestRead(t *testing.T) {
	for _, test := range tests {
		if v, rest := strtod.Read(test.in); v != test.v || math.Signbit(v) != math.Signbit(test.v) || rest != test.rest {
			t.Errorf("Read(%q) = %v, %q; want %v, %q", test.in, v, rest, test.v, test.rest)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, test := range tests {
		f.Add(test.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, rest := strtod.Read(s)
		if !strings.HasSuffix(s, rest) {
			t.Fatalf("Read(%q) leaves %q", s, rest)
		}
		if w, none := strtod.Read(s[:len(s)-len(rest)]); w != v || none != "" {
			t.Errorf("Read(%q) = %v, of what was read %v and %q", s, v, w, none)
		}
	})
}

func ExampleRead() {
	v, rest := strtod.Read(" 2.5kg")
	fmt.Printf("%v %q\n", v, rest)
	// Output: 2.5 "kg"
}
