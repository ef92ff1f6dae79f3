package host

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
)

// legacy adds the images of an archive without manifest.json: every directory is
// an image of the first format, repositories has their names.
func (l *loader) legacy(ctx context.Context) error {
	loaded := map[string]digest.Digest{}
	for name, n := range l.files.Root().Children() {
		if n.IsDir() {
			if err := l.legacyImage(ctx, name, loaded, nil); err != nil {
				return err
			}
		}
	}
	raw, err := l.read("repositories")
	if err != nil {
		return err
	}
	var repositories map[string]map[string]string
	if err := json.Unmarshal(raw, &repositories); err != nil {
		return &Error{500, err.Error()}
	}
	for _, repository := range sortedKeys(repositories) {
		for _, tag := range sortedKeys(repositories[repository]) {
			old := repositories[repository][tag]
			id, ok := loaded[old]
			if !ok {
				return Errorf(500, "invalid target ID: %v", old)
			}
			name, err := reference.ParseNormalizedNamed(repository)
			if err != nil {
				return &Error{500, err.Error()}
			}
			tagged, err := reference.WithTag(name, tag)
			if err != nil {
				return &Error{500, err.Error()}
			}
			if err := l.setTag(tagged, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// legacyImage adds the image of one directory, after those below it. above are
// the images that were on the way to it.
func (l *loader) legacyImage(ctx context.Context, old string, loaded map[string]digest.Digest, above []string) error {
	if _, ok := loaded[old]; ok {
		return nil
	}
	for _, a := range above {
		if a == old {
			return Errorf(500, "image %s is its own parent", old)
		}
	}
	raw, err := l.read(old + "/json")
	if err != nil {
		return err
	}
	var v1 struct {
		OS, Parent string
	}
	var d store.Document
	if err := json.Unmarshal(raw, &v1); err != nil {
		return &Error{500, err.Error()}
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return &Error{500, err.Error()}
	}
	if err := loadable(v1.OS); err != nil {
		return err
	}
	rootFS := store.RootFS{Type: "layers"}
	var history []store.History
	var layers []*layer.Layer
	var parent digest.Digest
	if v1.Parent != "" {
		if err := l.legacyImage(ctx, v1.Parent, loaded, append(above, old)); err != nil {
			return err
		}
		parent = loaded[v1.Parent]
		p, _ := l.Store.Image(parent)
		rootFS.DiffIDs = append(rootFS.DiffIDs, p.Document.RootFS.DiffIDs...)
		history = append(history, p.Document.History...)
		layers = append(layers, p.Made.Layers...)
	}
	opened, err := l.layer(ctx, old+"/layer.tar", old)
	if err != nil {
		return err
	}
	rootFS.DiffIDs = append(rootFS.DiffIDs, opened.DiffID())
	history = append(history, store.History{
		Author: d.Author, Created: d.Created, CreatedBy: strings.Join(d.ContainerConfig.Cmd, " "), Comment: d.Comment,
	})
	config, err := modern(raw, rootFS, history)
	if err != nil {
		return &Error{500, err.Error()}
	}
	id, err := l.create(config, append(layers, opened))
	if err != nil {
		return err
	}
	if parent != "" {
		next, err := l.Store.SetParent(id, parent)
		if err != nil {
			return &Error{500, err.Error()}
		}
		l.Store = next
	}
	loaded[old] = id
	return nil
}

// modern turns the JSON of the first format into a config.
func modern(raw []byte, rootFS store.RootFS, history []store.History) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	for _, gone := range []string{"id", "parent", "Size", "parent_id", "layer_id", "throwaway"} {
		delete(fields, gone)
	}
	var err error
	if fields["rootfs"], err = json.Marshal(rootFS); err != nil {
		return nil, err
	}
	if fields["history"], err = json.Marshal(history); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}
