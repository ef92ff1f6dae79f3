package build

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/moby/patternmatcher"

	"layerlab.dev/core/vfs"
)

// required checks what BuildKit looks at in the source before it copies: the
// path itself, or where patterns choose below it what they choose
// (cache/contenthash). The error is a *missingError where something is missing.
func (c *copyInstruction) required(t vfs.Tree, p, pattern, need string) error {
	var include, exclude *patternmatcher.PatternMatcher
	var err error
	if c.parents {
		if include, err = patternmatcher.New([]string{pattern}); err != nil {
			return fmt.Errorf("invalid includepatterns: %s: %w", []string{pattern}, err)
		}
	}
	if len(c.exclude) > 0 {
		if exclude, err = patternmatcher.New(c.exclude); err != nil {
			return fmt.Errorf("invalid excludepatterns: %s: %w", c.exclude, err)
		}
	}
	s := selection{t: t, include: include, exclude: exclude, need: need}
	switch {
	case hasWildcard(p):
		return s.wildcard(p)
	case include == nil && exclude == nil:
		return s.exists(p)
	}
	return s.below(p)
}

// selection is what include and exclude patterns choose below a source.
type selection struct {
	t                vfs.Tree
	include, exclude *patternmatcher.PatternMatcher
	need             string // what a chosen path must begin with, if anything
	found            bool   // one does
	dangling         error  // of the first link that was chosen without a target
}

// exists checks that p, links followed, is there.
func (s *selection) exists(p string) error {
	_, n, err := resolve(s.t, p, true)
	if err == nil && n == nil {
		err = &missingError{p, errors.New("not found")}
	}
	return err
}

// wildcard checks what a path with wildcards matches: of links that are chosen
// the targets must be there.
func (s *selection) wildcard(p string) error {
	if _, err := path.Match(p, ""); err != nil {
		return advise(advisePattern.With(), "%w", err)
	}
	fixed, _ := splitWildcards(p)
	if _, _, err := resolve(s.t, fixed, true); err != nil {
		return err
	}
	chosen, _, _, err := s.choose("", patternmatcher.MatchInfo{}, patternmatcher.MatchInfo{})
	if err != nil || !chosen {
		return err
	}
	matches, err := wildcards(s.t, p)
	if err != nil {
		return nil // copying will say so
	}
	base, err := rootPath(s.t, fixed)
	if err != nil {
		return err
	}
	for _, m := range matches {
		if n := plain(s.t, m); n != nil && n.Kind == vfs.Symlink {
			if err := s.exists(path.Join(fixed, strings.TrimPrefix(m, base))); err != nil {
				return err
			}
		}
	}
	return nil
}

// below checks what is chosen below p. A link at the end of p is not followed.
func (s *selection) below(p string) error {
	_, n, err := resolve(s.t, p, false)
	if err != nil {
		return err
	}
	switch {
	case n == nil:
	case p == "/":
		// The root itself is nothing that could be chosen.
		for name, c := range n.Children() {
			if err := s.entry("/"+name, name, c, patternmatcher.MatchInfo{}, patternmatcher.MatchInfo{}, true); err != nil {
				return err
			}
		}
	default:
		if err := s.entry(p, "", n, patternmatcher.MatchInfo{}, patternmatcher.MatchInfo{}, true); err != nil {
			return err
		}
	}
	if s.need != "" && !s.found {
		return &missingError{s.need, errors.New("not found")}
	}
	return s.dangling
}

// entry looks at n, which is named p and lies at rel below the source. Of a
// link at the top the target must be there.
func (s *selection) entry(p, rel string, n *vfs.Node, in, ex patternmatcher.MatchInfo, top bool) error {
	if !top && !s.relevant(p) {
		return nil
	}
	chosen, in, ex, err := s.choose(rel, in, ex)
	if err != nil {
		return err
	}
	if chosen {
		s.found = s.found || s.need != "" && strings.HasPrefix(p, s.need)
		if top && n.Kind == vfs.Symlink && s.dangling == nil {
			s.dangling = s.exists(p)
		}
	}
	if !s.relevant(p) {
		return nil
	}
	for name, c := range n.Children() {
		if err := s.entry(path.Join(p, name), path.Join(rel, name), c, in, ex, false); err != nil {
			return err
		}
	}
	return nil
}

// relevant says that something at or below p could begin with what is needed.
func (s *selection) relevant(p string) bool {
	return !s.found && s.need != "" && (strings.HasPrefix(p, s.need) || strings.HasPrefix(s.need, p+"/"))
}

func (s *selection) choose(rel string, in, ex patternmatcher.MatchInfo) (chosen bool, _, _ patternmatcher.MatchInfo, err error) {
	chosen = true
	if s.include != nil {
		if chosen, in, err = s.include.MatchesUsingParentResults(rel, in); err != nil {
			return false, in, ex, advise(advisePattern.With(), "failed to match includepatterns: %w", err)
		}
		if !chosen {
			return false, in, patternmatcher.MatchInfo{}, nil
		}
	}
	if s.exclude != nil {
		var excluded bool
		if excluded, ex, err = s.exclude.MatchesUsingParentResults(rel, ex); err != nil {
			return false, in, ex, advise(advisePattern.With(), "failed to match excludepatterns: %w", err)
		}
		chosen = !excluded
	}
	return chosen, in, ex, nil
}

// maxLinks is how many links BuildKit follows in a path.
const maxLinks = 255

// resolve finds p as BuildKit's checksums do: component by component, a missing
// one taken as it is written, so that ".." after it is lexical. It gives the
// path that was arrived at and what is there, nil for nothing.
func resolve(t vfs.Tree, p string, last bool) (string, *vfs.Node, error) {
	current, links := "/", 0
	n := t.Root()
	for rest := vfs.Split(p); len(rest) > 0; {
		c := rest[0]
		rest = rest[1:]
		current = path.Join(current, c)
		n = plain(t, current)
		if n == nil || n.Kind != vfs.Symlink || len(rest) == 0 && !last {
			continue
		}
		if links++; links > maxLinks {
			return current, nil, errTooManyLinks
		}
		rest = append(vfs.Split(n.Target), rest...)
		if path.IsAbs(n.Target) {
			current = "/"
		} else {
			current = path.Dir(current)
		}
		n = plain(t, current)
	}
	return current, n, nil
}

// plain finds p without following any link.
func plain(t vfs.Tree, p string) *vfs.Node {
	n := t.Root()
	for _, c := range vfs.Split(p) {
		if n = n.Child(c); n == nil {
			return nil
		}
	}
	return n
}
