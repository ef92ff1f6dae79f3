package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/vfs"
)

// Manifest is a document that names the blobs of an image, or an index that
// names manifests.
type Manifest struct {
	Digest    digest.Digest
	MediaType string
	JSON      []byte
}

const maxManifest = 4 << 20

// list is a manifest list or an OCI index.
type list struct {
	schema2.Versioned
	Manifests []listed `json:"manifests"`
}

type listed struct {
	schema2.Descriptor
	Platform platform `json:"platform"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

// document is a manifest read.
type document struct {
	version    int
	mediaType  string
	references []schema2.Descriptor
	list       bool
	platforms  []platform // of a list's references
}

// PutManifest stores a manifest in a repository under a reference, a tag or its
// digest. mediaType is the Content-Type it was sent with and decides how it is
// read. Every blob it names must be in the repository, and for an index every
// manifest; the error, *Error or Errors, is that of distribution 2.8.
func (s State) PutManifest(repo, reference, mediaType string, raw []byte) (State, Manifest, error) {
	if err := checkName(repo); err != nil {
		return s, Manifest{}, err
	}
	if len(raw) > maxManifest {
		return s, Manifest{}, ManifestInvalid.With("http: request body too large")
	}
	doc, err := readAs(mediaType, raw)
	if errors.Is(err, errSchema1) {
		return s, Manifest{}, Unknown.With(opaque{})
	}
	if err != nil {
		return s, Manifest{}, ManifestInvalid.With(detail(err))
	}
	m := Manifest{Digest: digest.FromBytes(raw), MediaType: doc.mediaType, JSON: raw}
	tag := ""
	if d, err := digest.Parse(reference); err != nil {
		tag = reference
	} else if d != m.Digest {
		return s, Manifest{}, DigestInvalid.With(nil)
	}
	if tag != "" && !tagRegexp.MatchString(tag) {
		return s, Manifest{}, TagInvalid.With(nil)
	}
	if err := s.verify(repo, doc); err != nil {
		return s, Manifest{}, err
	}
	next, err := s.edit(func(e *vfs.Editor) error {
		if s.data(m.Digest) == nil {
			if err := put(e, dataPath(m.Digest), vfs.Bytes(raw)); err != nil {
				return err
			}
		}
		if err := link(e, revisionPath(repo, m.Digest), m.Digest); err != nil || tag == "" {
			return err
		}
		if err := link(e, indexPath(repo, tag, m.Digest), m.Digest); err != nil {
			return err
		}
		return link(e, currentPath(repo, tag), m.Digest)
	})
	if err != nil {
		return s, Manifest{}, err
	}
	return next, m, nil
}

// detail is what the registry sends of an error it met while reading: the
// exported fields of it.
func detail(err error) any {
	var syntax *json.SyntaxError
	var value *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return syntax
	case errors.As(err, &value):
		return struct {
			Value  string
			Type   opaque
			Offset int64
			Struct string
			Field  string
		}{value.Value, opaque{}, value.Offset, value.Struct, strings.TrimPrefix(value.Field, "Versioned.")}
	}
	return opaque{}
}

// readAs reads a manifest as the media type says.
func readAs(mediaType string, raw []byte) (*document, error) {
	if mediaType != "" {
		parsed, _, err := mime.ParseMediaType(mediaType)
		if err != nil {
			return nil, err
		}
		mediaType = parsed
	}
	switch mediaType {
	case schema2.MediaType:
		m, err := schema2.Parse(raw)
		if err != nil {
			return nil, err
		}
		return &document{version: m.SchemaVersion, mediaType: mediaType, references: m.References()}, nil
	case ocispec.MediaTypeImageManifest:
		return readOCI(raw)
	case schema2.ListType, ocispec.MediaTypeImageIndex:
		return readList(mediaType, raw)
	}
	// Anything else is taken for schema 1, which must be signed to be one.
	var signed struct {
		Signatures []struct {
			Signature string `json:"signature"`
			Protected string `json:"protected"`
		} `json:"signatures"`
	}
	if err := json.Unmarshal(raw, &signed); err != nil {
		return nil, errors.New("no JSON object")
	}
	if len(signed.Signatures) == 0 {
		return nil, errors.New("a manifest of schema 1 without a signature: a Content-Type of schema 2 or OCI may be missing")
	}
	return nil, errSchema1
}

// errSchema1 reports a manifest of a form that the registry reads, and refuses
// to keep with its default settings.
var errSchema1 = errors.New("manifests of schema 1 are not kept")

func readOCI(raw []byte) (*document, error) {
	var index struct {
		Manifests any `json:"manifests"`
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		return nil, err
	}
	if index.Manifests != nil {
		return nil, errors.New("an index was sent as a manifest")
	}
	var m schema2.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	if m.MediaType != "" && m.MediaType != ocispec.MediaTypeImageManifest {
		return nil, fmt.Errorf("mediaType of the manifest is %q, want %q", m.MediaType, ocispec.MediaTypeImageManifest)
	}
	return &document{version: m.SchemaVersion, mediaType: ocispec.MediaTypeImageManifest, references: m.References()}, nil
}

func readList(mediaType string, raw []byte) (*document, error) {
	if mediaType == ocispec.MediaTypeImageIndex {
		var manifest struct {
			Config any `json:"config"`
			Layers any `json:"layers"`
		}
		if err := json.Unmarshal(raw, &manifest); err != nil {
			return nil, err
		}
		if manifest.Config != nil || manifest.Layers != nil {
			return nil, errors.New("a manifest was sent as an index")
		}
	}
	var l list
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, err
	}
	if l.MediaType != mediaType && (l.MediaType != "" || mediaType == schema2.ListType) {
		return nil, fmt.Errorf("mediaType of the index is %q, want %q", l.MediaType, mediaType)
	}
	d := &document{version: l.SchemaVersion, mediaType: mediaType, list: true}
	for _, m := range l.Manifests {
		d.references = append(d.references, m.Descriptor)
		d.platforms = append(d.platforms, m.Platform)
	}
	return d, nil
}

// verify looks for everything a manifest names.
func (s State) verify(repo string, doc *document) error {
	if doc.version != 2 {
		return Unknown.With(opaque{})
	}
	var refused Errors
	missing := func(d digest.Digest) { refused = append(refused, ManifestBlob.With(d)) }
	for _, r := range doc.references {
		// Layers that others hold are refused: with its default settings the
		// registry allows no URL of theirs.
		if elsewhere, looked := len(r.URLs) > 0, urlsMatter(doc.mediaType, r.MediaType); !doc.list && (elsewhere || r.MediaType == schema2.ForeignLayerType) {
			if looked {
				refused = append(refused, Unknown.With(nil), Unknown.With(opaque{}))
				missing(r.Digest)
			}
			if looked || elsewhere {
				continue
			}
		}
		if err := r.Digest.Validate(); err != nil {
			if errors.Is(err, digest.ErrDigestInvalidFormat) {
				refused = append(refused, DigestInvalid.With(nil))
			} else {
				refused = append(refused, Unknown.With(nil), Unknown.With(opaque{}))
			}
			missing(r.Digest)
			continue
		}
		links := []string{layerPath(repo, r.Digest)}
		if doc.list {
			links = []string{revisionPath(repo, r.Digest), links[0]}
		}
		if _, err := s.blob(r.Digest, links...); err != nil {
			missing(r.Digest)
		}
	}
	switch len(refused) {
	case 0:
		return nil
	case 1:
		return refused[0]
	}
	return refused
}

// urlsMatter reports whether the registry looks at the URLs of a layer at all:
// of Docker's it does so for foreign ones only.
func urlsMatter(manifest, layer string) bool {
	if manifest == schema2.MediaType {
		return layer == schema2.ForeignLayerType
	}
	// The non-distributable layers, which the OCI image-spec has given up, are
	// among them.
	layer = strings.Replace(layer, ".nondistributable.", ".", 1)
	return layer == ocispec.MediaTypeImageLayer || layer == ocispec.MediaTypeImageLayerGzip
}

// Tag puts a tag on a manifest that the repository has, or gives
// MANIFEST_UNKNOWN. A tag that is there moves.
func (s State) Tag(repo, tag string, d digest.Digest) (State, error) {
	m, err := s.Manifest(repo, d.String())
	if err != nil {
		return s, err
	}
	next, _, err := s.PutManifest(repo, tag, m.MediaType, m.JSON)
	return next, err
}

// Resolve returns the digest a tag stands for, or MANIFEST_UNKNOWN.
func (s State) Resolve(repo, tag string) (digest.Digest, error) {
	if err := checkName(repo); err != nil {
		return "", err
	}
	if !tagRegexp.MatchString(tag) {
		return "", ManifestUnknown.With(map[string]string{"Tag": tag})
	}
	if d := s.resolve(currentPath(repo, tag)); d != "" {
		return d, nil
	}
	return "", ManifestUnknown.With(map[string]string{"Tag": tag})
}

// Manifest returns the manifest a reference, tag or digest, stands for, as it
// is stored, or MANIFEST_UNKNOWN.
func (s State) Manifest(repo, reference string) (Manifest, error) {
	d, err := digest.Parse(reference)
	if err != nil {
		if d, err = s.Resolve(repo, reference); err != nil {
			return Manifest{}, err
		}
	}
	if err := checkName(repo); err != nil {
		return Manifest{}, err
	}
	b, err := s.blob(d, revisionPath(repo, d), layerPath(repo, d))
	if err != nil {
		return Manifest{}, ManifestUnknown.With(revision{repo, d})
	}
	raw, err := b.Content.Bytes()
	if err != nil {
		return Manifest{}, fmt.Errorf("manifest %s of %s: %w", d, repo, err)
	}
	mediaType, err := typeOf(raw)
	if err != nil {
		return Manifest{}, err
	}
	return Manifest{Digest: d, MediaType: mediaType, JSON: raw}, nil
}

// revision is the detail of an unknown digest.
type revision struct {
	Name     string
	Revision digest.Digest
}

// typeOf finds out what a stored manifest is: the registry keeps no media
// types, and reads them from the content (storage/manifeststore.go).
func typeOf(raw []byte) (string, error) {
	var v schema2.Versioned
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", Unknown.With(detail(err))
	}
	if v.SchemaVersion != 2 {
		return "", Unknown.With(opaque{})
	}
	switch v.MediaType {
	case schema2.MediaType, ocispec.MediaTypeImageManifest, schema2.ListType, ocispec.MediaTypeImageIndex:
		return v.MediaType, nil
	case "":
		var l list
		if err := json.Unmarshal(raw, &l); err == nil && l.Manifests != nil {
			return ocispec.MediaTypeImageIndex, nil
		}
		return ocispec.MediaTypeImageManifest, nil
	}
	return "", Unknown.With([]any{opaque{}})
}

// Platform returns the digest of the manifest in m that is for an operating
// system and an architecture, "" where m is no list or has none.
func (m Manifest) Platform(os, architecture string) digest.Digest {
	d, err := readAs(m.MediaType, m.JSON)
	if err != nil || !d.list {
		return ""
	}
	for i, p := range d.platforms {
		if p.OS == os && p.Architecture == architecture {
			return d.references[i].Digest
		}
	}
	return ""
}

// References returns all that the manifest names, in its order.
func (m Manifest) References() []schema2.Descriptor {
	d, err := readAs(m.MediaType, m.JSON)
	if err != nil {
		return nil
	}
	return d.references
}

// DeleteManifest takes a manifest out of a repository with all the tags that
// stand for it, or gives MANIFEST_UNKNOWN. The blobs it names stay.
func (s State) DeleteManifest(repo string, d digest.Digest) (State, error) {
	if err := checkName(repo); err != nil {
		return s, err
	}
	if err := d.Validate(); err != nil {
		return s, DigestInvalid.With(nil)
	}
	paths := []string{revisionPath(repo, d), layerPath(repo, d)}
	if _, err := s.blob(d, paths...); err != nil {
		return s, ManifestUnknown.With(nil)
	}
	return s.edit(func(e *vfs.Editor) error {
		for _, p := range paths {
			if err := e.RemoveAll(p); err != nil {
				return err
			}
		}
		tags, _ := s.Tags(repo) // a repository without tags has none to lose
		for _, tag := range tags {
			if s.resolve(currentPath(repo, tag)) == d {
				if err := e.RemoveAll(tagsPath(repo) + "/" + tag); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
