package image

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/vfs"
)

// WriteOCI writes the image as a tar of an OCI layout, byte for byte as
// `buildctl build --output type=oci` does: sorted blobs, then index.json and
// oci-layout, every mtime 0. It fails with a *vfs.AbsentError where a layer of
// the base is known by its digest only. ctx cancels it.
func (i *Image) WriteOCI(ctx context.Context, w io.Writer, o Options) error {
	m, err := i.Manifest(ctx, o)
	if err != nil {
		return err
	}
	index, _, err := i.Index(m)
	if err != nil {
		return err
	}
	blobs := map[digest.Digest][]byte{m.Digest: m.JSON, i.ID(): i.configJSON}
	names := []digest.Digest{m.Digest, i.ID()}
	for n, l := range m.Layers {
		if l.Content == nil {
			return fmt.Errorf("export layer %d: %w", n+1, &vfs.AbsentError{Digest: l.Digest})
		}
		if _, ok := blobs[l.Digest]; !ok {
			names = append(names, l.Digest)
		}
		blobs[l.Digest] = l.Content
	}
	slices.Sort(names)
	tw := tar.NewWriter(w)
	put := func(name string, mode int64, content []byte) {
		if err != nil {
			return
		}
		if err = ctx.Err(); err != nil {
			return
		}
		if err = tw.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content)), Typeflag: tar.TypeReg}); err == nil {
			_, err = tw.Write(content)
		}
	}
	for _, dir := range []string{"blobs/", "blobs/sha256/"} {
		if err := tw.WriteHeader(&tar.Header{Name: dir, Mode: 0o755, Typeflag: tar.TypeDir}); err != nil {
			return err
		}
	}
	for _, d := range names {
		put("blobs/sha256/"+d.Encoded(), 0o444, blobs[d])
	}
	put("index.json", 0o644, index)
	put("oci-layout", 0o444, []byte(`{"imageLayoutVersion":"1.0.0"}`))
	if err != nil {
		return fmt.Errorf("write OCI archive: %w", err)
	}
	return tw.Close()
}

// ArchiveSize returns the bytes that WriteOCI writes of layers at most, to
// reserve room.
func ArchiveSize(m *Manifest) int64 {
	var n int64 = 1 << 14
	for _, l := range m.Layers {
		n += l.Size + 1024
	}
	return n
}
