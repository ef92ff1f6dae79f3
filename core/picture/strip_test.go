package picture_test

import (
	"fmt"
	"slices"
	"testing"

	"layerlab.dev/core/picture"
)

func TestStrip(t *testing.T) {
	for _, test := range []struct {
		name, digest string
		want         []picture.Block
	}{
		{"empty", "", nil},
		{"seven bytes", "sha256:00112233445566", nil},
		{"not hexadecimal", "sha256:zz112233445566778899", nil},
		{
			"lowest and highest bytes", "sha256:00ff0ff000000000",
			[]picture.Block{
				{X: 0, Y: 9, W: 5, H: 3, Hue: 0}, {X: 6, Y: 0, W: 5, H: 12, Hue: 15},
				{X: 12, Y: 0, W: 5, H: 12, Hue: 0}, {X: 18, Y: 9, W: 5, H: 3, Hue: 15},
				{X: 24, Y: 9, W: 5, H: 3}, {X: 30, Y: 9, W: 5, H: 3}, {X: 36, Y: 9, W: 5, H: 3}, {X: 42, Y: 9, W: 5, H: 3},
			},
		},
	} {
		if got := picture.Strip(test.digest); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %v\nwant %v", test.name, got, test.want)
		}
	}
}

// A change of a byte that does not change the picture would make two digests
// look equal. Heights have fewer steps than nibbles, so only hues are exact.
func TestHighNibbleAlwaysShows(t *testing.T) {
	seen := map[int]bool{}
	for hi := range 16 {
		seen[picture.Strip(fmt.Sprintf("%x000000000000000", hi))[0].Hue] = true
	}
	if len(seen) != picture.Hues {
		t.Errorf("%d hues, want %d", len(seen), picture.Hues)
	}
}

func TestBlocksStayInside(t *testing.T) {
	for v := range 256 {
		b := picture.Strip(fmt.Sprintf("00000000000000%02x", v))[7]
		if b.X+b.W > picture.StripWidth || b.Y < 0 || b.Y+b.H != picture.StripHeight || b.H < 1 || b.Hue < 0 || b.Hue >= picture.Hues {
			t.Errorf("byte %02x: block %+v leaves the picture", v, b)
		}
	}
}

func TestShort(t *testing.T) {
	for in, want := range map[string]string{"sha256:35654cdb123456789": "35654cdb1234", "abc": "abc", "": ""} {
		if got := picture.Short(in); got != want {
			t.Errorf("Short(%q) = %q, want %q", in, got, want)
		}
	}
}

func ExampleShort() {
	fmt.Println(picture.Short("sha256:35654cdb0d5e8b1f"))
	// Output: 35654cdb0d5e
}
