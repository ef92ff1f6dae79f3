package unxz

// Magic is what an xz stream begins with.
const Magic = "\xfd7zXZ\x00"

// HeadSize is how many of the first bytes of a stream Filtered looks at.
const HeadSize = 14

// Filtered tells whether an xz stream that begins with head has filters besides
// LZMA2: bits 0 and 1 of the flags of its first block count them (xz file
// format 1.2.1, sections 2.1.1 and 3.1.2).
func Filtered(head []byte) bool {
	return len(head) >= HeadSize && string(head[:len(Magic)]) == Magic && head[12] != 0 && head[13]&3 != 0
}
