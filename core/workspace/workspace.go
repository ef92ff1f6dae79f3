package workspace

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// DefaultEpoch is the SOURCE_DATE_EPOCH of a workspace that names none:
// 2022-01-09T00:00:00Z.
const DefaultEpoch = 1641686400

// Workspace is a build context with its settings.
type Workspace struct {
	Name string
	// Dockerfile is the path of the one that is shown.
	Dockerfile string
	Settings   Settings
	Files      []File
}

// Settings are what a build is told besides the files.
type Settings struct {
	Epoch       int64 // SOURCE_DATE_EPOCH, seconds since the Unix epoch
	Platform    string
	Target      string
	Compression string
	BuildArgs   map[string]string
	// Seed is what everything random in a RUN begins from.
	Seed uint64
	// Lenient takes base images that BuildKit refuses, as umoci and crane do.
	Lenient bool
}

// File is a file, directory or symbolic link of the context.
type File struct {
	Path   string // relative, slash-separated
	Kind   vfs.Kind
	Mode   uint32 // 07777 bits
	MTime  string // seconds[.nanoseconds] since the Unix epoch; empty: newer than the settings' epoch
	Target string // of a symbolic link
	// Content is that of a file. Recipe says how to make it again where it was
	// generated, so that the text stays small.
	Content *vfs.Blob
	Recipe  *Recipe
}

// Recipe is generated content: zeros, or repeatable incompressible bytes.
type Recipe struct {
	Random bool
	Size   int64
	Seed   uint64
}

// Blob makes the content.
func (r Recipe) Blob() *vfs.Blob {
	if r.Random {
		return vfs.Random(r.Size, r.Seed)
	}
	return vfs.Zeros(r.Size)
}

// Tree returns the files as a tree, directories above them made where they are
// not listed. The error names the file that cannot be there.
func (w *Workspace) Tree() (vfs.Tree, error) {
	e := vfs.New(w.Settings.Epoch * 1e9).Edit()
	// A day is more than any file of the tree's own clock takes.
	newer := (w.Settings.Epoch + 86400) * 1e9
	files := slices.Clone(w.Files)
	slices.SortStableFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	times := map[string]int64{}
	for _, f := range files {
		p := path.Join("/", f.Path)
		if err := CheckPath(f.Path); err != nil {
			return vfs.Tree{}, err
		}
		made, err := e.MkdirAll(path.Dir(p), 0o755, 0, 0)
		if err != nil {
			return vfs.Tree{}, saysFile.Wrap(err, f.Path)
		}
		for _, d := range made {
			times[d] = newer
		}
		m := vfs.Meta{Kind: f.Kind, Mode: f.Mode, MTime: newer, Target: f.Target}
		if f.MTime != "" {
			if m.MTime, err = vfs.ParseTime(f.MTime); err != nil {
				return vfs.Tree{}, saysFile.Wrap(err, f.Path)
			}
		}
		if f.Kind == vfs.Dir {
			times[p] = m.MTime
			if n, err := e.Tree().Lstat(p); err == nil && n.IsDir() {
				if err := e.SetMeta(p, m); err != nil {
					return vfs.Tree{}, err
				}
				continue
			}
		}
		if _, err := e.Tree().Lstat(p); err == nil {
			return vfs.Tree{}, saysFile.Error(f.Path, saysTwice.With())
		}
		if err := e.Place(p, m, f.Content); err != nil {
			return vfs.Tree{}, saysFile.Wrap(err, f.Path)
		}
	}
	for p, t := range times {
		if err := e.Lchtimes(p, t); err != nil {
			return vfs.Tree{}, err
		}
	}
	return e.Tree(), nil
}

// CheckPath says why a path cannot be that of a file of the context.
func CheckPath(p string) error {
	switch {
	case p == "" || path.Clean(p) != p || path.IsAbs(p) || p == "." || p == ".." || strings.HasPrefix(p, "../"):
		return saysFile.Error(strconv.Quote(p), saysPath.With())
	case strings.ContainsAny(p, "\x00\n"):
		return saysFile.Error(strconv.Quote(p), saysBreak.With())
	}
	for _, c := range strings.Split(p, "/") {
		if len(c) > 255 {
			return saysFile.Error(strconv.Quote(p), saysLong.With())
		}
	}
	return nil
}

// Dockerfile is a Dockerfile of a workspace.
type Dockerfile struct {
	Path string
	// Name is Path below Context, for the build.
	Name string
	// Context is the directory that COPY takes files from: the one the
	// Dockerfile is in. "" is the whole workspace.
	Context string
	// Tag is the name under which FROM in another Dockerfile finds its image.
	Tag string
}

// IsDockerfile reports whether the file at p is a Dockerfile by its name:
// Dockerfile, Dockerfile.NAME or NAME.Dockerfile.
func IsDockerfile(p string) bool {
	base := path.Base(p)
	if strings.HasSuffix(base, ".dockerignore") {
		return false
	}
	return base == "Dockerfile" || strings.HasPrefix(base, "Dockerfile.") || strings.HasSuffix(base, ".Dockerfile")
}

// NewDockerfile describes the Dockerfile at p. The image of v1/Dockerfile,
// Dockerfile.v1 or v1.Dockerfile is tagged v1; that of a plain Dockerfile at the
// top is tagged "image".
func NewDockerfile(p string) Dockerfile {
	dir, base := path.Split(p)
	d := Dockerfile{Path: p, Name: base, Context: strings.TrimSuffix(dir, "/")}
	switch {
	case strings.HasPrefix(base, "Dockerfile."):
		d.Tag = strings.TrimPrefix(base, "Dockerfile.")
	case strings.HasSuffix(base, ".Dockerfile"):
		d.Tag = strings.TrimSuffix(base, ".Dockerfile")
	case d.Context != "":
		d.Tag = d.Context
	default:
		d.Tag = "image"
	}
	d.Tag = strings.ToLower(d.Tag)
	return d
}

// Dockerfiles returns the Dockerfiles of the workspace sorted by path.
func (w *Workspace) Dockerfiles() []Dockerfile {
	var out []Dockerfile
	for _, f := range w.Files {
		if f.Kind == vfs.File && IsDockerfile(f.Path) {
			out = append(out, NewDockerfile(f.Path))
		}
	}
	slices.SortFunc(out, func(a, b Dockerfile) int { return cmp.Compare(a.Path, b.Path) })
	return out
}
