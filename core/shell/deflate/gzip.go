package deflate

import (
	"encoding/binary"
	"hash/crc32"
)

// Memory is how much memory the compressor was built to use; it decides where
// blocks end and which matches are found.
type Memory int

// The builds of busybox's gzip (CONFIG_GZIP_FAST).
const (
	Small Memory = iota // the default configuration
	Medium
	Big // Debian's
)

// Gzip returns data as a gzip member without name and time, made on Unix.
func Gzip(data []byte, m Memory) []byte {
	c := &compressor{in: data, full: 0x2000 << m, hashMask: 1<<(13+m) - 1, shift: (13 + uint(m) + minMatch - 1) / minMatch}
	c.head = make([]uint16, c.hashMask+1)
	c.out = append(c.out, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
	c.run()
	c.out = binary.LittleEndian.AppendUint32(c.out, crc32.ChecksumIEEE(data))
	return binary.LittleEndian.AppendUint32(c.out, uint32(len(data)))
}

const (
	windowSize   = 1 << 15
	windowMask   = windowSize - 1
	minMatch     = 3
	maxMatch     = 258
	minLookahead = maxMatch + minMatch + 1
	maxDistance  = windowSize - minLookahead
	tooFar       = 4096
	maxChain     = 128
	maxLazy      = 16
	goodMatch    = 8
	niceMatch    = 128
)

// compressor holds the window and the block that is being gathered.
type compressor struct {
	in  []byte // what is not in the window yet
	out []byte

	bits  uint64
	nbits uint

	window     [2*windowSize + maxMatch + 8]byte
	head       []uint16
	hashMask   uint32
	shift      uint
	full       int // symbols a block may have
	prev       [windowSize]uint16
	hash       uint32
	pos        int // of the string that is looked at
	lookahead  int
	blockStart int
	matchStart int
	eof        bool

	block
}

func (c *compressor) put(v uint32, n uint) {
	c.bits |= uint64(v) << c.nbits
	c.nbits += n
	for c.nbits >= 8 {
		c.out = append(c.out, byte(c.bits))
		c.bits >>= 8
		c.nbits -= 8
	}
}

func (c *compressor) align() {
	if c.nbits > 0 {
		c.out = append(c.out, byte(c.bits))
	}
	c.bits, c.nbits = 0, 0
}

// fill reads until there is enough to look ahead, and slides the window.
func (c *compressor) fill() {
	for c.lookahead < minLookahead && !c.eof {
		room := 2*windowSize - c.lookahead - c.pos
		if c.pos >= windowSize+maxDistance {
			copy(c.window[:windowSize], c.window[windowSize:2*windowSize])
			c.matchStart -= windowSize
			c.pos -= windowSize
			c.blockStart -= windowSize
			slide(c.head)
			slide(c.prev[:])
			room += windowSize
		}
		n := copy(c.window[c.pos+c.lookahead:c.pos+c.lookahead+room], c.in)
		c.in = c.in[n:]
		c.lookahead += n
		if n == 0 {
			c.eof = true
		}
	}
}

func slide(p []uint16) {
	for i, v := range p {
		if v >= windowSize {
			p[i] = v - windowSize
		} else {
			p[i] = 0
		}
	}
}

// insert enters the string at pos into the hash chains and returns the place
// of the last one with the same hash, 0 for none.
func (c *compressor) insert() int {
	c.roll(c.window[c.pos+minMatch-1])
	before := c.head[c.hash]
	c.prev[c.pos&windowMask] = before
	c.head[c.hash] = uint16(c.pos)
	return int(before)
}

func (c *compressor) roll(b byte) { c.hash = (c.hash<<c.shift ^ uint32(b)) & c.hashMask }

// longest finds the longest match that is longer than best.
func (c *compressor) longest(at, best int) int {
	chain := maxChain
	if best >= goodMatch {
		chain >>= 2
	}
	limit := max(c.pos-maxDistance, 0)
	scan := c.window[c.pos:]
	for {
		m := c.window[at:]
		if m[best] == scan[best] && m[best-1] == scan[best-1] && m[0] == scan[0] && m[1] == scan[1] {
			n := 2
			for n < maxMatch && m[n] == scan[n] {
				n++
			}
			if n > best {
				c.matchStart, best = at, n
				if n >= niceMatch {
					return best
				}
			}
		}
		at = int(c.prev[at&windowMask])
		if chain--; at <= limit || chain == 0 {
			return best
		}
	}
}

func (c *compressor) run() {
	c.lookahead = copy(c.window[:2*windowSize], c.in)
	c.in = c.in[c.lookahead:]
	c.eof = c.lookahead == 0
	c.fill()
	for i := range minMatch - 1 {
		c.roll(c.window[i])
	}
	c.start()
	pending := false
	length := minMatch - 1
	for c.lookahead != 0 {
		at := c.insert()
		before, beforeAt := length, c.matchStart
		length = minMatch - 1
		if at != 0 && before < maxLazy && c.pos-at <= maxDistance {
			length = min(c.longest(at, before), c.lookahead)
			if length == minMatch && c.pos-c.matchStart > tooFar {
				length--
			}
		}
		switch {
		case before >= minMatch && length <= before:
			full := c.match(c.pos-1-beforeAt, before)
			c.lookahead -= before - 1
			for range before - 2 {
				c.pos++
				c.insert()
			}
			pending = false
			length = minMatch - 1
			c.pos++
			if full {
				c.flush(false)
			}
		case pending:
			if c.literal(c.window[c.pos-1]) {
				c.flush(false)
			}
			c.pos++
			c.lookahead--
		default:
			pending = true
			c.pos++
			c.lookahead--
		}
		c.fill()
	}
	if pending {
		c.literal(c.window[c.pos-1])
	}
	c.flush(true)
	c.align()
}
