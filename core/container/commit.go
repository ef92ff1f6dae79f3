package container

import (
	"slices"
	"strings"
	"time"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
)

// Child is what a new image says of how it came about.
type Child struct {
	Container       string // the id of the container that was committed, if any
	Author, Comment string
	Created         time.Time
	Version         string // of the daemon; empty: Version
	// ContainerConfig is that of the container: its Cmd joined is the history's
	// created_by. Config is what the image tells its containers.
	ContainerConfig, Config *Config
}

// Version is the daemon that is followed: Debian 12's.
const Version = "20.10.24+dfsg1"

// Commit makes the image with the layer l upon those of parent, which is nil
// for scratch (image/image.go NewChildImage). An empty layer, or none, is not
// put on the stack but noted in the history.
func Commit(parent *image.Image, l *layer.Layer, c Child) (*image.Image, error) {
	from := &store.Document{}
	if parent != nil {
		var err error
		if from, err = store.Parse(parent.ConfigJSON()); err != nil {
			return nil, err
		}
	}
	if l != nil && l.Empty() {
		l = nil
	}
	root := &store.RootFS{Type: "layers"}
	if from.RootFS != nil {
		root.Type, root.DiffIDs = from.RootFS.Type, slices.Clone(from.RootFS.DiffIDs)
	}
	if l != nil {
		root.DiffIDs = append(root.DiffIDs, l.DiffID())
	}
	version := c.Version
	if version == "" {
		version = Version
	}
	arch := from.Architecture
	if arch == "" {
		arch = "amd64"
	}
	child := &store.Document{
		Created: c.Created.UTC(), Container: c.Container, ContainerConfig: *c.ContainerConfig, DockerVersion: version,
		Author: c.Author, Config: c.Config, Architecture: arch, Variant: from.Variant, OS: "linux", RootFS: root,
		History: append(slices.Clone(from.History), store.History{Created: c.Created.UTC(), Author: c.Author, Comment: c.Comment,
			CreatedBy: strings.Join(c.ContainerConfig.Cmd, " "), EmptyLayer: l == nil}),
		OSVersion: from.OSVersion, OSFeatures: from.OSFeatures,
	}
	doc, err := child.JSON()
	if err != nil {
		return nil, err
	}
	return image.Child(parent, doc, l)
}
