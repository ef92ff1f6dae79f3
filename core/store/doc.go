// Package store is what a docker daemon keeps of images, as a value: images by
// id with their local parents, references to them, layers by ChainID with the
// number of their users, the layers of containers, and what was learnt of blobs
// in registries.
//
// A Store is immutable: every method that changes something returns another
// Store, which shares all that did not change. Its rules are those of dockerd
// 20.10 with overlay2: packages image, layer, reference and distribution/metadata.
package store
