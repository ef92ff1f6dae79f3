package dockerfile

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// SourceKind is what a source of COPY or ADD is besides a file.
type SourceKind string

// The kinds of sources.
const (
	FileSource SourceKind = ""
	URLSource  SourceKind = "URL"
	GitSource  SourceKind = "git ref"
	// GitLikeSource is github.com/…, which is taken for a file though it names a
	// repository where a build context is named.
	GitLikeSource SourceKind = "file like a git ref"
)

var (
	protocolWord = regexp.MustCompile(`^[a-zA-Z0-9]+://`)
	scpSource    = regexp.MustCompile(`^[a-zA-Z0-9-_]+@[a-zA-Z0-9-.]+:.*?(?:\?(.*?))?(?:#(.*))?$`)
)

// Source tells what a source of COPY or ADD is (frontend/dockerfile/dfgitutil
// ParseGitRef). The error is that of a git ref whose query cannot be.
func Source(src string) (SourceKind, error) {
	kind := FileSource
	if strings.HasPrefix(src, "http://") || strings.HasPrefix(src, "https://") {
		kind = URLSource
	}
	var query url.Values
	var fragment string
	switch protocol := protocolWord.FindString(src); {
	case strings.HasPrefix(src, "./"), strings.HasPrefix(src, "../"):
		return kind, nil
	case strings.HasPrefix(src, "github.com/"):
		u, err := url.Parse(src)
		if err != nil {
			return kind, nil
		}
		kind, query, fragment = GitLikeSource, u.Query(), u.Fragment
	case protocol != "":
		u, err := url.Parse(src)
		if err != nil {
			return kind, nil
		}
		switch strings.ToLower(protocol) {
		case "ssh://", "git://":
		case "http://", "https://":
			if !strings.HasSuffix(u.Path, ".git") {
				return kind, nil
			}
		default:
			return kind, nil
		}
		kind, query, fragment = GitSource, u.Query(), u.Fragment
	default:
		m := scpSource.FindStringSubmatch(src)
		if m == nil {
			return kind, nil
		}
		q, err := url.ParseQuery(m[1])
		if err != nil {
			return kind, nil
		}
		kind, query, fragment = GitSource, q, m[2]
	}
	return kind, checkGitQuery(query, fragment)
}

// checkGitQuery refuses what the query of a git ref cannot hold, or not beside
// its fragment. Only the first of several mistakes is told, in the order of
// their names.
func checkGitQuery(query url.Values, fragment string) error {
	for _, k := range slices.Sorted(maps.Keys(query)) {
		v := query[k]
		if len(v) > 1 {
			return fmt.Errorf("query %q has multiple values", k)
		}
		empty := len(v) == 0 || v[0] == ""
		switch k {
		case "submodules", "keep-git-dir", "fetch-by-commit":
			if empty {
				continue
			}
			if _, err := strconv.ParseBool(v[0]); err != nil {
				return fmt.Errorf("invalid %s value: %q", k, v[0])
			}
		case "ref", "tag", "branch", "subdir", "checksum", "commit", "mtime":
			if empty {
				return fmt.Errorf("query %q has no value", k)
			}
			if k == "mtime" && v[0] != "checkout" && v[0] != "commit" {
				return fmt.Errorf("invalid mtime value: %q (must be \"checkout\" or \"commit\")", v[0])
			}
		default:
			if empty {
				return fmt.Errorf("query %q has no value", k)
			}
			return fmt.Errorf("unexpected query %q", k)
		}
	}
	ref, subdir, _ := strings.Cut(fragment, ":")
	subdir = strings.TrimPrefix(path.Join("/", subdir), "/")
	if v := query.Get("subdir"); v != "" && subdir != "" && subdir != v {
		return fmt.Errorf("subdir conflicts: %q vs %q", subdir, v)
	}
	tag := fullRef("refs/tags/", query.Get("tag"))
	branch := fullRef("refs/heads/", query.Get("branch"))
	if tag != "" && branch != "" {
		return errors.New("branch conflicts with tag")
	}
	for _, v := range []string{query.Get("ref"), tag, branch} {
		if v != "" && ref != "" && ref != v {
			return fmt.Errorf("ref conflicts: %q vs %q", ref, v)
		}
		if v != "" {
			ref = v
		}
	}
	return nil
}

func fullRef(prefix, name string) string {
	if name == "" || strings.HasPrefix(name, prefix) {
		return name
	}
	return prefix + name
}
