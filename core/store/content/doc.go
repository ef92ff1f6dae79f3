// Package content is what containerd's image store of Docker Engine 29 keeps of
// an image beside its layers: the manifest or index that a name points to, the
// blobs that it names as they are stored, and the sizes that follow from them.
package content
