// Package containerd is what a docker host of Engine 29 does with images: it keeps
// them in containerd's store, where an image is what its names point to, a
// manifest or an index, with content as it came and snapshots beside it. All that
// is not about images is package host's.
package containerd
