package session

import (
	"slices"
	"strconv"
	"time"

	"github.com/docker/go-units"

	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/wasm/wire"
)

// picture makes what the page draws of a finished build, all but what is known
// only after the layers are compressed.
func (d *work) picture(w *works) error {
	p := d.pictures(w)
	img := d.result.Image
	d.image = wire.Image{
		Dockerfile: d.Path, Tag: d.Tag, ID: string(img.ID()), Platform: dockerfile.FormatPlatform(img.Platform()),
		Stages: []wire.Stage{}, History: []wire.History{},
	}
	for _, l := range img.Layers {
		d.image.Size += l.Size()
	}
	for n, b := range d.result.Stages {
		out := wire.Stage{Name: b.Name, Base: describe(b, w.shelved), Steps: []wire.Step{}, Used: b.Used}
		if out.Name == "" {
			out.Name = strconv.Itoa(b.Index)
		}
		s := &stage{}
		if b.Used {
			var err error
			if s, err = p.of(b); err != nil {
				return err
			}
		}
		for _, st := range s.steps {
			out.Steps = append(out.Steps, st.Step)
		}
		d.stages = append(d.stages, s)
		d.image.Stages = append(d.image.Stages, out)
		if b == d.result.Target {
			d.image.Final = n
			d.image.History = history(img, s)
		}
	}
	return nil
}

func (d *work) pictures(w *works) *stages {
	return &stages{all: d.result.Stages, took: d.took, file: d.Path, source: d.result.File, epoch: w.job.Settings.Epoch, bases: w.bases,
		compression: d.compression, made: map[*build.Stage]*stage{}, seen: map[string]int{}}
}

// describe tells what FROM named.
func describe(b *build.Stage, k *shelved) wire.Base {
	base := wire.Base{Name: b.BaseName}
	switch {
	case b.Parent != nil:
		base.Kind = "stage"
	case b.BaseName == "scratch":
		base.Kind = "scratch"
	case b.Base == nil:
		// Not needed for the image, so nobody has looked for it.
		base.Kind = "image"
	case !b.Base.Note.IsZero():
		base.Kind, base.Note = "stand-in", toPage(b.Base.Note)
	case k.holds(b.Base):
		base.Kind = "imported"
		if r, ok := k.find(b.BaseName); ok {
			base.Kept = r.Name
		}
	default:
		base.Kind = "image"
	}
	if b.Base != nil {
		base.Digest = string(b.Base.ID())
	}
	return base
}

// history is the image's history with the step each entry tells of.
func history(img *image.Image, s *stage) []wire.History {
	out := []wire.History{}
	for n, h := range img.Config.History {
		e := wire.History{CreatedBy: h.CreatedBy, Comment: h.Comment, EmptyLayer: h.EmptyLayer}
		if h.Created != nil {
			e.Created = h.Created.UTC().Format(time.RFC3339Nano)
		}
		if n < len(s.lines) && s.lines[n] != nil {
			e.Step, e.Size = s.lines[n].ID, s.lines[n].Size
		}
		// As docker history prints it.
		e.SizeText = units.HumanSizeWithPrecision(float64(e.Size), 3)
		out = append(out, e)
	}
	return out
}

// waiting is how many bytes of layers must be compressed before all digests
// are known.
func (w *works) waiting() int64 {
	var n int64
	for _, d := range w.pictured() {
		for _, s := range d.stages {
			for _, st := range s.steps {
				if st.layer != nil && !st.layer.Fixed() && st.Cache.State != "hit" {
					n += st.layer.TarSize()
				}
			}
		}
	}
	return n
}

// seal compresses the layers and fills in what follows from that: sizes and
// digests of blobs, manifest and index. A failure leaves those empty that could
// not be made; an export tells why.
func (w *works) seal(built *wire.Built) {
	w.sealed = true
	if built.Draft != nil {
		w.blobs(w.state[w.job.Shown], built.Draft)
	}
	for n, d := range w.order {
		out := &built.Images[n]
		w.blobs(d, out)
		img := d.result.Image
		m, err := img.Manifest(w.ctx, image.Options{Compression: d.compression})
		if err != nil {
			continue
		}
		out.ManifestDigest = string(m.Digest)
		out.Compressed = int64(len(m.JSON) + len(img.ConfigJSON()))
		for _, blob := range m.Layers {
			out.Compressed += blob.Size
		}
		if _, index, err := img.Index(m); err == nil {
			out.IndexDigest = string(index)
		}
	}
}

// blobs compresses the layers of a picture.
func (w *works) blobs(d *work, out *wire.Image) {
	for i, s := range d.stages {
		for k, st := range s.steps {
			if st.layer == nil {
				continue
			}
			blob, err := st.layer.Blob(w.ctx, d.compression)
			if err != nil {
				continue
			}
			st.Digest, st.MediaType, st.Compressed = string(blob.Digest), blob.MediaType, blob.Size
			out.Stages[i].Steps[k] = st.Step
		}
	}
}

// pictured are the works that have a picture: those that built, and the failed
// one that is shown.
func (w *works) pictured() []*work {
	if d := w.state[w.job.Shown]; d != nil && len(d.stages) > 0 && !slices.Contains(w.order, d) {
		return append(slices.Clone(w.order), d)
	}
	return w.order
}

// usedBases are the base images of the works.
func usedBases(order []*work) []*image.Image {
	var out []*image.Image
	for _, d := range order {
		for _, b := range d.result.Stages {
			if b.Base != nil && !slices.Contains(out, b.Base) {
				out = append(out, b.Base)
			}
		}
	}
	return out
}
