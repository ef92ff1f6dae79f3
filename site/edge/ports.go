package edge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Config is what a host gives the handler: its ports, and what it permits.
type Config struct {
	Assets Assets
	// Shares keeps the texts behind share links; nil turns the links off.
	Shares Store
	// Upstream makes one request to a registry and follows no redirect; nil
	// turns pull-through off. The handler calls it for hosts of Registries only;
	// it is the host's part to refuse addresses that are not public.
	Upstream http.RoundTripper
	// Registries are those that may be pulled from; see Known.
	Registries []Registry
	// Cache keeps tokens, tags and manifests; nil keeps nothing.
	Cache Cache
	// Blobs passes layers on and keeps them; nil verifies and keeps nothing.
	Blobs Blobs
	// Limiter says no to those who ask too often; nil never does. One that is
	// also Places bounds what a client has under way at once.
	Limiter Limiter
	Limits  Limits
	// Log is told of failures; nil discards.
	Log *slog.Logger
}

// Limits are caps; zero fields stand for the defaults.
type Limits struct {
	ShareBytes    int64         // text of a share link, 512 KiB
	ManifestBytes int64         // manifest or index, 4 MiB
	BlobBytes     int64         // layer or config, 1 GiB
	Answer        time.Duration // until a registry's answer begins, redirects and token included, 20 s
	Stall         time.Duration // between two pieces of a body, 30 s
}

func (l Limits) filled() Limits {
	fill(&l.ShareBytes, 512<<10)
	fill(&l.ManifestBytes, 4<<20)
	fill(&l.BlobBytes, 1<<30)
	fill(&l.Answer, 20*time.Second)
	fill(&l.Stall, 30*time.Second)
	return l
}

func fill[T int64 | time.Duration](field *T, usual T) {
	if *field == 0 {
		*field = usual
	}
}

// Assets are the packed files of the page.
type Assets interface {
	// Index lists the files under the names they are served by.
	Index() Index
	// Open gives the bytes of a form by its Name.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
}

// ErrFull says that a store takes no more.
var ErrFull = errors.New("the store is full")

// Store keeps texts by id. Both sides of a race to put the same id put the
// same text.
type Store interface {
	// Get gives the text; an error that is fs.ErrNotExist where there is none.
	Get(ctx context.Context, id string) ([]byte, error)
	// Put keeps the text; ErrFull where there is no room.
	Put(ctx context.Context, id string, text []byte) error
}

// Cache keeps small values for a while. It may forget at any time, and never
// fails: what it cannot keep is asked for again.
type Cache interface {
	Get(ctx context.Context, key string) ([]byte, bool)
	Put(ctx context.Context, key string, value []byte, life time.Duration)
	Drop(ctx context.Context, key string)
}

// Blobs keeps blobs by digest, whichever registry they came from.
type Blobs interface {
	// Open gives a kept blob or the part of it that r asks for; nil where it is
	// not kept; ErrRange where it has no such part.
	Open(ctx context.Context, digest string, r Range) (*Part, error)
	// Pass gives a reader of a body under way. It fails where the body stalls,
	// where it is not as long as p.Size, and, before the last byte is given,
	// where the bytes are not those of p.Digest: a reader never has all of a
	// wrong blob. Only a verified blob may be kept.
	Pass(ctx context.Context, body io.ReadCloser, p Passage) io.ReadCloser
}

// Passage describes a body under way.
type Passage struct {
	Digest string // "" for a part, which cannot be verified
	Size   int64
	Stall  time.Duration
}

// Part is a blob or a part of one.
type Part struct {
	Body  io.ReadCloser
	First int64 // of Size
	Count int64 // bytes in Body
	Size  int64 // of the whole blob
}

// Kind is what a request costs.
type Kind string

const (
	Pull  Kind = "pull"  // from a registry
	Share Kind = "share" // a text is kept
	Read  Kind = "read"  // a shared text is read
)

// Limiter counts requests.
type Limiter interface {
	// Allow tells whether the client of r may have one more.
	Allow(r *http.Request, kind Kind) bool
}

// Places bounds how much of the way to registries a client takes at once. A
// reader decides how long an answer under way stays so: without it one that is
// slow in many places leaves none for others.
type Places interface {
	// Take waits until the client of r may have one more answer of a registry
	// under way. leave gives the place back, once; ok is false where ctx ended
	// first, and there is no place to give back.
	Take(ctx context.Context, r *http.Request) (leave func(), ok bool)
}
