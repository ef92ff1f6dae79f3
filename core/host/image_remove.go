package host

import (
	"fmt"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	timestamp "github.com/docker/docker/api/types/time"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/store"
)

// conflict is what speaks against removing an image.
type conflict byte

const (
	hasChild  conflict = 1 << iota // cannot be forced
	isRunning                      // cannot be forced
	isNamed                        // goes with force
	isStopped                      // goes with force
	hard      = hasChild | isRunning
	soft      = isNamed | isStopped
)

// conflictError says why an image stays.
type conflictError struct {
	answer *Error
	used   bool // by a container
}

func (e *conflictError) Error() string { return e.answer.Text }

func refuse(id digest.Digest, used bool, force, format string, a ...any) *conflictError {
	return &conflictError{Errorf(409, "conflict: unable to delete %s (%s) - %s", short(id.String()), force, fmt.Sprintf(format, a...)), used}
}

// against returns the first of the conflicts looked for that an image has.
func (s *State) against(id digest.Digest, look conflict) *conflictError {
	if look&hasChild != 0 && s.Store.HasChildren(id) {
		return refuse(id, false, "cannot be forced", "image has dependent child images")
	}
	if look&isRunning != 0 {
		if c := s.using(id, func(c *Container) bool { return c.State.Running }); c != nil {
			return refuse(id, true, "cannot be forced", "image is being used by running container %s", short(c.ID))
		}
	}
	if look&isNamed != 0 && len(s.Store.Names(id)) > 0 {
		return refuse(id, false, "must be forced", "image is referenced in multiple repositories")
	}
	if look&isStopped != 0 {
		if c := s.using(id, func(c *Container) bool { return !c.State.Running }); c != nil {
			return refuse(id, true, "must be forced", "image is being used by stopped container %s", short(c.ID))
		}
	}
	return nil
}

// removal collects what a removal says.
type removal struct {
	*Change
	said []types.ImageDeleteResponseItem
}

// untag takes a name away and says so.
func (r *removal) untag(name reference.Named, id digest.Digest) {
	name = reference.TagNameOnly(name)
	r.Store, _ = r.Store.Forget(name)
	r.logImage("untag", id, id.String())
	r.said = append(r.said, types.ImageDeleteResponseItem{Untagged: reference.FamiliarString(name)})
}

// single reports whether all names are in one repository, at most one of them
// a tag.
func single(names []store.Reference) bool {
	if len(names) <= 1 {
		return len(names) == 1
	}
	var tag reference.Named
	repositories := map[string]bool{}
	for _, r := range names {
		switch {
		case r.Canonical():
			repositories[r.Named.Name()] = true
		case tag == nil:
			tag = r.Named
		default:
			return false
		}
	}
	if tag == nil {
		tag = names[0].Named
	}
	return len(repositories) == 1 && repositories[tag.Name()]
}

// isPrefix reports whether given is the beginning of an id.
func isPrefix(id digest.Digest, given string) bool {
	return strings.HasPrefix(id.String(), given) || strings.HasPrefix(id.Encoded(), given)
}

// remove removes a name or an image, as docker rmi does with each argument.
func (r *removal) remove(name string, force, prune bool) error {
	i, err := r.FindImage(name)
	if err != nil {
		return err
	}
	names := r.Store.Names(i.ID)
	quiet := false
	if !isPrefix(i.ID, name) {
		if !force && single(names) {
			if c := r.using(i.ID, nil); c != nil {
				return Errorf(409, "conflict: unable to remove repository reference %q (must force) - container %s is using its referenced image %s", name, short(c.ID), short(i.ID.String()))
			}
		}
		ref, err := reference.ParseNormalizedNamed(name)
		if err != nil {
			return &Error{500, err.Error()}
		}
		r.untag(ref, i.ID)
		if _, ok := ref.(reference.Canonical); !ok {
			r.untagDigests(ref, i.ID)
		}
		if len(r.Store.Names(i.ID)) > 0 {
			return nil
		}
		quiet = true
	} else if single(names) {
		look := hard
		if !force {
			look |= soft &^ isNamed
		}
		if e := r.against(i.ID, look); e != nil {
			return e
		}
		for _, n := range names {
			r.untag(n.Named, i.ID)
		}
	}
	return r.delete(i.ID, force, prune, quiet)
}

// untagDigests takes the digests of a repository from an image that has no tag
// in it any more.
func (r *removal) untagDigests(tag reference.Named, id digest.Digest) {
	names := r.Store.Names(id)
	for _, n := range names {
		if !n.Canonical() && n.Named.Name() == tag.Name() {
			return
		}
	}
	for _, n := range names {
		if n.Canonical() && n.Named.Name() == tag.Name() {
			r.Store, _ = r.Store.Forget(n.Named)
			r.said = append(r.said, types.ImageDeleteResponseItem{Untagged: n.Familiar()})
		}
	}
}

// delete removes an image, and its parents that nothing needs any more.
func (r *removal) delete(id digest.Digest, force, prune, quiet bool) error {
	for {
		look := hard
		if !force {
			look |= soft
		}
		if e := r.against(id, look); e != nil {
			dangling := len(r.Store.Names(id)) == 0 && !r.Store.HasChildren(id)
			if quiet && (!dangling || e.used) {
				return nil
			}
			return e
		}
		i, _ := r.Store.Image(id)
		for _, n := range r.Store.Names(id) {
			r.untag(n.Named, id)
		}
		next, freed, err := r.Store.Delete(id)
		if err != nil {
			return &Error{500, err.Error()}
		}
		r.Store = next
		r.logImage("delete", id, id.String())
		r.said = append(r.said, types.ImageDeleteResponseItem{Deleted: id.String()})
		for _, l := range freed {
			r.said = append(r.said, types.ImageDeleteResponseItem{Deleted: l.ChainID.String()})
		}
		if _, ok := r.Store.Image(i.Parent); !ok || !prune {
			return nil
		}
		id, force, quiet = i.Parent, false, true
	}
}

// ImageRemove removes a name, or an image with its names, and the parents that
// nothing needs any more. It returns what it did, in order.
func (h *Host) ImageRemove(name string, options types.ImageRemoveOptions) ([]types.ImageDeleteResponseItem, error) {
	if name == "" {
		return nil, Errorf(404, "page not found")
	}
	if strings.TrimSpace(name) == "" {
		return nil, Errorf(400, "image name cannot be blank")
	}
	var said []types.ImageDeleteResponseItem
	err := h.Change(func(c *Change) error {
		r := &removal{Change: c}
		err := r.remove(name, options.Force, options.PruneChildren)
		if err != nil {
			if len(r.said) > 0 {
				c.Keep()
			}
			return plain(err)
		}
		said = r.said
		return nil
	})
	return said, err
}

// plain returns the daemon's answer that err is.
func plain(err error) error {
	if e, ok := err.(*conflictError); ok {
		return e.answer
	}
	return err
}

// ImagesPrune removes images that are not tagged, or with dangling=false all
// that no container uses.
func (h *Host) ImagesPrune(f filters.Args) (types.ImagesPruneReport, error) {
	var report types.ImagesPruneReport
	err := h.Change(func(c *Change) (err error) {
		report, err = c.pruneImages(f)
		return err
	})
	return report, err
}

func (c *Change) pruneImages(f filters.Args) (report types.ImagesPruneReport, err error) {
	if err := validFilters(f, "dangling", "label", "label!", "until"); err != nil {
		return report, err
	}
	danglingOnly := true
	if f.Contains("dangling") {
		if f.ExactMatch("dangling", "false") || f.ExactMatch("dangling", "0") {
			danglingOnly = false
		} else if !f.ExactMatch("dangling", "true") && !f.ExactMatch("dangling", "1") {
			return report, wrongFilter(f, "dangling")
		}
	}
	until, err := c.until(f)
	if err != nil {
		return report, err
	}
	before := c.Store
	var ids []digest.Digest
	for id, i := range before.Images() {
		children := before.HasChildren(id)
		if children && (danglingOnly || len(before.Names(id)) == 0) {
			continue
		}
		if !until.IsZero() && i.Document.Created.After(until) {
			continue
		}
		if i.Document.Config != nil && !matchLabels(f, i.Document.Config.Labels) {
			continue
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		names := c.Store.Names(id)
		if len(names) == 0 {
			c.pruneOne(id.Encoded(), &report)
			continue
		}
		tagged := false
		for _, n := range names {
			tagged = tagged || !n.Canonical()
		}
		if danglingOnly && tagged {
			continue
		}
		for _, n := range names {
			c.pruneOne(n.Named.String(), &report)
		}
	}
	for _, d := range report.ImagesDeleted {
		if l, ok := before.Layer(digest.Digest(d.Deleted)); ok {
			report.SpaceReclaimed += uint64(l.Size)
		}
	}
	c.Log(events.ImageEventType, "prune", "", map[string]string{"reclaimed": fmt.Sprint(report.SpaceReclaimed)})
	return report, nil
}

// pruneOne removes what name means unless something speaks against it.
func (c *Change) pruneOne(name string, report *types.ImagesPruneReport) {
	r := &removal{Change: c}
	if r.remove(name, false, true) == nil {
		report.ImagesDeleted = append(report.ImagesDeleted, r.said...)
	}
}

// until returns the time that the filter of that name means, zero without one.
func (s *State) until(f filters.Args) (time.Time, error) {
	values := f.Get("until")
	if len(values) == 0 {
		return time.Time{}, nil
	}
	if len(values) > 1 {
		return time.Time{}, Errorf(500, "more than one until filter specified")
	}
	text, err := timestamp.GetTimestamp(values[0], time.Unix(0, s.Clock).UTC())
	if err != nil {
		return time.Time{}, &Error{500, err.Error()}
	}
	seconds, nanoseconds, err := timestamp.ParseTimestamps(text, 0)
	if err != nil {
		return time.Time{}, &Error{500, err.Error()}
	}
	return time.Unix(seconds, nanoseconds).UTC(), nil
}
