//go:build js && wasm

// Command worker is the site on Cloudflare: package edge behind the ports of a
// Worker. worker.mjs starts it for each request; wrangler.jsonc binds what it
// stands on, and README.md in site says how it is deployed.
package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"

	"layerlab.dev/site/edge"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	site, err := site(log)
	if err != nil {
		log.Error("the Worker's settings", "error", err)
		workers.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "the site is not set up", http.StatusInternalServerError)
		}))
		return
	}
	workers.Serve(bodyless(site))
}

func site(log *slog.Logger) (http.Handler, error) {
	c := edge.Config{Cache: cache{}, Blobs: blobs{}, Limiter: limiter{}, Log: log}
	var err error
	if c.Assets, err = openAssets(); err != nil {
		return nil, err
	}
	if bucket := cloudflare.GetBinding("SHARES"); bucket.Truthy() {
		c.Shares = shares{bucket}
	}
	if c.Limits, err = limits(); err != nil {
		return nil, err
	}
	if cloudflare.Getenv("PULL") != "off" {
		c.Upstream = upstream{}
		if c.Registries, err = registries(); err != nil {
			return nil, err
		}
	}
	return edge.New(c)
}

// registries are those of the table that the variable REGISTRIES names, or
// all, and those of the keeper's own in OWN_REGISTRIES, NAME=URL each.
func registries() ([]edge.Registry, error) {
	list := edge.Known()
	if names := cloudflare.Getenv("REGISTRIES"); names != "" {
		var err error
		if list, err = edge.Choose(strings.Split(names, ",")); err != nil {
			return nil, err
		}
	}
	if own := cloudflare.Getenv("OWN_REGISTRIES"); own != "" {
		for text := range strings.SplitSeq(own, ",") {
			r, err := edge.Own(text)
			if err != nil {
				return nil, err
			}
			list = append(list, r)
		}
	}
	return list, nil
}

// limits reads the variables MAX_BLOB in bytes, ANSWER and STALL as durations
// ("20s").
func limits() (edge.Limits, error) {
	var l edge.Limits
	var err error
	if s := cloudflare.Getenv("MAX_BLOB"); s != "" {
		if l.BlobBytes, err = strconv.ParseInt(s, 10, 64); err != nil {
			return l, fmt.Errorf("MAX_BLOB: %w", err)
		}
	}
	for name, field := range map[string]*time.Duration{"ANSWER": &l.Answer, "STALL": &l.Stall} {
		if s := cloudflare.Getenv(name); s != "" {
			if *field, err = time.ParseDuration(s); err != nil {
				return l, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return l, nil
}

// rawWriter is what the Worker's response writer is besides: a stream given to
// it becomes the answer's body without passing through here.
type rawWriter interface{ WriteRawJSBody(js.Value) }

// bodyless keeps answers to HEAD, which announce a length, from being given a
// body of that length, which would never be filled.
func bodyless(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.(rawWriter).WriteRawJSBody(js.Null())
		}
		site.ServeHTTP(w, r)
	})
}

// runtime is what worker.mjs gives besides the bindings.
func runtime(name string) js.Value { return js.Global().Get("context").Get(name) }

// assets are the files of the binding ASSETS. Their index was read by
// worker.mjs, once for all requests.
type assets struct{ index edge.Index }

func openAssets() (assets, error) {
	var a assets
	if err := json.Unmarshal([]byte(runtime("index").String()), &a.index); err != nil {
		return a, fmt.Errorf("the index of the site: %w", err)
	}
	return a, nil
}
