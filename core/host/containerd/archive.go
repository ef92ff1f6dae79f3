package containerd

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/host"
	"layerlab.dev/core/host/archive"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
	"layerlab.dev/core/store/content"
	"layerlab.dev/core/vfs"
)

// Annotations that name an image in an archive's index.
const (
	imageName = "io.containerd.image.name"
	refName   = "org.opencontainers.image.ref.name"
)

// saved is an image that goes into an archive, with a name or without.
type saved struct {
	image  *store.Image
	name   reference.Named
	target ocispec.Descriptor
	// manifests are those that go with it.
	manifests []*content.Manifest
	index     bool
}

// ImageSave writes images as an OCI layout with docker's manifest.json beside.
func (e Engine) ImageSave(ctx context.Context, names []string, to io.Writer) error {
	return e.ImageSaveOf(ctx, names, "", to)
}

// ImageSaveOf is ImageSave of the images for one platform; empty: of all.
func (e Engine) ImageSaveOf(_ context.Context, names []string, platform string, to io.Writer) error {
	var list []saved
	err := e.Change(func(c *host.Change) (err error) {
		if list, err = chosen(&c.State, names, platform); err != nil {
			return err
		}
		for _, s := range list {
			c.LogImage("save", s.image.ID, s.image.ID.String())
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := write(to, list); err != nil {
		return host.Errorf(500, "%s", err)
	}
	return nil
}

// chosen finds the images to save. A repository stands for all its tags.
func chosen(s *host.State, names []string, platform string) ([]saved, error) {
	var list []saved
	add := func(i *store.Image, name reference.Named) error {
		x := saved{image: i, name: name, target: i.Target.Descriptor, manifests: i.Target.Manifests, index: i.Target.Index}
		if platform != "" {
			shown := i.ID.String()
			if name != nil {
				shown = reference.FamiliarString(name)
			}
			m, err := manifest(i, shown, platform)
			if err != nil {
				return host.Errorf(404, "no suitable export target found: %s", err)
			}
			x.manifests = []*content.Manifest{m}
			if i.Target.Index {
				x.target, x.index = m.Descriptor, false
			}
		}
		if !slices.ContainsFunc(list, func(o saved) bool { return o.image == i && fmt.Sprint(o.name) == fmt.Sprint(name) }) {
			list = append(list, x)
		}
		return nil
	}
	for _, text := range names {
		i, err := s.FindImage(text)
		byID := err == nil && (strings.HasPrefix(i.ID.String(), text) || strings.HasPrefix(i.ID.Encoded(), text))
		ref, bad := reference.ParseNormalizedNamed(text)
		if bad == nil && !byID && reference.IsNameOnly(ref) {
			have := s.Store.Repository(ref)
			for _, r := range have {
				if img, ok := s.Store.Image(r.Image); ok {
					if err := add(img, r.Named); err != nil {
						return nil, err
					}
				}
			}
			if len(have) == 0 {
				return nil, host.Errorf(404, "No such image: %s", reference.FamiliarString(reference.TagNameOnly(ref)))
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if bad != nil || byID {
			ref = nil
		} else if _, ok := ref.(reference.Canonical); ok {
			ref = nil
		}
		if err := add(i, ref); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// write writes the archive: blobs by their digest, then the documents, all of
// time 0.
func write(to io.Writer, list []saved) error {
	blobs := map[digest.Digest]*vfs.Blob{}
	index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex}
	index.SchemaVersion = 2
	var entries []archive.Entry
	byImage := map[digest.Digest]int{}
	for _, s := range list {
		d := s.target
		d.Annotations = map[string]string{}
		for k, v := range s.target.Annotations {
			if k != imageName && k != refName {
				d.Annotations[k] = v
			}
		}
		if s.name != nil {
			d.Annotations[imageName] = s.name.String()
			if t, ok := s.name.(reference.NamedTagged); ok {
				d.Annotations[refName] = t.Tag()
			}
		}
		if len(d.Annotations) == 0 {
			d.Annotations = nil
		}
		d.Platform = nil
		index.Manifests = append(index.Manifests, d)
		if s.index {
			blobs[s.image.ID] = vfs.Bytes(s.image.Target.JSON)
		}
		for _, m := range s.manifests {
			if !m.Present() {
				continue
			}
			blobs[m.Descriptor.Digest] = vfs.Bytes(m.JSON)
			for _, b := range m.Blobs {
				if b.Content != nil {
					blobs[b.Digest] = b.Content
				}
			}
		}
		var best *content.Manifest
		for _, m := range s.manifests {
			if m.Image != nil && (best == nil || m.Image == s.image.Made) {
				best = m
			}
		}
		if best == nil || slices.ContainsFunc(best.Blobs, func(b content.Blob) bool { return b.Content == nil }) {
			continue
		}
		n, ok := byImage[best.Descriptor.Digest]
		if !ok {
			n = len(entries)
			byImage[best.Descriptor.Digest] = n
			e := archive.Entry{Config: blobPath(best.Blobs[0].Digest)}
			for _, b := range best.Blobs[1:] {
				e.Layers = append(e.Layers, blobPath(b.Digest))
			}
			entries = append(entries, e)
		}
		if s.name != nil {
			entries[n].RepoTags = append(entries[n].RepoTags, reference.FamiliarString(s.name))
		}
	}
	w := tar.NewWriter(to)
	file := func(name string, mode int64, b *vfs.Blob) error {
		h := &tar.Header{Name: name, Mode: mode, Size: b.Size(), Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0)}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.Copy(w, b.Reader())
		return err
	}
	for _, dir := range []string{"blobs/", "blobs/sha256/"} {
		if err := w.WriteHeader(&tar.Header{Name: dir, Mode: 0o755, Typeflag: tar.TypeDir, ModTime: time.Unix(0, 0)}); err != nil {
			return err
		}
	}
	var order []digest.Digest
	for d := range blobs {
		order = append(order, d)
	}
	slices.Sort(order)
	for _, d := range order {
		if err := file(blobPath(d), 0o444, blobs[d]); err != nil {
			return fmt.Errorf("blob %s: %w", d, err)
		}
	}
	list2, err := json.Marshal(index)
	if err != nil {
		return err
	}
	if err := file("index.json", 0o644, vfs.Bytes(list2)); err != nil {
		return err
	}
	if entries != nil {
		raw, err := json.Marshal(entries)
		if err != nil {
			return err
		}
		if err := file("manifest.json", 0o644, vfs.Bytes(raw)); err != nil {
			return err
		}
	}
	if err := file("oci-layout", 0o444, vfs.Bytes([]byte(`{"imageLayoutVersion":"1.0.0"}`))); err != nil {
		return err
	}
	return w.Close()
}

func blobPath(d digest.Digest) string { return "blobs/sha256/" + d.Encoded() }

// ImageLoad adds the images of an archive: an OCI layout, or one of docker save.
func (e Engine) ImageLoad(ctx context.Context, in io.Reader, _ bool, to host.Progress) error {
	return e.ImageLoadOf(ctx, in, "", to)
}

// ImageLoadOf is ImageLoad of the images for one platform; empty: of all.
func (e Engine) ImageLoadOf(ctx context.Context, in io.Reader, platform string, to host.Progress) error {
	s := &stream{to: to, sent: true}
	raw, err := io.ReadAll(in)
	if err == nil && len(raw) == 0 {
		err = errors.New("unrecognized image format")
	}
	if err != nil {
		return s.end(host.Errorf(500, "%s", err))
	}
	return s.end(e.Change(func(c *host.Change) error {
		l := &loader{Change: c, stream: s, ctx: ctx, platform: platform}
		if err := l.open(raw); err != nil {
			return err
		}
		return l.load()
	}))
}

// loader adds the images of one archive.
type loader struct {
	*host.Change
	*stream
	ctx      context.Context
	platform string
	files    vfs.Tree
}

func (l *loader) open(raw []byte) error {
	r, err := layer.Decompress(bytes.NewReader(raw))
	if err != nil {
		return host.Errorf(500, "failed to decompress input tar archive: %s", err)
	}
	defer r.Close()
	if raw, err = io.ReadAll(r); err != nil {
		return host.Errorf(500, "failed to decompress input tar archive: %s", err)
	}
	entries, err := layer.ReadTarAt(l.ctx, vfs.Bytes(raw))
	if err != nil {
		return host.Errorf(500, "archive/tar: invalid tar header")
	}
	m, err := layer.Apply(l.ctx, nil, entries, layer.ApplyOptions{Now: l.Clock})
	if err != nil {
		return host.Errorf(500, "%s", err)
	}
	l.files = m.Tree()
	return nil
}

func (l *loader) blob(name string) (*vfs.Blob, error) {
	n, err := l.files.Stat(path.Join("/", name))
	if errors.Is(err, fs.ErrNotExist) || err == nil && n.Kind != vfs.File {
		return nil, host.Errorf(500, "%s: not found", name)
	}
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	return n.Blob(), nil
}

func (l *loader) read(name string) ([]byte, error) {
	b, err := l.blob(name)
	if err != nil {
		return nil, err
	}
	return b.Bytes()
}

func (l *loader) load() error {
	var index ocispec.Index
	if raw, err := l.read("index.json"); err == nil {
		if err := json.Unmarshal(raw, &index); err != nil {
			return host.Errorf(500, "%s", err)
		}
		return l.layout(index)
	}
	raw, err := l.read("manifest.json")
	if err != nil {
		return host.Errorf(500, "unrecognized image format")
	}
	var entries []archive.Entry
	if err := json.Unmarshal(raw, &entries); err != nil {
		return host.Errorf(500, "%s", err)
	}
	return l.docker(entries)
}

// layout adds the images of an OCI layout.
func (l *loader) layout(index ocispec.Index) error {
	for _, d := range index.Manifests {
		target, err := l.target(d)
		if err != nil {
			return err
		}
		if err := l.add(target, d.Annotations[imageName]); err != nil {
			return err
		}
	}
	return nil
}

// target reads a manifest or index of the layout.
func (l *loader) target(d ocispec.Descriptor) (*content.Target, error) {
	raw, err := l.read(blobPath(d.Digest))
	if err != nil {
		return nil, host.Errorf(500, "content digest %s: not found", d.Digest)
	}
	var list ocispec.Index
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	if list.Manifests == nil {
		m, err := l.manifest(d, raw)
		if err != nil {
			return nil, err
		}
		return &content.Target{Descriptor: d, JSON: raw, Manifests: []*content.Manifest{m}}, nil
	}
	t := content.OfIndex(d.MediaType, raw, nil)
	t.Descriptor.Annotations = d.Annotations
	for _, one := range list.Manifests {
		m := content.Listed(one)
		if text, err := l.read(blobPath(one.Digest)); err == nil {
			if m, err = l.manifest(one, text); err != nil {
				return nil, err
			}
		}
		t.Manifests = append(t.Manifests, m)
	}
	return t, nil
}

// manifest reads a manifest with its blobs.
func (l *loader) manifest(d ocispec.Descriptor, raw []byte) (*content.Manifest, error) {
	var doc ocispec.Manifest
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	if content.Listed(d).Attests != "" {
		m, err := content.Read(d, raw, nil)
		if err != nil {
			return nil, host.Errorf(500, "%s", err)
		}
		for n, b := range m.Blobs {
			m.Blobs[n].Content, _ = l.blob(blobPath(b.Digest))
		}
		return m, nil
	}
	config, err := l.read(blobPath(doc.Config.Digest))
	if err != nil {
		return nil, host.Errorf(500, "content digest %s: not found", doc.Config.Digest)
	}
	var blobs []*vfs.Blob
	for _, b := range doc.Layers {
		at, err := l.blob(blobPath(b.Digest))
		if err != nil {
			return nil, host.Errorf(500, "content digest %s: not found", b.Digest)
		}
		blobs = append(blobs, at)
	}
	return l.made(d, raw, config, doc.Layers, blobs)
}

// made puts an image together from its documents and layers.
func (l *loader) made(d ocispec.Descriptor, raw, config []byte, layers []ocispec.Descriptor, blobs []*vfs.Blob) (*content.Manifest, error) {
	doc, err := store.Parse(config)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	var opened []*layer.Layer
	var chain digest.Digest
	for n, b := range layers {
		if n < len(doc.RootFS.DiffIDs) {
			chain = layer.ChainID(chain, doc.RootFS.DiffIDs[n])
			if have, ok := l.Store.Layer(chain); ok {
				opened = append(opened, have.Tar)
				continue
			}
		}
		if sum, err := blobs[n].Digest(); err != nil || sum != b.Digest {
			return nil, host.Errorf(500, "failed to commit %s: unexpected commit digest %s, expected %s: failed precondition", b.Digest, sum, b.Digest)
		}
		plain, err := layer.Unpack(l.ctx, blobs[n])
		if err != nil {
			return nil, host.Errorf(500, "layer %s: %s", b.Digest, err)
		}
		one, err := layer.Read(l.ctx, layer.Blob{MediaType: layer.Compressed(blobs[n]).MediaType(), Digest: b.Digest, Size: b.Size, Content: blobs[n]}, plain)
		if err != nil {
			return nil, host.Errorf(500, "layer %s: %s", b.Digest, err)
		}
		opened = append(opened, one)
	}
	img, err := image.Existing(config, raw, opened)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	m, err := content.Read(d, raw, img)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	for n, b := range blobs {
		if sum, err := b.Digest(); err == nil && sum == layers[n].Digest {
			m.Blobs[n+1].Content = b
		}
	}
	return m, nil
}

// add puts an image into the store and says so.
func (l *loader) add(t *content.Target, name string) error {
	if l.platform != "" {
		p, err := wanted(l.platform)
		if err != nil {
			return err
		}
		if m := t.Best(p.OS, p.Architecture); m == nil || !m.Present() {
			return host.Errorf(404, "requested platform(s) ([%s]) not found: image might be filtered out", l.platform)
		}
	}
	i, err := put(l.Change, t)
	if err != nil {
		return err
	}
	l.LogImage("load", i.ID, i.ID.String())
	ref, err := reference.ParseNormalizedNamed(name)
	if name == "" || err != nil {
		l.send(host.Message{Stream: "Loaded image ID: " + i.ID.String() + "\n"})
		return nil
	}
	ref = reference.TagNameOnly(ref)
	next, err := l.Store.Refer(ref, i.ID, true)
	if err != nil {
		return host.Errorf(500, "%s", err)
	}
	l.Store = next.SetLastUpdated(i.ID, l.Now())
	l.send(host.Message{Stream: "Loaded image: " + reference.FamiliarString(ref) + "\n"})
	return nil
}

// docker adds the images of an archive of docker save before OCI layouts: its
// layers stay as they are, and a manifest is made for each.
func (l *loader) docker(entries []archive.Entry) error {
	for _, e := range entries {
		config, err := l.read(e.Config)
		if err != nil {
			return err
		}
		type document struct {
			SchemaVersion int                  `json:"schemaVersion"`
			MediaType     string               `json:"mediaType"`
			Config        ocispec.Descriptor   `json:"config"`
			Layers        []ocispec.Descriptor `json:"layers"`
		}
		doc := document{2, content.DockerManifest, ocispec.Descriptor{MediaType: content.DockerConfig, Digest: digest.FromBytes(config), Size: int64(len(config))}, []ocispec.Descriptor{}}
		var blobs []*vfs.Blob
		for _, name := range e.Layers {
			b, err := l.blob(name)
			if err != nil {
				return err
			}
			sum, err := b.Digest()
			if err != nil {
				return host.Errorf(500, "%s", err)
			}
			kind := content.DockerLayer
			if strings.Contains(layer.Compressed(b).MediaType(), "gzip") {
				kind += ".gzip"
			}
			doc.Layers = append(doc.Layers, ocispec.Descriptor{MediaType: kind, Digest: sum, Size: b.Size()})
			blobs = append(blobs, b)
		}
		raw, err := json.Marshal(doc)
		if err != nil {
			return host.Errorf(500, "%s", err)
		}
		d := ocispec.Descriptor{MediaType: content.DockerManifest, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
		m, err := l.made(d, raw, config, doc.Layers, blobs)
		if err != nil {
			return err
		}
		tags := e.RepoTags
		if len(tags) == 0 {
			tags = []string{""}
		}
		for _, t := range tags {
			target := &content.Target{Descriptor: d, JSON: raw, Manifests: []*content.Manifest{m}}
			if ref, err := reference.ParseNormalizedNamed(t); err == nil && t != "" {
				ref = reference.TagNameOnly(ref)
				target.Descriptor.Annotations = map[string]string{imageName: ref.String()}
				if tagged, ok := ref.(reference.NamedTagged); ok {
					target.Descriptor.Annotations[refName] = tagged.Tag()
				}
			}
			if err := l.add(target, t); err != nil {
				return err
			}
		}
	}
	return nil
}
