package build

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// RefusedBaseError reports a base image that can be read, but that BuildKit
// refuses. Options.Lenient takes it.
type RefusedBaseError struct {
	Name string
	Err  error
	// Broken says that no tool takes it, and a lenient build does not either.
	Broken bool
}

// Deviation is what of a base image BuildKit refuses, and where it is named.
type Deviation struct {
	Text  message.Message
	Range dockerfile.Range // of the FROM, empty where another instruction names it
}

// Message is what is said of it.
func (e *RefusedBaseError) Message() message.Message {
	return saysRefusedBase.With(e.Name, message.Of(e.Err))
}

func (e *RefusedBaseError) Error() string { return e.Message().Text }

func (e *RefusedBaseError) Unwrap() error { return e.Err }

// extract extracts a base image at the epoch: what the layers give no time is
// later than that in BuildKit, and becomes the epoch when it is written.
//
// BuildKit extracts a base when a step needs its files, and only then refuses
// it; so p takes note of what is refused, and use says it.
func (b *builder) extract(p *planned, img *image.Image) (*image.Files, error) {
	o := layer.ApplyOptions{Now: b.o.Epoch * 1e9, Lenient: true}
	if b.o.Extracting != nil {
		o.Progress = func(done, total int) { b.o.Extracting(p.BaseName, done, total) }
	}
	files, err := img.Extract(b.ctx, o)
	var refused *layer.RefusalError
	switch {
	case errors.As(err, &refused):
		return nil, refuse(adviseBrokenBase.With(), &RefusedBaseError{Name: p.BaseName, Err: err, Broken: true})
	case err != nil:
		return nil, fmt.Errorf("base image %s: %w", p.BaseName, err)
	}
	for _, r := range files.Refused {
		p.refused = append(p.refused, refusal{p, saysRefusedLayer.With(r.Layer+1, (&layer.RefusalError{Refusal: r.Refusal}).Message())})
	}
	return files, nil
}

// refusal is what BuildKit refuses of the base image of a stage.
type refusal struct {
	stage *planned
	why   message.Message
}

// use is asked before the files of a stage are used. Where BuildKit refuses the
// image they come from, it fails at the FROM that names it, or, where the build
// is lenient, takes note.
func (b *builder) use(s *state) error {
	for _, r := range s.refused {
		if err := b.refuse(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) refuse(r refusal) error {
	if !b.o.Lenient {
		err := refuse(adviseRefusedBase.With(), &RefusedBaseError{Name: r.stage.BaseName, Err: &reasonError{r.why}})
		if in := from(r.stage); in != nil {
			return b.wrap(err, in)
		}
		return err // in the instruction that names the image
	}
	d := Deviation{Text: saysDeviates.With(r.stage.BaseName, r.why)}
	if in := from(r.stage); in != nil {
		d.Range = in.Range
	}
	if !slices.ContainsFunc(b.res.Deviations, func(o Deviation) bool { return o.Text.Text == d.Text.Text }) {
		b.res.Deviations = append(b.res.Deviations, d)
	}
	return nil
}

// reasonError is a message as an error.
type reasonError struct{ m message.Message }

func (e *reasonError) Error() string { return e.m.Text }

func (e *reasonError) Message() message.Message { return e.m }

// ghost is a name that overlayfs lists and does not find, as long as no later
// layer touches its directory.
type ghost struct {
	path string
	dir  *vfs.Node
}

func ghosts(f *image.Files) (out []ghost) {
	for _, p := range f.Ghosts {
		if n, err := f.Tree().Lstat(path.Dir(p)); err == nil {
			out = append(out, ghost{p, n})
		}
	}
	return out
}

// walk fails where BuildKit's walk over the files that a path is looked up
// among meets a ghost (cache/contenthash, scanPath): those of the directory
// that the path, links followed, stands in.
func (b *builder) walk(s *planned, t vfs.Tree, p string) error {
	if len(s.ghosts) == 0 {
		return nil
	}
	if n := strings.IndexAny(p, `*?[\`); n >= 0 {
		p = path.Dir(p[:n])
	}
	at, err := t.RootPath(p)
	if err != nil {
		return nil // it is not found, and that is said
	}
	dir := strings.TrimSuffix(path.Dir(at), "/") + "/"
	for _, g := range s.ghosts {
		if n, err := t.Lstat(path.Dir(g.path)); err != nil || n != g.dir || !strings.HasPrefix(g.path, dir) {
			continue
		}
		if b.o.Lenient {
			return b.refuse(refusal{s, saysGhost.With(g.path)})
		}
		why := fmt.Errorf("failed to walk %s: lstat %s: no such file or directory", g.path, g.path)
		return refuse(adviseGhost.With(g.path), &RefusedBaseError{Name: s.BaseName, Err: why})
	}
	return nil
}
