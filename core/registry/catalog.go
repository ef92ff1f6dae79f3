package registry

import (
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// Tags returns the tags of a repository in bytewise order (the real registry
// gives them in the order its filesystem has them, which is none). The error is
// NAME_UNKNOWN where a manifest was never tagged in it; once one was, the
// repository stays, with no tags in the end.
func (s State) Tags(repo string) ([]string, error) {
	if err := checkName(repo); err != nil {
		return nil, err
	}
	n := s.directory(tagsPath(repo))
	if n == nil {
		return nil, NameUnknown.With(map[string]string{"name": repo})
	}
	var tags []string
	for name := range n.Children() {
		tags = append(tags, name)
	}
	return tags, nil
}

// Catalog returns up to n names of repositories that come after last, and
// whether the registry says that there are more. It finds them as the real one
// does (storage/catalog.go), by a walk that notices only at the next directory
// that it has enough: with nested names it can miss that there is more.
func (s State) Catalog(n int, last string) (names []string, more bool) {
	dir := s.directory(repositories)
	if dir == nil || n <= 0 {
		return nil, false
	}
	walk(dir, "", func(p string, node *vfs.Node) bool {
		name, ok := repository(p)
		switch {
		case ok:
			if lessPath(last, name) {
				names = append(names, name)
			}
			return false
		case strings.HasPrefix(path.Base(p), "_"):
			return false
		case len(names) == n:
			more = true
			return false
		}
		return true
	})
	return names[:min(n, len(names))], more
}

// Repositories returns the names of all repositories into which a layer was
// ever linked, in the order of the catalog.
func (s State) Repositories() []string {
	var names []string
	if dir := s.directory(repositories); dir != nil {
		walk(dir, "", func(p string, _ *vfs.Node) bool {
			if name, ok := repository(p); ok {
				names = append(names, name)
			}
			return !strings.HasPrefix(path.Base(p), "_")
		})
	}
	return names
}

// repository tells whether a directory is what makes a repository one.
func repository(p string) (string, bool) {
	dir, base := path.Split(p)
	return strings.TrimSuffix(dir, "/"), base == "_layers"
}

// lessPath orders names with the slash before all else.
func lessPath(a, b string) bool {
	return strings.ReplaceAll(a, "/", "\x00") < strings.ReplaceAll(b, "/", "\x00")
}
