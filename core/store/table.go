package store

import (
	"iter"
	"strings"

	"github.com/benbjohnson/immutable"
)

// Table is an immutable map in the order of its keys. The zero Table is empty.
type Table[K ~string, V any] struct{ m *immutable.SortedMap[K, V] }

type byBytes[K ~string] struct{}

func (byBytes[K]) Compare(a, b K) int { return strings.Compare(string(a), string(b)) }

// Len returns the number of entries.
func (t Table[K, V]) Len() int {
	if t.m == nil {
		return 0
	}
	return t.m.Len()
}

// Get returns what is kept under key, or the zero V.
func (t Table[K, V]) Get(key K) (V, bool) {
	if t.m == nil {
		var none V
		return none, false
	}
	return t.m.Get(key)
}

// Set returns a Table in which v is kept under key.
func (t Table[K, V]) Set(key K, v V) Table[K, V] {
	if t.m == nil {
		t.m = immutable.NewSortedMap[K, V](byBytes[K]{})
	}
	return Table[K, V]{t.m.Set(key, v)}
}

// Delete returns a Table without key.
func (t Table[K, V]) Delete(key K) Table[K, V] {
	if t.m == nil || t.m.Len() == 0 {
		return t
	}
	if t.m.Len() == 1 {
		if _, ok := t.m.Get(key); ok {
			return Table[K, V]{}
		}
		return t
	}
	return Table[K, V]{t.m.Delete(key)}
}

// All yields the entries in bytewise order of their keys.
func (t Table[K, V]) All() iter.Seq2[K, V] { return t.From("") }

// From yields the entries whose key is not below first.
func (t Table[K, V]) From(first K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if t.Len() == 0 {
			return
		}
		i := t.m.Iterator()
		if first != "" {
			i.Seek(first)
		}
		for !i.Done() {
			k, v, ok := i.Next()
			if !ok || !yield(k, v) {
				return
			}
		}
	}
}

// WithPrefix yields the entries whose key begins with prefix.
func (t Table[K, V]) WithPrefix(prefix K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, v := range t.From(prefix) {
			if !strings.HasPrefix(string(k), string(prefix)) || !yield(k, v) {
				return
			}
		}
	}
}

// Same reports whether both tables are the same by pointer.
func (t Table[K, V]) Same(o Table[K, V]) bool { return t.m == o.m }
