package session

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/wasm/wire"
)

// transfer is an import or a pull under way.
type transfer struct {
	s   *Session
	ctx context.Context

	mu    sync.Mutex
	said  time.Time
	state wire.Transfer
}

// begin begins a transfer, of which there is one at a time. end must be called.
func (s *Session) begin(name string) (t *transfer, end func(), err error) {
	k := s.shelved
	if k.shelf == nil {
		return nil, nil, saysNoShelf.Error()
	}
	ctx, stop := context.WithCancel(s.ctx)
	k.mu.Lock()
	busy := k.stop != nil
	if !busy {
		k.stop = stop
	}
	k.mu.Unlock()
	if busy {
		stop()
		return nil, nil, saysTransferBusy.Error()
	}
	release, err := k.shelf.Hold(ctx)
	if err != nil {
		release = func() {}
	}
	t = &transfer{s: s, ctx: s.options.Context(ctx), state: wire.Transfer{Name: name, Layers: []wire.TransferLayer{}}}
	return t, func() {
		stop()
		k.mu.Lock()
		k.stop = nil
		k.mu.Unlock()
		release()
		// What came before it was given up is of no use; another page may still
		// hold, and sweeps then.
		_ = k.shelf.Sweep(s.ctx)
	}, nil
}

// stopTransfer answers MethodStopTransfer.
func (s *Session) stopTransfer() {
	s.shelved.mu.Lock()
	defer s.shelved.mu.Unlock()
	if s.shelved.stop != nil {
		s.shelved.stop()
	}
}

// change changes what is told of the transfer, and tells it: at once where a
// step begins, else not too often.
func (t *transfer) change(at bool, f func(*wire.Transfer)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.state)
	if now := time.Now(); at || now.Sub(t.said) >= progressEvery {
		t.said = now
		t.s.say(wire.EventTransfer, t.state)
	}
}

// importArchive answers MethodImport. Of an archive that holds several images
// it takes none, but tells them: take says which.
func (s *Session) importArchive(q wire.ImportQuery) (wire.Imported, error) {
	t, end, err := s.begin(q.File)
	if err != nil {
		return wire.Imported{}, err
	}
	defer end()
	t.change(true, func(w *wire.Transfer) { w.Step = "reading" })
	found, err := t.open(q)
	if err != nil {
		return wire.Imported{}, t.failed(saysNotImported.With(q.File), err)
	}
	if len(found.list) == 1 {
		return t.take(found, []int{0})
	}
	k := s.shelved
	k.mu.Lock()
	k.found = found
	k.mu.Unlock()
	return found.tell()
}

// takeImages answers MethodTake.
func (s *Session) takeImages(q wire.TakeQuery) (wire.Imported, error) {
	k := s.shelved
	k.mu.Lock()
	found := k.found
	k.found = nil
	k.mu.Unlock()
	if found == nil || len(q.Which) == 0 {
		return wire.Imported{Names: []string{}}, nil
	}
	t, end, err := s.begin(found.file)
	if err != nil {
		return wire.Imported{}, err
	}
	defer end()
	return t.take(found, q.Which)
}

// found are the images of an archive, and the full names they are kept by.
type found struct {
	file  string
	list  []*image.Source
	names [][]string
}

// tell tells the page what there is.
func (f *found) tell() (wire.Imported, error) {
	out := wire.Imported{Names: []string{}}
	for n, src := range f.list {
		c := wire.Choice{ID: string(src.ID()), Layers: len(src.Layers), Size: src.Size()}
		for _, name := range f.names[n] {
			c.Names = append(c.Names, dockerfile.FamiliarReference(name))
		}
		var err error
		if c.Platform, err = platformOf(src); err != nil {
			return out, err
		}
		out.Choice = append(out.Choice, c)
	}
	return out, nil
}

// platformOf is the platform that an image is for.
func platformOf(src *image.Source) (string, error) {
	var config image.Config
	if err := json.Unmarshal(src.Config, &config); err != nil {
		return "", err
	}
	return dockerfile.FormatPlatform((&image.Image{Config: config}).Platform()), nil
}

// failed says why a transfer ended.
func (t *transfer) failed(what message.Message, err error) error {
	if t.ctx.Err() != nil {
		return saysTransferStopped.Error()
	}
	return saysFailed.Wrap(err, what)
}

// open finds the images of an archive.
func (t *transfer) open(q wire.ImportQuery) (*found, error) {
	b, err := t.s.shelved.shelf.Given(t.ctx, q.Key)
	if err != nil {
		return nil, err
	}
	f := &found{file: q.File}
	if f.list, err = image.ReadSources(t.ctx, b); err != nil {
		return nil, err
	}
	given := 0 // names made of the file's
	for _, src := range f.list {
		names := fullNames(src.Names)
		for _, tag := range src.Tags {
			names = append(names, fileName(q.File, "", tag))
		}
		if len(names) == 0 {
			suffix := ""
			if given++; given > 1 {
				suffix = fmt.Sprint("-", given)
			}
			names = []string{fileName(q.File, suffix, "latest")}
		}
		f.names = append(f.names, names)
	}
	return f, nil
}

// take keeps some of the images of an archive.
func (t *transfer) take(f *found, which []int) (wire.Imported, error) {
	out := wire.Imported{Names: []string{}}
	for _, n := range which {
		if n < 0 || n >= len(f.list) {
			continue
		}
		src := f.list[n]
		open := func(_ context.Context, l layer.Blob) (io.ReadCloser, error) {
			return io.NopCloser(l.Content.Reader()), nil
		}
		if err := t.keep(src, f.names[n], "archive", open); err != nil {
			return out, t.failed(saysNotImported.With(f.file), err)
		}
		for _, name := range f.names[n] {
			out.Names = append(out.Names, dockerfile.FamiliarReference(name))
		}
		for _, m := range src.Notes {
			out.Notes = append(out.Notes, toPage(m))
		}
	}
	t.s.sayImages()
	return out, nil
}

// fullNames completes the names that an archive gives an image, as far as they
// can be used.
func fullNames(names []string) []string {
	var out []string
	for _, name := range names {
		if full, err := dockerfile.NormalizeReference(name); err == nil && !strings.Contains(full, "@") {
			out = append(out, full)
		}
	}
	return out
}

// fileName makes a full name of that of a file.
func fileName(file, suffix, tag string) string {
	word := strings.ToLower(path.Base(file))
	for _, ext := range []string{".gz", ".tgz", ".zst", ".xz", ".bz2", ".tar", ".oci", ".docker"} {
		word = strings.TrimSuffix(word, ext)
	}
	word = strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, word), ".-_")
	if full, err := dockerfile.NormalizeReference(word + suffix + ":" + tag); err == nil {
		return full
	}
	full, err := dockerfile.NormalizeReference("imported" + suffix + ":" + tag)
	if err != nil {
		return "docker.io/library/imported" + suffix + ":latest"
	}
	return full
}

// keep puts an image on the shelf: first the layers that are not there, every
// byte compared with its digest, then what names them.
func (t *transfer) keep(src *image.Source, names []string, source string, open func(context.Context, layer.Blob) (io.ReadCloser, error)) error {
	shelf := t.s.shelved.shelf
	r := Record{Config: src.ID(), Source: source, Size: src.Size()}
	var err error
	if r.Platform, err = platformOf(src); err != nil {
		return err
	}
	seen := map[digest.Digest]bool{} // a blob may be named often, and comes once
	layers := make([]wire.TransferLayer, len(src.Layers))
	var total int64
	for n, l := range src.Layers {
		r.Layers = append(r.Layers, StoredLayer{MediaType: l.MediaType, Digest: l.Digest, Size: l.Size, Annotations: l.Annotations})
		layers[n] = wire.TransferLayer{Digest: string(l.Digest), Total: l.Size, State: "waiting"}
		here, err := shelf.Has(t.ctx, l.Digest)
		if err != nil {
			return err
		}
		if here || seen[l.Digest] {
			layers[n].State, layers[n].Done = "here", l.Size
		} else {
			total += l.Size
		}
		seen[l.Digest] = true
	}
	t.change(true, func(w *wire.Transfer) { w.Step, w.Layers, w.Done, w.Total = "layers", layers, 0, total })
	if err := t.layers(src.Layers, open); err != nil {
		return err
	}
	for _, doc := range [][]byte{src.Config, src.Manifest} {
		if doc == nil {
			continue
		}
		d := digest.FromBytes(doc)
		if err := shelf.Put(t.ctx, d, bytes.NewReader(doc)); err != nil {
			return err
		}
		if &doc[0] != &src.Config[0] {
			r.Manifest = d
		}
	}
	for _, name := range names {
		r.Name = name
		if err := t.s.shelved.add(t.ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// streams is how many layers are on their way at once, as with docker.
const streams = 3

// layers brings those that wait.
func (t *transfer) layers(list []layer.Blob, open func(context.Context, layer.Blob) (io.ReadCloser, error)) error {
	ctx, stop := context.WithCancelCause(t.ctx)
	defer stop(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range streams {
		workers.Go(func() {
			for n := range next {
				if err := t.layer(ctx, n, list[n], open); err != nil {
					stop(err)
				}
			}
		})
	}
	for n := range list {
		select {
		case next <- n:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

func (t *transfer) layer(ctx context.Context, n int, l layer.Blob, open func(context.Context, layer.Blob) (io.ReadCloser, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	begin := false
	t.change(true, func(w *wire.Transfer) {
		if begin = w.Layers[n].State == "waiting"; begin {
			w.Layers[n].State = "running"
		}
	})
	if !begin {
		return nil
	}
	r, err := open(ctx, l)
	if err != nil {
		return err
	}
	defer r.Close()
	p := &passage{ctx: ctx, r: image.Verify(l.Digest, r), passed: func(count int) {
		t.change(false, func(w *wire.Transfer) {
			w.Layers[n].Done += int64(count)
			w.Done += int64(count)
		})
	}}
	if err := t.s.shelved.shelf.Put(ctx, l.Digest, p); err != nil {
		return err
	}
	t.change(true, func(w *wire.Transfer) { w.Layers[n].State = "done" })
	return nil
}

// passage tells how much of a reader was read, and stops with its context.
type passage struct {
	ctx    context.Context
	r      io.Reader
	passed func(n int)
}

func (p *passage) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	p.passed(n)
	return n, err
}
