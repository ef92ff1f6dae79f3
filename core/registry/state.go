package registry

import (
	"path"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/vfs"
)

// State is a registry at one moment. It is immutable. The zero State is not
// valid: begin with New.
type State struct {
	tree   vfs.Tree
	opened *opened
	seed   uint64
	count  uint64 // of the uploads begun so far
}

// New returns an empty registry whose clock stands at now, nanoseconds since
// the Unix epoch.
func New(now int64) State { return State{tree: vfs.New(now)} }

// At returns the registry with its clock set to now, nanoseconds since the Unix
// epoch. The times of files that are written from then on go on from there.
func (s State) At(now int64) State { s.tree = s.tree.At(now); return s }

// Now returns the time of the last write, in nanoseconds since the Unix epoch.
func (s State) Now() int64 { return s.tree.Now() }

// Seeded returns the registry with the seed of what the real one takes from its
// random source: the names of uploads, the keys it signs with.
func (s State) Seeded(seed uint64) State { s.seed = seed; return s }

// Seed returns that seed.
func (s State) Seed() uint64 { return s.seed }

// Disk returns the root directory of the storage as a tree: what a registry
// keeps in /var/lib/registry or /var/lib/docker-registry, from /docker on.
func (s State) Disk() vfs.Tree { return s.tree }

// Same reports whether both hold the same by pointer.
func (s State) Same(o State) bool { return s.tree.Same(o.tree) }

const (
	root         = "/docker/registry/v2"
	blobs        = root + "/blobs"
	repositories = root + "/repositories"
)

// dataPath is where the bytes of a blob are.
func dataPath(d digest.Digest) string { return blobPath(d) + "/data" }

func blobPath(d digest.Digest) string {
	hex := d.Encoded()
	return path.Join(blobs, d.Algorithm().String(), hex[:2], hex)
}

func layerPath(repo string, d digest.Digest) string {
	return path.Join(repositories, repo, "_layers", d.Algorithm().String(), d.Encoded(), "link")
}

func revisionPath(repo string, d digest.Digest) string {
	return path.Join(repositories, repo, "_manifests/revisions", d.Algorithm().String(), d.Encoded(), "link")
}

func tagsPath(repo string) string { return path.Join(repositories, repo, "_manifests/tags") }

func currentPath(repo, tag string) string { return path.Join(tagsPath(repo), tag, "current/link") }

func indexPath(repo, tag string, d digest.Digest) string {
	return path.Join(tagsPath(repo), tag, "index", d.Algorithm().String(), d.Encoded(), "link")
}

func uploadPath(repo, id string) string { return path.Join(repositories, repo, "_uploads", id) }

// The grammar of names and tags is that of distribution 2.8 (reference/regexp.go),
// in whose routes a name may begin with a domain.
const (
	domainPart = `(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`
	namePart   = `[a-z0-9]+(?:(?:[._]|__|[-]*)[a-z0-9]+)*`

	// NamePattern matches the name of a repository.
	NamePattern = `(?:` + domainPart + `(?:\.` + domainPart + `)*(?::[0-9]+)?/)?` + namePart + `(?:/` + namePart + `)*`
	// TagPattern matches a tag.
	TagPattern = `[\w][\w.-]{0,127}`

	maxName = 255
)

var (
	nameRegexp = regexp.MustCompile(`^` + NamePattern + `$`)
	tagRegexp  = regexp.MustCompile(`^` + TagPattern + `$`)
)

// checkName refuses what is no name of a repository, so that no path is made of
// anything else.
func checkName(repo string) error {
	if len(repo) > maxName || !nameRegexp.MatchString(repo) {
		return NameInvalid.With(map[string]string{"Name": repo})
	}
	return nil
}

// edit applies change and keeps the State as it was where it fails.
func (s State) edit(change func(*vfs.Editor) error) (State, error) {
	e := s.tree.Edit()
	if err := change(e); err != nil {
		return s, err
	}
	s.tree = e.Tree()
	return s, nil
}

// put writes a file as the filesystem driver does: parents 0755, file 0644.
func put(e *vfs.Editor, p string, content *vfs.Blob) error {
	if _, err := e.MkdirAll(path.Dir(p), 0o755, 0, 0); err != nil {
		return err
	}
	return e.WriteFile(p, content, 0o644, 0, 0)
}

func link(e *vfs.Editor, p string, d digest.Digest) error {
	return put(e, p, vfs.String(string(d)))
}

// read returns the content of a small file, or nil where it is not there.
func (s State) read(p string) []byte {
	n, err := s.tree.Lstat(p)
	if err != nil || n.Kind != vfs.File {
		return nil
	}
	b, err := n.Blob().Bytes()
	if err != nil {
		return nil
	}
	return b
}

// resolve follows a link file; "" where there is none.
func (s State) resolve(p string) digest.Digest {
	d, err := digest.Parse(string(s.read(p)))
	if err != nil {
		return ""
	}
	return d
}

// data returns the bytes of a blob of the whole registry, nil where it has none.
func (s State) data(d digest.Digest) *vfs.Blob {
	n, err := s.tree.Lstat(dataPath(d))
	if err != nil || n.Kind != vfs.File {
		return nil
	}
	return n.Blob()
}

// directory returns the directory at p, nil where there is none.
func (s State) directory(p string) *vfs.Node {
	n, err := s.tree.Lstat(p)
	if err != nil || !n.IsDir() {
		return nil
	}
	return n
}

// walk visits what is below the directory n in the driver's order, parents
// first; a false from visit does not descend.
func walk(n *vfs.Node, at string, visit func(p string, n *vfs.Node) bool) {
	for name, child := range n.Children() {
		p := strings.TrimPrefix(at+"/"+name, "/")
		if visit(p, child) && child.IsDir() {
			walk(child, p, visit)
		}
	}
}

// Kind is what of a repository a path is asked for.
type Kind byte

// The kinds of paths.
const (
	TagList Kind = iota
	Reference
	Layer
	Uploads
)

// Path returns where the storage looks for the tags of a repository, for a
// manifest by tag or digest, for a layer, or keeps its uploads: the real
// registry tells it in some of its errors.
func (s State) Path(repo string, k Kind, reference string) string {
	d, err := digest.Parse(reference)
	switch {
	case k == TagList:
		return tagsPath(repo)
	case k == Uploads:
		return uploadPath(repo, s.uuid()) + "/startedat"
	case err != nil:
		return currentPath(repo, reference)
	case k == Layer:
		return layerPath(repo, d)
	}
	return revisionPath(repo, d)
}
