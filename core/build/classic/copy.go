package classic

import (
	"errors"
	"fmt"
	"strings"

	"layerlab.dev/core/archive"
	"layerlab.dev/core/container"
)

// copyInstruction is COPY or ADD.
type copyInstruction struct {
	name    string
	sources []string
	dest    string
	chown   string
	from    string // of COPY
}

func (b *builder) copy(st *state, step *Step, c copyInstruction) error {
	src := b.source
	if c.from != "" {
		s, err := b.imageSource(c.from)
		if err != nil {
			return fmt.Errorf("invalid from flag value %s: %w", c.from, err)
		}
		src = s
	}
	infos, err := b.infos(src, c)
	if err != nil {
		return fmt.Errorf("%s failed: %w", c.name, err)
	}
	if len(infos) > 1 && !strings.HasSuffix(c.dest, "/") {
		return fmt.Errorf("When using %s with more than one source file, the destination must be a directory and end with a /", c.name)
	}
	chown := ""
	if c.chown != "" {
		chown = "--chown=" + c.chown
	}
	config := withComment(st.config, fmt.Sprintf("#(nop) %s %s%s in %s ", c.name, chown, hashOf(infos), c.dest))
	step.CreatedBy = strings.Join(config.Cmd, " ")
	hit, err := b.probe(st, step, config)
	if err != nil || hit {
		return err
	}
	return b.place(st, step, c, src, infos, config)
}

// infos resolves the sources in their order.
func (b *builder) infos(src *source, c copyInstruction) ([]info, error) {
	var all []info
	for _, w := range c.sources {
		if !isURL(w) {
			found, err := src.one(w, true)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
			continue
		}
		if c.name == "COPY" {
			return nil, errors.New("source can't be a URL for COPY")
		}
		i, err := b.download(w, c.dest)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	if len(all) == 0 {
		return nil, errors.New("no source files were specified")
	}
	return all, nil
}

// imageSource is the files of the stage or image that --from names.
func (b *builder) imageSource(from string) (*source, error) {
	w := Wanted{Name: from, Platform: b.o.Platform}
	if s := b.byName(from); s != nil {
		w = Wanted{Name: string(s.id), Local: true}
	} else if i, ok := atoi(from); ok {
		switch {
		case i == len(b.stages):
			return nil, errors.New("refers to current build stage")
		case i < 0 || i > len(b.stages):
			return nil, errors.New("index out of bounds")
		}
		w = Wanted{Name: string(b.stages[i].id), Local: true}
	}
	img, err := b.get(w)
	if err != nil {
		return nil, err
	}
	if img == nil {
		t, err := b.tree("")
		return imageSource(t, b.o.Overlay), err
	}
	id := img.ID()
	if err := b.learn(id, img); err != nil {
		return nil, err
	}
	t, err := b.tree(id)
	if err != nil {
		return nil, err
	}
	return imageSource(t, b.o.Overlay), nil
}

// place makes the layer and the image of COPY or ADD, for which there is no
// container.
func (b *builder) place(st *state, step *Step, c copyInstruction, src *source, infos []info, config *container.Config) error {
	t, err := b.tree(st.id)
	if err != nil {
		return err
	}
	t = t.At(b.now().UnixNano())
	e := t.Edit()
	p := placer{ctx: b.ctx, e: e, src: src, overlay: b.o.Overlay, unpack: c.name == "ADD", root: func() string { return b.layerPoint(st) }}
	if c.from == "" {
		p.owner = &archive.Owner{}
	}
	if c.chown != "" {
		o, err := parseChown(t, c.chown, p.root)
		if err != nil {
			return fmt.Errorf("unable to convert uid/gid chown string to host mapping: %w", err)
		}
		p.owner = &o
	}
	dest := destination(st.config.WorkingDir, c.dest)
	for _, i := range infos {
		if err := p.place(i, dest); err != nil {
			return fmt.Errorf("failed to copy files: %w", err)
		}
	}
	return b.image(st, step, upper(t, e.Tree()), t, e.Tree(), "", config)
}
