// Package disk shows a host's State as the files that dockerd 20.10 with overlay2
// keeps in /var/lib/docker: imagedb, layerdb, distribution, repositories.json,
// the directories of layers and containers, volumes. Nothing is computed before
// somebody looks, so that a tree costs nothing until then, and two trees can be
// compared: what did this command change on the disk.
//
// Databases that only the daemon reads (metadata.db, local-kv.db, those of
// BuildKit and containerd) are there with their usual sizes and hold zeros.
package disk
