package edge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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

// resource is a file with its compressed forms.
type resource struct {
	mediaType string
	forms     []form // the smallest first, the plain one last
}

// form is one encoding of a resource.
type form struct {
	encoding string
	etag     string // strong, so of the encoded bytes
	bytes    []byte
}

func load(files fs.FS) (map[string]*resource, error) {
	bodies := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		bodies[name] = body
		return nil
	})
	if err != nil {
		return nil, err
	}
	resources := map[string]*resource{}
	for name, body := range bodies {
		if isForm(bodies, name) {
			continue
		}
		mediaType, err := mediaTypeOf(name)
		if err != nil {
			return nil, err
		}
		res := &resource{mediaType: mediaType}
		for _, s := range suffixes {
			if packed, ok := bodies[name+s.suffix]; ok {
				res.forms = append(res.forms, newForm(s.encoding, packed))
			}
		}
		res.forms = append(res.forms, newForm(identity, body))
		resources[name] = res
	}
	return resources, nil
}

// isForm tells whether name is the compressed form of another file.
func isForm(bodies map[string][]byte, name string) bool {
	for _, s := range suffixes {
		if plain, ok := strings.CutSuffix(name, s.suffix); ok {
			if _, there := bodies[plain]; there {
				return true
			}
		}
	}
	return false
}

func newForm(encoding string, body []byte) form {
	sum := sha256.Sum256(body)
	return form{encoding: encoding, etag: `"` + hex.EncodeToString(sum[:16]) + `"`, bytes: body}
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
