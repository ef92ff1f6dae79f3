package registry

import (
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
)

// opened is an immutable treap of the layers whose contents are known beside
// their compressed bytes. A digest is its own priority, being a hash; it is
// compared from the other end so that order and priority do not agree.
type opened struct {
	digest      digest.Digest
	layer       *layer.Layer
	left, right *opened
}

func (o *opened) get(d digest.Digest) *layer.Layer {
	for o != nil {
		switch {
		case d < o.digest:
			o = o.left
		case d > o.digest:
			o = o.right
		default:
			return o.layer
		}
	}
	return nil
}

func (o *opened) with(d digest.Digest, l *layer.Layer) *opened {
	switch {
	case o == nil:
		return &opened{digest: d, layer: l}
	case d == o.digest:
		return &opened{d, l, o.left, o.right}
	case d < o.digest:
		left := o.left.with(d, l)
		if !above(left.digest, o.digest) {
			return &opened{o.digest, o.layer, left, o.right}
		}
		return &opened{left.digest, left.layer, left.left, &opened{o.digest, o.layer, left.right, o.right}}
	}
	right := o.right.with(d, l)
	if !above(right.digest, o.digest) {
		return &opened{o.digest, o.layer, o.left, right}
	}
	return &opened{right.digest, right.layer, &opened{o.digest, o.layer, o.left, right.left}, right.right}
}

func above(a, b digest.Digest) bool {
	for i, j := len(a)-1, len(b)-1; i >= 0 && j >= 0; i, j = i-1, j-1 {
		if a[i] != b[j] {
			return a[i] > b[j]
		}
	}
	return len(a) > len(b)
}

func (o *opened) each(yield func(digest.Digest, *layer.Layer)) {
	if o != nil {
		o.left.each(yield)
		yield(o.digest, o.layer)
		o.right.each(yield)
	}
}
