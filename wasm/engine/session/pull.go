package session

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/wasm/wire"
)

// What a Shelf fails with.
var (
	// ErrNoSite says that the page comes from no site that could pull.
	ErrNoSite = errors.New("the page comes from a file")
	// ErrOffline says that the site cannot be reached.
	ErrOffline = saysOffline.Error()
	// ErrNoRoom says that the browser keeps no more.
	ErrNoRoom = saysNoRoom.Error()
	// ErrDropped says that the browser has dropped a blob that was kept.
	ErrDropped = saysDropped.Error()
	// ErrNotGiven says that no file of that key was handed over.
	ErrNotGiven = saysNotGiven.Error()
)

// accepted are the media types of manifests, those of the image-spec and
// Docker's.
var accepted = []string{
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
}

// maxManifest bounds manifests and configs, in bytes.
const maxManifest = 4 << 20

// remote is an image at a registry.
type remote struct {
	s          *Session
	full       string // its name
	registry   string
	repository string
	reference  string
}

func (s *Session) remote(name string) (*remote, error) {
	if s.shelved.shelf == nil {
		return nil, saysNoShelf.Error()
	}
	full, err := dockerfile.NormalizeReference(name)
	if err != nil {
		return nil, saysBadName.Error(name)
	}
	r := &remote{s: s, full: full, registry: dockerfile.Registry(full)}
	r.repository, r.reference = dockerfile.SplitReference(full)
	return r, nil
}

// get asks for a manifest or blob of the image (OCI distribution-spec,
// "Pulling manifests" and "Pulling blobs") through the page's own site.
func (r *remote) get(ctx context.Context, kind, reference string, accept []string) (io.ReadCloser, error) {
	// A registry with a port has a colon in a path, where it may stand.
	address := "v2/" + r.registry + "/" + r.repository + "/" + kind + "/" + url.PathEscape(reference)
	a, err := r.s.shelved.shelf.Get(ctx, address, accept)
	if errors.Is(err, ErrNoSite) {
		return nil, saysNoSite.Error()
	}
	if err != nil {
		return nil, err
	}
	if a.Status == 200 {
		return a.Body, nil
	}
	defer a.Body.Close()
	var problem struct {
		Errors []struct{ Code, Message string }
	}
	body, _ := io.ReadAll(io.LimitReader(a.Body, 1<<16)) // only for the words
	if json.Unmarshal(body, &problem) != nil || len(problem.Errors) == 0 {
		if a.Status == 404 {
			return nil, saysNoPull.Error()
		}
		return nil, saysStatus.Error(a.Status)
	}
	if a.Status == 404 && problem.Errors[0].Code != "UNSUPPORTED" {
		return nil, saysUnknownImage.Error(dockerfile.FamiliarReference(r.full), r.registry)
	}
	return nil, saysRefused.Error(problem.Errors[0].Message)
}

// document reads a manifest or config and compares it with its digest; d is ""
// where only a tag is known.
func (r *remote) document(ctx context.Context, kind, reference string, d digest.Digest) ([]byte, error) {
	accept := accepted
	if kind == "blobs" {
		accept = nil
	}
	body, err := r.get(ctx, kind, reference, accept)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	from := io.LimitReader(body, maxManifest+1)
	if d != "" {
		from = image.Verify(d, from)
	}
	b, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	if len(b) > maxManifest {
		return nil, saysTooLarge.Error(reference, maxManifest)
	}
	return b, nil
}

// source reads what the image is made of, without its layers.
func (r *remote) source(ctx context.Context) (*image.Source, error) {
	reference := r.reference
	d := digest.Digest("")
	if strings.Contains(reference, ":") {
		d = digest.Digest(reference)
	}
	for range 4 {
		b, err := r.document(ctx, "manifests", reference, d)
		if err != nil {
			return nil, err
		}
		head, next, err := image.ParseManifest(b)
		if err != nil {
			return nil, err
		}
		if head == nil {
			d, reference = next.Digest, next.Digest.String()
			if err := d.Validate(); err != nil {
				return nil, saysNoDigest.Wrap(err)
			}
			continue
		}
		s := &image.Source{Manifest: b, Layers: head.Layers}
		if s.Config, err = r.document(ctx, "blobs", head.Config.Digest.String(), head.Config.Digest); err != nil {
			return nil, err
		}
		return s, s.Check()
	}
	return nil, image.ErrNested
}

// lookUp answers MethodLookUp.
func (s *Session) lookUp(ctx context.Context, q wire.ImageQuery) (wire.Offer, error) {
	r, err := s.remote(q.Name)
	if err != nil {
		return wire.Offer{}, err
	}
	src, err := r.source(ctx)
	if err != nil {
		return wire.Offer{}, saysFailed.Wrap(err, saysNotFound.With(dockerfile.FamiliarReference(r.full)))
	}
	o := wire.Offer{Name: dockerfile.FamiliarReference(r.full), Digest: digest.FromBytes(src.Manifest).String(), Size: src.Size(), Layers: []wire.TransferLayer{}}
	if o.Platform, err = platformOf(src); err != nil {
		return o, err
	}
	for _, l := range src.Layers {
		w := wire.TransferLayer{Digest: string(l.Digest), Total: l.Size, State: "waiting"}
		here, err := s.shelved.shelf.Has(ctx, l.Digest)
		if err != nil {
			return o, err
		}
		if here {
			w.State, w.Done = "here", l.Size
		} else {
			o.Fetch += l.Size
		}
		o.Layers = append(o.Layers, w)
	}
	return o, nil
}

// pull answers MethodPull.
func (s *Session) pull(q wire.ImageQuery) (wire.Imported, error) {
	r, err := s.remote(q.Name)
	if err != nil {
		return wire.Imported{}, err
	}
	short := dockerfile.FamiliarReference(r.full)
	t, end, err := s.begin(short)
	if err != nil {
		return wire.Imported{}, err
	}
	defer end()
	t.change(true, func(w *wire.Transfer) { w.Step = "reading" })
	src, err := r.source(t.ctx)
	if err == nil {
		err = t.keep(src, []string{r.full}, "pull", func(ctx context.Context, l layer.Blob) (io.ReadCloser, error) {
			return r.get(ctx, "blobs", l.Digest.String(), nil)
		})
	}
	if err != nil {
		return wire.Imported{}, t.failed(saysNotPulled.With(short), err)
	}
	s.sayImages()
	return wire.Imported{Names: []string{short}}, nil
}

// askRegistry answers MethodRegistry.
func (s *Session) askRegistry(ctx context.Context, q wire.RegistryQuery) error {
	s.askRegistries(ctx, []string{q.Name})
	return nil
}

// askRegistries finds out of registries whether the site pulls from them, each
// once, and tells the page.
func (s *Session) askRegistries(ctx context.Context, names []string) {
	k := s.shelved
	if k.shelf == nil {
		return
	}
	for _, name := range names {
		k.mu.Lock()
		_, known := k.open[name]
		if !known {
			k.open[name] = false
		}
		k.mu.Unlock()
		if known {
			continue
		}
		a, err := k.shelf.Get(ctx, "v2/"+name+"/", nil)
		open := err == nil && a.Status == 200
		if err == nil {
			// A site of files answers everything with its page.
			head, _ := io.ReadAll(io.LimitReader(a.Body, 64))
			open = open && strings.HasPrefix(strings.TrimSpace(string(head)), "{")
			a.Body.Close()
		}
		k.mu.Lock()
		if err != nil && !errors.Is(err, ErrNoSite) {
			delete(k.open, name) // no network: asked again
		} else {
			k.open[name] = open
		}
		out := wire.Registries{Open: map[string]bool{}}
		for name, open := range k.open {
			out.Open[name] = open
		}
		k.mu.Unlock()
		s.say(wire.EventRegistries, out)
	}
}
