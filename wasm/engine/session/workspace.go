package session

import (
	"encoding/base64"
	"fmt"
	"strconv"

	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/workspace"
	"layerlab.dev/wasm/wire"
)

// text is a file that came as text, kept so that the digest of a file that
// has not changed is not computed again with every key.
type text struct {
	text string
	blob *vfs.Blob
}

// reader reads workspaces of the page. Content that travels beside the message
// is remembered under its key, until a workspace does not name it any more.
type reader struct {
	content map[string]*vfs.Blob
	texts   map[string]text // by path
}

func newReader() reader {
	return reader{content: map[string]*vfs.Blob{}, texts: map[string]text{}}
}

// read makes a workspace of a message. It returns the reader for the next one,
// which forgets what this one does not name.
func (r reader) read(ws wire.Workspace, buffers [][]byte) (*workspace.Workspace, reader, error) {
	next := newReader()
	out := &workspace.Workspace{Name: ws.Name, Dockerfile: ws.Dockerfile, Settings: workspace.Settings{
		Epoch: ws.Settings.Epoch, Platform: ws.Settings.Platform, Target: ws.Settings.Target,
		Compression: ws.Settings.Compression, BuildArgs: ws.Settings.BuildArgs, Seed: ws.Settings.Seed, Lenient: ws.Settings.Lenient,
	}}
	if out.Dockerfile == "" {
		out.Dockerfile = "Dockerfile"
	}
	for _, f := range ws.Files {
		file := workspace.File{Path: f.Path, Mode: f.Mode & 0o7777, MTime: f.MTime, Target: f.Target}
		var err error
		switch f.Kind {
		case "file":
			err = r.fill(&file, f, buffers, next)
		case "dir":
			file.Kind = vfs.Dir
		case "symlink":
			file.Kind = vfs.Symlink
		default:
			err = fmt.Errorf("a workspace holds no %q: file, dir and symlink it does", f.Kind)
		}
		if err != nil {
			return nil, r, fmt.Errorf("%s: %w", f.Path, err)
		}
		out.Files = append(out.Files, file)
	}
	return out, next, nil
}

// fill gives a file its content.
func (r reader) fill(to *workspace.File, f wire.File, buffers [][]byte, next reader) error {
	switch {
	case f.Text != nil:
		t := r.texts[f.Path]
		if t.blob == nil || t.text != *f.Text {
			t = text{*f.Text, vfs.String(*f.Text)}
		}
		next.texts[f.Path] = t
		to.Content = t.blob
	case f.Generated != nil:
		g := f.Generated
		if g.Kind != "zeros" && g.Kind != "random" || g.Size < 0 {
			return fmt.Errorf("content cannot be generated as %d bytes of %q: zeros and random can", g.Size, g.Kind)
		}
		to.Recipe = &workspace.Recipe{Random: g.Kind == "random", Size: g.Size, Seed: g.Seed}
		to.Content = to.Recipe.Blob()
	case f.Key != "":
		b := next.content[f.Key]
		if b == nil {
			b = r.content[f.Key]
		}
		if f.Buffer != nil && *f.Buffer >= 0 && *f.Buffer < len(buffers) {
			b = vfs.Bytes(buffers[*f.Buffer])
		}
		if b == nil {
			return saysNotSent.Error(strconv.Quote(f.Key))
		}
		next.content[f.Key] = b
		to.Content = b
	default:
		b, err := base64.StdEncoding.DecodeString(f.Base64)
		if err != nil {
			return fmt.Errorf("content: %w", err)
		}
		to.Content = vfs.Bytes(b)
	}
	return nil
}

// toWire is the message of a workspace.
func toWire(w *workspace.Workspace) (wire.Workspace, error) {
	out := wire.Workspace{Name: w.Name, Dockerfile: w.Dockerfile, Files: []wire.File{}, Settings: wire.Settings{
		Epoch: w.Settings.Epoch, Platform: w.Settings.Platform, Target: w.Settings.Target,
		Compression: w.Settings.Compression, BuildArgs: w.Settings.BuildArgs, Seed: w.Settings.Seed, Lenient: w.Settings.Lenient,
	}}
	for _, f := range w.Files {
		file := wire.File{Path: f.Path, Kind: "file", Mode: f.Mode, MTime: f.MTime, Target: f.Target}
		switch {
		case f.Kind == vfs.Dir:
			file.Kind = "dir"
		case f.Kind == vfs.Symlink:
			file.Kind = "symlink"
		case f.Recipe != nil:
			file.Generated = &wire.Generated{Kind: "zeros", Size: f.Recipe.Size}
			if f.Recipe.Random {
				file.Generated.Kind, file.Generated.Seed = "random", f.Recipe.Seed
			}
		default:
			b, err := f.Content.Bytes()
			if err != nil {
				return out, fmt.Errorf("%s: %w", f.Path, err)
			}
			if text, ok := asText(b, false); ok {
				file.Text = &text
			} else {
				file.Base64 = base64.StdEncoding.EncodeToString(b)
			}
		}
		out.Files = append(out.Files, file)
	}
	return out, nil
}

// parse answers MethodParse.
func parse(t wire.Text) (wire.Workspace, error) {
	w, err := workspace.Parse([]byte(t.Text))
	if err != nil {
		return wire.Workspace{}, err
	}
	return toWire(w)
}

// format answers MethodFormat.
func (s *Session) format(ws wire.Workspace) (wire.Text, error) {
	s.mu.Lock()
	r := s.reader
	s.mu.Unlock()
	w, _, err := r.read(ws, nil)
	if err != nil {
		return wire.Text{}, err
	}
	b, err := w.Format()
	return wire.Text{Text: string(b)}, err
}

func bases() []string { return standin.Names() }
