package deflate

// lengths builds a Huffman tree and returns the lengths of its codes, none
// longer than limit, and the last symbol that has one. Ties are broken by the
// depth of the subtrees in a heap, and too long codes are shortened as PKZIP's
// tools do, because other trees of the same cost would be other bytes.
func lengths(freq []int, limit int) (lens []uint8, last int) {
	n := len(freq)
	size := 2*n + 1
	f := make([]int, size)
	copy(f, freq)
	depth := make([]int, size)
	dad := make([]int, size)
	length := make([]int, size)
	heap := make([]int, 1, size+1)
	last = -1
	for i, v := range freq {
		if v != 0 {
			heap = append(heap, i)
			last = i
		}
	}
	for len(heap) < 3 {
		// The format wants two codes at least.
		i := 0
		if last < 2 {
			last++
			i = last
		}
		heap = append(heap, i)
		f[i] = 1
	}
	smaller := func(a, b int) bool { return f[a] < f[b] || f[a] == f[b] && depth[a] <= depth[b] }
	down := func(k int) {
		v := heap[k]
		for j := k << 1; j < len(heap); j <<= 1 {
			if j+1 < len(heap) && smaller(heap[j+1], heap[j]) {
				j++
			}
			if smaller(v, heap[j]) {
				break
			}
			heap[k] = heap[j]
			k = j
		}
		heap[k] = v
	}
	for k := (len(heap) - 1) / 2; k >= 1; k-- {
		down(k)
	}
	var order []int // by falling frequency when read from its end
	node := n
	for {
		a := heap[1]
		heap[1] = heap[len(heap)-1]
		heap = heap[:len(heap)-1]
		down(1)
		b := heap[1]
		order = append(order, a, b)
		f[node] = f[a] + f[b]
		depth[node] = max(depth[a], depth[b]) + 1
		dad[a], dad[b] = node, node
		heap[1] = node
		node++
		down(1)
		if len(heap) == 2 {
			break
		}
	}
	order = append(order, heap[1])
	count := make([]int, limit+2)
	over := 0
	for h := len(order) - 2; h >= 0; h-- {
		i := order[h]
		l := length[dad[i]] + 1
		if l > limit {
			l = limit
			over++
		}
		length[i] = l
		if i < n {
			count[l]++
		}
	}
	for ; over > 0; over -= 2 {
		l := limit - 1
		for count[l] == 0 {
			l--
		}
		count[l]--
		count[l+1] += 2
		count[limit]--
		if over <= 2 {
			// Give the lengths out anew, longest to the rarest.
			h := 0
			for l := limit; l > 0; l-- {
				for k := count[l]; k > 0; h++ {
					if i := order[h]; i < n {
						length[i] = l
						k--
					}
				}
			}
		}
	}
	lens = make([]uint8, n)
	for i := range n {
		lens[i] = uint8(length[i])
		if freq[i] == 0 && f[i] == 0 {
			lens[i] = 0
		}
	}
	return lens, last
}
