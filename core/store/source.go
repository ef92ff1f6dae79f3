package store

import (
	"iter"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// MaxSources is how many blobs of one layer are remembered.
const MaxSources = 50

// Source says where a layer is found compressed: distribution's v2metadata, in
// the form that the daemon writes.
type Source struct {
	Digest           digest.Digest // of the blob
	SourceRepository string        // canonical name of the repository
	HMAC             string
}

// DiffID returns what the blob of the given digest holds, where that is known.
func (s Store) DiffID(blob digest.Digest) (digest.Digest, bool) { return s.known.Get(blob) }

// Sources returns where a layer is known to be found, the latest last. The
// slice must not be changed.
func (s Store) Sources(diffID digest.Digest) []Source {
	have, _ := s.sources.Get(diffID)
	return have
}

// KnownBlobs yields the DiffID of every blob that was met, by digest.
func (s Store) KnownBlobs() iter.Seq2[digest.Digest, digest.Digest] { return s.known.All() }

// AllSources yields what is known of blobs, by DiffID.
func (s Store) AllSources() iter.Seq2[digest.Digest, []Source] { return s.sources.All() }

// AddSource notes that a layer is found at a place.
func (s Store) AddSource(diffID digest.Digest, at Source) Store {
	old, _ := s.sources.Get(diffID)
	have := make([]Source, 0, len(old)+1)
	for _, o := range old {
		if o != at {
			have = append(have, o)
		}
	}
	have = append(have, at)
	if len(have) > MaxSources {
		have = slices.Clone(have[len(have)-MaxSources:])
	}
	s.sources = s.sources.Set(diffID, have)
	s.known = s.known.Set(at.Digest, diffID)
	return s
}

// RemoveSource takes back that a blob is found at a place.
func (s Store) RemoveSource(at Source) Store {
	diffID, ok := s.known.Get(at.Digest)
	if !ok {
		return s
	}
	old, _ := s.sources.Get(diffID)
	have := slices.DeleteFunc(slices.Clone(old), func(o Source) bool { return o == at })
	s.sources = s.sources.Set(diffID, have)
	return s
}

// ForgetBlobs takes away what is known of blobs below a path of the directory
// distribution, such as "v2metadata-by-diffid" or "" for all, and reports
// whether the path is one of that directory.
func (s Store) ForgetBlobs(path string) (Store, bool) {
	kind, rest, _ := strings.Cut(path, "/")
	_, hex, _ := strings.Cut(rest, "/")
	switch {
	case rest != "" && rest != "sha256" && !strings.HasPrefix(rest, "sha256/"), strings.Contains(hex, "/"):
		return s, false
	case kind == "":
		s.sources, s.known = Table[digest.Digest, []Source]{}, Table[digest.Digest, digest.Digest]{}
	case kind == "v2metadata-by-diffid" && hex == "":
		s.sources = Table[digest.Digest, []Source]{}
	case kind == "v2metadata-by-diffid":
		s.sources = s.sources.Delete(digest.NewDigestFromEncoded(digest.SHA256, hex))
	case kind == "diffid-by-digest" && hex == "":
		s.known = Table[digest.Digest, digest.Digest]{}
	case kind == "diffid-by-digest":
		s.known = s.known.Delete(digest.NewDigestFromEncoded(digest.SHA256, hex))
	default:
		return s, false
	}
	return s, true
}

// ForgetSources takes back where all layers are found; what blobs hold stays
// known.
func (s Store) ForgetSources() Store {
	s.sources = Table[digest.Digest, []Source]{}
	return s
}
