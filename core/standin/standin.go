package standin

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/tools/txtar"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

//go:embed data/*.txtar
var data embed.FS

// created is the time in the stand-ins' histories and of all their files.
var created = time.Date(2022, 1, 9, 0, 0, 0, 0, time.UTC)

// Names returns the names that Image knows, sorted.
func Names() []string {
	list, err := data.ReadDir("data")
	if err != nil {
		panic(err) // the folder is embedded
	}
	var names []string
	for _, e := range list {
		names = append(names, strings.TrimSuffix(e.Name(), ".txtar"))
	}
	slices.Sort(names)
	return names
}

// notes say of every stand-in what it is: the comment at the head of its file.
var notes = func() map[string]message.Form {
	forms := map[string]message.Form{}
	for _, name := range Names() {
		text, err := data.ReadFile("data/" + name + ".txtar")
		if err != nil {
			panic(err) // the folder is embedded
		}
		comment, _, _ := strings.Cut(string(text), "\n-- ")
		forms[name] = message.New("standin."+name, strings.ReplaceAll(strings.TrimSpace(comment), "%", "%%"))
	}
	return forms
}()

var (
	mu   sync.Mutex
	made = map[string]*image.Image{}
)

// Image returns the stand-in for the image called name, such as "alpine",
// "alpine:3.20", "docker.io/library/alpine" or "alpine@sha256:…"; nil where
// there is none. Every tag gives the same stand-in. The image is made once.
func Image(name string) (*image.Image, error) {
	name, _, _ = strings.Cut(name, "@")
	name = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "index.docker.io/"), "library/")
	name, _, _ = strings.Cut(name, ":")
	if strings.Contains(name, "/") || !slices.Contains(Names(), name) {
		return nil, nil
	}
	mu.Lock()
	defer mu.Unlock()
	return get(name)
}

func get(name string) (*image.Image, error) {
	if img := made[name]; img != nil {
		return img, nil
	}
	text, err := data.ReadFile("data/" + name + ".txtar")
	if err != nil {
		return nil, err
	}
	img, err := parse(name, txtar.Parse(text))
	if err != nil {
		return nil, fmt.Errorf("stand-in %s: %w", name, err)
	}
	made[name] = img
	return img, nil
}

func parse(name string, a *txtar.Archive) (*image.Image, error) {
	var doc struct {
		From   string
		Config json.RawMessage
	}
	lower, layers := vfs.New(0), []*layer.Layer(nil)
	config := image.Config{}
	b := builder{name: name}
	for _, f := range a.Files {
		switch f.Name {
		case "image.json":
			if err := json.Unmarshal(f.Data, &doc); err != nil {
				return nil, fmt.Errorf("image.json: %w", err)
			}
			if doc.From != "" {
				below, err := get(doc.From)
				if err != nil {
					return nil, err
				}
				if lower, err = below.Tree(); err != nil {
					return nil, err
				}
				layers = slices.Clone(below.Layers)
				config.History = slices.Clone(below.Config.History)
			}
			b.e = lower.Edit()
		case "tree":
			for n, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				if err := b.line(line); err != nil {
					return nil, fmt.Errorf("tree, line %d: %w", n+1, err)
				}
			}
		default:
			mode, p, ok := strings.Cut(f.Name, " ")
			if !ok {
				return nil, fmt.Errorf("file %q: want MODE PATH", f.Name)
			}
			if err := b.file(mode, p, vfs.Bytes(f.Data)); err != nil {
				return nil, err
			}
		}
	}
	changes, err := layer.Diff(lower, b.e.Tree())
	if err != nil {
		return nil, err
	}
	l, err := layer.New(context.Background(), layer.BuildKit{Epoch: created.Unix()}.Entries(changes))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(doc.Config, &config.Config); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	config.OS, config.Architecture = "linux", "amd64"
	config.History = append(config.History, ocispec.History{Created: &created,
		CreatedBy: "Layerlab stand-in for " + name, Comment: "not the real image"})
	img, err := image.New(config, nil, append(layers, l), created.Unix())
	if err != nil {
		return nil, err
	}
	img.Note = notes[name].With()
	return img, nil
}

// builder makes the files that a tree text lists, one line each:
//
//	d MODE PATH [UID:GID]      a directory
//	l PATH TARGET              a symbolic link
//	p MODE PATH                a program
//	links DIR TARGET NAME…     symbolic links in a directory
//	programs MODE DIR NAME…    programs in a directory
type builder struct {
	name string
	e    *vfs.Editor
}

func (b *builder) line(line string) error {
	w := strings.Fields(line)
	switch {
	case w[0] == "d" && len(w) >= 3:
		return b.dir(w[1], w[2], w[3:])
	case w[0] == "l" && len(w) == 3:
		return b.link(w[1], w[2])
	case w[0] == "p" && len(w) == 3:
		return b.program(w[1], w[2])
	case w[0] == "links" && len(w) > 3:
		for _, name := range w[3:] {
			if err := b.link(path.Join(w[1], name), w[2]); err != nil {
				return err
			}
		}
		return nil
	case w[0] == "programs" && len(w) > 3:
		for _, name := range w[3:] {
			if err := b.program(w[1], path.Join(w[2], name)); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("cannot read %q", line)
}

func (b *builder) dir(mode, p string, owner []string) error {
	m, err := meta(mode, vfs.Dir)
	if err != nil {
		return err
	}
	if len(owner) > 0 {
		if _, err := fmt.Sscanf(owner[0], "%d:%d", &m.UID, &m.GID); err != nil {
			return fmt.Errorf("owner %q: %w", owner[0], err)
		}
	}
	return b.e.Place(p, m, nil)
}

func (b *builder) link(p, target string) error {
	return b.e.Place(p, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: target, MTime: created.UnixNano()}, nil)
}

// program makes a placeholder: the magic number of an ELF file, and words for
// whoever looks inside.
func (b *builder) program(mode, p string) error {
	return b.file(mode, p, vfs.String("\x7fELF\nLayerlab stand-in for "+p+" of "+b.name+": interpreted by name, not executed.\n"))
}

func (b *builder) file(mode, p string, content *vfs.Blob) error {
	m, err := meta(mode, vfs.File)
	if err != nil {
		return err
	}
	return b.e.Place(p, m, content)
}

func meta(mode string, k vfs.Kind) (vfs.Meta, error) {
	bits, err := strconv.ParseUint(mode, 8, 32)
	if err != nil {
		return vfs.Meta{}, fmt.Errorf("mode %q: %w", mode, err)
	}
	return vfs.Meta{Kind: k, Mode: uint32(bits), MTime: created.UnixNano()}, nil
}
