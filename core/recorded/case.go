package recorded

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"

	"layerlab.dev/core/vfs"
)

// Case is one recorded build.
type Case struct {
	Name       string            `json:"name"`
	Dockerfile string            `json:"dockerfile"`
	Base       string            `json:"base"`
	Options    map[string]string `json:"options"` // "target", "platform", "build-arg:NAME"
	Epoch      int64             `json:"source_date_epoch"`
	Context    []ContextEntry    `json:"context"`

	// ContextMTime is the mtime of context entries that have none, in seconds,
	// for BuildKit; NewContextMTime that for NewContext.
	ContextMTime    json.Number `json:"buildkit_context_mtime"`
	BuildKit        *Golden     `json:"buildkit"`
	NewContextMTime json.Number `json:"buildkit_new_context_context_mtime"`
	NewContext      *Golden     `json:"buildkit_new_context"`

	// Facts describe the base where it is one of the case's own: see
	// image.ReadFacts.
	Facts json.RawMessage `json:"facts"`

	// Error is set in place of BuildKit where the build failed.
	Error *struct {
		ExitCode *int   `json:"exit_code"`
		Text     string `json:"text"`
	} `json:"error"`
	RunStdout []string `json:"run_stdout"`
	RunStderr []string `json:"run_stderr"`
}

// ContextEntry is a file of the build context.
type ContextEntry struct {
	Path     string  `json:"path"`
	Type     string  `json:"type"` // "file", "dir", "symlink", "hardlink", "fifo"
	Mode     string  `json:"mode"` // octal
	Linkname string  `json:"linkname"`
	Text     *string `json:"text"`
	Base64   *string `json:"base64"`
	MTime    *string `json:"mtime"` // seconds[.nanoseconds]
}

// Golden is what BuildKit made.
type Golden struct {
	ImageID        string          `json:"image_id"`
	ManifestDigest string          `json:"manifest_digest"`
	ManifestJSON   string          `json:"manifest_json"`
	ConfigJSON     string          `json:"config_json"`
	IndexJSON      string          `json:"index_json"`
	DiffIDs        []string        `json:"diff_ids"`
	ChainIDs       []string        `json:"chain_ids"`
	OuterTar       []string        `json:"outer_tar"`
	Layers         []GoldenLayer   `json:"layers"`
	History        json.RawMessage `json:"history"`
}

// GoldenLayer is a layer BuildKit made, entry by entry.
type GoldenLayer struct {
	DiffID  string        `json:"diff_id"`
	Digest  string        `json:"digest"`
	Size    int64         `json:"size"`
	Base    bool          `json:"base_layer"`
	Entries []GoldenEntry `json:"entries"`
}

// GoldenEntry is a member of a layer's tar.
type GoldenEntry struct {
	Name     string            `json:"name"`
	Typeflag string            `json:"typeflag"`
	Mode     string            `json:"mode"`
	UID      int               `json:"uid"`
	GID      int               `json:"gid"`
	Size     int64             `json:"size"`
	MTime    int64             `json:"mtime"`
	Linkname string            `json:"linkname"`
	Major    int64             `json:"devmajor"`
	Minor    int64             `json:"devminor"`
	PAX      map[string]string `json:"pax_records"`
	SHA256   string            `json:"sha256"`
}

// ReadCases reads one case, or several as JSON lines.
func ReadCases(r io.Reader) ([]Case, error) {
	d := json.NewDecoder(bufio.NewReader(r))
	d.UseNumber()
	var out []Case
	for {
		var c Case
		err := d.Decode(&c)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("case %d: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
}

// Files returns the build context as a tree; entries without an mtime take the
// given one.
func (c *Case) Files(mtime json.Number) (vfs.Tree, error) {
	e := vfs.New(c.Epoch * 1e9).Edit()
	type dir struct {
		path  string
		mtime int64
	}
	var dirs []dir
	for _, x := range c.Context {
		t := mtime.String()
		if x.MTime != nil {
			t = *x.MTime
		}
		ns, err := vfs.ParseTime(t)
		if err != nil {
			return vfs.Tree{}, fmt.Errorf("context %s: %w", x.Path, err)
		}
		m, content, err := x.meta()
		if err != nil {
			return vfs.Tree{}, fmt.Errorf("context %s: %w", x.Path, err)
		}
		m.MTime = ns
		made, err := e.MkdirAll(path.Dir("/"+x.Path), 0o755, 0, 0)
		if err != nil {
			return vfs.Tree{}, err
		}
		for _, p := range made {
			dirs = append(dirs, dir{p, ns})
		}
		switch {
		case x.Type == "hardlink":
			err = e.Link(x.Linkname, x.Path)
		case m.Kind == vfs.Dir:
			dirs = append(dirs, dir{x.Path, ns})
			if n, _ := e.Tree().Lstat(x.Path); n != nil {
				err = e.SetMeta(x.Path, m)
				break
			}
			fallthrough
		default:
			err = e.Place(x.Path, m, content)
		}
		if err != nil {
			return vfs.Tree{}, err
		}
	}
	for _, d := range dirs {
		if err := e.Lchtimes(d.path, d.mtime); err != nil {
			return vfs.Tree{}, err
		}
	}
	return e.Tree(), nil
}

func (x ContextEntry) meta() (vfs.Meta, *vfs.Blob, error) {
	m := vfs.Meta{Mode: 0o644}
	if x.Type == "dir" {
		m.Mode = 0o755
	}
	if x.Mode != "" {
		mode, err := strconv.ParseUint(x.Mode, 8, 32)
		if err != nil {
			return m, nil, fmt.Errorf("mode %q: %w", x.Mode, err)
		}
		m.Mode = uint32(mode)
	}
	switch x.Type {
	case "dir":
		m.Kind = vfs.Dir
	case "symlink":
		m.Kind, m.Target, m.Mode = vfs.Symlink, x.Linkname, 0o777
	case "fifo":
		m.Kind = vfs.Fifo
	case "file", "", "hardlink":
		switch {
		case x.Base64 != nil:
			b, err := base64.StdEncoding.DecodeString(*x.Base64)
			return m, vfs.Bytes(b), err
		case x.Text != nil:
			return m, vfs.String(*x.Text), nil
		}
		return m, vfs.Bytes(nil), nil
	default:
		return m, nil, fmt.Errorf("unknown type %q", x.Type)
	}
	return m, nil, nil
}

// String gives the case's name.
func (c *Case) String() string { return c.Name }
