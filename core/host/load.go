package host

import (
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

	"layerlab.dev/core/host/archive"
	"layerlab.dev/core/host/transfer"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// ImageLoad adds the images of a docker save archive, plain or compressed.
func (h *Host) ImageLoad(ctx context.Context, in io.Reader, quiet bool, to Progress) error {
	s := &stream{to: to, sent: true} // what fails is told in the stream
	return s.end(h.Change(func(c *Change) error {
		l := &loader{Change: c, stream: s, quiet: quiet}
		l.dir = fmt.Sprintf("%s/tmp/docker-import-%d", root, 100000000+c.Random.Below(900000000))
		if err := l.unpack(ctx, in); err != nil {
			return err
		}
		return l.load(ctx)
	}))
}

// loader adds the images of one archive.
type loader struct {
	*Change
	*stream
	quiet bool
	dir   string // where dockerd unpacks archives
	files vfs.Tree
}

// unpackError words what is wrong with an archive as the program does that
// dockerd unpacks with.
func unpackError(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return Errorf(500, "Error processing tar file(exit status 1): %s", err)
		}
		err = next
	}
}

// readAll returns a stream, decompressed.
func readAll(in io.Reader) ([]byte, error) {
	// An empty stream has no first bytes to tell its compression by.
	raw, err := io.ReadAll(in)
	if err != nil || len(raw) == 0 {
		return raw, err
	}
	r, err := layer.Decompress(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func (l *loader) unpack(ctx context.Context, in io.Reader) error {
	raw, err := readAll(in)
	if err != nil {
		return unpackError(err)
	}
	l.files = vfs.New(l.Clock)
	if len(raw) > 0 {
		entries, err := layer.ReadTarAt(ctx, vfs.Bytes(raw))
		if err != nil {
			return unpackError(err)
		}
		m, err := layer.Apply(ctx, nil, entries, layer.ApplyOptions{Now: l.Clock})
		if err != nil {
			return unpackError(err)
		}
		l.files = m.Tree()
	}
	return nil
}

// open returns a file of the archive, links followed inside it.
func (l *loader) open(name string) (*vfs.Blob, error) {
	n, err := l.files.Stat("/" + name)
	at := path.Join(l.dir, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, Errorf(500, "open %s: no such file or directory", at)
	case err != nil:
		return nil, Errorf(500, "open %s: %s", at, reason(err))
	case n.IsDir():
		return nil, Errorf(500, "read %s: is a directory", at)
	case n.Kind != vfs.File:
		return nil, Errorf(500, "open %s: no such device or address", at)
	}
	return n.Blob(), nil
}

func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return strings.ToLower(p.Err.Error()[:1]) + p.Err.Error()[1:]
	}
	return err.Error()
}

func (l *loader) read(name string) ([]byte, error) {
	b, err := l.open(name)
	if err != nil {
		return nil, err
	}
	return b.Bytes()
}

// line sends a line of text.
func (l *loader) line(format string, a ...any) {
	l.send(Message{Stream: fmt.Sprintf(format, a...)})
}

func (l *loader) load(ctx context.Context) error {
	b, err := l.open("manifest.json")
	if err != nil {
		if _, stat := l.files.Stat("/manifest.json"); errors.Is(stat, fs.ErrNotExist) {
			return l.legacy(ctx)
		}
		return err
	}
	var manifest []archive.Entry
	if err := json.NewDecoder(b.Reader()).Decode(&manifest); err != nil {
		return &Error{500, err.Error()}
	}
	var loaded []digest.Digest
	named := false
	for _, m := range manifest {
		id, err := l.image(ctx, m)
		if err != nil {
			return err
		}
		loaded = append(loaded, id)
		named = len(m.RepoTags) > 0
		for _, t := range m.RepoTags {
			name, err := reference.ParseNormalizedNamed(t)
			if err != nil {
				return &Error{500, err.Error()}
			}
			tagged, ok := name.(reference.NamedTagged)
			if !ok {
				return Errorf(500, "invalid tag %q", t)
			}
			if err := l.setTag(tagged, id); err != nil {
				return err
			}
			l.line("Loaded image: %s\n", reference.FamiliarString(tagged))
		}
		l.logImage("load", id, id.String())
	}
	for n, m := range manifest {
		if m.Parent == "" || !slices.ContainsFunc(loaded, func(id digest.Digest) bool { return id == m.Parent && id != loaded[n] }) {
			continue
		}
		if err := l.adopt(loaded[n], m.Parent); err != nil {
			return err
		}
	}
	if !named {
		var text strings.Builder
		for _, id := range loaded {
			fmt.Fprintf(&text, "Loaded image ID: %s\n", id)
		}
		if text.Len() > 0 {
			l.line("%s", text.String())
		}
	}
	return nil
}

// setTag gives a loaded image its tag, and says so where another has it.
func (l *loader) setTag(name reference.NamedTagged, id digest.Digest) error {
	if old, err := l.Store.Lookup(name); err == nil && old != id {
		l.line("The image %s already exists, renaming the old one with ID %s to empty string\n", reference.FamiliarString(name), old)
	}
	next, err := l.Store.Refer(name, id, true)
	if err != nil {
		return &Error{500, err.Error()}
	}
	l.Store = next
	return nil
}

// adopt notes the parent of a loaded image, whose history must be that of the
// parent and one entry more.
func (l *loader) adopt(id, parent digest.Digest) error {
	i, _ := l.Store.Image(id)
	p, _ := l.Store.Image(parent)
	ours, theirs := i.Document.History, p.Document.History
	ok := len(ours) == 0 && len(theirs) == 0 || len(ours) == len(theirs)+1
	for n := 0; ok && n < len(theirs); n++ {
		a, b := ours[n], theirs[n]
		same := a.Created.Equal(b.Created)
		a.Created, b.Created = time.Time{}, time.Time{}
		ok = same && a == b
	}
	if !ok {
		return Errorf(500, "image %v is not a valid parent for %v", parent, id)
	}
	next, err := l.Store.SetParent(id, parent)
	if err != nil {
		return &Error{500, err.Error()}
	}
	l.Store = next
	return nil
}

// image adds one image of the archive.
func (l *loader) image(ctx context.Context, m archive.Entry) (digest.Digest, error) {
	config, err := l.read(m.Config)
	if err != nil {
		return "", err
	}
	d, err := store.Parse(config)
	if err != nil {
		return "", &Error{500, err.Error()}
	}
	if err := loadable(d.OS); err != nil {
		return "", err
	}
	want := d.RootFS.DiffIDs
	if len(m.Layers) != len(want) {
		return "", Errorf(500, "invalid manifest, layers length mismatch: expected %d, got %d", len(m.Layers), len(want))
	}
	layers := make([]*layer.Layer, len(want))
	var chain digest.Digest
	for n, diff := range want {
		chain = layer.ChainID(chain, diff)
		if have, ok := l.Store.Layer(chain); ok {
			layers[n] = have.Tar
			continue
		}
		if layers[n], err = l.layer(ctx, m.Layers[n], diff.String()); err != nil {
			return "", err
		}
		if got := layers[n].DiffID(); got != diff {
			return "", Errorf(500, "invalid diffID for layer %d: expected %q, got %q", n, diff, got)
		}
	}
	return l.create(config, layers)
}

func loadable(os string) error {
	switch os {
	case "", "linux":
		return nil
	case "windows":
		return Errorf(500, "cannot load windows image on linux")
	}
	return Errorf(500, "%q: unknown operating system or architecture: invalid argument", os)
}

// create adds an image with its layers.
func (c *Change) create(config []byte, layers []*layer.Layer) (digest.Digest, error) {
	made, err := image.Existing(config, nil, layers)
	if err != nil {
		return "", &Error{500, err.Error()}
	}
	next, i, err := c.Store.Create(made, &c.Random, c.Now())
	if err != nil {
		return "", &Error{500, err.Error()}
	}
	c.Store = next
	return i.ID, nil
}

// layer opens a layer of the archive and tells how it is unpacked.
func (l *loader) layer(ctx context.Context, name, id string) (*layer.Layer, error) {
	b, err := l.open(name)
	if err != nil {
		return nil, err
	}
	raw, err := layer.Unpack(ctx, b)
	if err != nil {
		return nil, unpackError(err)
	}
	sum, err := b.Digest()
	if err != nil {
		return nil, &Error{500, err.Error()}
	}
	opened, err := layer.Read(ctx, layer.Blob{MediaType: layer.Compressed(b).MediaType(), Digest: sum, Size: b.Size(), Content: b}, raw)
	if err != nil {
		return nil, unpackError(err)
	}
	if !l.quiet {
		for _, e := range transfer.Play([]int64{b.Size()}, 1, unpacking) {
			if e.Kind == transfer.Advances {
				l.advance(short(id), "Loading layer", e.Done, b.Size())
			}
			l.Clock += 1
		}
		l.advance(short(id), "Loading layer", b.Size(), b.Size())
	}
	return opened, nil
}
