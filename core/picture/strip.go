package picture

import (
	"encoding/hex"
	"strings"
)

// Blocks is the number of blocks of a strip, one a byte.
const Blocks = 8

// Geometry of the picture in CSS pixels.
const (
	StripWidth  = Blocks*blockStep - blockGap
	StripHeight = 12
	blockStep   = 6
	blockGap    = 1
	minHeight   = 3
)

// Hues is the number of hues; the style sheet has a class of each, so that a
// theme can choose lightness and saturation.
const Hues = 16

// Block is one block: a bar that stands on the bottom edge.
type Block struct {
	X, Y, W, H int
	Hue        int // 0 to Hues-1
}

// Strip gives the blocks of a digest such as "sha256:35654c…", or of bare
// hexadecimal digits. It gives nil where there are fewer than eight bytes or
// they are not hexadecimal, so that a broken digest has no picture rather than
// a false one.
//
// The high nibble of a byte chooses the hue and the low one the height, so a
// change of either shows.
func Strip(digest string) []Block {
	digits := Hex(digest)
	if len(digits) < 2*Blocks {
		return nil
	}
	b, err := hex.DecodeString(digits[:2*Blocks])
	if err != nil {
		return nil
	}
	out := make([]Block, Blocks)
	for i, v := range b {
		h := minHeight + int(v&0xf)*(StripHeight-minHeight)/15
		out[i] = Block{X: i * blockStep, Y: StripHeight - h, W: blockStep - blockGap, H: h, Hue: int(v >> 4)}
	}
	return out
}

// Hex is a digest without the name of its algorithm.
func Hex(digest string) string {
	if _, after, ok := strings.Cut(digest, ":"); ok {
		return after
	}
	return digest
}

// Short is the first twelve hexadecimal digits, as docker shortens IDs.
func Short(digest string) string {
	h := Hex(digest)
	return h[:min(12, len(h))]
}
