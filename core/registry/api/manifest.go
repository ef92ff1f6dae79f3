package api

import (
	"errors"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/schema1"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/vfs"
)

// accepts reads the media types of the Accept fields, weights left out.
func (x *exchange) accepts() map[string]bool {
	all := map[string]bool{}
	for _, field := range x.req.Header["Accept"] {
		for t := range strings.SplitSeq(field, ",") {
			t, _, _ = strings.Cut(t, ";")
			all[strings.TrimSpace(t)] = true
		}
	}
	return all
}

func getManifest(x *exchange) error {
	accept := x.accepts()
	d, err := digest.Parse(x.reference)
	byTag := err != nil
	if byTag {
		if d, err = x.state.Resolve(x.repo, x.reference); err != nil {
			if strings.Contains(x.reference, ":") {
				// No tag, but the route takes it for one.
				return invalidPath(x.state.Path(x.repo, registry.Reference, x.reference))
			}
			return err
		}
	}
	for _, v := range x.req.Header["If-None-Match"] {
		if v == d.String() || v == `"`+d.String()+`"` {
			x.res.Status = 304
			return nil
		}
	}
	m, err := x.state.Manifest(x.repo, d.String())
	if err != nil {
		return err
	}
	switch {
	case m.MediaType == ocispec.MediaTypeImageManifest && !accept[m.MediaType]:
		return &registry.Error{Code: registry.ManifestUnknown, Message: "OCI manifest found, but accept header does not support OCI manifests"}
	case m.MediaType == ocispec.MediaTypeImageIndex && !accept[m.MediaType]:
		return &registry.Error{Code: registry.ManifestUnknown, Message: "OCI index found, but accept header does not support OCI indexes"}
	}
	// Who asks for a tag and knows neither lists nor schema 2 gets what old
	// clients understand; who asks for a digest gets what has that digest.
	if byTag && m.MediaType == schema2.ListType && !accept[m.MediaType] {
		of := m.Platform("linux", "amd64")
		if of == "" {
			return registry.ManifestUnknown.With(nil)
		}
		if m, err = x.state.Manifest(x.repo, of.String()); err != nil {
			return err
		}
		d = of
	}
	if byTag && m.MediaType == schema2.MediaType && !accept[m.MediaType] {
		if m, err = x.schema1(m); err != nil {
			return err
		}
		d = m.Digest
	}
	h := x.res.Header
	h.Set("Content-Type", m.MediaType)
	h.Set("Content-Length", strconv.Itoa(len(m.JSON)))
	h.Set("Docker-Content-Digest", d.String())
	h.Set("Etag", `"`+d.String()+`"`)
	x.res.write(200, m.JSON)
	return nil
}

// schema1 rewrites a manifest in the form of schema 1. Its digest is that of
// the document without the signature.
func (x *exchange) schema1(m registry.Manifest) (registry.Manifest, error) {
	doc, err := schema2.Parse(m.JSON)
	if err != nil {
		return m, registry.ManifestInvalid.With(struct{}{})
	}
	config, err := x.state.Blob(x.repo, doc.Config.Digest)
	if err != nil {
		return m, registry.ManifestInvalid.With(struct{}{})
	}
	raw, err := config.Content.Bytes()
	if err != nil {
		return m, err
	}
	old, err := schema1.Convert(x.repo, x.reference, raw, doc.Layers)
	if err != nil {
		return m, registry.ManifestInvalid.With(struct{}{})
	}
	if old.NeedsEmpty {
		if _, err := x.state.Blob(x.repo, schema1.Empty.Digest); err != nil {
			empty := registry.Blob{Digest: schema1.Empty.Digest, Content: vfs.Bytes(schema1.Empty.Data)}
			if x.state, err = x.state.PushBlob(x.repo, empty); err != nil {
				return m, err
			}
		}
	}
	signed, err := schema1.NewKey(x.state.Seed()).Sign(old.JSON, x.state.Now())
	if err != nil {
		return m, err
	}
	return registry.Manifest{Digest: digest.FromBytes(old.JSON), MediaType: schema1.SignedType, JSON: signed}, nil
}

func putManifest(x *exchange) error {
	raw, err := x.req.Body.Bytes()
	if err != nil {
		return err
	}
	next, m, err := x.state.PutManifest(x.repo, x.reference, x.req.Header.Get("Content-Type"), raw)
	if err != nil {
		return err
	}
	x.state = next
	x.res.Header.Set("Location", x.url("/v2/"+x.repo+"/manifests/"+m.Digest.String(), nil))
	x.res.Header.Set("Docker-Content-Digest", m.Digest.String())
	x.res.Status = 201
	return nil
}

func deleteManifest(x *exchange) error {
	d, err := digest.Parse(x.reference)
	if err != nil {
		return registry.DigestInvalid.With(nil)
	}
	next, err := x.state.DeleteManifest(x.repo, d)
	if err != nil {
		return err
	}
	x.state = next
	x.res.Status = 202
	return nil
}

// unknown leaves out the detail of an error, as the deletion of a blob does.
func unknown(err error) error {
	var e *registry.Error
	if errors.As(err, &e) && e.Code == registry.BlobUnknown {
		return registry.BlobUnknown.With(nil)
	}
	return err
}
