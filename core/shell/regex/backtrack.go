package regex

import "unicode/utf8"

// maxWork bounds the backtracking, which can be exponential.
const maxWork = 2_000_000

// backtracker matches an expression with back-references.
type backtracker struct {
	r      *Regexp
	s      string
	start  int
	notBOL bool
	caps   []int
	best   []int
	work   int
}

func (r *Regexp) backtrack(s string, off int, notBOL bool) []int {
	for start := off; start <= len(s); start++ {
		b := &backtracker{r: r, s: s, start: off, notBOL: notBOL, caps: make([]int, 2*r.n+2)}
		for i := range b.caps {
			b.caps[i] = -1
		}
		b.match(r.node, start, func(end int) bool {
			if b.best == nil || end > b.best[1] {
				b.best = append([]int(nil), b.caps...)
				b.best[0], b.best[1] = start, end
			}
			return b.work > maxWork
		})
		if b.best != nil {
			return b.best
		}
	}
	return nil
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 32
	}
	return c
}

func (b *backtracker) same(x, y string) bool {
	if !b.r.fold {
		return x == y
	}
	if len(x) != len(y) {
		return false
	}
	for i := range len(x) {
		if lowerByte(x[i]) != lowerByte(y[i]) {
			return false
		}
	}
	return true
}

// match calls k with every place where n can end; k stops it by true.
func (b *backtracker) match(n *node, i int, k func(int) bool) bool {
	if b.work++; b.work > maxWork {
		return true
	}
	switch n.kind {
	case kEmpty:
		return k(i)
	case kChar:
		if i+len(n.char) <= len(b.s) && b.same(b.s[i:i+len(n.char)], n.char) {
			return k(i + len(n.char))
		}
	case kAny, kSet:
		if i >= len(b.s) || n.kind == kAny && b.r.lines && b.s[i] == '\n' || n.kind == kSet && !n.set[b.s[i]] {
			return false
		}
		w := 1
		if b.r.utf8 {
			_, w = utf8.DecodeRuneInString(b.s[i:])
		}
		return k(i + w)
	case kCat:
		return b.cat(n.sub, i, k)
	case kAlt:
		for _, c := range n.sub {
			if b.match(c, i, k) {
				return true
			}
		}
	case kGroup:
		a, e := b.caps[2*n.n], b.caps[2*n.n+1]
		stop := b.match(n.sub[0], i, func(end int) bool {
			x, y := b.caps[2*n.n], b.caps[2*n.n+1]
			b.caps[2*n.n], b.caps[2*n.n+1] = i, end
			if k(end) {
				return true
			}
			b.caps[2*n.n], b.caps[2*n.n+1] = x, y
			return false
		})
		if !stop {
			b.caps[2*n.n], b.caps[2*n.n+1] = a, e
		}
		return stop
	case kBackref:
		x, y := b.caps[2*n.n], b.caps[2*n.n+1]
		if x < 0 {
			return false
		}
		t := b.s[x:y]
		if i+len(t) <= len(b.s) && b.same(b.s[i:i+len(t)], t) {
			return k(i + len(t))
		}
	case kBegin:
		if i == b.start && !b.notBOL || b.r.lines && i > 0 && b.s[i-1] == '\n' {
			return k(i)
		}
	case kEnd:
		if i == len(b.s) || b.r.lines && b.s[i] == '\n' {
			return k(i)
		}
	case kBoundary:
		before := i > 0 && isWord(b.s[i-1])
		after := i < len(b.s) && isWord(b.s[i])
		ok := before != after
		switch n.op {
		case 'B':
			ok = !ok
		case '<':
			ok = !before && after
		case '>':
			ok = before && !after
		}
		if ok {
			return k(i)
		}
	case kRepeat:
		return b.repeat(n, 0, i, k)
	}
	return false
}

func (b *backtracker) cat(list []*node, i int, k func(int) bool) bool {
	if len(list) == 0 {
		return k(i)
	}
	return b.match(list[0], i, func(j int) bool { return b.cat(list[1:], j, k) })
}

func (b *backtracker) repeat(n *node, count, i int, k func(int) bool) bool {
	if n.max < 0 || count < n.max {
		if b.match(n.sub[0], i, func(j int) bool {
			if j == i && count >= n.min {
				return false
			}
			return b.repeat(n, count+1, j, k)
		}) {
			return true
		}
	}
	return count >= n.min && k(i)
}
