package host

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host/transfer"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// ImagePush sends an image to the registry its name says; without a tag, every
// tag of the repository.
func (h *Host) ImagePush(ctx context.Context, ref string, options types.ImagePushOptions, to Progress) error {
	name, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return &Error{400, err.Error()}
	}
	switch {
	case options.All:
		name = reference.TrimNamed(name)
	default:
		name = reference.TagNameOnly(name)
	}
	s := &stream{to: to}
	return s.end(h.Change(func(c *Change) error {
		return h.net.Change(func(n remote.Network) (remote.Network, error) {
			return c.push(ctx, n.At(c.Now()), name, options.RegistryAuth, s)
		})
	}))
}

// pusher sends to one repository.
type pusher struct {
	*Change
	*stream
	name   reference.Named
	target remote.Target
	key    []byte // of the client's login, which marks what is learnt with it
	// sent are the layers that are in the repository now, by DiffID.
	sent map[digest.Digest]schema2.Descriptor
}

// push returns the network after what was sent.
func (c *Change) push(ctx context.Context, n remote.Network, name reference.Named, auth string, s *stream) (remote.Network, error) {
	s.say("", "The push refers to repository [%s]", name.Name())
	names := c.Store.Repository(name)
	if len(names) == 0 {
		return n, Errorf(404, "An image does not exist locally with the tag: %s", reference.FamiliarName(name))
	}
	target, err := n.Push(reference.Domain(name), reference.Path(name))
	if err != nil {
		return n, &Error{500, err.Error()}
	}
	p := &pusher{
		Change: c, stream: s, name: name, target: target, key: loginKey(auth),
		sent: map[digest.Digest]schema2.Descriptor{},
	}
	err = p.all(ctx, names)
	if err == nil {
		c.Log(events.ImageEventType, "push", reference.FamiliarString(name), c.labels(name))
	} else {
		c.Keep() // what was learnt of the layers that did go
	}
	return p.target.Network(), err
}

// all sends the tag that the name has, or all tags of its repository.
func (p *pusher) all(ctx context.Context, names []store.Reference) error {
	if tagged, ok := p.name.(reference.NamedTagged); ok {
		id, err := p.Store.Lookup(p.name)
		if err != nil {
			return Errorf(404, "tag does not exist: %s", reference.FamiliarString(p.name))
		}
		return p.tagged(ctx, tagged, id)
	}
	if !reference.IsNameOnly(p.name) {
		return Errorf(400, "cannot push a digest reference")
	}
	pushed := 0
	for _, r := range names {
		if tagged, ok := r.Named.(reference.NamedTagged); ok {
			pushed++
			if err := p.tagged(ctx, tagged, r.Image); err != nil {
				return err
			}
		}
	}
	if pushed == 0 {
		return Errorf(404, "no tags to push for %s", reference.FamiliarName(p.name))
	}
	return nil
}

// tagged sends an image under a tag.
func (p *pusher) tagged(ctx context.Context, name reference.NamedTagged, id digest.Digest) error {
	i, ok := p.Store.Image(id)
	if !ok {
		return Errorf(500, "could not find image from tag %s", reference.FamiliarString(name))
	}
	stack := p.Store.Stack(i.Chain)
	var top []*store.Layer // top first, each DiffID once
	for n := len(stack) - 1; n >= 0; n-- {
		l := stack[n]
		p.update(short(l.DiffID.String()), "Preparing")
		if !slices.ContainsFunc(top, func(o *store.Layer) bool { return o.DiffID == l.DiffID }) {
			top = append(top, l)
		}
	}
	ways := make([]way, len(top))
	for n, l := range top {
		w, err := p.layer(ctx, l)
		if err != nil {
			return err
		}
		ways[n] = w
	}
	p.play(top, ways)
	layers := make([]schema2.Descriptor, len(stack))
	for n, l := range stack {
		layers[n] = p.sent[l.DiffID]
	}
	config := i.Made.ConfigJSON()
	if has, err := p.target.Has(id); err != nil || !has {
		target, err := p.target.Blob(registry.Blob{Digest: id, Content: vfs.Bytes(config)})
		if err != nil {
			return &Error{500, err.Error()}
		}
		p.target = target
	}
	raw, err := schema2.New(schema2.Descriptor{Size: int64(len(config)), Digest: id}, layers)
	if err != nil {
		return &Error{500, err.Error()}
	}
	target, m, err := p.target.Manifest(name.Tag(), schema2.MediaType, raw)
	if err != nil {
		return &Error{500, err.Error()}
	}
	p.target = target
	p.say("", "%s: digest: %s size: %d", name.Tag(), m.Digest, len(raw))
	p.referDigest(name, m.Digest, id)
	p.aux("", types.PushResult{Tag: name.Tag(), Digest: m.Digest.String(), Size: len(raw)})
	return nil
}

// way is how a layer came to be in the repository: what is said of it, and the
// bytes that were sent.
type way struct {
	said string
	size int64
}

// layer sees to it that the repository has a layer.
func (p *pusher) layer(ctx context.Context, l *store.Layer) (way, error) {
	if _, ok := p.sent[l.DiffID]; ok {
		return way{said: "Layer already exists"}, nil
	}
	mounts, checks, elsewhere := attempts(l.Size)
	known := p.Store.Sources(l.DiffID)
	checked := map[digest.Digest]bool{}
	if p.exists(l, known, true, 1, checked) {
		return way{said: "Layer already exists"}, nil
	}
	for _, c := range p.candidates(known, mounts) {
		from, err := reference.ParseNormalizedNamed(c.SourceRepository)
		if err != nil {
			continue
		}
		target, ok, err := p.target.Mount(reference.Path(from), c.Digest)
		if ok && err == nil {
			p.target = target
			p.learn(l, c.Digest)
			return way{said: "Mounted from " + reference.Path(from)}, nil
		}
		if p.mine(c) || c.HMAC == "" {
			p.Store = p.Store.RemoveSource(c)
		}
	}
	if left := checks - len(checked); left > 0 && p.exists(l, known, elsewhere, left, checked) {
		return way{said: "Layer already exists"}, nil
	}
	b, err := Compress(ctx, l.Tar)
	if err != nil {
		return way{}, Errorf(500, "layer %s: %s", l.DiffID, err)
	}
	target, err := p.target.Blob(b)
	if err != nil {
		return way{}, &Error{500, err.Error()}
	}
	p.target = target
	p.learn(l, b.Digest)
	return way{"Pushed", b.Size()}, nil
}

// learn notes that the repository has the blob of a layer.
func (p *pusher) learn(l *store.Layer, blob digest.Digest) {
	p.sent[l.DiffID] = schema2.Descriptor{Digest: blob, Size: p.size(blob)}
	p.Store = p.Store.AddSource(l.DiffID, p.mark(store.Source{Digest: blob, SourceRepository: p.name.Name()}))
}

// size asks the registry how long a blob is.
func (p *pusher) size(blob digest.Digest) int64 {
	b, err := p.target.Network().Pull(reference.Domain(p.name), reference.Path(p.name)).Blob(blob)
	if err != nil {
		return 0
	}
	return b.Size()
}

// attempts says how often a layer of a size is looked for before it is sent: in
// how many repositories, for how many digests, and whether those of other
// repositories count.
func attempts(size int64) (mounts, checks int, elsewhere bool) {
	switch {
	case size > 10<<20:
		return 4, 3, true
	case size > 100<<10:
		return 3, 1, false
	}
	return 1, 1, false
}

// exists looks for the known blobs of a layer in the repository.
func (p *pusher) exists(l *store.Layer, known []store.Source, elsewhere bool, most int, checked map[digest.Digest]bool) bool {
	var list []store.Source
	for _, k := range known {
		if elsewhere || k.SourceRepository == "" || k.SourceRepository == p.name.Name() {
			list = append(list, k)
		}
	}
	list = p.best(list)
	looked := 0
	for _, k := range list {
		if looked == most {
			break
		}
		if checked[k.Digest] {
			continue
		}
		checked[k.Digest] = true
		looked++
		has, err := p.target.Has(k.Digest)
		switch {
		case err != nil: // asked in vain; what is wrong will show when sending
		case has:
			if k.SourceRepository != p.name.Name() || !p.mine(k) {
				p.learn(l, k.Digest)
			} else {
				p.sent[l.DiffID] = schema2.Descriptor{Digest: k.Digest, Size: p.size(k.Digest)}
			}
			return true
		case k.SourceRepository == p.name.Name():
			p.Store = p.Store.RemoveSource(k)
		}
	}
	return false
}

// candidates returns from where a layer may be mounted, the best first.
func (p *pusher) candidates(known []store.Source, most int) []store.Source {
	var list []store.Source
	for _, k := range known {
		from, err := reference.ParseNormalizedNamed(k.SourceRepository)
		if err == nil && reference.Domain(from) == reference.Domain(p.name) && from.Name() != p.name.Name() {
			list = append(list, k)
		}
	}
	list = p.best(list)
	return list[:min(len(list), most)]
}

// best sorts what is known of a layer: learnt with the same login first, then by
// how many parts of the repository's name agree, then the latest.
func (p *pusher) best(list []store.Source) []store.Source {
	list = slices.Clone(list)
	slices.Reverse(list)
	parts := strings.Split(p.name.Name(), "/")
	alike := func(k store.Source) int {
		n := 0
		for i, part := range strings.Split(k.SourceRepository, "/") {
			if i == len(parts) || parts[i] != part {
				break
			}
			n++
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b store.Source) int {
		if x, y := p.mine(a), p.mine(b); x != y {
			if x {
				return -1
			}
			return 1
		}
		return alike(b) - alike(a)
	})
	return list
}

// loginKey returns the key that marks what is learnt with a login: auth is the
// base64 of its JSON.
func loginKey(auth string) []byte {
	var login struct {
		Username      string `json:"username,omitempty"`
		Password      string `json:"password,omitempty"`
		Auth          string `json:"auth,omitempty"`
		IdentityToken string `json:"identitytoken,omitempty"`
		RegistryToken string `json:"registrytoken,omitempty"`
	}
	if raw, err := base64.URLEncoding.DecodeString(auth); err == nil {
		_ = json.Unmarshal(raw, &login) // what cannot be read is no login
	}
	raw, err := json.Marshal(login)
	if err != nil {
		panic(err) // strings only
	}
	return []byte(digest.FromBytes(raw))
}

func (p *pusher) mac(k store.Source) string {
	m := hmac.New(sha256.New, p.key)
	fmt.Fprintf(m, "%s%s", k.Digest, k.SourceRepository)
	return hex.EncodeToString(m.Sum(nil))
}

// mark notes with which login something was learnt, mine reports whether it was
// this one.
func (p *pusher) mark(k store.Source) store.Source {
	k.HMAC = p.mac(k)
	return k
}

func (p *pusher) mine(k store.Source) bool { return k.HMAC != "" && k.HMAC == p.mac(k) }

// Compress returns a layer as dockerd sends it: its tar in Go's gzip. A layer
// whose bytes are not here goes as it is known.
func Compress(ctx context.Context, l *layer.Layer) (registry.Blob, error) {
	stored := func() (registry.Blob, error) {
		b, err := l.Blob(ctx, layer.Gzip)
		if err != nil {
			return registry.Blob{}, err
		}
		content := b.Content
		if content == nil {
			content = vfs.Absent(b.Size, b.Digest)
		}
		return registry.Blob{Digest: b.Digest, Content: content, Layer: l}, nil
	}
	if !l.Fixed() {
		return stored()
	}
	var out bytes.Buffer
	w, err := layer.Gzip.Writer(&out)
	if err != nil {
		return registry.Blob{}, err
	}
	if err := l.Raw(ctx, w); err != nil {
		var absent *vfs.AbsentError
		if errors.As(err, &absent) {
			return stored()
		}
		return registry.Blob{}, err
	}
	if err := w.Close(); err != nil {
		return registry.Blob{}, err
	}
	return registry.Blob{Digest: digest.FromBytes(out.Bytes()), Content: vfs.Bytes(out.Bytes()), Layer: l}, nil
}

// play tells how the layers are sent, and lets the time pass that this takes.
func (p *pusher) play(layers []*store.Layer, ways []way) {
	sizes := make([]int64, len(ways))
	for n, w := range ways {
		sizes[n] = w.size
	}
	plan := transfer.Play(sizes, uploads, p.target.Rate())
	for _, e := range plan {
		id := short(layers[e.Job].DiffID.String())
		switch e.Kind {
		case transfer.Waits:
			p.update(id, "Waiting")
		case transfer.Advances:
			// What is told is how much of the tar was read, out of the
			// bytes of its files.
			tar := layers[e.Job].Tar.TarSize()
			if e.Done < sizes[e.Job] {
				tar = int64(float64(tar) * float64(e.Done) / float64(sizes[e.Job]))
			}
			p.advance(id, "Pushing", tar, layers[e.Job].Size)
		case transfer.Done:
			p.update(id, ways[e.Job].said)
		}
	}
	if len(plan) > 0 {
		p.Clock += plan[len(plan)-1].At
	}
}
