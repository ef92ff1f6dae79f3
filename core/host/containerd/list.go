package containerd

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/image"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host"
	"layerlab.dev/core/store"
	"layerlab.dev/core/store/content"
)

// Summary is an image as `docker images` lists it.
type Summary struct {
	Image *store.Image
	Names []store.Reference // in the order of their full forms
	// Size is all that it takes, Content what its blobs take, in bytes.
	Size, Content int64
	// Containers is how many were made of it.
	Containers int
	// Platforms are its images, attestations left out.
	Platforms []Platform
}

// Platform is one image of an index.
type Platform struct {
	Name          string // os/arch[/variant]
	ID            digest.Digest
	Available     bool
	Size, Content int64
	Containers    int
}

// Images lists the images, newest first. Of those of the same second the names
// decide.
func (e Engine) Images(options types.ImageListOptions) ([]Summary, error) {
	s := e.State()
	return images(&s, options)
}

func images(s *host.State, o types.ImageListOptions) ([]Summary, error) {
	f := o.Filters
	accepted := map[string]bool{"dangling": true, "label": true, "label!": true, "before": true, "since": true, "reference": true, "until": true}
	for _, k := range f.Keys() {
		if !accepted[k] {
			return nil, host.Errorf(400, "invalid filter '%s'", k)
		}
	}
	dangling, byDangling := false, f.Contains("dangling")
	if byDangling {
		switch {
		case f.ExactMatch("dangling", "true"), f.ExactMatch("dangling", "1"):
			dangling = true
		case f.ExactMatch("dangling", "false"), f.ExactMatch("dangling", "0"):
		default:
			return nil, host.Errorf(400, "invalid filter 'dangling=%s'", f.Get("dangling"))
		}
	}
	var before, since time.Time
	for name, at := range map[string]*time.Time{"before": &before, "since": &since} {
		for _, v := range f.Get(name) {
			i, err := s.FindImage(v)
			if err != nil {
				return nil, err
			}
			*at = i.Document.Created
		}
	}
	patterns := f.Get("reference")
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			return nil, host.Errorf(500, "syntax error in pattern")
		}
	}
	containers := map[digest.Digest]int{}
	for _, c := range s.Containers.All() {
		containers[c.Image]++
	}
	var list []Summary
	for id, i := range s.Store.Images() {
		d := i.Document
		if !before.IsZero() && !d.Created.Before(before) || !since.IsZero() && !d.Created.After(since) {
			continue
		}
		var labels map[string]string
		if d.Config != nil {
			labels = d.Config.Labels
		}
		if f.Contains("label") && !f.MatchKVList("label", labels) || f.Contains("label!") && f.MatchKVList("label!", labels) {
			continue
		}
		names := s.Store.Names(id)
		if len(names) == 0 && (byDangling && !dangling || len(patterns) > 0 || s.Store.HasChildren(id) && !o.All) {
			continue
		}
		if dangling && (len(names) > 0 || containers[id] > 0) {
			continue
		}
		if len(patterns) > 0 {
			names = slices.DeleteFunc(slices.Clone(names), func(r store.Reference) bool { return !matches(patterns, r.Named) })
			if len(names) == 0 {
				continue
			}
		}
		list = append(list, summary(i, names, containers[id]))
	}
	slices.SortStableFunc(list, func(a, b Summary) int {
		if n := b.Image.Document.Created.Truncate(time.Second).Compare(a.Image.Document.Created.Truncate(time.Second)); n != 0 {
			return n
		}
		return strings.Compare(first(a), first(b))
	})
	return list, nil
}

func first(s Summary) string {
	if len(s.Names) == 0 {
		return "~"
	}
	return s.Names[0].Named.String()
}

func matches(patterns []string, name reference.Named) bool {
	for _, p := range patterns {
		if ok, _ := reference.FamiliarMatch(p, name); ok {
			return true
		}
		if ok, _ := path.Match(p, name.Name()); ok {
			return true
		}
	}
	return false
}

func summary(i *store.Image, names []store.Reference, containers int) Summary {
	sum := Summary{Image: i, Names: names, Containers: containers}
	t := i.Target
	if t == nil {
		sum.Size = i.Size
		return sum
	}
	sum.Content = t.Size()
	sum.Size = sum.Content + t.Snapshots()
	for _, m := range t.Images() {
		p := Platform{
			Name: dockerfile.FormatPlatform(m.Platform()), ID: m.Descriptor.Digest, Available: m.Present(),
			Content: m.Size(), Size: m.Size() + m.Snapshots(),
		}
		if m.Image == i.Made {
			p.Containers = containers
		}
		sum.Platforms = append(sum.Platforms, p)
	}
	return sum
}

// ImageList lists the images in the form of the API before containerd's store.
func (e Engine) ImageList(options types.ImageListOptions) ([]types.ImageSummary, error) {
	list, err := e.Images(options)
	if err != nil {
		return nil, err
	}
	out := make([]types.ImageSummary, len(list))
	for n, s := range list {
		out[n] = s.Legacy()
	}
	return out, nil
}

// Legacy is the summary in the form of the API before containerd's store. Of
// several names only the last has the digest.
func (s Summary) Legacy() types.ImageSummary {
	i := s.Image
	sum := types.ImageSummary{
		ID: i.ID.String(), ParentID: i.Parent.String(), Created: i.Created(), Size: s.Size, VirtualSize: s.Size,
		SharedSize: -1, Containers: int64(s.Containers),
	}
	if i.Document.Config != nil {
		sum.Labels = i.Document.Config.Labels
	}
	for _, r := range s.Names {
		if !r.Canonical() {
			sum.RepoTags = append(sum.RepoTags, r.Familiar())
		}
	}
	if len(s.Names) > 0 {
		last := s.Names[len(s.Names)-1].Named
		sum.RepoDigests = []string{reference.FamiliarName(last) + "@" + i.ID.String()}
	}
	return sum
}

// ImageHistory returns the history of an image, newest first.
func (e Engine) ImageHistory(name string) ([]image.HistoryResponseItem, error) {
	return e.ImageHistoryOf(name, "")
}

// ImageHistoryOf is ImageHistory of the image for a platform; empty: the host's.
func (e Engine) ImageHistoryOf(name, platform string) ([]image.HistoryResponseItem, error) {
	s := e.State()
	i, err := s.FindImage(name)
	if err != nil {
		return nil, err
	}
	m, err := manifest(i, name, platform)
	if err != nil {
		return nil, err
	}
	doc, err := store.Parse(m.Image.ConfigJSON())
	if err != nil {
		return nil, &host.Error{Status: 500, Text: err.Error()}
	}
	sizes := m.LayerSizes()
	items := make([]image.HistoryResponseItem, len(doc.History))
	for n, h := range doc.History {
		item := image.HistoryResponseItem{ID: "<missing>", Created: h.Created.Unix(), CreatedBy: h.CreatedBy, Comment: h.Comment}
		if !h.EmptyLayer {
			if len(sizes) == 0 {
				return nil, host.Errorf(500, "unable to find the size of the layer")
			}
			item.Size, sizes = sizes[0], sizes[1:]
		}
		items[len(items)-1-n] = item
	}
	for n := range items {
		items[n].ID = i.ID.String()
		for _, r := range s.Store.Names(i.ID) {
			if !r.Canonical() {
				items[n].Tags = append(items[n].Tags, r.Familiar())
			}
		}
		parent, ok := s.Store.Image(i.Parent)
		if !ok {
			break
		}
		i = parent
	}
	return items, nil
}

// manifest returns the image for a platform; an empty one means the host's, or
// what there is.
func manifest(i *store.Image, name, platform string) (*content.Manifest, error) {
	if i.Target == nil {
		return nil, host.Errorf(500, "image %s is one of an older store: pull or build it again", name)
	}
	if platform == "" {
		if m := i.Target.Best("linux", "amd64"); m != nil && m.Image != nil {
			return m, nil
		}
		for _, m := range i.Target.Images() {
			if m.Image != nil {
				return m, nil
			}
		}
		return nil, host.Errorf(404, "image with reference %s was found but its content is not here", name)
	}
	p, err := dockerfile.ParsePlatform(platform)
	if err != nil {
		return nil, &host.Error{Status: 400, Text: err.Error()}
	}
	want := dockerfile.NormalizePlatform(p)
	for _, m := range i.Target.Images() {
		have := dockerfile.NormalizePlatform(m.Platform())
		if m.Image != nil && have.OS == want.OS && have.Architecture == want.Architecture && (p.Variant == "" || have.Variant == want.Variant) {
			return m, nil
		}
	}
	return nil, host.Errorf(404, "image with reference %s was found but does not provide the specified platform (%s)", name, dockerfile.FormatPlatform(p))
}
