package containerd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/store"
	"layerlab.dev/core/store/content"
)

// emptyConfig is the type of an attestation's config, which is shown when it is
// pushed.
const emptyConfig = "application/vnd.oci.empty.v1+json"

// ImagePush sends an image to the registry its name says.
func (e Engine) ImagePush(ctx context.Context, ref string, options types.ImagePushOptions, to host.Progress) error {
	return e.ImagePushOf(ctx, ref, "", options, to)
}

// ImagePushOf is ImagePush of the image for one platform of an index; empty: of
// all.
func (e Engine) ImagePushOf(_ context.Context, ref, platform string, options types.ImagePushOptions, to host.Progress) error {
	name, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return &host.Error{Status: 400, Text: err.Error()}
	}
	if options.All {
		name = reference.TrimNamed(name)
	} else {
		name = reference.TagNameOnly(name)
	}
	s := &stream{to: to}
	return s.end(e.Change(func(c *host.Change) error {
		return e.Net().Change(func(n remote.Network) (remote.Network, error) {
			p := &pusher{Change: c, stream: s, platform: platform, network: n.At(c.Now())}
			err := p.push(name, options.All)
			if err != nil {
				c.Keep()
			}
			return p.network, err
		})
	}))
}

type pusher struct {
	*host.Change
	*stream
	platform string
	network  remote.Network
}

func (p *pusher) push(name reference.Named, all bool) error {
	p.say("", "The push refers to repository [%s]", name.Name())
	if !all {
		return p.one(name)
	}
	any := false
	for _, r := range p.Store.Repository(name) {
		if !r.Canonical() {
			any = true
			if err := p.one(r.Named); err != nil {
				return err
			}
		}
	}
	if !any {
		return host.Errorf(404, "An image does not exist locally with the tag: %s", reference.FamiliarName(name))
	}
	return nil
}

// one sends what a name points to.
func (p *pusher) one(name reference.Named) error {
	id, err := p.Store.Lookup(name)
	if err != nil {
		return host.Errorf(404, "tag does not exist: %s", reference.FamiliarString(name))
	}
	i, ok := p.Store.Image(id)
	if !ok {
		return host.Errorf(404, "tag does not exist: %s", reference.FamiliarString(name))
	}
	manifests, document, top := i.Target.Manifests, i.Target.JSON, i.Target.Descriptor
	if p.platform != "" {
		m, err := manifest(i, reference.FamiliarString(name), p.platform)
		if err != nil {
			return err
		}
		manifests, document, top = []*content.Manifest{m}, m.JSON, m.Descriptor
	}
	var shown []content.Blob
	for _, m := range manifests {
		for n, b := range m.Blobs {
			if (n > 0 || b.MediaType == emptyConfig) && !slices.ContainsFunc(shown, func(o content.Blob) bool { return o.Digest == b.Digest }) {
				shown = append(shown, b)
			}
		}
	}
	wait := func() {
		for _, b := range shown {
			p.update(host.ShortID(b.Digest.Encoded()), "Waiting")
		}
	}
	target, err := p.network.Push(reference.Domain(name), reference.Path(name))
	if err != nil {
		wait()
		return pushError(name, shown, err)
	}
	for _, b := range shown {
		said := ""
		if target, said, err = p.send(target, name, b); err != nil {
			wait()
			return pushError(name, shown, err)
		}
		p.update(host.ShortID(b.Digest.Encoded()), said)
	}
	for _, m := range manifests {
		if !m.Present() {
			return host.Errorf(404, "content digest %s: not found", m.Descriptor.Digest)
		}
		for n, b := range m.Blobs {
			if n == 0 && b.MediaType != emptyConfig {
				if target, _, err = p.send(target, name, b); err != nil {
					return pushError(name, shown, err)
				}
			}
		}
		if i.Target.Index && p.platform == "" {
			if target, _, err = target.Manifest(m.Descriptor.Digest.String(), m.Descriptor.MediaType, m.JSON); err != nil {
				return pushError(name, shown, err)
			}
		}
	}
	target, _, err = target.Manifest(asked(name), top.MediaType, document)
	if err != nil {
		return pushError(name, shown, err)
	}
	p.network = target.Network()
	p.say("", "%s: digest: %s size: %d", asked(name), top.Digest, len(document))
	p.aux("", types.PushResult{Tag: asked(name), Digest: top.Digest.String(), Size: len(document)})
	p.Log(events.ImageEventType, "push", reference.FamiliarString(name), map[string]string{"name": reference.FamiliarName(name)})
	return nil
}

// send sees to it that the repository has a blob and tells how it came there.
func (p *pusher) send(t remote.Target, name reference.Named, b content.Blob) (remote.Target, string, error) {
	has, err := t.Has(b.Digest)
	if err != nil {
		return t, "", err
	}
	learn := func() {
		p.Store = p.Store.AddSource(b.Digest, store.Source{Digest: b.Digest, SourceRepository: name.Name()})
	}
	if has {
		learn()
		return t, "Layer already exists", nil
	}
	if from := p.candidate(name, b.Digest); from != "" {
		next, ok, err := t.Mount(from, b.Digest)
		if err == nil && ok {
			learn()
			return next, "Mounted from " + from, nil
		}
	}
	if b.Content == nil {
		return t, "", fmt.Errorf("content digest %s: not found", b.Digest)
	}
	next, err := t.Blob(registry.Blob{Digest: b.Digest, Content: b.Content, Layer: b.Layer})
	if err != nil {
		return t, "", err
	}
	learn()
	return next, "Pushed", nil
}

// candidate returns the repository of the same registry that a blob may be mounted
// from: of those known to have it the one whose path begins most like the
// target's, the last by name among equals (containerd's docker/pusher).
func (p *pusher) candidate(name reference.Named, blob digest.Digest) string {
	var repositories []string
	for _, from := range p.Store.Sources(blob) {
		ref, err := reference.ParseNormalizedNamed(from.SourceRepository)
		if err == nil && reference.Domain(ref) == reference.Domain(name) && ref.Name() != name.Name() {
			repositories = append(repositories, reference.Path(ref))
		}
	}
	slices.Sort(repositories)
	parts := strings.Split(reference.Path(name), "/")
	best, found := 0, ""
	for _, r := range repositories {
		n := 0
		for i, part := range strings.Split(r, "/") {
			if i == len(parts) || parts[i] != part {
				break
			}
			n++
		}
		if n >= best {
			best, found = n, r
		}
	}
	return found
}

// pushError words why a push failed.
func pushError(name reference.Named, shown []content.Blob, err error) error {
	var dial *remote.DialError
	var refusal *registry.Error
	switch {
	case errors.As(err, &dial):
		var d digest.Digest
		if len(shown) > 0 {
			d = shown[0].Digest
		}
		return host.Errorf(500, "failed to do request: Head %q: %s", fmt.Sprintf("%s://%s/v2/%s/blobs/%s", dial.Scheme, dial.Host, reference.Path(name), d), dial.Reason)
	case errors.As(err, &refusal) && (refusal.Code == registry.Denied || refusal.Code == registry.Unauthorized),
		strings.Contains(err.Error(), "denied"):
		return host.Errorf(403, "push access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed")
	}
	return host.Errorf(500, "%s", err)
}
