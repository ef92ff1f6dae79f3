// Package cost adds up what images take to move and to keep: the download of a
// client that has some layers already, the upload to a registry, the room on a
// disk, and what several images share.
//
// A registry and a client keep a layer's blob once for its digest, and a disk
// keeps a layer once for its ChainID: the same DiffID on another layer below is
// another directory.
package cost
