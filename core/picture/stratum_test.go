package picture_test

import (
	"fmt"
	"strings"
	"testing"

	"layerlab.dev/core/picture"
)

// Whatever a layer holds, its parts fill the stratum, none too narrow to see.
func TestPartsFillTheStratum(t *testing.T) {
	sizes := []int64{0, 1, 5, 1e3, 1e9, 1 << 62}
	for _, added := range sizes {
		for _, modified := range sizes[:5] {
			for _, hidden := range sizes {
				for _, removed := range sizes {
					c := picture.Content{Size: added/2 + modified, Added: 1, Modified: 1, Removed: 1,
						AddedBytes: added / 2, ModifiedBytes: modified, HiddenBytes: hidden, RemovedBytes: removed}
					x := 0
					for _, p := range c.Parts() {
						if p.X != x || p.W < 6 {
							t.Fatalf("%+v: part %+v at %d", c, p, x)
						}
						x += p.W
					}
					if x != 100 || c.Height() < 28 || c.Height() > 120 {
						t.Fatalf("%+v: %d hundredths, %d high", c, x, c.Height())
					}
				}
			}
		}
	}
}

func TestHollow(t *testing.T) {
	c := picture.Content{Hollow: true, Size: 5}
	if c.Parts() != nil || c.Height() != picture.EmptyHeight {
		t.Errorf("parts %v, %d high", c.Parts(), c.Height())
	}
}

func ExampleContent() {
	c := picture.Content{Size: 1_000_000, Added: 1, AddedBytes: 1_000_000, HiddenBytes: 500_000}
	fmt.Println(c.Height(), c.Parts())
	// Output: 88 [{added 0 50} {hidden 50 50}]
}

// What is there has its part, be it without bytes.
func TestPartsWithoutBytes(t *testing.T) {
	for _, test := range []struct {
		c    picture.Content
		want string
	}{
		{picture.Content{Size: 100, Added: 1, Modified: 1, ModifiedBytes: 100}, "added modified"},
		{picture.Content{Size: 100, Added: 1, AddedBytes: 100, Modified: 1}, "added modified"},
		{picture.Content{Size: 100, Added: 1, AddedBytes: 100, Removed: 1}, "added removed"},
		{picture.Content{Added: 1}, "added"},
		{picture.Content{Removed: 1}, "removed"},
	} {
		var got []string
		for _, p := range test.c.Parts() {
			got = append(got, p.Fate)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%+v: %q, want %q", test.c, got, test.want)
		}
	}
}
