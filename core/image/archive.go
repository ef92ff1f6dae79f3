package image

import (
	"archive/tar"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

// WriteOCI writes the image as a tar of an OCI layout, byte for byte as
// `buildctl build --output type=oci` does: sorted blobs, then index.json and
// oci-layout, every mtime 0. It fails with a *vfs.AbsentError where a layer of
// the base is known by its digest only. ctx cancels it.
func (i *Image) WriteOCI(ctx context.Context, w io.Writer, o Options) error {
	files, _, err := i.layout(ctx, o)
	if err != nil {
		return err
	}
	return writeArchive(ctx, w, files)
}

// WriteDocker writes the image as a `docker save` archive under the name
// NAME[:TAG] (the tag is latest without one): the OCI layout with uncompressed
// layers, and manifest.json and repositories beside it, so that old and new
// daemons load it. New ones take the name from index.json: see Options.Names.
func (i *Image) WriteDocker(ctx context.Context, w io.Writer, name string, o Options) error {
	o.plain = true
	files, m, err := i.layout(ctx, o)
	if err != nil {
		return err
	}
	repository, tag := name, "latest"
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		repository, tag = name[:at], name[at+1:]
	}
	doc := []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}{{blobPath(i.ID()), []string{repository + ":" + tag}, []string{}}}
	top := ""
	for _, l := range m.Layers {
		doc[0].Layers = append(doc[0].Layers, blobPath(l.Digest))
		top = l.Digest.Encoded()
	}
	for name, v := range map[string]any{"manifest.json": doc, "repositories": map[string]map[string]string{repository: {tag: top}}} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		files[name] = member{0o644, text}
	}
	return writeArchive(ctx, w, files)
}

// Layout returns the files of the OCI layout that WriteOCI puts into a tar, by
// path, and the manifest.
func (i *Image) Layout(ctx context.Context, o Options) (map[string][]byte, *Manifest, error) {
	files, m, err := i.layout(ctx, o)
	out := make(map[string][]byte, len(files))
	for name, f := range files {
		out[name] = f.content
	}
	return out, m, err
}

// member is a file of an archive.
type member struct {
	mode    int64
	content []byte
}

// stored is a blob as a member.
func stored(b *vfs.Blob) (member, error) {
	content, err := b.Bytes()
	return member{0o444, content}, err
}

// layout is the files of the OCI layout that holds the image.
func (i *Image) layout(ctx context.Context, o Options) (map[string]member, *Manifest, error) {
	m, err := i.Manifest(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	index, _, err := i.Index(m, o.Names...)
	if err != nil {
		return nil, nil, err
	}
	files := map[string]member{
		"index.json": {0o644, index}, "oci-layout": {0o444, []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		blobPath(m.Digest): {0o444, m.JSON}, blobPath(i.ID()): {0o444, i.configJSON},
	}
	for n, l := range m.Layers {
		if l.Content == nil {
			return nil, nil, saysLayer.Wrap(&vfs.AbsentError{Digest: l.Digest}, n+1)
		}
		if files[blobPath(l.Digest)], err = stored(l.Content); err != nil {
			return nil, nil, saysLayer.Wrap(err, n+1)
		}
	}
	return files, m, nil
}

// writeArchive writes the files sorted by name, as containerd does.
func writeArchive(ctx context.Context, w io.Writer, files map[string]member) error {
	tw := tar.NewWriter(w)
	dirs := map[string]bool{"blobs/": true, "blobs/sha256/": true} // and those of other digests
	for name := range files {
		if strings.HasPrefix(name, "blobs/") {
			dirs[path.Dir(name)+"/"] = true
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if err := tw.WriteHeader(&tar.Header{Name: dir, Mode: 0o755, Typeflag: tar.TypeDir}); err != nil {
			return fmt.Errorf("write archive: %w", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := files[name]
		h := &tar.Header{Name: name, Mode: f.mode, Size: int64(len(f.content)), Typeflag: tar.TypeReg}
		if err := tw.WriteHeader(h); err != nil {
			return fmt.Errorf("write archive: %s: %w", name, err)
		}
		if _, err := tw.Write(f.content); err != nil {
			return fmt.Errorf("write archive: %s: %w", name, err)
		}
	}
	return tw.Close()
}
