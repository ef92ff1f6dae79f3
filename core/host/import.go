package host

import (
	"context"
	"encoding/json"
	"io"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build/classic"
	corecontainer "layerlab.dev/core/container"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// ImageImport makes an image of one layer of a tar of files, plain or
// compressed. ref names it; empty: nothing does.
func (h *Host) ImageImport(ctx context.Context, source io.Reader, ref string, options types.ImageImportOptions, to Progress) error {
	s := &stream{to: to}
	return s.end(h.Change(func(c *Change) error {
		return c.importTar(ctx, source, ref, options, s)
	}))
}

func (c *Change) importTar(ctx context.Context, source io.Reader, ref string, options types.ImageImportOptions, s *stream) error {
	wanted, err := platform(options.Platform)
	if err != nil {
		return err
	}
	if wanted.OS != "linux" {
		return Errorf(400, "operating system is not supported")
	}
	var name reference.Named
	if ref != "" {
		if name, err = reference.ParseNormalizedNamed(ref); err != nil {
			return &Error{400, err.Error()}
		}
		if _, ok := name.(reference.Canonical); ok {
			return Errorf(400, "cannot import digest reference")
		}
		if options.Tag != "" {
			if name, err = reference.WithTag(name, options.Tag); err != nil {
				return &Error{400, err.Error()}
			}
		}
	}
	config, err := classic.Change(&container.Config{}, options.Changes)
	if err != nil {
		return &Error{400, err.Error()}
	}
	raw, err := readAll(source)
	if err != nil {
		return unpackError(err)
	}
	blob := vfs.Bytes(raw)
	sum := digest.FromBytes(raw)
	tar, err := layer.Read(ctx, layer.Blob{MediaType: layer.Uncompressed.MediaType(), Digest: sum, Size: blob.Size(), Content: blob}, blob)
	if err != nil {
		return unpackError(err)
	}
	message := options.Message
	if message == "" {
		message = "Imported from -" // what the client sends has no other name
	}
	created := c.Time()
	document := store.Document{
		DockerVersion: corecontainer.Version, Config: config, Architecture: "amd64", OS: "linux", Created: created, Comment: message,
		RootFS:  &store.RootFS{Type: "layers", DiffIDs: []digest.Digest{tar.DiffID()}},
		History: []store.History{{Created: created, Comment: message}},
	}
	text, err := json.Marshal(document)
	if err != nil {
		return &Error{500, err.Error()}
	}
	id, err := c.create(text, []*layer.Layer{tar})
	if err != nil {
		return err
	}
	if name != nil {
		if err := c.tag(id, reference.TagNameOnly(name)); err != nil {
			return err
		}
	}
	c.logImage("import", id, id.String())
	s.say("", "%s", id)
	return nil
}
