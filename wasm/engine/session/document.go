package session

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/wasm/wire"
)

// doc answers a DocQuery.
func (s *Session) doc(q wire.DocQuery) (wire.Doc, error) {
	d, err := s.work(q.Image)
	if err != nil {
		return wire.Doc{}, err
	}
	img := d.result.Image
	if q.Name == "config" {
		return document(img.ConfigJSON()), nil
	}
	m, err := img.Manifest(s.options.Context(context.Background()), image.Options{Compression: d.compression})
	if err != nil {
		return wire.Doc{}, fmt.Errorf("%s: %w", q.Name, err)
	}
	switch q.Name {
	case "manifest":
		return document(m.JSON), nil
	case "index":
		index, _, err := img.Index(m)
		if err != nil {
			return wire.Doc{}, fmt.Errorf("%s: %w", q.Name, err)
		}
		return document(index), nil
	}
	return wire.Doc{}, fmt.Errorf("there is no document %q: ask for config, manifest or index", q.Name)
}

func document(text []byte) wire.Doc {
	return wire.Doc{JSON: string(text), Digest: string(digest.FromBytes(text)), Size: int64(len(text))}
}

// export answers an ExportQuery; the archive is buffer 0.
func (s *Session) export(id int, q wire.ExportQuery) (any, [][]byte, error) {
	if q.Format != "oci" && q.Format != "docker" && q.Format != "reproduce" {
		return nil, nil, fmt.Errorf("there is no format %q: ask for oci, docker or reproduce", q.Format)
	}
	d, err := s.work(q.Image)
	if err != nil {
		return nil, nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s.mu.Lock()
	s.exports[id] = stop
	revision := s.newest
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.exports, id)
	}()
	ctx = s.options.Context(ctx)

	progress := s.progress(revision)
	o := image.Options{Compression: d.compression,
		Progress: func(done, total int64) { progress("export", done, total) }}
	var b bytes.Buffer
	switch q.Format {
	case "docker":
		err = d.result.Image.WriteDocker(ctx, &b, d.Tag, o)
	case "reproduce":
		err = d.bundle().WriteTar(ctx, &b)
	default:
		err = d.result.Image.WriteOCI(ctx, &b, o)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("export: %w", err)
	}
	name := strings.ReplaceAll(d.Tag, "/", "-") + "." + q.Format + ".tar"
	return wire.Exported{Name: name, Size: int64(b.Len()), Digest: string(digest.FromBytes(b.Bytes()))}, [][]byte{b.Bytes()}, nil
}
