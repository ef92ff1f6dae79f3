package cost

import (
	_ "crypto/sha256" // for whoever checks the digests

	"github.com/opencontainers/go-digest"
)

// Image is what is to be known of an image.
type Image struct {
	Name string
	// Documents are the bytes of manifest and config, which travel beside the
	// layers.
	Documents int64
	Layers    []Layer // bottom first
}

// Layer is a layer of an image, with sizes in bytes.
type Layer struct {
	ChainID    digest.Digest
	Digest     digest.Digest // of the compressed blob
	Compressed int64
	Content    int64 // of its files, as docker counts
}

// Move is what travels between a registry and a client.
type Move struct {
	Bytes, Whole   int64 // what travels, and what would if nothing were there
	Layers, Blobs  int   // how many layers travel, of how many different blobs
	AlreadyPresent int64
}

// Transfer adds up a pull by a client, or a push to a registry, that has the
// blobs of some digests already. A blob that is in the image twice travels once.
func Transfer(img Image, has func(digest.Digest) bool) Move {
	m := Move{Bytes: img.Documents, Whole: img.Documents}
	seen := map[digest.Digest]bool{}
	for _, l := range img.Layers {
		if seen[l.Digest] {
			continue
		}
		seen[l.Digest] = true
		m.Blobs++
		m.Whole += l.Compressed
		if has(l.Digest) {
			m.AlreadyPresent += l.Compressed
			continue
		}
		m.Layers++
		m.Bytes += l.Compressed
	}
	return m
}

// Room is what an image takes on a disk among others, as `docker system df -v`
// tells: Size is Shared plus Unique.
type Room struct {
	Size, Shared, Unique int64
	// SharedLayers counts the layers that others have too, SharedWith the others
	// that have at least one of them.
	SharedLayers, SharedWith int
}

// Rooms returns that of every image. Two images share a layer where its ChainID
// is the same, which is from the bottom up to where they begin to differ.
func Rooms(images []Image) []Room {
	in := map[digest.Digest]map[int]bool{}
	for n, img := range images {
		for _, l := range img.Layers {
			if in[l.ChainID] == nil {
				in[l.ChainID] = map[int]bool{}
			}
			in[l.ChainID][n] = true
		}
	}
	out := make([]Room, len(images))
	for n, img := range images {
		with := map[int]bool{}
		for _, l := range img.Layers {
			out[n].Size += l.Content
			if len(in[l.ChainID]) < 2 {
				out[n].Unique += l.Content
				continue
			}
			out[n].Shared += l.Content
			out[n].SharedLayers++
			for other := range in[l.ChainID] {
				with[other] = true
			}
		}
		delete(with, n)
		out[n].SharedWith = len(with)
	}
	return out
}

// Disk returns the bytes that all images take together, every layer once.
func Disk(images []Image) (bytes int64) {
	seen := map[digest.Digest]bool{}
	for _, img := range images {
		for _, l := range img.Layers {
			if !seen[l.ChainID] {
				seen[l.ChainID] = true
				bytes += l.Content
			}
		}
	}
	return bytes
}

// Change is what follows when the layers that an image adds are built anew.
type Change struct {
	Own   int64 // compressed bytes of the layers that the image adds
	Above int   // how many other images stand on them, so that they change too
	// Chain is what a client that has all images pulls to have them all again:
	// the layers the image adds and all that stand on them, since their
	// ChainIDs change; Common what it would pull if every image stood on the
	// one common base directly, with nothing but its own layers on it.
	//
	// Documents are not counted. Layers on top whose bytes stay the same would
	// not travel again, but builds that are not reproducible change them all.
	Chain, Common int64
}

// Changes returns that of every image. The layers an image adds are those that
// no shorter image of the list has.
func Changes(images []Image) []Change {
	out := make([]Change, len(images))
	for n, img := range images {
		first := own(images, n)
		if first == len(img.Layers) {
			continue
		}
		counted := map[digest.Digest]bool{}
		for _, l := range img.Layers[first:] {
			out[n].Own += l.Compressed
		}
		out[n].Common = out[n].Own
		for m, other := range images {
			if len(other.Layers) <= first || other.Layers[first].ChainID != img.Layers[first].ChainID {
				continue
			}
			if m != n && len(other.Layers) > len(img.Layers) {
				out[n].Above++
			}
			for _, l := range other.Layers[first:] {
				if !counted[l.ChainID] {
					counted[l.ChainID] = true
					out[n].Chain += l.Compressed
				}
			}
		}
	}
	return out
}

// own is the index of the first layer that image n adds to what another,
// shorter image has.
func own(images []Image, n int) int {
	first := 0
	layers := images[n].Layers
	for m, other := range images {
		k := len(other.Layers)
		if m == n || k >= len(layers) || k <= first {
			continue
		}
		if k > 0 && other.Layers[k-1].ChainID == layers[k-1].ChainID {
			first = k
		}
	}
	return first
}
