package awk

// table is an array. It keeps its elements in the order busybox's hash table
// has, because that is the order in which "for (k in a)" sees them.
type table struct {
	cells   map[string]*value
	buckets [][]string
	prime   int
}

var primes = []int{61, 251, 1021, 4093, 16381, 65521}

func newTable() *table {
	return &table{cells: map[string]*value{}, buckets: make([][]string, primes[0])}
}

func hash(name string) uint32 {
	var h uint32
	for i := range len(name) {
		h = uint32(int32(int8(name[i]))) + h<<6 - h
	}
	return h
}

func (t *table) get(k string) *value {
	v := t.cells[k]
	if v != nil {
		return v
	}
	v = &value{}
	t.cells[k] = v
	if len(t.cells) > len(t.buckets)*10 && t.prime+1 < len(primes) {
		t.prime++
		grown := make([][]string, primes[t.prime])
		for _, b := range t.buckets {
			// New elements go to the front of a bucket, which is the end here.
			for i := len(b) - 1; i >= 0; i-- {
				at := hash(b[i]) % uint32(len(grown))
				grown[at] = append(grown[at], b[i])
			}
		}
		t.buckets = grown
	}
	at := hash(k) % uint32(len(t.buckets))
	t.buckets[at] = append(t.buckets[at], k)
	return v
}

func (t *table) has(k string) bool { return t.cells[k] != nil }

func (t *table) remove(k string) {
	if t.cells[k] == nil {
		return
	}
	delete(t.cells, k)
	at := hash(k) % uint32(len(t.buckets))
	b := t.buckets[at]
	for i := range b {
		if b[i] == k {
			t.buckets[at] = append(b[:i:i], b[i+1:]...)
			return
		}
	}
}

func (t *table) clear() { *t = *newTable() }

func (t *table) keys() []string {
	out := make([]string, 0, len(t.cells))
	for _, b := range t.buckets {
		for i := len(b) - 1; i >= 0; i-- {
			out = append(out, b[i])
		}
	}
	return out
}
