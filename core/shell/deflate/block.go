package deflate

import "math/bits"

const (
	literals    = 256
	endOfBlock  = 256
	lengthCodes = 29
	symbolCodes = literals + 1 + lengthCodes
	distCodes   = 30
	bitCodes    = 19
)

// block gathers the symbols of a block.
type block struct {
	symbols []symbol
	matches int
	litFreq [symbolCodes]int
	dstFreq [distCodes]int
}

// symbol is a literal (dist 0) or a match.
type symbol struct {
	value uint16 // the byte, or the length less minMatch
	dist  uint16
}

var lengthBase, lengthExtra = ranges(lengthCodes, 4, func(i int) int { return min(max(i/4-1, 0), 5) })
var distBase, distExtra = ranges(distCodes, 2, func(i int) int { return max(i/2-1, 0) })
var lengthCode = func() (t [256]uint8) {
	for code := range lengthCodes - 1 {
		for n := range 1 << lengthExtra[code] {
			if i := lengthBase[code] + n; i < 256 {
				t[i] = uint8(code)
			}
		}
	}
	t[255] = lengthCodes - 1
	return t
}()

// ranges returns where each code begins and how many extra bits it has.
func ranges(n, _ int, extra func(int) int) (base, ext []int) {
	at := 0
	for i := range n {
		e := extra(i)
		if n == lengthCodes && i == n-1 {
			base, ext = append(base, 0), append(ext, 0)
			break
		}
		base, ext = append(base, at), append(ext, e)
		at += 1 << e
	}
	return base, ext
}

// distCode returns the code of a distance less 1.
func distCode(d int) int {
	if d < 4 {
		return d
	}
	n := bits.Len(uint(d)) - 1
	return 2*n + d>>(n-1)&1
}

var bitOrder = [bitCodes]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func (c *compressor) start() {
	c.block = block{symbols: c.symbols[:0]}
	c.litFreq[endOfBlock] = 1
}

func (c *compressor) literal(b byte) (full bool) {
	c.symbols = append(c.symbols, symbol{uint16(b), 0})
	c.litFreq[b]++
	return c.ends()
}

func (c *compressor) match(dist, length int) (full bool) {
	c.symbols = append(c.symbols, symbol{uint16(length - minMatch), uint16(dist)})
	c.matches++
	c.litFreq[int(lengthCode[length-minMatch])+literals+1]++
	c.dstFreq[distCode(dist-1)]++
	return c.ends()
}

// ends decides whether the block ends here: when the buffer is full, or every
// 4096 symbols if it compresses well.
func (c *compressor) ends() bool {
	n := len(c.symbols)
	if n&0xfff == 0 {
		out := n * 8
		for i, f := range c.dstFreq {
			out += f * (5 + distExtra[i])
		}
		in := c.pos - c.blockStart
		if c.matches < n/2 && out>>3 < in/2 {
			return true
		}
	}
	return n == c.full-1 || c.matches == c.full
}

// code is the bits of a symbol.
type code struct {
	bits uint32
	len  uint
}

// cost sums what the symbols take with the given code lengths.
func cost(freq []int, lens []uint8, extra func(int) int) int {
	n := 0
	for i, f := range freq {
		if f > 0 {
			n += f * (int(lens[i]) + extra(i))
		}
	}
	return n
}

var fixedLits, fixedDists = func() ([]uint8, []uint8) {
	l := make([]uint8, symbolCodes+2)
	for i := range l {
		switch {
		case i < 144:
			l[i] = 8
		case i < 256:
			l[i] = 9
		case i < 280:
			l[i] = 7
		default:
			l[i] = 8
		}
	}
	d := make([]uint8, distCodes)
	for i := range d {
		d[i] = 5
	}
	return l, d
}()

func litExtra(i int) int {
	if i > literals {
		return lengthExtra[i-literals-1]
	}
	return 0
}

// flush writes the block in the shortest of the three ways.
func (c *compressor) flush(last bool) {
	lits, maxLit := lengths(c.litFreq[:], 15)
	dists, maxDist := lengths(c.dstFreq[:], 15)
	distOf := func(i int) int { return distExtra[i] }
	// Codes that are only there because two are needed cost nothing.
	dynamic := cost(c.litFreq[:], lits, litExtra) + cost(c.dstFreq[:], dists, distOf)
	static := cost(c.litFreq[:], fixedLits, litExtra) + cost(c.dstFreq[:], fixedDists, distOf)
	runs := append(runLengths(lits[:maxLit+1]), runLengths(dists[:maxDist+1])...)
	bitFreq := make([]int, bitCodes)
	for _, r := range runs {
		bitFreq[r.code]++
	}
	bitLens, _ := lengths(bitFreq, 7)
	for _, r := range runs {
		dynamic += int(bitLens[r.code]) + int(r.bits)
	}
	top := bitCodes - 1
	for top >= 3 && bitLens[bitOrder[top]] == 0 {
		top--
	}
	dynamic += 3*(top+1) + 5 + 5 + 4
	dynamicBytes, staticBytes := (dynamic+3+7)>>3, (static+3+7)>>3
	best := min(dynamicBytes, staticBytes)
	stored := c.pos - c.blockStart
	final := uint32(0)
	if last {
		final = 1
	}
	switch {
	case stored+4 <= best && c.blockStart >= 0:
		c.put(final, 3)
		c.align()
		c.out = append(c.out, byte(stored), byte(stored>>8), byte(^stored), byte(^stored>>8))
		c.out = append(c.out, c.window[c.blockStart:c.pos]...)
	case staticBytes == best:
		c.put(1<<1|final, 3)
		c.symbolsOut(codes(fixedLits), codes(fixedDists))
	default:
		c.put(2<<1|final, 3)
		c.put(uint32(maxLit+1-257), 5)
		c.put(uint32(maxDist), 5)
		c.put(uint32(top+1-4), 4)
		for i := range top + 1 {
			c.put(uint32(bitLens[bitOrder[i]]), 3)
		}
		table := codes(bitLens)
		for _, r := range runs {
			c.put(table[r.code].bits, table[r.code].len)
			c.put(r.extra, r.bits)
		}
		c.symbolsOut(codes(lits), codes(dists))
	}
	c.blockStart = c.pos
	c.start()
}

func (c *compressor) symbolsOut(lits, dists []code) {
	for _, s := range c.symbols {
		if s.dist == 0 {
			c.put(lits[s.value].bits, lits[s.value].len)
			continue
		}
		l := int(lengthCode[s.value])
		x := lits[l+literals+1]
		c.put(x.bits, x.len)
		if e := lengthExtra[l]; e > 0 {
			c.put(uint32(int(s.value)-lengthBase[l]), uint(e))
		}
		d := distCode(int(s.dist) - 1)
		c.put(dists[d].bits, dists[d].len)
		if e := distExtra[d]; e > 0 {
			c.put(uint32(int(s.dist)-1-distBase[d]), uint(e))
		}
	}
	c.put(lits[endOfBlock].bits, lits[endOfBlock].len)
}

// codes gives canonical codes to lengths, bits reversed.
func codes(lens []uint8) []code {
	var count, next [17]int
	for _, l := range lens {
		count[l]++
	}
	count[0] = 0
	for l := 1; l <= 15; l++ {
		next[l] = (next[l-1] + count[l-1]) << 1
	}
	out := make([]code, len(lens))
	for i, l := range lens {
		if l > 0 {
			out[i] = code{uint32(bits.Reverse16(uint16(next[l])) >> (16 - l)), uint(l)}
			next[l]++
		}
	}
	return out
}

// run is a stretch of equal code lengths as the header of a block has it.
type run struct {
	code  int
	extra uint32
	bits  uint
}

// runLengths writes code lengths as runs.
func runLengths(lens []uint8) []run {
	var out []run
	last, count := -1, 0
	for i, l := range lens {
		most, least := 7, 4
		if l == 0 {
			most, least = 138, 3
		} else if int(l) == last {
			most, least = 6, 3
		}
		count++
		if count < most && i+1 < len(lens) && lens[i+1] == l {
			continue
		}
		switch {
		case count < least:
			for range count {
				out = append(out, run{code: int(l)})
			}
		case l != 0:
			if int(l) != last {
				out = append(out, run{code: int(l)})
				count--
			}
			out = append(out, run{16, uint32(count - 3), 2})
		case count <= 10:
			out = append(out, run{17, uint32(count - 3), 3})
		default:
			out = append(out, run{18, uint32(count - 11), 7})
		}
		last, count = int(l), 0
	}
	return out
}
