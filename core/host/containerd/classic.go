package containerd

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host"
	"layerlab.dev/core/image"
	"layerlab.dev/core/store"
	"layerlab.dev/core/store/content"
	"layerlab.dev/core/vfs"
)

// buildClassic builds with the classic builder, whose images then become those of
// this store.
func (e Engine) buildClassic(ctx context.Context, request host.Build, to host.Progress) error {
	if err := readable(request); err != nil {
		return err
	}
	told := func(m host.Message) {
		if id, ok := strings.CutPrefix(m.Stream, "Removing intermediate container "); ok {
			m.Stream = " ---> Removed intermediate container " + id
		}
		if to != nil {
			to(m)
		}
	}
	err := e.Host.ImageBuild(ctx, request, told)
	if own := e.Change(func(c *host.Change) error { _, err := adopt(ctx, c); return err }); own != nil && err == nil {
		return own
	}
	return err
}

// readable returns what is wrong with the Dockerfile, in the words of this
// release.
func readable(request host.Build) error {
	name := request.Options.Dockerfile
	if name == "" {
		name = "Dockerfile"
	}
	n, err := request.Context.Stat("/" + name)
	if err != nil || n.Kind != vfs.File {
		return nil // the builder says so
	}
	source, err := n.Blob().Bytes()
	if err != nil {
		return host.Errorf(500, "%s", err)
	}
	line := parseLine(source)
	if line == 0 {
		return nil
	}
	for _, d := range dockerfile.Parse(name, source, dockerfile.Options{}).Diagnostics {
		if d.Severity == dockerfile.Error {
			return host.Errorf(400, "dockerfile parse error on line %d: %s", line, d.Text)
		}
	}
	return nil
}

// ImageImport makes an image of a tar of files.
func (e Engine) ImageImport(ctx context.Context, source io.Reader, ref string, o types.ImageImportOptions, to host.Progress) error {
	var held []host.Message
	err := e.Host.ImageImport(ctx, source, ref, o, func(m host.Message) { held = append(held, m) })
	var became map[digest.Digest]digest.Digest
	if own := e.Change(func(c *host.Change) (err error) { became, err = adopt(ctx, c); return err }); own != nil && err == nil {
		return own
	}
	for _, m := range held {
		if id, ok := became[digest.Digest(m.Status)]; ok {
			m.Status = id.String()
		}
		if to != nil {
			to(m)
		}
	}
	return err
}

// adopt gives every image that has none its manifest, which its id becomes the
// digest of. It returns those ids by the ids before.
func adopt(ctx context.Context, c *host.Change) (map[digest.Digest]digest.Digest, error) {
	var list []*store.Image
	for _, i := range c.Store.Images() {
		if i.Target == nil {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b *store.Image) int { return cmp.Compare(a.Since, b.Since) })
	became := map[digest.Digest]digest.Digest{}
	for _, i := range list {
		m, err := i.Made.Manifest(ctx, image.Options{KeepTimes: true})
		if err != nil {
			return nil, host.Errorf(500, "%s", err)
		}
		t, err := content.OfManifest(m.MediaType, m.JSON, i.Made)
		if err != nil {
			return nil, host.Errorf(500, "%s", err)
		}
		n, err := put(c, t)
		if err != nil {
			return nil, err
		}
		became[i.ID] = n.ID
		for _, name := range c.Store.Names(i.ID) {
			if name.Canonical() {
				c.Store, _ = c.Store.Forget(name.Named)
				continue
			}
			if c.Store, err = c.Store.Refer(name.Named, n.ID, true); err != nil {
				return nil, host.Errorf(500, "%s", err)
			}
		}
		if i.LastUpdated != 0 {
			c.Store = c.Store.SetLastUpdated(n.ID, i.LastUpdated)
		}
	}
	for _, i := range list {
		id, parent := became[i.ID], i.Parent
		if to, ok := became[parent]; ok {
			parent = to
		}
		if _, ok := c.Store.Image(parent); ok && parent != "" && parent != id {
			var err error
			if c.Store, err = c.Store.SetParent(id, parent); err != nil {
				return nil, host.Errorf(500, "%s", err)
			}
		}
	}
	for key, n := range c.Containers.All() {
		if id, ok := became[n.Image]; ok {
			moved := *n
			moved.Image = id
			c.Containers = c.Containers.Set(key, &moved)
		}
	}
	for _, i := range list {
		if next, _, err := c.Store.Delete(i.ID); err == nil {
			c.Store = next
		}
	}
	return became, nil
}
