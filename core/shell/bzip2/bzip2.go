package bzip2

const (
	blockSize = 9*100000 - 19
	groupSize = 50
	rounds    = 4
	maxLength = 17
	runA      = 0
	runB      = 1
)

// Compress returns data compressed with blocks of 900,000 bytes.
func Compress(data []byte) []byte {
	w := &writer{}
	for _, c := range []byte("BZh9") {
		w.put(uint32(c), 8)
	}
	var combined uint32
	for len(data) > 0 {
		block, used := take(data)
		crc := checksum(data[:used])
		combined = combined<<1 | combined>>31
		combined ^= crc
		data = data[used:]
		w.put(0x314159, 24)
		w.put(0x265359, 24)
		w.put(crc>>16, 16)
		w.put(crc&0xffff, 16)
		w.put(0, 1)
		w.block(block)
	}
	w.put(0x177245, 24)
	w.put(0x385090, 24)
	w.put(combined>>16, 16)
	w.put(combined&0xffff, 16)
	return w.end()
}

type writer struct {
	out  []byte
	bits uint64
	n    uint
}

func (w *writer) put(v uint32, n uint) {
	w.bits = w.bits<<n | uint64(v)
	w.n += n
	for w.n >= 8 {
		w.out = append(w.out, byte(w.bits>>(w.n-8)))
		w.n -= 8
	}
}

func (w *writer) end() []byte {
	if w.n > 0 {
		w.put(0, 8-w.n)
	}
	return w.out
}

var crcTable = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			if c&0x80000000 != 0 {
				c = c<<1 ^ 0x04c11db7
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

func checksum(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c = c<<8 ^ crcTable[byte(c>>24)^x]
	}
	return ^c
}

// take run-length codes as much of data as fits in a block: four equal bytes
// are followed by how many more there are.
func take(data []byte) (block []byte, used int) {
	for used < len(data) && len(block) < blockSize {
		c := data[used]
		n := 1
		for n < 255 && used+n < len(data) && data[used+n] == c {
			n++
		}
		for range min(n, 4) {
			block = append(block, c)
		}
		if n >= 4 {
			block = append(block, byte(n-4))
		}
		used += n
	}
	return block, used
}

// rotations sorts the rotations of b and returns where each begins.
func rotations(b []byte) []int32 {
	n := len(b)
	order, rank := make([]int32, n), make([]int32, n)
	next, class := make([]int32, n), make([]int32, n)
	count := make([]int32, max(257, n+1))
	for _, c := range b {
		count[int(c)+1]++
	}
	for i := 1; i < 257; i++ {
		count[i] += count[i-1]
	}
	for i, c := range b {
		order[count[c]] = int32(i)
		count[c]++
	}
	classes := int32(1)
	for i := 1; i < n; i++ {
		if b[order[i]] != b[order[i-1]] {
			classes++
		}
		rank[order[i]] = classes - 1
	}
	for h := 1; h < n && int(classes) < n; h <<= 1 {
		for i := range order {
			k := order[i] - int32(h)
			if k < 0 {
				k += int32(n)
			}
			next[i] = k
		}
		clear(count[:classes+1])
		for _, k := range next {
			count[rank[k]+1]++
		}
		for i := int32(1); i <= classes; i++ {
			count[i] += count[i-1]
		}
		for _, k := range next {
			order[count[rank[k]]] = k
			count[rank[k]]++
		}
		classes = 1
		class[order[0]] = 0
		for i := 1; i < n; i++ {
			a, z := order[i], order[i-1]
			a2, z2 := (int(a)+h)%n, (int(z)+h)%n
			if rank[a] != rank[z] || rank[a2] != rank[z2] {
				classes++
			}
			class[a] = classes - 1
		}
		rank, class = class, rank
	}
	return order
}

func (w *writer) block(b []byte) {
	order := rotations(b)
	n := len(b)
	origin := 0
	last := make([]byte, n)
	for i, at := range order {
		if at == 0 {
			origin = i
			at = int32(n)
		}
		last[i] = b[at-1]
	}
	w.put(uint32(origin), 24)
	var used [256]bool
	for _, c := range b {
		used[c] = true
	}
	var groups uint32
	for i := range 16 {
		groups <<= 1
		for j := range 16 {
			if used[16*i+j] {
				groups |= 1
				break
			}
		}
	}
	w.put(groups, 16)
	var list []byte
	for i := range 16 {
		if groups>>(15-i)&1 == 0 {
			continue
		}
		var m uint32
		for j := range 16 {
			m <<= 1
			if used[16*i+j] {
				m |= 1
				list = append(list, byte(16*i+j))
			}
		}
		w.put(m, 16)
	}
	w.symbols(moveToFront(last, list), len(list)+2)
}

// moveToFront codes bytes by how long ago they were seen; runs of the last one
// are written as numbers of digits runA and runB.
func moveToFront(b, list []byte) []uint16 {
	var out []uint16
	zeros := 0
	flush := func() {
		for z := zeros; z > 0; z = (z - 1) / 2 {
			if z&1 == 1 {
				out = append(out, runA)
			} else {
				out = append(out, runB)
			}
		}
		zeros = 0
	}
	for _, c := range b {
		j := 0
		for list[j] != c {
			j++
		}
		if j == 0 {
			zeros++
			continue
		}
		copy(list[1:j+1], list[:j])
		list[0] = c
		flush()
		out = append(out, uint16(j+1))
	}
	flush()
	return append(out, uint16(len(list)+1))
}

// symbols writes the symbols with the code tables that suit them.
func (w *writer) symbols(s []uint16, alphabet int) {
	freq := make([]int, alphabet)
	for _, x := range s {
		freq[x]++
	}
	tables := 6
	for i, limit := range []int{200, 600, 1200, 2400} {
		if len(s) < limit {
			tables = i + 2
			break
		}
	}
	lens := make([][]int, tables)
	left, from := len(s), 0
	for part := tables; part > 0; part-- {
		want, sum, to := left/part, 0, from-1
		for sum < want && to < alphabet-1 {
			to++
			sum += freq[to]
		}
		if to > from && part != tables && part != 1 && (tables-part)%2 == 1 {
			sum -= freq[to]
			to--
		}
		l := make([]int, alphabet)
		for i := range l {
			if i < from || i > to {
				l[i] = 15
			}
		}
		lens[part-1] = l
		from, left = to+1, left-sum
	}
	var selectors []int
	for range rounds {
		counts := make([][]int, tables)
		for t := range counts {
			counts[t] = make([]int, alphabet)
		}
		selectors = selectors[:0]
		for at := 0; at < len(s); at += groupSize {
			group := s[at:min(at+groupSize, len(s))]
			best, bestCost := -1, 1<<30
			for t := range tables {
				cost := 0
				for _, x := range group {
					cost += lens[t][x]
				}
				if cost < bestCost {
					best, bestCost = t, cost
				}
			}
			selectors = append(selectors, best)
			for _, x := range group {
				counts[best][x]++
			}
		}
		for t := range tables {
			lens[t] = codeLengths(counts[t])
		}
	}
	w.put(uint32(tables), 3)
	w.put(uint32(len(selectors)), 15)
	pos := []int{0, 1, 2, 3, 4, 5}
	for _, t := range selectors {
		j := 0
		for pos[j] != t {
			j++
		}
		copy(pos[1:j+1], pos[:j])
		pos[0] = t
		for range j {
			w.put(1, 1)
		}
		w.put(0, 1)
	}
	codes := make([][]uint32, tables)
	for t := range tables {
		codes[t] = assign(lens[t])
		cur := lens[t][0]
		w.put(uint32(cur), 5)
		for _, l := range lens[t] {
			for ; cur < l; cur++ {
				w.put(2, 2)
			}
			for ; cur > l; cur-- {
				w.put(3, 2)
			}
			w.put(0, 1)
		}
	}
	for i, x := range s {
		t := selectors[i/groupSize]
		w.put(codes[t][x], uint(lens[t][x]))
	}
}

// assign gives canonical codes to lengths.
func assign(lens []int) []uint32 {
	out := make([]uint32, len(lens))
	code := uint32(0)
	for n := 1; n <= 20; n++ {
		for i, l := range lens {
			if l == n {
				out[i] = code
				code++
			}
		}
		code <<= 1
	}
	return out
}

// codeLengths builds a Huffman tree; the weight of a node carries its depth in
// the low byte to break ties. Where a code gets too long, the weights are
// evened out and it is tried again.
func codeLengths(freq []int) []int {
	n := len(freq)
	weight := make([]uint32, 2*n+2)
	for i, f := range freq {
		weight[i+1] = uint32(max(f, 1)) << 8
	}
	for {
		heap := []int{0}
		w := append([]uint32(nil), weight[:n+1]...)
		w = append(w, make([]uint32, n+1)...)
		parent := make([]int, 2*n+2)
		up := func() {
			z := len(heap) - 1
			v := heap[z]
			for z > 1 && w[v] < w[heap[z>>1]] {
				heap[z] = heap[z>>1]
				z >>= 1
			}
			heap[z] = v
		}
		pop := func() int {
			top := heap[1]
			heap[1] = heap[len(heap)-1]
			heap = heap[:len(heap)-1]
			if len(heap) == 1 {
				return top
			}
			z, v := 1, heap[1]
			for {
				y := z << 1
				if y >= len(heap) {
					break
				}
				if y+1 < len(heap) && w[heap[y+1]] < w[heap[y]] {
					y++
				}
				if w[v] < w[heap[y]] {
					break
				}
				heap[z] = heap[y]
				z = y
			}
			heap[z] = v
			return top
		}
		for i := 1; i <= n; i++ {
			heap = append(heap, i)
			up()
		}
		nodes := n
		for len(heap) > 2 {
			a := pop()
			b := pop()
			nodes++
			parent[a], parent[b] = nodes, nodes
			w[nodes] = (w[a]&^0xff + w[b]&^0xff) | (1 + max(w[a]&0xff, w[b]&0xff))
			heap = append(heap, nodes)
			up()
		}
		out := make([]int, n)
		long := false
		for i := 1; i <= n; i++ {
			d := 0
			for k := i; parent[k] != 0; k = parent[k] {
				d++
			}
			out[i-1] = d
			long = long || d > maxLength
		}
		if !long {
			return out
		}
		for i := 1; i <= n; i++ {
			weight[i] = (weight[i]>>8/2 + 1) << 8
		}
	}
}
