package edge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// Verifier passes blobs on and keeps none. Other hosts' Blobs stand on it.
type Verifier struct {
	// Keep is given every piece of a blob before the reader has it, and told by
	// done whether the blob was whole and right. It may be nil.
	Keep func(p Passage) (w io.Writer, done func(whole bool))
}

var _ Blobs = Verifier{}

// Open keeps nothing.
func (Verifier) Open(context.Context, string, Range) (*Part, error) { return nil, nil }

// Pass verifies in Go.
func (v Verifier) Pass(_ context.Context, body io.ReadCloser, p Passage) io.ReadCloser {
	r := &verified{body: body, p: p, hash: sha256.New(), left: p.Size, out: io.Discard, done: func(bool) {}}
	if v.Keep != nil && p.Digest != "" {
		r.out, r.done = v.Keep(p)
	}
	return r
}

// verified is a body under way. The last byte that was read is held back until
// the digest is known to be right.
type verified struct {
	body io.ReadCloser
	p    Passage
	hash hash.Hash
	left int64
	out  io.Writer
	done func(whole bool)
	err  error
}

var (
	errStalled = errors.New("the body stalls")
	errWrong   = errors.New("the bytes are not those of the digest")
)

func (r *verified) Read(b []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(b) == 0 {
		return 0, nil
	}
	n, err := r.read(b)
	if err != nil {
		r.end(err)
	}
	return n, err
}

func (r *verified) read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, r.finish()
	}
	n, err := r.timed(b)
	if int64(n) > r.left {
		return 0, fmt.Errorf("more than the %d bytes announced", r.p.Size)
	}
	if n > 0 {
		r.hash.Write(b[:n])
		if _, failed := r.out.Write(b[:n]); failed != nil {
			// What cannot be kept is passed on all the same.
			r.done(false)
			r.out, r.done = io.Discard, func(bool) {}
		}
		r.left -= int64(n)
	}
	if r.left == 0 {
		// Verified before the last bytes are given.
		if wrong := r.finish(); wrong != io.EOF {
			return 0, wrong
		}
		return n, io.EOF
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// timed reads, and closes the body where that takes too long.
func (r *verified) timed(b []byte) (int, error) {
	if r.p.Stall <= 0 {
		return r.body.Read(b)
	}
	timer := time.AfterFunc(r.p.Stall, func() { r.body.Close() })
	n, err := r.body.Read(b)
	if !timer.Stop() {
		return 0, errStalled
	}
	return n, err
}

// finish gives io.EOF where all that passed is right.
func (r *verified) finish() error {
	if r.p.Digest != "" && "sha256:"+hex.EncodeToString(r.hash.Sum(nil)) != r.p.Digest {
		return errWrong
	}
	// More than was announced is as wrong as less.
	var more [1]byte
	if n, err := r.timed(more[:]); n > 0 || err != nil && err != io.EOF {
		if n > 0 {
			return fmt.Errorf("more than the %d bytes announced", r.p.Size)
		}
		return err
	}
	return io.EOF
}

func (r *verified) end(err error) {
	r.err = err
	r.done(err == io.EOF)
	r.out, r.done = io.Discard, func(bool) {}
}

// Close ends the passage; what was kept of an unfinished blob is dropped.
func (r *verified) Close() error {
	if r.err == nil {
		r.end(errors.New("closed"))
	}
	return r.body.Close()
}

// noCache keeps nothing.
type noCache struct{}

func (noCache) Get(context.Context, string) ([]byte, bool)         { return nil, false }
func (noCache) Put(context.Context, string, []byte, time.Duration) {}
func (noCache) Drop(context.Context, string)                       {}
