package edge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// identity names a body that is not compressed (RFC 9110, section 8.4).
const identity = "identity"

// suffixes are the names of compressed forms, the better one first.
var suffixes = []struct{ suffix, encoding string }{
	{".br", "br"},
	{".gz", "gzip"},
}

// Index holds the files of a packed site by the names they are served by. A
// host whose files lie elsewhere is given it as JSON.
type Index map[string]File

// File is a file with its compressed forms, the smallest first, the plain one
// last.
type File struct {
	Type  string `json:"type"` // media type
	Forms []Form `json:"forms"`
}

// Form is one encoding of a file.
type Form struct {
	Encoding string `json:"encoding"` // as in Content-Encoding, or "identity"
	Name     string `json:"name"`     // of the packed file
	ETag     string `json:"etag"`     // strong, so of the encoded bytes
	Size     int64  `json:"size"`
}

// Files is a packed site in memory, so that a site that is packed anew below a
// running handler never mixes two builds.
type Files struct {
	index  Index
	bodies map[string][]byte
}

var _ Assets = (*Files)(nil)

// Load reads a packed site. Beside a file NAME, NAME.br and NAME.gz are taken
// as its brotli and gzip forms and are not served by those names. An error
// names the file that could not be read or has no known media type.
func Load(files fs.FS) (*Files, error) {
	f := &Files{index: Index{}, bodies: map[string][]byte{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f.bodies[name], err = fs.ReadFile(files, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the site: %w", err)
	}
	for name := range f.bodies {
		if f.isForm(name) {
			continue
		}
		mediaType, err := mediaTypeOf(name)
		if err != nil {
			return nil, fmt.Errorf("reading the site: %w", err)
		}
		file := File{Type: mediaType}
		for _, s := range suffixes {
			if _, ok := f.bodies[name+s.suffix]; ok {
				file.Forms = append(file.Forms, f.form(s.encoding, name+s.suffix))
			}
		}
		file.Forms = append(file.Forms, f.form(identity, name))
		f.index[name] = file
	}
	return f, nil
}

// Index lists the files.
func (f *Files) Index() Index { return f.index }

// Open gives the bytes of a packed file.
func (f *Files) Open(_ context.Context, name string) (io.ReadCloser, error) {
	body, ok := f.bodies[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

// isForm tells whether name is the compressed form of another file.
func (f *Files) isForm(name string) bool {
	for _, s := range suffixes {
		if plain, ok := strings.CutSuffix(name, s.suffix); ok {
			if _, there := f.bodies[plain]; there {
				return true
			}
		}
	}
	return false
}

func (f *Files) form(encoding, name string) Form {
	sum := sha256.Sum256(f.bodies[name])
	return Form{Encoding: encoding, Name: name, ETag: `"` + hex.EncodeToString(sum[:16]) + `"`, Size: int64(len(f.bodies[name]))}
}

// mediaTypes holds what the page is made of. The system's own table is not
// asked: it differs between machines, and with nosniff a wrong type breaks
// the page.
var mediaTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".md":          "text/markdown; charset=utf-8",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".txtar":       "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
}

func mediaTypeOf(name string) (string, error) {
	mediaType, ok := mediaTypes[path.Ext(name)]
	if !ok {
		return "", fmt.Errorf("%s: no media type is known for %q: add it to the table in site/edge", name, path.Ext(name))
	}
	return mediaType, nil
}
