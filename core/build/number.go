package build

import (
	"fmt"
	"math"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
)

// numbering counts the steps of a stage as BuildKit's log does (dockerfile2llb,
// prefixCommand). The text gets into an image where the history of its base is
// too short.
type numbering struct {
	stage       string // in front of the numbers; empty where one stage is all there is
	done, total int
	written     string // the instruction under way, as it is written
}

// numbered begins the count of a stage. The base is a step in the total only:
// it is given to the build, as reproduce.sh gives it, and not fetched by it.
func (b *builder) numbered(p *planned) numbering {
	var n numbering
	if b.named > 1 {
		if n.stage = p.Name; n.stage == "" {
			n.stage = fmt.Sprintf("stage-%d", p.Index)
		}
	}
	if p.base == nil && p.BaseName != "scratch" {
		n.total++
	}
	for _, c := range p.commands {
		switch c.Command.(type) {
		case *instructions.AddCommand, *instructions.CopyCommand, *instructions.RunCommand, *instructions.WorkdirCommand:
			n.total++
		default:
			if c.trigger {
				n.total++
			}
		}
	}
	return n
}

// describe is what BuildKit calls the layer of a step that is done.
func (d *dispatcher) describe(step *Step) string {
	n := &d.numbered
	n.done++
	if step.Keyword == "RUN" {
		return "mount / from exec " + strings.Join(step.Argv, " ")
	}
	text := n.written
	if w, _, err := d.lex.ProcessWord(text, d.env); err == nil {
		text = w
	}
	word, rest, found := strings.Cut(text, " ")
	text = strings.ToUpper(word)
	if found {
		text += " " + rest
	}
	if step.Trigger {
		text = "ONBUILD " + text
	}
	stage := n.stage
	if stage != "" {
		stage += " "
	}
	return fmt.Sprintf("[%s%*d/%d] %s", stage, int(1+math.Log10(float64(n.total))), n.done, n.total, text)
}

// pulled is what BuildKit says of the layers of a base image where the image's
// history names fewer: where it has them from, by a name and the digest of the
// manifest.
func (b *builder) pulled(name string, img *image.Image) ([]string, error) {
	out := make([]string, len(img.Layers))
	said := 0
	for _, h := range img.Config.History {
		if !h.EmptyLayer {
			said++
		}
	}
	full, err := dockerfile.NormalizeReference(name)
	if said >= len(out) || err != nil {
		return out, nil
	}
	m, err := img.Manifest(b.ctx, image.Options{})
	if err != nil {
		return nil, fmt.Errorf("base image %s: %w", name, err)
	}
	repository, _ := dockerfile.SplitReference(full)
	for n := range out {
		out[n] = fmt.Sprintf("pulled from %s/%s@%s", dockerfile.Registry(full), repository, m.Digest)
	}
	return out, nil
}
