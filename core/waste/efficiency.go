package waste

import "layerlab.dev/core/layer"

// Efficiency is an image's as dive measures it (wagoodman/dive,
// dive/filetree/efficiency.go): for every path the sizes it has in all layers
// together, and the smallest of them. A whiteout is a size of 0; that of a
// directory has the size of what it removes.
type Efficiency struct {
	Minimum, Discovered int64 // sums over all paths, in bytes
}

// Score is Minimum/Discovered: 1 where no path is in more than one layer.
func (e Efficiency) Score() float64 {
	if e.Discovered == 0 {
		return 1
	}
	return float64(e.Minimum) / float64(e.Discovered)
}

type sizes struct{ least, all int64 }

// measure takes note of a path in a layer. Directories that hold something are
// no paths of their own in dive's count; since they have no size, it is the
// same.
func (s *Stack) measure(c layer.Change) {
	var size int64
	switch {
	case c.Node == nil && c.Lower.IsDir():
		_, size = c.Lower.Total()
	case c.Node != nil && c.Node.Blob() != nil && c.LinkTo == "":
		size = c.Node.Size()
	}
	known := s.paths[c.Path]
	if known == nil {
		s.paths[c.Path] = &sizes{size, size}
		return
	}
	known.least, known.all = min(known.least, size), known.all+size
}

// Efficiency measures the layers applied so far.
func (s *Stack) Efficiency() Efficiency {
	var e Efficiency
	for _, p := range s.paths {
		e.Minimum += p.least
		e.Discovered += p.all
	}
	return e
}
