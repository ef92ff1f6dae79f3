package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/vfs"
)

var uploads = map[string]method{
	"GET": uploadStatus, "HEAD": uploadStatus,
	"POST": withForm(startUpload), "PATCH": withForm(patchUpload), "PUT": withForm(putUpload), "DELETE": cancelUpload,
}

func withForm(do method) method {
	return func(x *exchange) error {
		if err := x.form(); err != nil {
			return err
		}
		return do(x)
	}
}

// token is what a client hands back with each request of an upload. The fields
// are those of the real one.
type token struct {
	Name      string
	UUID      string
	Offset    int64
	StartedAt time.Time
}

// key is the secret that tokens are signed with.
func (x *exchange) key() []byte {
	var seed [8]byte
	binary.BigEndian.PutUint64(seed[:], x.state.Seed())
	k := sha256.Sum256(append([]byte("upload "), seed[:]...))
	return k[:]
}

func (x *exchange) pack(t token) (string, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, x.key())
	mac.Write(b)
	return base64.URLEncoding.EncodeToString(append(mac.Sum(nil), b...)), nil
}

func (x *exchange) unpack(s string) (t token, err error) {
	invalid := registry.UploadInvalid.With(struct{}{})
	b, err := base64.URLEncoding.DecodeString(s)
	var corrupt base64.CorruptInputError
	if errors.As(err, &corrupt) {
		return t, registry.UploadInvalid.With(corrupt)
	}
	if len(b) < sha256.Size {
		return t, invalid
	}
	mac := hmac.New(sha256.New, x.key())
	mac.Write(b[sha256.Size:])
	if !hmac.Equal(mac.Sum(nil), b[:sha256.Size]) {
		return t, invalid
	}
	if err := json.Unmarshal(b[sha256.Size:], &t); err != nil {
		return t, invalid
	}
	return t, nil
}

// form takes the body for a form where it says that it is one, as the real
// registry does when it looks for its parameters: what a client meant to be the
// blob is gone then. curl sends such a body unless it is told another type.
func (x *exchange) form() error {
	t, _, err := mime.ParseMediaType(x.req.Header.Get("Content-Type"))
	if err != nil || t != "application/x-www-form-urlencoded" {
		return nil
	}
	b, err := x.req.Body.Bytes()
	if err != nil {
		return err
	}
	fields, _ := url.ParseQuery(string(b)) // what can be read of it is read
	for name, values := range x.query {
		fields[name] = append(fields[name], values...)
	}
	x.query, x.req.Body = fields, vfs.Bytes(nil)
	return nil
}

// resume finds the upload the path and the token name. Without a name in the
// path there is none to resume.
func (x *exchange) resume() (registry.Upload, error) {
	if x.id == "" {
		return registry.Upload{}, registry.UploadUnknown.With(nil)
	}
	t, err := x.unpack(x.query.Get("_state"))
	if err != nil {
		return registry.Upload{}, err
	}
	if t.Name != x.repo || t.UUID != x.id {
		return registry.Upload{}, registry.UploadInvalid.With(nil)
	}
	u, err := x.state.Upload(x.repo, x.id)
	if err != nil {
		return u, err
	}
	if u.Size != t.Offset {
		return u, registry.UploadInvalid.With(nil)
	}
	return u, nil
}

// progress tells the client where to go on.
func (x *exchange) progress(u registry.Upload) error {
	state, err := x.pack(token{x.repo, u.ID, u.Size, u.Started})
	if err != nil {
		return err
	}
	h := x.res.Header
	h.Set("Docker-Upload-Uuid", u.ID)
	h.Set("Location", x.url("/v2/"+x.repo+"/blobs/uploads/"+u.ID, url.Values{"_state": {state}}))
	h.Set("Content-Length", "0")
	h.Set("Range", fmt.Sprintf("0-%d", max(u.Size-1, 0)))
	return nil
}

func uploadStatus(x *exchange) error {
	u, err := x.resume()
	if err != nil {
		return err
	}
	x.res.Status = 204
	err = x.progress(u)
	delete(x.res.Header, "Content-Length") // no answer of 204 has one
	return err
}

func startUpload(x *exchange) error {
	if x.id != "" {
		if _, err := x.resume(); err != nil {
			return err
		}
	}
	if from, mount := x.query.Get("from"), x.query.Get("mount"); from != "" && mount != "" {
		if d, err := digest.Parse(mount); err == nil {
			// A mount that cannot be is an upload.
			if next, err := x.state.MountBlob(x.repo, from, d); err == nil {
				x.state = next
				x.created(d)
				return nil
			}
		}
	}
	next, u, err := x.state.BeginUpload(x.repo)
	if err != nil {
		return err
	}
	x.state = next
	x.res.Status = 202
	return x.progress(u)
}

func patchUpload(x *exchange) error {
	u, err := x.resume()
	if err != nil {
		return err
	}
	if t := x.req.Header.Get("Content-Type"); t != "" && t != "application/octet-stream" {
		return registry.Unknown.With(struct{}{})
	}
	if x.state, err = x.state.AppendUpload(x.repo, u.ID, x.req.Body); err != nil {
		return err
	}
	if u, err = x.state.Upload(x.repo, u.ID); err != nil {
		return err
	}
	x.res.Status = 202
	return x.progress(u)
}

func putUpload(x *exchange) error {
	u, err := x.resume()
	if err != nil {
		return err
	}
	said := x.query.Get("digest")
	if said == "" {
		return registry.DigestInvalid.With("digest missing")
	}
	d, err := digest.Parse(said)
	if err != nil {
		return registry.DigestInvalid.With("digest parsing failed")
	}
	if x.state, err = x.state.AppendUpload(x.repo, u.ID, x.req.Body); err != nil {
		return err
	}
	next, b, err := x.state.FinishUpload(x.repo, u.ID, d)
	if err != nil {
		// The real registry means to cancel it here and fails to: what was sent
		// stays, and the next request finds the offset wrong.
		return err
	}
	x.state = next
	x.created(b.Digest)
	return nil
}

func cancelUpload(x *exchange) error {
	u, err := x.resume()
	if err != nil {
		return err
	}
	if x.state, err = x.state.CancelUpload(x.repo, u.ID); err != nil {
		return err
	}
	x.res.Header.Set("Docker-Upload-Uuid", u.ID)
	x.res.Status = 204
	return nil
}

// created tells where a blob is that is there now.
func (x *exchange) created(d digest.Digest) {
	h := x.res.Header
	h.Set("Location", x.url("/v2/"+x.repo+"/blobs/"+d.String(), nil))
	h.Set("Content-Length", "0")
	h.Set("Docker-Content-Digest", d.String())
	x.res.Status = 201
}
