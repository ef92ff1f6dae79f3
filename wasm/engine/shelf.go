//go:build js

package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"syscall/js"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/engine/session"
)

// shelf is the session's Shelf in a Worker: images is the Images of
// wasm/island/images.js.
type shelf struct{ images js.Value }

var _ session.Shelf = shelf{}

// await waits for a promise. The Worker goes on with other things meanwhile.
func await(ctx context.Context, promise js.Value) (js.Value, error) {
	type result struct {
		value js.Value
		err   error
	}
	done := make(chan result, 1)
	var fulfilled, rejected js.Func
	release := func() { fulfilled.Release(); rejected.Release() }
	fulfilled = js.FuncOf(func(_ js.Value, args []js.Value) any {
		v := js.Undefined()
		if len(args) > 0 {
			v = args[0]
		}
		done <- result{value: v}
		release()
		return nil
	})
	rejected = js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- result{err: errorOf(args[0])}
		release()
		return nil
	})
	promise.Call("then", fulfilled, rejected)
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

func errorOf(v js.Value) error {
	if v.Type() == js.TypeObject {
		if name := v.Get("name"); name.Type() == js.TypeString && name.String() == "QuotaExceededError" {
			return session.ErrNoRoom
		}
	}
	return js.Error{Value: v}
}

func (s shelf) call(ctx context.Context, method string, args ...any) (js.Value, error) {
	return await(ctx, s.images.Call(method, args...))
}

func (s shelf) Records(ctx context.Context) ([]session.Record, bool, error) {
	lasting, err := s.call(ctx, "lasting")
	if err != nil {
		return nil, false, err
	}
	texts, err := s.call(ctx, "records")
	if err != nil {
		return nil, false, err
	}
	var out []session.Record
	for i := range texts.Length() {
		r, err := session.UnmarshalRecord(texts.Index(i).String())
		if err != nil {
			return nil, false, err
		}
		out = append(out, r)
	}
	return out, lasting.Bool(), nil
}

func (s shelf) Record(ctx context.Context, r session.Record) error {
	_, err := s.call(ctx, "record", r.Name, session.MarshalRecord(r))
	return err
}

func (s shelf) Remove(ctx context.Context, name string) error {
	_, err := s.call(ctx, "remove", name)
	return err
}

func (s shelf) Has(ctx context.Context, d digest.Digest) (bool, error) {
	v, err := s.call(ctx, "has", d.String())
	return err == nil && v.Bool(), err
}

func (s shelf) Put(ctx context.Context, d digest.Digest, r io.Reader) error {
	blob, err := collect(ctx, r)
	if err != nil {
		return err
	}
	_, err = s.call(ctx, "put", d.String(), blob)
	return err
}

func (s shelf) Hold(ctx context.Context) (func(), error) {
	release, err := s.call(ctx, "hold")
	if err != nil {
		return nil, err
	}
	return func() { release.Invoke() }, nil
}

func (s shelf) Sweep(ctx context.Context) error {
	// The records are read under the sweep's lock: another page may have added
	// some since.
	promise := js.Global().Get("Promise")
	keep := js.FuncOf(func(js.Value, []js.Value) any {
		var with js.Func
		with = js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				defer with.Release()
				records, _, err := s.Records(ctx)
				if err != nil {
					settle[1].Invoke(err.Error())
					return
				}
				var list []any
				for _, r := range records {
					for _, d := range r.Blobs() {
						list = append(list, d.String())
					}
				}
				settle[0].Invoke(js.Global().Get("Array").New(list...))
			}()
			return nil
		})
		return promise.New(with)
	})
	defer keep.Release()
	_, err := s.call(ctx, "sweep", keep)
	return err
}

func (s shelf) Blob(ctx context.Context, d digest.Digest) (*vfs.Blob, error) {
	v, err := s.blob(ctx, d)
	if err != nil {
		return nil, err
	}
	return wrap(s.images, v), nil
}

func (s shelf) blob(ctx context.Context, d digest.Digest) (js.Value, error) {
	v, err := s.call(ctx, "blob", d.String())
	if err == nil && v.IsUndefined() {
		err = fmt.Errorf("%s: %w", d, session.ErrDropped)
	}
	return v, err
}

func (s shelf) Unpacked(ctx context.Context, d digest.Digest) (*vfs.Blob, error) {
	v, err := s.blob(ctx, d)
	if err != nil {
		return nil, err
	}
	return s.unpack(ctx, v)
}

func (s shelf) Given(ctx context.Context, key string) (*vfs.Blob, error) {
	v := s.images.Call("given", key)
	if v.IsUndefined() {
		return nil, session.ErrNotGiven
	}
	return s.unpack(ctx, v)
}

// unpack gives what a Blob holds, as another Blob.
func (s shelf) unpack(ctx context.Context, v js.Value) (*vfs.Blob, error) {
	b := wrap(s.images, v)
	switch layer.Compressed(b) {
	case layer.Uncompressed:
		return b, nil
	case layer.Gzip:
		// The browser's own is several times as fast, but takes only one member
		// and nothing behind it.
		if out, err := s.call(ctx, "gunzip", v, float64(most)); err == nil {
			return wrap(s.images, out), nil
		} else if ctx.Err() != nil {
			return nil, err
		}
	}
	r, err := layer.Decompress(b.Reader())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out, err := collect(ctx, io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if out.Get("size").Float() > most {
		return nil, &layer.BombError{Stored: b.Size(), Limit: most}
	}
	return wrap(s.images, out), nil
}

func (s shelf) Get(ctx context.Context, address string, accept []string) (*session.Answer, error) {
	if s.images.Get("site").String() == "" {
		return nil, session.ErrNoSite
	}
	if nav := js.Global().Get("navigator"); !nav.Get("onLine").Bool() {
		return nil, session.ErrOffline
	}
	fields := ""
	for i, a := range accept {
		if i > 0 {
			fields += ", "
		}
		fields += a
	}
	abort := js.Global().Get("AbortController").New()
	stop := context.AfterFunc(ctx, func() { abort.Call("abort") })
	v, err := s.call(ctx, "get", address, fields, abort.Get("signal"))
	if err != nil {
		stop()
		if ctx.Err() == nil {
			err = session.ErrOffline // fetch says no more than that it failed
		}
		return nil, err
	}
	return &session.Answer{Status: v.Get("status").Int(), Body: &body{ctx: ctx, reader: v.Get("reader"), stop: stop}}, nil
}

// body reads what arrives.
type body struct {
	ctx    context.Context
	reader js.Value // a ReadableStreamDefaultReader, or null
	stop   func() bool
	rest   []byte
}

func (b *body) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.reader.IsNull() {
			return 0, io.EOF
		}
		v, err := await(b.ctx, b.reader.Call("read"))
		if err != nil {
			if b.ctx.Err() == nil {
				err = session.ErrOffline
			}
			return 0, err
		}
		if v.Get("done").Bool() {
			return 0, io.EOF
		}
		chunk := v.Get("value")
		b.rest = make([]byte, chunk.Length())
		js.CopyBytesToGo(b.rest, chunk)
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *body) Close() error {
	b.stop()
	if !b.reader.IsNull() {
		b.reader.Call("cancel")
	}
	return nil
}

const (
	// most bounds what a Blob is unpacked to, in bytes: far more than any image
	// that a page can hold.
	most = 4 << 30
	// piece is how much is handed to the browser at once, and heap how much of
	// it before it is made a Blob, which need not stay in memory.
	piece = 1 << 20
	heap  = 16 << 20
)

// collect reads all of r into a Blob.
func collect(ctx context.Context, r io.Reader) (js.Value, error) {
	array, blob := js.Global().Get("Array"), js.Global().Get("Blob")
	var blobs, parts []any
	join := func() {
		blobs = append(blobs, blob.New(array.New(parts...)))
		parts = nil
	}
	b := make([]byte, piece)
	for {
		if err := ctx.Err(); err != nil {
			return js.Undefined(), err
		}
		n, err := io.ReadFull(r, b)
		if n > 0 {
			bytes := js.Global().Get("Uint8Array").New(n)
			js.CopyBytesToJS(bytes, b[:n])
			if parts = append(parts, bytes); len(parts) == heap/piece {
				join()
			}
		}
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF && ended(r):
			join()
			return blob.New(array.New(blobs...)), nil
		case err != nil:
			return js.Undefined(), err
		}
	}
}

// ended tells whether a reader that gave a part has come to its end: ReadFull
// says the same where the reader itself says that its end is unexpected.
func ended(r io.Reader) bool {
	n, err := r.Read(make([]byte, 1))
	return n == 0 && err == io.EOF
}

// window is how much is read of a Blob at once where less is wanted.
const window = 256 << 10

// blobReader reads a Blob of the browser.
type blobReader struct {
	images js.Value
	blob   js.Value
	size   int64

	mu   sync.Mutex
	from int64
	kept []byte
}

func wrap(images, blob js.Value) *vfs.Blob {
	size := int64(blob.Get("size").Float())
	return vfs.Section(&blobReader{images: images, blob: blob, size: size}, 0, size)
}

func (r *blobReader) ReadAt(p []byte, off int64) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// The browser throws where the file behind a Blob has changed or gone.
	defer func() {
		if v, ok := recover().(js.Error); ok {
			err = v
		}
	}()
	for n < len(p) {
		at := off + int64(n)
		if at >= r.size {
			return n, io.EOF
		}
		if at < r.from || at >= r.from+int64(len(r.kept)) {
			to := min(max(at+int64(len(p)-n), at-at%window+window), r.size)
			r.from = at - at%window
			bytes := r.images.Call("read", r.blob, r.from, to)
			r.kept = make([]byte, bytes.Length())
			js.CopyBytesToGo(r.kept, bytes)
		}
		n += copy(p[n:], r.kept[at-r.from:])
	}
	return n, nil
}
