package host

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/image"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/store"
)

// root is where dockerd keeps its files.
const root = "/var/lib/docker"

// ImageList lists images, newest first by whole seconds; those of the same
// second come by their exact time, then by id.
func (h *Host) ImageList(options types.ImageListOptions) ([]types.ImageSummary, error) {
	s := h.State()
	return s.images(options)
}

func (s *State) images(options types.ImageListOptions) ([]types.ImageSummary, error) {
	f := options.Filters
	if err := validFilters(f, "dangling", "label", "before", "since", "reference"); err != nil {
		return nil, err
	}
	dangling, named := false, f.Contains("dangling")
	if named {
		if dangling = f.ExactMatch("dangling", "true"); !dangling && !f.ExactMatch("dangling", "false") {
			return nil, wrongFilter(f, "dangling")
		}
	}
	var before, since *store.Image
	for name, i := range map[string]**store.Image{"before": &before, "since": &since} {
		if err := f.WalkValues(name, func(value string) (err error) {
			*i, err = s.FindImage(value)
			return err
		}); err != nil {
			return nil, err
		}
	}
	type found struct {
		at      time.Time
		summary *types.ImageSummary
	}
	list := make([]found, 0, s.Store.ImageCount())
	byLabel, byName := f.Contains("label"), f.Contains("reference")
	for id, i := range s.Store.Images() {
		d := i.Document
		if before != nil && !d.Created.Before(before.Document.Created) || since != nil && !d.Created.After(since.Document.Created) {
			continue
		}
		if dangling && s.Store.HasChildren(id) {
			continue
		}
		if byLabel && (d.Config == nil || !f.MatchKVList("label", d.Config.Labels)) {
			continue
		}
		sum := &types.ImageSummary{
			ID: id.String(), ParentID: i.Parent.String(), Created: i.Created(), Size: i.Size, VirtualSize: i.Size,
			SharedSize: -1, Containers: -1,
		}
		if d.Config != nil {
			sum.Labels = d.Config.Labels
		}
		for _, r := range s.Store.Names(id) {
			if byName {
				ok, err := matchesAny(f.Get("reference"), r.Named)
				if err != nil {
					return nil, err
				}
				if !ok {
					continue
				}
			}
			if r.Canonical() {
				sum.RepoDigests = append(sum.RepoDigests, r.Familiar())
			} else {
				sum.RepoTags = append(sum.RepoTags, r.Familiar())
			}
		}
		if sum.RepoDigests == nil && sum.RepoTags == nil {
			if !options.All && s.Store.HasChildren(id) || named && !dangling || byName {
				continue
			}
			sum.RepoDigests, sum.RepoTags = []string{"<none>@<none>"}, []string{"<none>:<none>"}
		} else if dangling && len(sum.RepoTags) > 0 {
			continue
		}
		list = append(list, found{d.Created, sum})
	}
	slices.SortStableFunc(list, func(a, b found) int { return b.at.Compare(a.at) })
	out := make([]types.ImageSummary, len(list))
	for n := range list {
		out[n] = *list[n].summary
	}
	return out, nil
}

func matchesAny(patterns []string, name reference.Named) (bool, error) {
	for _, p := range patterns {
		ok, err := reference.FamiliarMatch(p, name)
		if err != nil {
			return false, &Error{500, err.Error()}
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
}

// shared adds to the summaries what docker system df shows of them: how many
// containers an image has, and how many of its bytes other images share.
func (s *State) shared(list []types.ImageSummary) {
	containers := make(map[digest.Digest]int64)
	for _, c := range s.Containers.All() {
		containers[c.Image]++
	}
	users := make(map[digest.Digest]int)
	for _, sum := range list {
		i, _ := s.Store.Image(digest.Digest(sum.ID))
		for _, l := range s.Store.Stack(i.Chain) {
			users[l.ChainID]++
		}
	}
	for n := range list {
		i, _ := s.Store.Image(digest.Digest(list[n].ID))
		list[n].Containers, list[n].SharedSize = containers[i.ID], 0
		for _, l := range s.Store.Stack(i.Chain) {
			if users[l.ChainID] > 1 {
				list[n].SharedSize += l.Size
			}
		}
	}
}

// ImageInspect returns the document of an image and its JSON.
func (h *Host) ImageInspect(name string) (types.ImageInspect, []byte, error) {
	s := h.State()
	i, err := s.FindImage(name)
	if err != nil {
		if e, ok := err.(*Error); ok {
			err = Errorf(e.Status, "no such image: %s: %s", name, e.Text)
		}
		return types.ImageInspect{}, nil, err
	}
	d := i.Document
	container := d.ContainerConfig
	doc := types.ImageInspect{
		ID: i.ID.String(), RepoTags: []string{}, RepoDigests: []string{}, Parent: i.Parent.String(),
		Comment: d.Comment, Created: d.Created.Format(time.RFC3339Nano), Container: d.Container,
		ContainerConfig: &container, DockerVersion: d.DockerVersion, Author: d.Author, Config: d.Config,
		Architecture: d.Architecture, Variant: d.Variant, Os: d.OS, OsVersion: d.OSVersion,
		Size: i.Size, VirtualSize: i.Size,
		GraphDriver: types.GraphDriverData{Name: "overlay2"},
		RootFS:      types.RootFS{Type: d.RootFS.Type},
	}
	if doc.Os == "" {
		doc.Os = "linux"
	}
	if doc.Comment == "" && len(d.History) > 0 {
		doc.Comment = d.History[len(d.History)-1].Comment
	}
	for _, r := range s.Store.Names(i.ID) {
		if r.Canonical() {
			doc.RepoDigests = append(doc.RepoDigests, r.Familiar())
		} else {
			doc.RepoTags = append(doc.RepoTags, r.Familiar())
		}
	}
	for _, id := range d.RootFS.DiffIDs {
		doc.RootFS.Layers = append(doc.RootFS.Layers, id.String())
	}
	if i.Chain != "" {
		doc.GraphDriver.Data = s.graph(i.Chain)
	}
	if i.LastUpdated != 0 {
		doc.Metadata.LastTagTime = time.Unix(0, i.LastUpdated).UTC()
	}
	raw, err := document(doc)
	return doc, raw, err
}

// graph returns what overlay2 tells of a layer.
func (s *State) graph(chain digest.Digest) map[string]string {
	stack := s.Store.Stack(chain)
	top := len(stack) - 1
	data := overlay(stack[top].CacheID)
	if top > 0 {
		data["LowerDir"] = lowerDirs(stack[:top])
	}
	return data
}

func overlay(id string) map[string]string {
	dir := root + "/overlay2/" + id
	return map[string]string{"WorkDir": dir + "/work", "MergedDir": dir + "/merged", "UpperDir": dir + "/diff"}
}

// lowerDirs joins the directories of a stack, top first.
func lowerDirs(stack []*store.Layer) string {
	dirs := make([]string, len(stack))
	for n, l := range stack {
		dirs[len(stack)-1-n] = root + "/overlay2/" + l.CacheID + "/diff"
	}
	return strings.Join(dirs, ":")
}

// document returns a document as the daemon sends it.
func document(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// ImageHistory returns the history of an image, newest first. Ids are those of
// the image and its local parents.
func (h *Host) ImageHistory(name string) ([]image.HistoryResponseItem, error) {
	s := h.State()
	i, err := s.FindImage(name)
	if err != nil {
		return nil, err
	}
	d := i.Document
	items := make([]image.HistoryResponseItem, len(d.History))
	stack := s.Store.Stack(i.Chain)
	for n, e := range d.History {
		item := image.HistoryResponseItem{ID: "<missing>", Created: e.Created.Unix(), CreatedBy: e.CreatedBy, Comment: e.Comment}
		if !e.EmptyLayer {
			if len(stack) == 0 {
				return nil, Errorf(500, "too many non-empty layers in History section")
			}
			item.Size, stack = stack[0].Size, stack[1:]
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
