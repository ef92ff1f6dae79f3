package store

import (
	"github.com/opencontainers/go-digest"
)

// Store is what a daemon keeps of images. It is immutable; the zero Store is
// empty.
type Store struct {
	images   Table[digest.Digest, *Image]
	children Table[digest.Digest, Table[digest.Digest, struct{}]] // by local parent
	layers   Table[digest.Digest, *Layer]                         // by ChainID
	mounts   Table[string, *Mount]                                // by container id
	names    Table[string, Reference]                             // by familiar string
	named    Table[digest.Digest, []Reference]                    // by image, in order
	known    Table[digest.Digest, digest.Digest]                  // DiffIDs by digest of a blob
	sources  Table[digest.Digest, []Source]                       // by DiffID
}
