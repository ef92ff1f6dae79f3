package session

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

// Shelf keeps images from outside: blobs by digest, and records by name that
// say which blobs an image is made of. Its methods may be called from several
// goroutines.
type Shelf interface {
	// Records gives all records, and whether they outlast the page.
	Records(ctx context.Context) (records []Record, lasting bool, err error)
	// Record keeps a record in the place of one of the same name; Remove drops
	// the record of a name. Neither touches blobs.
	Record(ctx context.Context, r Record) error
	Remove(ctx context.Context, name string) error

	// Has tells whether a blob is kept. Put reads one to its end and keeps it;
	// it keeps nothing where reading fails. Sweep drops those that no record
	// names, but nothing while anybody holds.
	Has(ctx context.Context, d digest.Digest) (bool, error)
	Put(ctx context.Context, d digest.Digest, r io.Reader) error
	Sweep(ctx context.Context) error
	Hold(ctx context.Context) (release func(), err error)
	// Blob opens a kept blob, Unpacked what it holds uncompressed, without
	// having it in memory.
	Blob(ctx context.Context, d digest.Digest) (*vfs.Blob, error)
	Unpacked(ctx context.Context, d digest.Digest) (*vfs.Blob, error)

	// Given opens a file that the page has handed over, uncompressed.
	Given(ctx context.Context, key string) (*vfs.Blob, error)

	// Get asks the site that the page comes from for an address below its own.
	// It fails with ErrNoSite where there is none.
	Get(ctx context.Context, address string, accept []string) (*Answer, error)
}

// Answer is what the site answered.
type Answer struct {
	Status int
	Body   io.ReadCloser
}

// Record says what a kept image is made of.
type Record struct {
	Name     string        `json:"name"` // in full, as dockerfile.NormalizeReference gives it
	Config   digest.Digest `json:"config"`
	Manifest digest.Digest `json:"manifest,omitempty"`
	Platform string        `json:"platform"`
	Source   string        `json:"source"` // "archive" or "pull"
	Layers   []StoredLayer `json:"layers"`
	Size     int64         `json:"size"`
}

// StoredLayer is a layer of a Record.
type StoredLayer struct {
	MediaType   string            `json:"mediaType"`
	Digest      digest.Digest     `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// shelved are the images that the shelf keeps, as far as they are in use.
type shelved struct {
	saying sync.Mutex // while the page is told

	shelf Shelf
	ready chan struct{} // closed when the records are read

	mu      sync.Mutex
	records map[string]Record
	lasting bool
	images  map[digest.Digest]*image.Image // by config: those that builds use
	layers  map[digest.Digest]*layer.Layer // by blob: unpacked ones
	stop    context.CancelFunc             // ends the transfer, nil where none is under way
	found   *found                         // an archive of several images, of which the page is asked
	open    map[string]bool                // registries that the site was asked about
}

func newShelved(shelf Shelf) *shelved {
	return &shelved{shelf: shelf, ready: make(chan struct{}), records: map[string]Record{},
		images: map[digest.Digest]*image.Image{}, layers: map[digest.Digest]*layer.Layer{}, open: map[string]bool{}}
}

// load reads the records and tells the page.
func (s *Session) load(ctx context.Context) {
	k := s.shelved
	defer close(k.ready)
	if k.shelf == nil {
		return
	}
	records, lasting, err := k.shelf.Records(ctx)
	if err != nil {
		// Then nothing is kept; keeping will say why.
		records = nil
	}
	k.mu.Lock()
	k.lasting = lasting
	for _, r := range records {
		k.records[r.Name] = r
	}
	k.mu.Unlock()
	s.sayImages()
}

// sayImages tells the page what is kept, the newest state last.
func (s *Session) sayImages() {
	k := s.shelved
	k.saying.Lock()
	defer k.saying.Unlock()
	k.mu.Lock()
	out := wire.Images{Images: []wire.KeptImage{}, Lasting: k.lasting}
	for _, r := range k.records {
		out.Images = append(out.Images, wire.KeptImage{Name: r.Name, Short: dockerfile.FamiliarReference(r.Name), ID: string(r.Config),
			Manifest: string(r.Manifest), Platform: r.Platform, Layers: len(r.Layers), Size: r.Size, Source: r.Source})
	}
	k.mu.Unlock()
	slices.SortFunc(out.Images, func(a, b wire.KeptImage) int { return cmp.Compare(a.Short, b.Short) })
	s.say(wire.EventImages, out)
}

// find gives the record of the image that FROM names. A digest must be that of
// the manifest, whatever the tag says.
func (k *shelved) find(name string) (Record, bool) {
	full, err := dockerfile.NormalizeReference(name)
	if err != nil {
		return Record{}, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if r, ok := k.records[full]; ok {
		return r, true
	}
	if at, sum, ok := strings.Cut(full, "@"); ok {
		repository, _ := dockerfile.SplitReference(at)
		for _, r := range k.records {
			if other, _ := dockerfile.SplitReference(r.Name); string(r.Manifest) == sum && other == repository &&
				dockerfile.Registry(r.Name) == dockerfile.Registry(full) {
				return r, true
			}
		}
	}
	return Record{}, false
}

// names are the names of the kept images, as people write them, sorted.
func (k *shelved) names() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	for name := range k.records {
		out = append(out, dockerfile.FamiliarReference(name))
	}
	slices.Sort(out)
	return out
}

// image gives the kept image of a name, unpacked; nil where none is kept.
// progress is told the bytes of layers that are unpacked and those there are.
func (k *shelved) image(ctx context.Context, name string, progress func(done, total int64)) (*image.Image, error) {
	select {
	case <-k.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r, ok := k.find(name)
	if !ok {
		return nil, nil
	}
	k.mu.Lock()
	img := k.images[r.Config]
	k.mu.Unlock()
	if img != nil {
		return img, nil
	}
	img, err := k.unpack(ctx, r, progress)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, saysUnreadable.Wrap(err, dockerfile.FamiliarReference(r.Name))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.images[r.Config] = img
	return img, nil
}

func (k *shelved) unpack(ctx context.Context, r Record, progress func(done, total int64)) (*image.Image, error) {
	s, err := k.source(ctx, r)
	if err != nil {
		return nil, err
	}
	var layers []*layer.Layer
	var done int64
	for n, b := range s.Layers {
		progress(done, r.Size)
		k.mu.Lock()
		l := k.layers[b.Digest]
		k.mu.Unlock()
		if l == nil {
			l, err = s.Layer(ctx, n, func(ctx context.Context, b layer.Blob) (*vfs.Blob, error) { return k.shelf.Unpacked(ctx, b.Digest) })
			if err != nil {
				return nil, err
			}
			k.mu.Lock()
			k.layers[b.Digest] = l
			k.mu.Unlock()
		}
		layers = append(layers, l)
		done += b.Size
	}
	progress(r.Size, r.Size)
	return image.Existing(s.Config, s.Manifest, layers)
}

// source opens the blobs of a record.
func (k *shelved) source(ctx context.Context, r Record) (*image.Source, error) {
	document := func(d digest.Digest) ([]byte, error) {
		b, err := k.shelf.Blob(ctx, d)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(image.Verify(d, b.Reader()))
	}
	s := &image.Source{}
	var err error
	if s.Config, err = document(r.Config); err != nil {
		return nil, err
	}
	if r.Manifest != "" {
		if s.Manifest, err = document(r.Manifest); err != nil {
			return nil, err
		}
	}
	for _, l := range r.Layers {
		b, err := k.shelf.Blob(ctx, l.Digest)
		if err != nil {
			return nil, err
		}
		s.Layers = append(s.Layers, layer.Blob{MediaType: l.MediaType, Digest: l.Digest, Size: l.Size, Content: b, Annotations: l.Annotations})
	}
	return s, nil
}

// keep forgets what was unpacked for images that no build uses any more.
func (k *shelved) keep(used []*image.Image) {
	k.mu.Lock()
	defer k.mu.Unlock()
	layers := map[*layer.Layer]bool{}
	for id, img := range k.images {
		if !slices.Contains(used, img) {
			delete(k.images, id)
			continue
		}
		for _, l := range img.Layers {
			layers[l] = true
		}
	}
	for d, l := range k.layers {
		if !layers[l] {
			delete(k.layers, d)
		}
	}
}

// holds tells whether an image came from the shelf.
func (k *shelved) holds(img *image.Image) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return img != nil && k.images[img.ID()] == img
}

// forget answers MethodForget.
func (s *Session) forget(ctx context.Context, q wire.ImageQuery) error {
	k := s.shelved
	r, ok := k.find(q.Name)
	if !ok {
		return saysNotKept.Error(q.Name)
	}
	if err := k.shelf.Remove(ctx, r.Name); err != nil {
		return err
	}
	k.mu.Lock()
	delete(k.records, r.Name)
	k.mu.Unlock()
	s.sayImages()
	return k.shelf.Sweep(ctx)
}

// Blobs are the blobs of the image.
func (r Record) Blobs() []digest.Digest {
	list := []digest.Digest{r.Config}
	if r.Manifest != "" {
		list = append(list, r.Manifest)
	}
	for _, l := range r.Layers {
		list = append(list, l.Digest)
	}
	return list
}

// rename answers MethodRename.
func (s *Session) rename(ctx context.Context, q wire.RenameQuery) error {
	k := s.shelved
	r, ok := k.find(q.From)
	if !ok {
		return saysNotKept.Error(q.From)
	}
	full, err := dockerfile.NormalizeReference(q.To)
	if err != nil || strings.Contains(full, "@") {
		return saysBadName.Error(q.To)
	}
	if full == r.Name {
		return nil
	}
	old := r.Name
	r.Name = full
	if err := k.add(ctx, r); err != nil {
		return err
	}
	if err := k.shelf.Remove(ctx, old); err != nil {
		return err
	}
	k.mu.Lock()
	delete(k.records, old)
	k.mu.Unlock()
	s.sayImages()
	return nil
}

// add keeps a record.
func (k *shelved) add(ctx context.Context, r Record) error {
	if err := k.shelf.Record(ctx, r); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.records[r.Name] = r
	return nil
}

// MarshalRecord and UnmarshalRecord are a record as text, for shelves.
func MarshalRecord(r Record) string { return string(encode(r)) }

// UnmarshalRecord reads what MarshalRecord wrote.
func UnmarshalRecord(text string) (Record, error) {
	var r Record
	err := json.Unmarshal([]byte(text), &r)
	if err != nil {
		return r, fmt.Errorf("kept image: %w", err)
	}
	return r, nil
}
