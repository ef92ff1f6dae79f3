package waste

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"
)

// Copies are the files in sight that hold the same bytes. N of them waste N-1
// times their size.
type Copies struct {
	Digest digest.Digest
	Size   int64 // of one
	Paths  []string
	Layers []int // which layer holds each path
}

// Wasted returns the bytes that all but one of them take.
func (c Copies) Wasted() int64 { return int64(len(c.Paths)-1) * c.Size }

// Copies lists the contents that are in sight in more than one file, the most
// wasteful first. Files that are hidden do not count: their bytes are among
// Lost already. Only files of the same size are read; ctx ends the reading.
func (s *Stack) Copies(ctx context.Context) ([]Copies, error) {
	bySize := map[int64][]string{}
	seen := map[inode]bool{} // of the names of one inode, one
	for _, p := range slices.Sorted(maps.Keys(s.owners)) {
		o := s.owners[p]
		if o.blob == nil || o.size == 0 || seen[o] {
			continue
		}
		seen[o] = true
		bySize[o.size] = append(bySize[o.size], p)
	}
	var out []Copies
	for size, paths := range bySize {
		if len(paths) < 2 {
			continue
		}
		same := map[digest.Digest]*Copies{}
		for _, p := range paths {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			o := s.owners[p]
			d, err := o.blob.Digest()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p, err)
			}
			if same[d] == nil {
				same[d] = &Copies{Digest: d, Size: size}
			}
			same[d].Paths, same[d].Layers = append(same[d].Paths, p), append(same[d].Layers, o.layer)
		}
		for _, c := range same {
			if len(c.Paths) > 1 {
				out = append(out, *c)
			}
		}
	}
	slices.SortFunc(out, func(a, b Copies) int {
		return cmp.Or(cmp.Compare(b.Wasted(), a.Wasted()), cmp.Compare(a.Paths[0], b.Paths[0]))
	})
	return out, nil
}
