package main

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/go-units"

	"layerlab.dev/site/edge"
	"layerlab.dev/site/serve/local"
)

// options are what the flags say.
type options struct {
	addr       string
	port       int
	folder     string
	pull       bool
	registries string
	own        registries
	storage    string
	blobSpace  size
	shareSpace size
	mostBlob   size
	behind     bool
	hosts      names
	verbose    bool
	json       bool
}

func parseFlags(args []string, errs io.Writer) (*options, error) {
	o := &options{folder: "dist/site", blobSpace: 4 << 30, shareSpace: 1 << 30, mostBlob: 1 << 30}
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&o.addr, "addr", "localhost", "`address` to listen on; 0.0.0.0 serves the network")
	flags.IntVar(&o.port, "port", 8080, "`port` to listen on; 0 takes a free one")
	flags.BoolVar(&o.pull, "pull", true, "let the page pull images from registries")
	flags.StringVar(&o.registries, "registries", "", "those of the known registries that may be pulled from, `names` separated by commas (default all)")
	flags.Var(&o.own, "registry", "a registry of your own, `NAME=URL`; may be plain http and at a private address; may be repeated")
	flags.StringVar(&o.storage, "storage", "", "`folder` that keeps share links and pulled blobs (default: links are kept in memory, blobs not at all)")
	flags.Var(&o.blobSpace, "blob-space", "most `bytes` of kept blobs")
	flags.Var(&o.shareSpace, "share-space", "most `bytes` of kept share links; in memory at most 64MiB")
	flags.Var(&o.mostBlob, "max-blob", "most `bytes` of one pulled blob")
	flags.BoolVar(&o.behind, "behind-proxy", false, "a proxy of your own stands before this: it names clients in X-Forwarded-For")
	flags.Var(&o.hosts, "host", "answer requests for these `names` and this machine's own alone; may be repeated. On localhost that is so without it, unless --behind-proxy")
	flags.BoolVar(&o.verbose, "verbose", false, "log every request")
	flags.BoolVar(&o.json, "log-json", false, "log as JSON")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	switch flags.NArg() {
	case 0:
	case 1:
		o.folder = flags.Arg(0)
	default:
		return nil, fmt.Errorf("want one folder, not %q", flags.Args())
	}
	return o, nil
}

func (o *options) logger(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	if o.json {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// memoryShares bounds the share links that are kept in memory.
const memoryShares = 64 << 20

// config makes the ports.
func (o *options) config(log *slog.Logger) (edge.Config, error) {
	c := edge.Config{
		Cache:   local.NewCache(64 << 20),
		Limiter: local.NewLimiter(local.Usual, o.behind),
		Limits:  edge.Limits{BlobBytes: int64(o.mostBlob)},
		Log:     log,
	}
	assets, err := edge.Load(os.DirFS(o.folder))
	if err != nil {
		return c, fmt.Errorf("%s: %w (pack it with ./build.sh build)", o.folder, err)
	}
	c.Assets = assets
	if o.pull {
		if c.Registries, err = o.offered(); err != nil {
			return c, err
		}
		c.Upstream = local.Upstream(o.own)
	}
	if o.storage == "" {
		c.Shares = local.NewMemory(min(int64(o.shareSpace), memoryShares))
		return c, nil
	}
	if c.Shares, err = local.OpenShares(filepath.Join(o.storage, "shares"), int64(o.shareSpace)); err != nil {
		return c, err
	}
	if o.pull {
		c.Blobs, err = local.OpenBlobs(filepath.Join(o.storage, "blobs"), int64(o.blobSpace))
	}
	return c, err
}

// offered are the registries that may be pulled from.
func (o *options) offered() ([]edge.Registry, error) {
	list := edge.Known()
	if o.registries != "" {
		var err error
		if list, err = edge.Choose(strings.Split(o.registries, ",")); err != nil {
			return nil, err
		}
	}
	return append(list, o.own...), nil
}

// registries is a flag that may be repeated.
type registries []edge.Registry

func (r *registries) String() string { return "" }

func (r *registries) Set(text string) error {
	one, err := edge.Own(text)
	*r = append(*r, one)
	return err
}

// names is a flag that may be repeated.
type names []string

func (n *names) String() string { return strings.Join(*n, ",") }

func (n *names) Set(text string) error {
	for one := range strings.SplitSeq(text, ",") {
		name := local.HostName(strings.TrimSpace(one))
		if name == "" || strings.ContainsAny(name, "/ ") {
			return fmt.Errorf("%q is no name of a host", one)
		}
		*n = append(*n, name)
	}
	return nil
}

// size is a flag of bytes: "512MiB".
type size int64

func (s *size) String() string { return units.BytesSize(float64(*s)) }

func (s *size) Set(text string) error {
	n, err := units.RAMInBytes(text)
	if err == nil && n <= 0 {
		err = fmt.Errorf("want more than nothing")
	}
	*s = size(n)
	return err
}
