package build

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"

	"layerlab.dev/core/vfs"
)

// use is a path of the context that an instruction of a needed stage names.
type use struct {
	reading
	path string
}

// send takes out of the context what BuildKit does not send: it sends the paths
// that the needed stages name, links followed, less what .dockerignore names
// (dockerfile2llb filterPaths, fsutil NewFilterFS). Where an instruction names
// the whole context nothing but .dockerignore counts.
func (b *builder) send(uses []use) *finding {
	var paths []string
	for _, u := range uses {
		if u.path == "/" {
			paths = nil
			break
		}
		paths = append(paths, path.Join(".", u.path))
	}
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	include := followLinks(b.all, slices.Compact(paths))
	if include == nil {
		return nil
	}
	sent, err := filter(b.all, include, b.ignored)
	if err != nil {
		for _, u := range uses {
			if !u.isPattern() {
				return b.found(err, u.reading)
			}
		}
		return &finding{err: b.wrap(err, nil)}
	}
	b.files = sent
	return nil
}

// isPattern says that the path can be taken for a pattern, as it is where what
// is sent is chosen.
func (u use) isPattern() bool {
	m, err := patternmatcher.New([]string{strings.TrimPrefix(u.path, "/")})
	if err == nil {
		_, err = m.MatchesOrParentMatches("x/y")
	}
	return err == nil
}

// filter gives the tree with what the include patterns match and the exclude
// patterns do not. Directories stay above what is left, no mtime moves. No
// include patterns mean everything.
func filter(t vfs.Tree, include, exclude []string) (vfs.Tree, error) {
	var f contextFilter
	var err error
	if len(include) > 0 {
		if f.include, err = patternmatcher.New(include); err != nil {
			return t, advise(advisePattern.With(), "invalid includepatterns: %s: %w", include, err)
		}
	}
	if len(exclude) > 0 {
		if f.exclude, err = patternmatcher.New(exclude); err != nil {
			return t, fmt.Errorf("invalid excludepatterns: %s: %w", exclude, err)
		}
	}
	f.e = t.Edit()
	_, err = f.walk("", t.Root(), patternmatcher.MatchInfo{}, patternmatcher.MatchInfo{})
	return f.e.Tree(), err
}

type contextFilter struct {
	e                *vfs.Editor
	include, exclude *patternmatcher.PatternMatcher
}

// walk removes what is not sent below dir and reports whether anything is
// left there.
func (f *contextFilter) walk(dir string, n *vfs.Node, in, ex patternmatcher.MatchInfo) (bool, error) {
	left := false
	for name, c := range n.Children() {
		p := path.Join(dir, name)
		kept, in, ex, err := f.match(p, in, ex)
		if err != nil {
			return false, err
		}
		switch {
		case c.IsDir() && kept && f.exclude == nil && (f.include == nil || !f.include.Exclusions()):
			// All of it is sent.
		case c.IsDir():
			some, err := f.walk(p, c, in, ex)
			if err != nil {
				return false, err
			}
			kept = kept || some
		}
		left = left || kept
		if !kept {
			err = f.e.Graft(p, nil)
		} else if c.Kind == vfs.File && c.Size() > 0 {
			err = f.empty(p, c)
		}
		if err != nil {
			return false, err
		}
	}
	return left, nil
}

// empty takes the content of a file that is sent without it: what is sent is
// told by what its directories matched, but whether a file may be read by its
// path alone, and where patterns with ! stand in an order that makes a
// difference the two disagree (fsutil filterFS Walk and Open).
func (f *contextFilter) empty(p string, n *vfs.Node) error {
	readable := true
	var err error
	if f.include != nil && f.include.Exclusions() {
		readable, err = f.include.MatchesOrParentMatches(p)
	}
	if readable && err == nil && f.exclude != nil && f.exclude.Exclusions() {
		readable, err = f.exclude.MatchesOrParentMatches(p)
		readable = !readable
	}
	if readable || err != nil {
		return err
	}
	e := vfs.New(0).Edit()
	if err := e.Place("/f", n.Meta, nil); err != nil {
		return err
	}
	return f.e.Graft(p, e.Tree().Root().Child("f"))
}

func (f *contextFilter) match(p string, in, ex patternmatcher.MatchInfo) (bool, patternmatcher.MatchInfo, patternmatcher.MatchInfo, error) {
	kept := true
	var err error
	if f.include != nil {
		if kept, in, err = f.include.MatchesUsingParentResults(p, in); err != nil {
			return false, in, ex, advise(advisePattern.With(), "failed to match includepatterns: %w", err)
		}
	}
	if f.exclude != nil {
		var excluded bool
		if excluded, ex, err = f.exclude.MatchesUsingParentResults(p, ex); err != nil {
			return false, in, ex, fmt.Errorf("failed to match excludepatterns: %w", err)
		}
		kept = kept && !excluded
	}
	return kept, in, ex, nil
}

// followLinks gives the patterns of what is sent for paths, which are sorted:
// the paths and what the links on the way name (fsutil FollowLinks). A link
// that was met already ends a later path, as there. Nil says that everything is
// sent.
func followLinks(t vfs.Tree, paths []string) []string {
	r := linkResolver{t: t, resolved: map[string]bool{}}
	for _, p := range paths {
		r.add(p)
	}
	var out []string
	for p := range r.resolved {
		out = append(out, p)
	}
	slices.Sort(out)
	kept, last := out[:0], ""
	for _, p := range out {
		if p == "." {
			return nil
		}
		if strings.HasPrefix(p, last+"/") {
			continue
		}
		kept, last = append(kept, p), p
	}
	return kept
}

type linkResolver struct {
	t        vfs.Tree
	resolved map[string]bool
}

func (r *linkResolver) add(p string) {
	p = path.Join(".", p)
	for current := "."; ; {
		first, rest, _ := strings.Cut(p, "/")
		current, p = path.Join(current, first), rest
		targets := r.links(current)
		if (p == "" || targets != nil) && r.resolved[current] {
			return
		}
		if targets != nil {
			r.resolved[current] = true
			for _, target := range targets {
				r.add(path.Join(target, p))
			}
			return
		}
		if p == "" {
			r.resolved[current] = true
			return
		}
	}
}

// links are the targets of the link at p, or of the links that its last
// component matches.
func (r *linkResolver) links(p string) []string {
	if !hasWildcard(path.Base(p)) {
		return r.link(p)
	}
	dir, err := r.t.Lstat(path.Dir(p))
	if err != nil {
		return nil
	}
	var out []string
	for name := range dir.Children() {
		if ok, _ := path.Match(path.Base(p), name); ok {
			out = append(out, r.link(path.Join(path.Dir(p), name))...)
		}
	}
	return out
}

func (r *linkResolver) link(p string) []string {
	n, err := r.t.Lstat(p)
	if err != nil || n.Kind != vfs.Symlink {
		return nil
	}
	if path.IsAbs(n.Target) {
		return []string{path.Clean(n.Target)}
	}
	return []string{path.Join("/", path.Dir(p), n.Target)}
}
