package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
)

// Item is an image to be saved, with the tags it was asked for by.
type Item struct {
	Image *store.Image
	Tags  []reference.NamedTagged
}

// Entry describes an image in manifest.json.
type Entry struct {
	Config   string
	RepoTags []string
	Layers   []string
	Parent   digest.Digest `json:",omitempty"`
}

// file is a member of the archive: a directory, a file or a link.
type file struct {
	name  string
	kind  byte
	mode  int64
	mtime time.Time
	text  []byte
	layer *layer.Layer // the content, in place of text
	link  string
}

// Write saves images, in their order. now is the time in ns.
func Write(ctx context.Context, w io.Writer, items []Item, now int64) error {
	s := &saver{paths: map[digest.Digest]string{}, saved: map[string]bool{}, now: time.Unix(0, now).UTC()}
	repositories := map[string]map[string]string{}
	entries := make([]Entry, 0, len(items))
	for _, i := range items {
		ids, err := s.image(i.Image)
		if err != nil {
			return err
		}
		e := Entry{Config: i.Image.ID.Encoded() + ".json", Parent: parent(i.Image, items)}
		for _, t := range i.Tags {
			name := reference.FamiliarName(t)
			if repositories[name] == nil {
				repositories[name] = map[string]string{}
			}
			repositories[name][t.Tag()] = ids[len(ids)-1]
			e.RepoTags = append(e.RepoTags, reference.FamiliarString(t))
		}
		for _, id := range ids {
			e.Layers = append(e.Layers, id+"/layer.tar")
		}
		entries = append(entries, e)
	}
	if len(repositories) > 0 {
		if err := s.json("repositories", repositories); err != nil {
			return err
		}
	}
	if err := s.json("manifest.json", entries); err != nil {
		return err
	}
	return s.write(ctx, w)
}

// parent returns the local parent of an image if that is saved too.
func parent(i *store.Image, items []Item) digest.Digest {
	if i.Parent != "" && slices.ContainsFunc(items, func(o Item) bool { return o.Image.ID == i.Parent }) {
		return i.Parent
	}
	return ""
}

// saver collects the members.
type saver struct {
	files []file
	paths map[digest.Digest]string // the first member that holds a layer
	saved map[string]bool
	now   time.Time
}

func (s *saver) json(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	s.files = append(s.files, file{name: name, kind: tar.TypeReg, mode: 0o100644, mtime: time.Unix(0, 0), text: append(text, '\n')})
	return nil
}

// image adds the layers and the config of an image and returns the layers' ids.
func (s *saver) image(i *store.Image) ([]string, error) {
	diffs := i.Document.RootFS.DiffIDs
	if len(diffs) == 0 {
		return nil, errors.New("empty export - not implemented")
	}
	var ids []string
	var chain, below digest.Digest
	for n, d := range diffs {
		chain = layer.ChainID(chain, d)
		v1 := store.Document{Created: time.Unix(0, 0).UTC()}
		if n == len(diffs)-1 {
			v1 = *i.Document
		}
		v1.ID, v1.RootFS, v1.History, v1.OSVersion = "", nil, nil, ""
		id, err := legacyID(v1, chain, below)
		if err != nil {
			return nil, err
		}
		v1.ID, v1.OS = id.Encoded(), i.Document.OS
		if err := s.layer(v1, below, i.Made.Layers[n], i.Document.Created); err != nil {
			return nil, err
		}
		ids, below = append(ids, id.Encoded()), id
	}
	name := i.ID.Encoded() + ".json"
	if !s.saved[name] {
		s.saved[name] = true
		s.files = append(s.files, file{name: name, kind: tar.TypeReg, mode: 0o100644, mtime: i.Document.Created, text: i.Made.ConfigJSON()})
	}
	return ids, nil
}

// legacyID is the id that a layer had in the first image format.
func legacyID(d store.Document, chain, parent digest.Digest) (digest.Digest, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return "", err
	}
	fields["layer_id"] = quoted(chain)
	if parent != "" {
		fields["parent"] = quoted(parent)
	}
	if raw, err = json.Marshal(fields); err != nil {
		return "", err
	}
	return digest.FromBytes(raw), nil
}

func quoted(d digest.Digest) json.RawMessage { return json.RawMessage(`"` + d.String() + `"`) }

// legacy is the JSON of a layer in the first image format.
type legacy struct {
	ID     string `json:"id,omitempty"`
	Parent string `json:"parent,omitempty"`
	store.Document
}

func (s *saver) layer(d store.Document, below digest.Digest, l *layer.Layer, created time.Time) error {
	if s.saved[d.ID] {
		return nil
	}
	s.saved[d.ID] = true
	text := legacy{ID: d.ID, Document: d}
	if below != "" {
		text.Parent = below.Encoded()
	}
	raw, err := json.Marshal(text)
	if err != nil {
		return err
	}
	layerFile := file{name: d.ID + "/layer.tar", kind: tar.TypeReg, mode: 0o100644, mtime: created, layer: l}
	if first, ok := s.paths[l.DiffID()]; ok {
		// The same layer again is a link, and nobody sets any time here.
		created = s.now
		layerFile = file{name: layerFile.name, kind: tar.TypeSymlink, mode: 0o120777, mtime: s.now, link: "../" + first}
	} else {
		s.paths[l.DiffID()] = layerFile.name
	}
	s.files = append(s.files,
		file{name: d.ID + "/", kind: tar.TypeDir, mode: 0o040755, mtime: created},
		file{name: d.ID + "/VERSION", kind: tar.TypeReg, mode: 0o100644, mtime: created, text: []byte("1.0")},
		file{name: d.ID + "/json", kind: tar.TypeReg, mode: 0o100644, mtime: created, text: raw},
		layerFile)
	return nil
}

// write writes the members in the order of a walk through their directory.
func (s *saver) write(ctx context.Context, w io.Writer) error {
	slices.SortStableFunc(s.files, func(a, b file) int { return slices.Compare(strings.Split(a.name, "/"), strings.Split(b.name, "/")) })
	t := tar.NewWriter(w)
	for _, f := range s.files {
		h := &tar.Header{
			Name: f.name, Typeflag: f.kind, Mode: f.mode, ModTime: f.mtime.Truncate(time.Second), Linkname: f.link,
			Uname: "root", Gname: "root", Format: tar.FormatPAX, Size: int64(len(f.text)),
		}
		if f.layer != nil {
			h.Size = f.layer.TarSize()
		}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if f.layer != nil {
			if err := f.layer.Raw(ctx, t); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			continue
		}
		if _, err := io.Copy(t, bytes.NewReader(f.text)); err != nil {
			return err
		}
	}
	return t.Close()
}
