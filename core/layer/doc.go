// Package layer turns the difference of two file trees into an image layer
// and back: the changes, the tar that carries them, its DiffID, the ChainID of
// a stack of layers, and the application of a layer to a tree.
//
// The rules are those of the OCI image-spec (layer.md) as BuildKit and
// containerd carry them out on overlayfs; where the two leave a choice, the
// bytes decide: a layer made here is the layer BuildKit makes.
package layer
