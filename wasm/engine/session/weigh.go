package session

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/cost"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/waste"
	"layerlab.dev/wasm/wire"
)

// most is how much of a list an answer tells.
const most = 200

// cacheKey answers a CacheQuery.
func (s *Session) cacheKey(q wire.CacheQuery) (wire.CacheKey, error) {
	st, err := s.step(q.Step)
	if err != nil {
		return wire.CacheKey{}, err
	}
	c := st.cached
	out := wire.CacheKey{Total: len(c.Parts), Parts: []wire.CachePart{}, First: c.First}
	if c.Key != "" {
		out.Key = "sha256:" + c.Key
	}
	parts := slices.Clone(c.Parts)
	slices.SortStableFunc(parts, func(a, b build.Dependency) int {
		order := func(d build.Dependency) int { return map[bool]int{true: 1}[d.State == build.Same] }
		return cmp.Compare(order(a), order(b))
	})
	for _, d := range parts[:min(len(parts), most)] {
		out.Parts = append(out.Parts, wire.CachePart{Name: d.Name, Value: short(d.Value), Before: short(d.Before), State: string(d.State)})
	}
	return out, nil
}

// waste answers a WasteQuery.
func (s *Session) waste(q wire.WasteQuery) (wire.Waste, error) {
	d, err := s.work(q.Image)
	if err != nil {
		return wire.Waste{}, err
	}
	ctx := s.context()
	final := d.stages[d.image.Final]
	layers := final.layered()
	stack := final.bytes(len(layers))
	e := waste.Dive(d.result.Image.Layers)
	out := wire.Waste{Size: d.image.Size, Minimum: e.Minimum, Discovered: e.Discovered,
		Lost: []wire.WasteFile{}, Same: []wire.WasteCopies{}, Secrets: []wire.WasteSecret{}, Settings: []wire.WasteSetting{}}
	for n, l := range stack.Lost() {
		out.Hidden += l.Bytes
		out.HiddenCount++
		if n < most && l.Bytes > 0 {
			out.Lost = append(out.Lost, wire.WasteFile{Path: l.Path, Step: layers[l.Layer].ID, By: layers[l.By].ID, Removed: l.Removed, Bytes: l.Bytes})
		}
	}
	copies, err := stack.Copies(ctx)
	if err != nil {
		return out, err
	}
	for n, c := range copies {
		out.Copies += c.Wasted()
		out.CopiesCount++
		if n < most {
			out.Same = append(out.Same, wire.WasteCopies{Digest: string(c.Digest), Size: c.Size, Wasted: c.Wasted(),
				Paths: c.Paths[:min(len(c.Paths), 20)], Count: len(c.Paths)})
		}
	}
	changes := make([][]layer.Change, len(layers))
	for i, l := range layers {
		changes[i] = l.changes
	}
	secrets, err := waste.Secrets(ctx, changes)
	if err != nil {
		return out, err
	}
	m, err := d.result.Image.Manifest(ctx, image.Options{Compression: d.compression})
	if err != nil {
		return out, err
	}
	for _, x := range secrets[:min(len(secrets), most)] {
		w := wire.WasteSecret{Path: x.Path, Step: layers[x.Layer].ID, Removed: x.Removed, Rule: x.Rule}
		if x.By >= 0 {
			w.By = layers[x.By].ID
		}
		blob := m.Layers[x.Layer]
		w.Commands = toWireCommands(waste.Extract(waste.Place{Tag: d.Tag, Archive: archiveName(d.Tag, "oci"), Blob: blob.Digest,
			Compression: compressionOf(blob, d.compression), DiffID: digest.Digest(layers[x.Layer].DiffID), Name: entryName(layers[x.Layer].layer, x.Path)}))
		out.Secrets = append(out.Secrets, w)
	}
	for _, v := range waste.Settings(d.result.Image.Config) {
		out.Settings = append(out.Settings, wire.WasteSetting{From: v.From, Name: v.Name, Value: short(v.Value),
			Commands: toWireCommands(waste.Reveal(v, d.Tag, archiveName(d.Tag, "oci")))})
	}
	return out, nil
}

// compressionOf tells how a blob is compressed that an archive would hold.
func compressionOf(b *layer.Blob, made layer.Compression) layer.Compression {
	if b.Content != nil {
		return layer.Compressed(b.Content)
	}
	return made
}

// entryName is how the tar of a layer names a path.
func entryName(l *layer.Layer, p string) string {
	for _, e := range l.Entries() {
		if path.Clean("/"+e.Name) == p {
			return e.Name
		}
	}
	return strings.TrimPrefix(p, "/")
}

func toWireCommands(commands []waste.Command) []wire.Extract {
	out := []wire.Extract{}
	for _, c := range commands {
		out = append(out, wire.Extract(c))
	}
	return out
}

// cost answers a CostQuery.
func (s *Session) cost(q wire.CostQuery) (wire.Cost, error) {
	d, err := s.work(q.Image)
	if err != nil {
		return wire.Cost{}, err
	}
	works := s.works()
	if !slices.Contains(works, d) {
		works = append(works, d)
	}
	var images []cost.Image
	for _, w := range works {
		img, err := s.costs(w)
		if err != nil {
			return wire.Cost{}, err
		}
		images = append(images, img)
	}
	at := slices.Index(works, d)
	present := map[digest.Digest]bool{}
	for _, p := range q.Present {
		present[digest.Digest(p)] = true
	}
	move := cost.Transfer(images[at], func(b digest.Digest) bool { return present[b] })
	out := wire.Cost{Bytes: move.Bytes, Whole: move.Whole, Documents: images[at].Documents, Disk: cost.Disk(images),
		Layers: []wire.CostLayer{}, Images: []wire.CostImage{}}
	steps := d.stages[d.image.Final].layered()
	seen := map[digest.Digest]bool{}
	for n, l := range images[at].Layers {
		x := wire.CostLayer{Step: steps[n].ID, Digest: string(l.Digest), Compressed: l.Compressed, Content: l.Content,
			Present: present[l.Digest], Again: seen[l.Digest], With: []string{}}
		seen[l.Digest] = true
		for m, other := range images {
			if m != at && slices.ContainsFunc(other.Layers, func(o cost.Layer) bool { return o.ChainID == l.ChainID }) {
				x.With = append(x.With, other.Name)
			}
		}
		out.Layers = append(out.Layers, x)
	}
	rooms, changes := cost.Rooms(images), cost.Changes(images)
	for n, w := range works {
		r, c := rooms[n], changes[n]
		out.Images = append(out.Images, wire.CostImage{ID: w.image.ID, Tag: w.Tag, Size: r.Size, Shared: r.Shared, Unique: r.Unique,
			Own: c.Own, Above: c.Above, Chain: c.Chain, Common: c.Common})
	}
	return out, nil
}

// works are the last good builds, in the order of their tags.
func (s *Session) works() []*work {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*work
	for _, d := range s.results.good {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b *work) int { return strings.Compare(a.Tag, b.Tag) })
	return out
}

// costs is what is to be known of an image to add up what it costs.
func (s *Session) costs(d *work) (cost.Image, error) {
	img := d.result.Image
	m, err := img.Manifest(s.context(), image.Options{Compression: d.compression})
	if err != nil {
		return cost.Image{}, err
	}
	out := cost.Image{Name: d.Tag, Documents: int64(len(m.JSON) + len(img.ConfigJSON()))}
	for n, chain := range img.ChainIDs() {
		out.Layers = append(out.Layers, cost.Layer{ChainID: chain, Digest: m.Layers[n].Digest, Compressed: m.Layers[n].Size, Content: img.Layers[n].Size()})
	}
	return out, nil
}
