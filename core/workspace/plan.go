package workspace

import (
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

// Plan is a workspace made ready to be built.
type Plan struct {
	// Shown is the path of the Dockerfile that is shown.
	Shown    string
	Settings Settings
	// Sources are the Dockerfiles sorted by path. The one that is shown is
	// among them, last, where its name is not that of a Dockerfile; it is not
	// where there is no such file.
	Sources []Source
}

// Source is a Dockerfile with what it is built over.
type Source struct {
	Dockerfile
	Text  *vfs.Blob
	Files vfs.Tree // the build context
}

// Plan makes the workspace ready to be built. The error names a file that
// cannot be where it is.
func (w *Workspace) Plan() (*Plan, error) {
	p := &Plan{Shown: w.Dockerfile, Settings: w.Settings}
	list := w.Dockerfiles()
	if !IsDockerfile(p.Shown) {
		list = append(list, NewDockerfile(p.Shown))
	}
	contexts := map[string]vfs.Tree{}
	for _, d := range list {
		i := slices.IndexFunc(w.Files, func(f File) bool { return f.Path == d.Path && f.Kind == vfs.File })
		if i < 0 {
			continue
		}
		files, made := contexts[d.Context]
		if !made {
			var err error
			if files, err = w.below(d.Context).Tree(); err != nil {
				return nil, err
			}
			contexts[d.Context] = files
		}
		p.Sources = append(p.Sources, Source{d, w.Files[i].Content, files})
	}
	return p, nil
}

// below is the workspace of the files in the directory dir; "" is all of it.
// The directory itself is not among them: like that of any build context, its
// mode and time do not count.
func (w *Workspace) below(dir string) *Workspace {
	if dir == "" {
		return w
	}
	sub := &Workspace{Settings: w.Settings}
	for _, f := range w.Files {
		if rest, ok := strings.CutPrefix(f.Path, dir+"/"); ok {
			f.Path = rest
			sub.Files = append(sub.Files, f)
		}
	}
	return sub
}

// Find gives the Dockerfile at a path.
func (p *Plan) Find(path string) (Source, bool) {
	return p.first(func(s Source) bool { return s.Path == path })
}

// tagged gives the Dockerfile whose image has a tag: the first of several.
func (p *Plan) tagged(tag string) (Source, bool) {
	return p.first(func(s Source) bool { return s.Tag == tag })
}

func (p *Plan) first(is func(Source) bool) (Source, bool) {
	if i := slices.IndexFunc(p.Sources, is); i >= 0 {
		return p.Sources[i], true
	}
	return Source{}, false
}
