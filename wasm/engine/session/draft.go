package session

import (
	"slices"
	"strconv"

	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/wasm/wire"
)

// carriedOut tells whether a step of a build is done: the one at which a build
// breaks off leaves no files.
func carriedOut(s *build.Step) bool { return s.After.Root() != nil }

// draft makes the picture of a failed build: what it made, and which
// instructions it left. It tells whether there is any: a file without stages
// has none.
func (d *work) draft(w *works) bool {
	if d.result == nil || d.result.File == nil || len(d.result.File.Stages) == 0 {
		return false
	}
	file := d.result.File
	p := d.pictures(w)
	d.image = wire.Image{Dockerfile: d.Path, Tag: d.Tag, Stages: []wire.Stage{}, History: []wire.History{}}
	// Where the file could not be read, nobody knows what the target needs.
	planned := slices.ContainsFunc(d.result.Stages, func(b *build.Stage) bool { return b.Used })
	var all []*stage
	for n, from := range file.Stages {
		out := wire.Stage{Name: from.Name, Base: wire.Base{Name: from.BaseName, Kind: "image"}, Steps: []wire.Step{}, Used: true}
		out.Line, _ = from.From.Location()
		if out.Name == "" {
			out.Name = strconv.Itoa(n)
		}
		s, done, begun := &stage{}, 0, false
		if n < len(d.result.Stages) {
			b := d.result.Stages[n]
			out.Base, out.Used = describe(b, w.shelved), b.Used || !planned
			if begun = len(b.Steps) > 0 || b.Image != nil; begun {
				made, err := p.of(b)
				if err != nil {
					return false
				}
				s = made
				for _, st := range b.Steps {
					if carriedOut(st) && !st.Trigger {
						done++
					}
				}
			}
		}
		for _, st := range s.steps {
			out.Steps = append(out.Steps, st.Step)
		}
		if out.Used {
			out.Rest = rest(file, n, out.Base.Name, begun, done)
		}
		if s := d.settings.Target; s == "" || s == out.Name || s == strconv.Itoa(n) {
			d.image.Final = n
		}
		all = append(all, s)
		d.image.Stages = append(d.image.Stages, out)
	}
	d.stages = all
	return true
}

// rest are the instructions of stage n that were not carried out: FROM, where
// the stage was not begun, and those after the first done ones. Those that
// could not be read are among them.
func rest(file *dockerfile.File, n int, base string, begun bool, done int) []wire.Rest {
	var out []wire.Rest
	stage := file.Stages[n]
	first, last := stage.From.Location()
	if !begun && base != "scratch" {
		out = append(out, wire.Rest{Keyword: "FROM", Text: "FROM " + base, StartLine: first, EndLine: last})
	}
	end := 1 << 30
	if n+1 < len(file.Stages) {
		end, _ = file.Stages[n+1].From.Location()
	}
	for _, in := range file.Instructions {
		from, to := in.Location()
		if from <= last || from >= end {
			continue
		}
		if done > 0 {
			done--
			continue
		}
		out = append(out, wire.Rest{Keyword: in.Keyword, Text: in.Original, StartLine: from, EndLine: to})
	}
	return out
}
