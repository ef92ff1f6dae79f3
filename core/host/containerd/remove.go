package containerd

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	timestamp "github.com/docker/docker/api/types/time"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/store"
	"layerlab.dev/core/store/content"
)

// conflict is what speaks against removing an image.
type conflict byte

const (
	running conflict = 1 << iota // cannot be forced
	stopped                      // goes with force
	named                        // goes with force
	soft    = stopped | named
)

// removal collects what a removal says.
type removal struct {
	*host.Change
	said []types.ImageDeleteResponseItem
}

// ImageRemove removes a name, or an image with its names.
func (e Engine) ImageRemove(name string, options types.ImageRemoveOptions) ([]types.ImageDeleteResponseItem, error) {
	if strings.TrimSpace(name) == "" {
		return nil, host.Errorf(400, "image name cannot be blank")
	}
	var said []types.ImageDeleteResponseItem
	err := e.Change(func(c *host.Change) error {
		r := &removal{Change: c}
		err := r.remove(name, options.Force, options.PruneChildren)
		said = r.said
		if err != nil && len(r.said) > 0 {
			c.Keep()
		}
		return err
	})
	if err != nil {
		said = nil
	}
	return said, err
}

// remove removes what a name means, as docker rmi does with each argument.
func (r *removal) remove(name string, force, prune bool) error {
	i, err := r.FindImage(name)
	if err != nil {
		return err
	}
	look := soft
	if force {
		look = 0
	}
	all := r.Store.Names(i.ID)
	if strings.HasPrefix(i.ID.String(), name) || strings.HasPrefix(i.ID.Encoded(), name) {
		return r.all(i, all, look, prune)
	}
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return &host.Error{Status: 400, Text: err.Error()}
	}
	same := alike(reference.TagNameOnly(ref), all)
	if len(same) != len(all) {
		r.untag(same)
		return nil
	}
	if len(all) > 1 && !force {
		look &^= named
	}
	if c := r.User(i.ID, nil); c != nil {
		shown := reference.FamiliarString(reference.TagNameOnly(ref))
		if !force {
			return host.Errorf(409, "conflict: unable to delete %s (must be forced) - container %s is using its referenced image %s",
				shown, host.ShortID(c.ID), host.ShortID(i.ID.String()))
		}
		for _, n := range all {
			r.Store, _ = r.Store.Forget(n.Named)
		}
		r.LogImage("untag", i.ID, shown)
		r.said = append(r.said, types.ImageDeleteResponseItem{Untagged: shown})
		return nil
	}
	return r.all(i, all, look, prune)
}

// alike returns the names that go with a name: itself, and the digests of its
// repository where no other tag is in it.
func alike(name reference.Named, all []store.Reference) []store.Reference {
	var same, digests []store.Reference
	others := false
	_, canonical := name.(reference.Canonical)
	for _, n := range all {
		switch {
		case n.Named.Name() != name.Name():
		case n.Named.String() == name.String() || canonical:
			same = append(same, n)
		case n.Canonical():
			digests = append(digests, n)
		default:
			others = true
		}
	}
	if !others {
		same = append(same, digests...)
	}
	return same
}

func (r *removal) untag(names []store.Reference) {
	for _, n := range names {
		r.Store, _ = r.Store.Forget(n.Named)
		r.LogImage("untag", n.Image, n.Familiar())
		r.said = append(r.said, types.ImageDeleteResponseItem{Untagged: n.Familiar()})
	}
}

// against returns what speaks against removing an image.
func (r *removal) against(i *store.Image, names int, look conflict) error {
	refuse := func(force, format string, a ...any) error {
		return host.Errorf(409, "conflict: unable to delete %s (%s) - %s", host.ShortID(i.ID.String()), force, fmt.Sprintf(format, a...))
	}
	if c := r.User(i.ID, func(c *host.Container) bool { return c.State.Running }); c != nil {
		return refuse("cannot be forced", "image is being used by running container %s", host.ShortID(c.ID))
	}
	if look&stopped != 0 {
		if c := r.User(i.ID, func(c *host.Container) bool { return !c.State.Running }); c != nil {
			return refuse("must be forced", "image is being used by stopped container %s", host.ShortID(c.ID))
		}
	}
	if look&named != 0 && names > 1 {
		return refuse("must be forced", "image is referenced in multiple repositories")
	}
	return nil
}

// all removes an image with its names, and the parents without a name that
// nothing needs any more.
func (r *removal) all(i *store.Image, names []store.Reference, look conflict, prune bool) error {
	if err := r.against(i, len(names), look); err != nil {
		return err
	}
	r.untag(names)
	parent := i.Parent
	if look&named == 0 || len(names) != 1 || !r.Store.HasChildren(i.ID) {
		if err := r.drop(i.ID); err != nil {
			return err
		}
	}
	r.LogImage("delete", i.ID, i.ID.String())
	r.said = append(r.said, types.ImageDeleteResponseItem{Deleted: i.ID.String()})
	for prune {
		p, ok := r.Store.Image(parent)
		if !ok || len(r.Store.Names(p.ID)) > 0 || r.Store.HasChildren(p.ID) || r.against(p, 0, soft) != nil {
			break
		}
		parent = p.Parent
		if err := r.drop(p.ID); err != nil {
			return err
		}
		r.LogImage("delete", p.ID, p.ID.String())
		r.said = append(r.said, types.ImageDeleteResponseItem{Deleted: p.ID.String()})
	}
	return nil
}

func (r *removal) drop(id digest.Digest) error {
	next, _, err := r.Store.Delete(id)
	if err != nil {
		return &host.Error{Status: 500, Text: err.Error()}
	}
	r.Store = next
	return nil
}

// ImageTag gives an image another name. What the name meant before stays, without
// a name if it had no other.
func (e Engine) ImageTag(source, target string) error {
	return e.Change(func(c *host.Change) error {
		i, err := c.FindImage(source)
		if err != nil {
			return err
		}
		name, err := reference.ParseNormalizedNamed(target)
		if err != nil {
			return &host.Error{Status: 400, Text: err.Error()}
		}
		return tag(c, i.ID, reference.TagNameOnly(name), c.Now())
	})
}

// tag gives an image a name at a time.
func tag(c *host.Change, id digest.Digest, name reference.Named, at int64) error {
	next, err := c.Store.Refer(name, id, true)
	if err != nil {
		return &host.Error{Status: 400, Text: err.Error()}
	}
	c.Store = next.SetLastUpdated(id, at)
	c.LogImage("tag", id, reference.FamiliarString(name))
	return nil
}

// ImagesPrune removes images without a name, or with dangling=false all that no
// container uses.
func (e Engine) ImagesPrune(f filters.Args) (types.ImagesPruneReport, error) {
	var report types.ImagesPruneReport
	err := e.Change(func(c *host.Change) error {
		accepted := map[string]bool{"dangling": true, "label": true, "label!": true, "until": true}
		for _, k := range f.Keys() {
			if !accepted[k] {
				return host.Errorf(400, "invalid filter '%s'", k)
			}
		}
		danglingOnly := !f.ExactMatch("dangling", "false") && !f.ExactMatch("dangling", "0") || !f.Contains("dangling")
		until, err := untilOf(&c.State, f)
		if err != nil {
			return err
		}
		used := map[digest.Digest]bool{}
		for _, n := range c.Containers.All() {
			used[n.Image] = true
		}
		// freed is what a target's content and snapshots took that nothing else has.
		freed := int64(0)
		for id, i := range c.Store.Images() {
			names := c.Store.Names(id)
			var labels map[string]string
			if i.Document.Config != nil {
				labels = i.Document.Config.Labels
			}
			switch {
			case used[id], danglingOnly && len(names) > 0, c.Store.HasChildren(id):
				continue
			case !until.IsZero() && i.Document.Created.After(until):
				continue
			case !f.MatchKVList("label", labels), f.Contains("label!") && f.MatchKVList("label!", labels):
				continue
			}
			for _, n := range names {
				c.Store, _ = c.Store.Forget(n.Named)
				c.LogImage("untag", id, n.Familiar())
				report.ImagesDeleted = append(report.ImagesDeleted, types.ImageDeleteResponseItem{Untagged: n.Familiar()})
			}
			before := c.State
			r := &removal{Change: c}
			if err := r.drop(id); err != nil {
				return err
			}
			freed += reclaimed(&before, &c.State, i)
			for _, d := range documents(i.Target) {
				report.ImagesDeleted = append(report.ImagesDeleted, types.ImageDeleteResponseItem{Deleted: d.String()})
			}
		}
		report.SpaceReclaimed = uint64(freed)
		c.Log(events.ImageEventType, "prune", "", map[string]string{"reclaimed": fmt.Sprint(freed)})
		return nil
	})
	return report, err
}

// documents are the digests of the index and the manifests that are here.
func documents(t *content.Target) []digest.Digest {
	list := []digest.Digest{t.Descriptor.Digest}
	for _, m := range t.Manifests {
		if m.Present() && !slices.Contains(list, m.Descriptor.Digest) {
			list = append(list, m.Descriptor.Digest)
		}
	}
	return list
}

// reclaimed is what the removal of an image freed: blobs and snapshots that
// nothing else holds.
func reclaimed(before, after *host.State, i *store.Image) int64 {
	var n int64
	for _, m := range i.Target.Manifests {
		n += int64(len(m.JSON))
		for _, b := range m.Blobs {
			if _, still := blob(after, b.Digest); !still && b.Content != nil {
				n += b.Descriptor.Size
			}
		}
	}
	for _, l := range before.Store.Stack(i.Chain) {
		if _, still := after.Store.Layer(l.ChainID); !still {
			n += content.Snapshot(l.Tar)
		}
	}
	return n
}

// untilOf returns the time that the filter of that name means, zero without one.
func untilOf(s *host.State, f filters.Args) (time.Time, error) {
	values := f.Get("until")
	if len(values) == 0 {
		return time.Time{}, nil
	}
	text, err := timestamp.GetTimestamp(values[0], time.Unix(0, s.Clock).UTC())
	if err != nil {
		return time.Time{}, &host.Error{Status: 400, Text: err.Error()}
	}
	seconds, nanoseconds, err := timestamp.ParseTimestamps(text, 0)
	if err != nil {
		return time.Time{}, &host.Error{Status: 400, Text: err.Error()}
	}
	return time.Unix(seconds, nanoseconds).UTC(), nil
}
