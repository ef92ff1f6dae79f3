package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// Random is a source of the ids that a daemon draws at random: the n-th draw
// from a seed is the same everywhere.
type Random struct {
	Seed   uint64
	Serial uint64 // how many were drawn
}

// Bytes draws n bytes, at most 32.
func (r *Random) Bytes(n int) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], r.Seed)
	binary.BigEndian.PutUint64(b[8:], r.Serial)
	r.Serial++
	sum := sha256.Sum256(b[:])
	return sum[:n]
}

// ID draws 64 hexadecimal digits of which the first twelve are no number, as
// dockerd names containers and directories of layers.
func (r *Random) ID() string {
	for {
		id := hex.EncodeToString(r.Bytes(32))
		if _, err := strconv.ParseInt(id[:12], 10, 64); err != nil {
			return id
		}
	}
}

// Link draws 26 characters of base32, as overlay2 names its short links.
func (r *Random) Link() string { return r.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26) }

// Base36 draws 25 characters of base36, as BuildKit names what it keeps.
func (r *Random) Base36() string { return r.of("0123456789abcdefghijklmnopqrstuvwxyz", 25) }

func (r *Random) of(alphabet string, n int) string {
	out := r.Bytes(n)
	for i, b := range out {
		out[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(out)
}

// Below draws a number from 0 to n-1.
func (r *Random) Below(n int) int {
	return int(binary.BigEndian.Uint64(r.Bytes(8)) % uint64(n))
}
