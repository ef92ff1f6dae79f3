//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall/js"
)

// await waits for a promise. Where ctx ends first, what the promise gives is
// let go.
func await(ctx context.Context, promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 1)
	var then, fail js.Func
	release := func() { then.Release(); fail.Release() }
	then = js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer release()
		done <- outcome{value: args[0]}
		return nil
	})
	fail = js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer release()
		done <- outcome{err: fmt.Errorf("%s", args[0].Call("toString").String())}
		return nil
	})
	promise.Call("then", then, fail)
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		return js.Value{}, context.Cause(ctx)
	}
}

// bytesOf copies the bytes of a Uint8Array.
func bytesOf(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}

// arrayOf copies bytes to a Uint8Array.
func arrayOf(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}

// wholeBody reads the body of a Response or of an object in a bucket.
func wholeBody(ctx context.Context, response js.Value) ([]byte, error) {
	buffer, err := await(ctx, response.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	return bytesOf(js.Global().Get("Uint8Array").New(buffer)), nil
}

// stream is a ReadableStream. Copied to the Worker's response writer it is
// handed over as it is, and its bytes never come here.
type stream struct {
	ctx    context.Context
	value  js.Value
	reader js.Value
	rest   []byte
	given  bool
}

var (
	_ io.ReadCloser = (*stream)(nil)
	_ io.WriterTo   = (*stream)(nil)
)

func newStream(ctx context.Context, value js.Value) io.ReadCloser {
	if value.IsNull() || value.IsUndefined() {
		return io.NopCloser(eof{})
	}
	return &stream{ctx: ctx, value: value}
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

func (s *stream) WriteTo(w io.Writer) (int64, error) {
	if raw, ok := w.(rawWriter); ok {
		raw.WriteRawJSBody(s.value)
		s.given = true
		return 0, nil
	}
	return io.Copy(w, struct{ io.Reader }{s})
}

func (s *stream) Read(p []byte) (int, error) {
	if s.given {
		return 0, errors.New("the stream was handed over")
	}
	if s.reader.IsUndefined() {
		s.reader = s.value.Call("getReader")
	}
	for len(s.rest) == 0 {
		piece, err := await(s.ctx, s.reader.Call("read"))
		if err != nil {
			return 0, err
		}
		if piece.Get("done").Bool() {
			return 0, io.EOF
		}
		s.rest = bytesOf(piece.Get("value"))
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *stream) Close() error {
	if s.given {
		return nil
	}
	holder := s.value
	if !s.reader.IsUndefined() {
		holder = s.reader
	}
	s.given = true
	// Of a stream that has failed already, the cancellation fails too.
	go func() { _, _ = await(context.WithoutCancel(s.ctx), holder.Call("cancel")) }()
	return nil
}
