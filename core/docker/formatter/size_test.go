package formatter_test

import (
	"testing"

	units "github.com/docker/go-units"

	"layerlab.dev/core/docker/formatter"
)

// TestSize holds the sizes of lists to the library that docker prints them with.
func TestSize(t *testing.T) {
	for _, n := range []int64{0, 1, 999, 1000, 1001, 1234, 9995, 9999, 10000, 99949, 99950, 999499, 999500, 999999, 1000000, 4382000, 1e9, 123456789012, 1e15, 1 << 62} {
		if got, want := formatter.Size(n), units.HumanSizeWithPrecision(float64(n), 3); got != want {
			t.Errorf("Size(%d) = %s, go-units' %s", n, got, want)
		}
		if got, want := formatter.LongSize(n), units.HumanSize(float64(n)); got != want {
			t.Errorf("LongSize(%d) = %s, go-units' %s", n, got, want)
		}
	}
}
