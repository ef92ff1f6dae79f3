package session

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/wasm/wire"
)

// doc answers a DocQuery.
func (s *Session) doc(q wire.DocQuery) (wire.Doc, error) {
	d, err := s.work(q.Image)
	if err != nil {
		return wire.Doc{}, err
	}
	text, err := documentOf(s.context(), d, q.Name, nil)
	if err != nil {
		return wire.Doc{}, err
	}
	return document(text), nil
}

// documentOf gives a document of an image, exactly the bytes that are digested.
// progress, if there is one, is told of the layers that are compressed for it.
func documentOf(ctx context.Context, d *work, name string, progress func(done, total int64)) ([]byte, error) {
	img := d.result.Image
	if name == "config" {
		return img.ConfigJSON(), nil
	}
	m, err := img.Manifest(ctx, image.Options{Compression: d.compression, Progress: progress})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch name {
	case "manifest":
		return m.JSON, nil
	case "index":
		index, _, err := img.Index(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return index, nil
	}
	return nil, fmt.Errorf("there is no document %q: ask for config, manifest or index", name)
}

func document(text []byte) wire.Doc {
	return wire.Doc{JSON: string(text), Digest: string(digest.FromBytes(text)), Size: int64(len(text))}
}

// export answers an ExportQuery; the archive is buffer 0.
func (s *Session) export(id int, q wire.ExportQuery) (any, [][]byte, error) {
	if !slices.Contains([]string{"oci", "unnamed", "docker", "reproduce"}, q.Format) {
		return nil, nil, fmt.Errorf("there is no format %q: ask for oci, unnamed, docker or reproduce", q.Format)
	}
	d, err := s.work(q.Image)
	if err != nil {
		return nil, nil, err
	}
	w := s.longWork(id, "export")
	defer w.end()
	o := image.Options{Compression: d.compression, Progress: w.progress}
	if full, err := dockerfile.NormalizeReference(d.Tag); err == nil && q.Format != "unnamed" {
		o.Names = []string{full}
	}
	var b bytes.Buffer
	switch q.Format {
	case "docker":
		err = d.result.Image.WriteDocker(w.ctx, &b, d.Tag, o)
	case "reproduce":
		err = d.bundle().WriteTar(w.ctx, &b)
	default:
		err = d.result.Image.WriteOCI(w.ctx, &b, o)
	}
	if err != nil {
		return nil, nil, w.failed(fmt.Errorf("export: %w", err))
	}
	return wire.Exported{Name: archiveName(d.Tag, q.Format), Size: int64(b.Len()), Digest: string(digest.FromBytes(b.Bytes()))}, [][]byte{b.Bytes()}, nil
}

// archiveName is what an archive of an image is called.
func archiveName(tag, format string) string {
	if format == "unnamed" {
		format = "oci"
	}
	return strings.ReplaceAll(tag, "/", "-") + "." + format + ".tar"
}
