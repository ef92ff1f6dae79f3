package host

import (
	"time"

	"layerlab.dev/core/vfs"
)

// Volume is a volume of the local driver. It is a value once it is in a State.
type Volume struct {
	Name    string
	Created time.Time
	Labels  map[string]string
	Options map[string]string
	// Anonymous says that no one named it.
	Anonymous bool
	// Files are what is in it: the root of a tree, to be mounted.
	Files *vfs.Node
}

// Mountpoint returns the volume's directory on the host.
func (v *Volume) Mountpoint() string { return "/var/lib/docker/volumes/" + v.Name + "/_data" }
