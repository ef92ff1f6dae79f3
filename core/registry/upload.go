package registry

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"path"
	"sort"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/vfs"
)

// Upload is a blob on its way.
type Upload struct {
	ID      string
	Size    int64     // of what has come
	Started time.Time // in whole seconds, UTC, as the disk keeps it
}

// BeginUpload opens an upload into a repository.
func (s State) BeginUpload(repo string) (State, Upload, error) {
	if err := checkName(repo); err != nil {
		return s, Upload{}, err
	}
	id := s.uuid()
	at := uploadPath(repo, id)
	s.count++
	next, err := s.edit(func(e *vfs.Editor) error {
		started := time.Unix(0, e.Tree().Now()).UTC().Format(time.RFC3339)
		if err := put(e, at+"/startedat", vfs.String(started)); err != nil {
			return err
		}
		if err := put(e, at+"/data", vfs.Bytes(nil)); err != nil {
			return err
		}
		return keepHash(e, at, sha256.New(), 0)
	})
	if err != nil {
		return s, Upload{}, err
	}
	u, err := next.Upload(repo, id)
	return next, u, err
}

// uuid makes the name of the next upload: a random UUID (RFC 4122) in form, a
// function of the seed in fact.
func (s State) uuid() string {
	var in [16]byte
	binary.BigEndian.PutUint64(in[:8], s.seed)
	binary.BigEndian.PutUint64(in[8:], s.count)
	u := sha256.Sum256(in[:])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

// Upload returns an upload that is under way, or BLOB_UPLOAD_UNKNOWN.
func (s State) Upload(repo, id string) (Upload, error) {
	if err := checkName(repo); err != nil {
		return Upload{}, err
	}
	if !tagRegexp.MatchString(id) {
		return Upload{}, UploadUnknown.With(opaque{})
	}
	at := uploadPath(repo, id)
	started, err := time.Parse(time.RFC3339, string(s.read(at+"/startedat")))
	if err != nil {
		return Upload{}, UploadUnknown.With(opaque{})
	}
	u := Upload{ID: id, Started: started}
	if n, err := s.tree.Lstat(at + "/data"); err == nil {
		u.Size = n.Size()
	}
	return u, nil
}

// AppendUpload adds content to the end of an upload. It reads the content, for
// the running digest.
func (s State) AppendUpload(repo, id string, content *vfs.Blob) (State, error) {
	u, err := s.Upload(repo, id)
	if err != nil || content.Size() == 0 {
		return s, err
	}
	at := uploadPath(repo, id)
	n, err := s.tree.Lstat(at + "/data")
	if err != nil {
		return s, UploadUnknown.With(opaque{})
	}
	h := sha256.New()
	if state := s.read(hashPath(at, u.Size)); state != nil {
		if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil {
			return s, err
		}
	} else if _, err := io.Copy(h, n.Blob().Reader()); err != nil {
		return s, err
	}
	if _, err := io.Copy(h, content.Reader()); err != nil {
		return s, err
	}
	joined := join(n.Blob(), content)
	return s.edit(func(e *vfs.Editor) error {
		if err := put(e, at+"/data", joined); err != nil {
			return err
		}
		return keepHash(e, at, h, joined.Size())
	})
}

func hashPath(at string, offset int64) string {
	return path.Join(at, "hashstates/sha256", strconv.FormatInt(offset, 10))
}

// keepHash keeps the running digest, so that what follows need not read what
// came before.
func keepHash(e *vfs.Editor, at string, h hash.Hash, offset int64) error {
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return err
	}
	return put(e, hashPath(at, offset), vfs.Bytes(state))
}

// FinishUpload makes a blob of the repository out of an upload. d is what its
// digest must be, in any algorithm; the error is DIGEST_INVALID where it is
// not.
func (s State) FinishUpload(repo, id string, d digest.Digest) (State, Blob, error) {
	u, err := s.Upload(repo, id)
	if err != nil {
		return s, Blob{}, err
	}
	at := uploadPath(repo, id)
	n, err := s.tree.Lstat(at + "/data")
	if err != nil {
		return s, Blob{}, UploadUnknown.With(opaque{})
	}
	content := n.Blob()
	canonical, err := s.hashed(at, u.Size, content)
	if err != nil {
		return s, Blob{}, err
	}
	verified := d == canonical
	if d.Algorithm() != canonical.Algorithm() {
		v := d.Verifier()
		if _, err := io.Copy(v, content.Reader()); err != nil {
			return s, Blob{}, err
		}
		verified = v.Verified()
	}
	if !verified {
		return s, Blob{}, DigestInvalid.With(map[string]any{"Digest": d, "Reason": opaque{}})
	}
	next, err := s.PushBlob(repo, Blob{Digest: canonical, Content: content})
	if err != nil {
		return s, Blob{}, err
	}
	next, err = next.edit(func(e *vfs.Editor) error {
		if d != canonical {
			if err := link(e, layerPath(repo, d), canonical); err != nil {
				return err
			}
		}
		return e.RemoveAll(at)
	})
	if err != nil {
		return s, Blob{}, err
	}
	return next, Blob{Digest: canonical, Content: content}, nil
}

// hashed returns the sha256 of an upload, from the running digest where it
// covers all that came.
func (s State) hashed(at string, size int64, content *vfs.Blob) (digest.Digest, error) {
	state := s.read(hashPath(at, size))
	h := sha256.New()
	if state != nil && h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) == nil {
		return digest.NewDigest(digest.SHA256, h), nil
	}
	return content.Digest()
}

// CancelUpload forgets an upload. As the real one does, it leaves the state of
// an empty digest behind, which is written when all else is gone.
func (s State) CancelUpload(repo, id string) (State, error) {
	if _, err := s.Upload(repo, id); err != nil {
		return s, err
	}
	at := uploadPath(repo, id)
	return s.edit(func(e *vfs.Editor) error {
		if err := e.RemoveAll(at); err != nil {
			return err
		}
		return keepHash(e, at, sha256.New(), 0)
	})
}

// rope is content in parts, none of which is copied.
type rope struct {
	parts []*vfs.Blob
	ends  []int64 // offset behind each part
}

func join(a, b *vfs.Blob) *vfs.Blob {
	if a.Size() == 0 {
		return b
	}
	r := rope{parts: []*vfs.Blob{a, b}, ends: []int64{a.Size(), a.Size() + b.Size()}}
	return vfs.Section(r, 0, a.Size()+b.Size())
}

func (r rope) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		at := off + int64(done)
		i := sort.Search(len(r.ends), func(i int) bool { return r.ends[i] > at })
		if i == len(r.ends) {
			return done, io.EOF
		}
		n, err := r.parts[i].ReadAt(p[done:], at-(r.ends[i]-r.parts[i].Size()))
		done += n
		if err != nil && err != io.EOF {
			return done, err
		}
		if n == 0 {
			return done, io.ErrUnexpectedEOF
		}
	}
	return done, nil
}
