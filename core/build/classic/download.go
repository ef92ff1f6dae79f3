package classic

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// Downloaded is what a web server answered to a GET.
type Downloaded struct {
	Status   int
	Body     *vfs.Blob
	Modified string // Last-Modified, empty where it is not said
}

// unnamed is the name of a download without one.
const unnamed = "__unnamed__"

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// noNetwork is what the daemon says of a download without a network.
func noNetwork(_ context.Context, raw string) (*Downloaded, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("Get %q: dial tcp: lookup %s on 192.0.2.53:53: no such host", raw, u.Hostname())
}

// download fetches a source of ADD (builder/dockerfile downloadSource): a file
// that only root may read, as old as the server says, or as the epoch.
func (b *builder) download(raw, dest string) (info, error) {
	get := b.o.Download
	if get == nil {
		get = noNetwork
	}
	u, err := url.Parse(raw)
	if err != nil {
		return info{}, err
	}
	d, err := get(b.ctx, raw)
	if err != nil {
		return info{}, err
	}
	if err := d.Err(raw); err != nil {
		return info{}, err
	}
	b.say(1, "\n")
	name := ""
	if u.Path != "" && !strings.HasSuffix(u.Path, "/") {
		name = path.Base(u.Path)
	}
	if name == "" {
		if strings.HasSuffix(dest, "/") {
			return info{}, fmt.Errorf("cannot determine filename for source %s", raw)
		}
		name = unnamed
	}
	modified := int64(0)
	if t, err := http.ParseTime(d.Modified); err == nil && t.Unix() > 0 {
		modified = t.UnixNano()
	}
	e := vfs.New(0).Edit()
	if err := e.Place("/"+name, vfs.Meta{Kind: vfs.File, Mode: 0o600, MTime: modified}, d.Body); err != nil {
		return info{}, err
	}
	from := imageSource(e.Tree(), b.o.Overlay)
	hash, err := from.hash(name)
	if err != nil {
		return info{}, err
	}
	return info{path: name, hash: hash, from: from}, nil
}

// Err is what dockerd says of an answer that is none it can use.
func (d *Downloaded) Err(address string) error {
	if d.Status < 400 {
		return nil
	}
	text, err := d.Body.Bytes()
	if err != nil {
		return err
	}
	return fmt.Errorf("failed to GET %s with status %d %s: %s", address, d.Status, http.StatusText(d.Status), strings.TrimSpace(string(text)))
}
