package picture_test

import (
	"testing"

	"layerlab.dev/core/picture"
)

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 7: "7 B", 999: "999 B", 1000: "1 kB", 1234: "1.23 kB", 12345: "12.3 kB", 123456: "123 kB",
		999499: "999 kB", 999500: "1 MB", 5290000: "5.29 MB", 552 * 1000 * 1000: "552 MB", 1 << 40: "1.1 TB",
	} {
		if got := picture.Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}
