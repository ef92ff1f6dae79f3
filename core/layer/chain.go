package layer

import "github.com/opencontainers/go-digest"

// ChainID returns the identity of a layer with everything below it: the DiffID
// itself at the bottom, where parent is empty, else the sha256 of the parent's
// ChainID, a space and the DiffID (OCI image-spec config.md, "Layer ChainID").
func ChainID(parent, diffID digest.Digest) digest.Digest {
	if parent == "" {
		return diffID
	}
	return digest.FromString(parent.String() + " " + diffID.String())
}

// ChainIDs returns the ChainID of every layer of a stack, bottom first.
func ChainIDs(diffIDs []digest.Digest) []digest.Digest {
	out := make([]digest.Digest, len(diffIDs))
	var parent digest.Digest
	for i, d := range diffIDs {
		parent = ChainID(parent, d)
		out[i] = parent
	}
	return out
}
