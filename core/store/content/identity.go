package content

import (
	"slices"
	"time"
)

// Identity tells where an image came from.
type Identity struct {
	Pull  []Pulled `json:",omitempty"`
	Build []Built  `json:",omitempty"`
}

// Pulled names a repository that an image was pulled from.
type Pulled struct{ Repository string }

// Built names a build that gave an image.
type Built struct {
	Ref       string
	CreatedAt time.Time
}

// With returns both, each repository once.
func (i Identity) With(o Identity) Identity {
	all := Identity{slices.Clone(i.Pull), append(slices.Clone(i.Build), o.Build...)}
	for _, p := range o.Pull {
		if !slices.Contains(all.Pull, p) {
			all.Pull = append(all.Pull, p)
		}
	}
	return all
}
