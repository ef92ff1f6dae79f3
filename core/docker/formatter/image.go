package formatter

import (
	_ "crypto/sha256" // digests in names are checked only where it is linked
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types"
)

var imageHeader = header{
	"ID": "IMAGE ID", "Repository": "REPOSITORY", "Tag": "TAG", "Digest": "DIGEST",
	"CreatedSince": "CREATED", "CreatedAt": "CREATED AT", "Size": "SIZE", "Containers": "CONTAINERS",
	"VirtualSize": "SIZE", "SharedSize": "SHARED SIZE", "UniqueSize": "UNIQUE SIZE",
	"-Age": "CREATED",
}

// ImageFormat gives the format that "table", "raw" or a template stand for.
func ImageFormat(source string, quiet, digests bool) string {
	switch {
	case source == "table" && quiet:
		return "{{.ID}}"
	case source == "table" && digests:
		return "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.-Age}}\t{{.Size}}"
	case source == "table":
		return "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.-Age}}\t{{.Size}}"
	case source == "raw" && quiet:
		return "image_id: {{.ID}}"
	case source == "raw":
		digest := ""
		if digests {
			digest = "digest: {{.Digest}}\n"
		}
		return "repository: {{ .Repository }}\ntag: {{.Tag}}\n" + digest + "image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n"
	case IsTable(source) && digests && !strings.Contains(source, "{{.Digest}}"):
		return source + "\t{{.Digest}}"
	}
	return source
}

// Images prints images, one line for each tag.
func (c Context) Images(images []types.ImageSummary, digests bool) error {
	rows := make([]row, 0, 2*len(images))
	for i := range images {
		for _, r := range imageRows(c, &images[i], digests) {
			rows = append(rows, r)
		}
	}
	return c.write(imageHeader, rows)
}

func dangling(i *types.ImageSummary) bool {
	if len(i.RepoTags) == 0 && len(i.RepoDigests) == 0 {
		return true
	}
	return len(i.RepoTags) == 1 && i.RepoTags[0] == "<none>:<none>" &&
		len(i.RepoDigests) == 1 && i.RepoDigests[0] == "<none>@<none>"
}

// named are an image's references in one repository.
type named struct {
	repository    string
	tags, digests []string
}

// imageRows gives the lines of an image: repositories as they come, where
// docker leaves their order to chance.
func imageRows(c Context, image *types.ImageSummary, digests bool) []*imageContext {
	shown := &shownImage{}
	add := func(rows []*imageContext, repository, tag, digest string) []*imageContext {
		return append(rows, &imageContext{trunc: c.Trunc, now: c.Now, i: image, repo: repository, tag: tag, digest: digest, shown: shown, today: c.Today})
	}
	if dangling(image) {
		return add(nil, "<none>", "<none>", "<none>")
	}
	var all []named
	in := func(repository string) *named {
		i := slices.IndexFunc(all, func(n named) bool { return n.repository == repository })
		if i < 0 {
			i, all = len(all), append(all, named{repository: repository})
		}
		return &all[i]
	}
	for _, s := range image.RepoTags {
		if i := strings.LastIndexByte(s, ':'); i > 0 && valid(s) {
			n := in(familiar(s[:i]))
			n.tags = append(n.tags, s[i+1:])
		}
	}
	for _, s := range image.RepoDigests {
		if name, digest, ok := strings.Cut(s, "@"); ok && valid(s) {
			n := in(familiar(name))
			n.digests = append(n.digests, digest)
		}
	}
	rows := make([]*imageContext, 0, len(image.RepoTags)+1)
	with := digests || strings.Contains(c.Format, "{{.Digest}}")
	for _, n := range all {
		for _, tag := range n.tags {
			if !with || len(n.digests) == 0 {
				rows = add(rows, n.repository, tag, "<none>")
				continue
			}
			for _, digest := range n.digests {
				rows = add(rows, n.repository, tag, digest)
			}
		}
	}
	for _, n := range all {
		switch {
		case len(n.tags) > 0:
		case digests:
			for _, digest := range n.digests {
				rows = add(rows, n.repository, "<none>", digest)
			}
		default:
			rows = add(rows, n.repository, "<none>", "")
		}
	}
	return rows
}

// valid reports whether s is a reference: docker shows no others. Most are plain.
func valid(s string) bool {
	if wellFormed(s) {
		return true
	}
	_, err := reference.ParseNormalizedNamed(s)
	return err == nil
}

// wellFormed tells of names such as library/name-2:1.0 without the parser.
func wellFormed(s string) bool {
	name, tag := s, "latest"
	if i := strings.Index(s, "@sha256:"); i >= 0 {
		if name = s[:i]; len(s)-i != len("@sha256:")+64 || strings.Trim(s[len(s)-64:], "0123456789abcdef") != "" {
			return false
		}
	} else if i := strings.LastIndexByte(s, ':'); i >= 0 {
		name, tag = s[:i], s[i+1:]
	}
	if tag == "" || len(tag) > 128 || len(name) >= 64 {
		return false
	}
	if host, path, ok := strings.Cut(name, "/"); ok {
		if host, port, ok := strings.Cut(host, ":"); ok {
			if strings.Trim(port, "0123456789") != "" || port == "" || strings.Contains(host, "_") || !pathLike(host) {
				return false
			}
			name = path
		}
	}
	for i := range len(tag) {
		c := tag[i]
		word := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
		if !word && (i == 0 || c != '.' && c != '-') {
			return false
		}
	}
	return pathLike(name)
}

// pathLike reports whether s is letters and digits with single separators between them.
func pathLike(s string) bool {
	between := true
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			between = false
		case between || c != '/' && c != '.' && c != '-' && c != '_':
			return false
		default:
			between = true
		}
	}
	return !between
}

// familiar leaves out what is implied in a repository's name.
func familiar(name string) string {
	if !strings.HasPrefix(name, "docker.io/") && !strings.HasPrefix(name, "index.docker.io/") {
		return name
	}
	if ref, err := reference.ParseNormalizedNamed(name); err == nil {
		return reference.FamiliarName(ref)
	}
	return name
}

type imageContext struct {
	HeaderContext
	trunc             bool
	now               time.Time
	i                 *types.ImageSummary
	repo, tag, digest string
	today             bool
	shown             *shownImage // nil: nobody else shows the image
}

// shownImage is what the lines of one image have in common, made once.
type shownImage struct{ age, size string }

// String is what {{.}} prints: docker's own fields.
func (c *imageContext) String() string {
	return fmt.Sprintf("{{<nil>} %v %v %v %v %v}", c.trunc, *c.i, c.repo, c.tag, c.digest)
}

func (c *imageContext) MarshalJSON() ([]byte, error) {
	raw, err := methods(c)
	if err != nil || !c.today {
		return raw, err
	}
	// The field that was a second Size is gone in 29.
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	delete(fields, "VirtualSize")
	return json.Marshal(fields)
}
func (c *imageContext) Repository() string  { return c.repo }
func (c *imageContext) Tag() string         { return c.tag }
func (c *imageContext) Digest() string      { return c.digest }
func (c *imageContext) CreatedAt() string   { return stamp(c.i.Created) }
func (c *imageContext) Size() string        { return Size(c.i.Size) }
func (c *imageContext) VirtualSize() string { return LongSize(c.i.VirtualSize) }

func (c *imageContext) ID() string {
	if c.trunc {
		return ShortID(c.i.ID)
	}
	return c.i.ID
}

func (c *imageContext) CreatedSince() string {
	t := time.Unix(c.i.Created, 0)
	if t.IsZero() {
		return ""
	}
	return Ago(c.now, t)
}

func (c *imageContext) Containers() string {
	if c.i.Containers == -1 {
		return "N/A"
	}
	return fmt.Sprint(c.i.Containers)
}

func (c *imageContext) SharedSize() string {
	if c.i.SharedSize == -1 {
		return "N/A"
	}
	return LongSize(c.i.SharedSize)
}

func (c *imageContext) UniqueSize() string {
	if c.i.VirtualSize == -1 || c.i.SharedSize == -1 {
		return "N/A"
	}
	return LongSize(c.i.VirtualSize - c.i.SharedSize)
}

func (c *imageContext) field(name string) (string, bool) {
	switch name {
	case "ID":
		return c.ID(), true
	case "Repository":
		return c.repo, true
	case "Tag":
		return c.tag, true
	case "Digest":
		return c.digest, true
	case "Size":
		if c.shown == nil {
			return c.Size(), true
		}
		if c.shown.size == "" {
			c.shown.size = c.Size()
		}
		return c.shown.size, true
	case "-Age":
		if c.shown == nil {
			c.shown = &shownImage{}
		}
		if c.shown.age == "" {
			if c.shown.age = c.CreatedSince(); c.shown.age == "" {
				c.shown.age = "N/A"
			}
		}
		return c.shown.age, true
	case "CreatedSince":
		return c.CreatedSince(), true
	case "CreatedAt":
		return c.CreatedAt(), true
	case "Containers":
		return c.Containers(), true
	case "VirtualSize":
		return c.VirtualSize(), true
	case "SharedSize":
		return c.SharedSize(), true
	case "UniqueSize":
		return c.UniqueSize(), true
	}
	return "", false
}
