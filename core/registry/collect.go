package registry

import (
	"fmt"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Collect says what a collection of garbage does.
type Collect struct {
	DryRun bool // only say what would be removed
	// Untagged also removes manifests to which no tag leads.
	Untagged bool
}

// CollectGarbage removes the content that no manifest of any repository names
// (`registry garbage-collect`, storage/garbagecollect.go) and returns what the
// command prints, with digests in order.
func (s State) CollectGarbage(o Collect) (State, string, error) {
	var out strings.Builder
	emit := func(format string, a ...any) { fmt.Fprintf(&out, format+"\n", a...) }
	marked := map[digest.Digest]bool{}
	type doomed struct {
		repo string
		d    digest.Digest
	}
	var manifests []doomed
	for _, repo := range s.Repositories() {
		emit("%s", repo)
		tags, err := s.Tags(repo)
		if err != nil && o.Untagged && len(s.revisions(repo)) > 0 {
			return s, out.String(), fmt.Errorf("failed to mark: failed to retrieve tags %w", err)
		}
		for _, d := range s.revisions(repo) {
			if o.Untagged && !s.tagged(repo, tags, d) {
				emit("manifest eligible for deletion: %s", d)
				manifests = append(manifests, doomed{repo, d})
				continue
			}
			emit("%s: marking manifest %s ", repo, d)
			marked[d] = true
			m, err := s.Manifest(repo, string(d))
			if err != nil {
				return s, out.String(), fmt.Errorf("failed to mark: failed to retrieve manifest for digest %s: %w", d, err)
			}
			for _, r := range m.References() {
				marked[r.Digest] = true
				emit("%s: marking blob %s", repo, r.Digest)
			}
		}
	}
	var blobs []digest.Digest
	for _, d := range s.Blobs() {
		if !marked[d] {
			blobs = append(blobs, d)
		}
	}
	emit("\n%d blobs marked, %d blobs and %d manifests eligible for deletion", len(marked), len(blobs), len(manifests))
	for _, d := range blobs {
		emit("blob eligible for deletion: %s", d)
	}
	if o.DryRun {
		return s, out.String(), nil
	}
	next, err := s.edit(func(e *vfs.Editor) error {
		for _, m := range manifests {
			tags, _ := s.Tags(m.repo)
			for _, tag := range tags {
				if err := e.RemoveAll(path.Dir(indexPath(m.repo, tag, m.d))); err != nil {
					return err
				}
			}
			if err := e.RemoveAll(path.Dir(revisionPath(m.repo, m.d))); err != nil {
				return err
			}
		}
		for _, d := range blobs {
			if err := e.RemoveAll(blobPath(d)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return s, out.String(), err
	}
	next.opened = nil
	s.opened.each(func(d digest.Digest, l *layer.Layer) {
		if next.data(d) != nil {
			next.opened = next.opened.with(d, l)
		}
	})
	return next, out.String(), nil
}

// revisions returns the manifests of a repository.
func (s State) revisions(repo string) []digest.Digest {
	var all []digest.Digest
	if dir := s.directory(path.Join(repositories, repo, "_manifests/revisions")); dir != nil {
		walk(dir, "", func(p string, n *vfs.Node) bool {
			if n.Kind == vfs.File && path.Base(p) == "link" {
				hex := path.Base(path.Dir(p))
				d := digest.NewDigestFromEncoded(digest.Algorithm(path.Dir(path.Dir(p))), hex)
				if _, err := s.blob(d, revisionPath(repo, d)); err == nil {
					all = append(all, d)
				}
			}
			return true
		})
	}
	return all
}

func (s State) tagged(repo string, tags []string, d digest.Digest) bool {
	for _, tag := range tags {
		if s.resolve(currentPath(repo, tag)) == d {
			return true
		}
	}
	return false
}
