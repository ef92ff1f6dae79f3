package unxz_test

import (
	"testing"

	"layerlab.dev/core/shell/unxz"
)

func TestFiltered(t *testing.T) {
	const stream = unxz.Magic + "\x00\x04\xe6\xd6\xb4\x46"
	for name, c := range map[string]struct {
		head string
		want bool
	}{
		"LZMA2 alone":     {stream + "\x02\x00!\x01", false},
		"x86 and LZMA2":   {stream + "\x02\x01\x04\x00", true},
		"three and LZMA2": {stream + "\x04\x03", true},
		"sizes are given": {stream + "\x03\xc0", false},
		"no block":        {stream + "\x00\x01", false},
		"cut short":       {(stream + "\x02\x01")[:13], false},
		"another format":  {"\x1f\x8b" + stream[2:] + "\x02\x01", false},
		"nothing":         {"", false},
	} {
		if got := unxz.Filtered([]byte(c.head)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
