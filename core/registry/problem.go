package registry

import (
	"encoding/json"
	"errors"
	"strings"
)

// Code is a kind of error of the distribution API, as its specification names
// it, with the sentence and the HTTP status that go with it.
type Code struct {
	Value   string
	Message string
	Status  int
}

// The codes of distribution 2.8 (registry/api/errcode, registry/api/v2).
var (
	Unknown           = Code{"UNKNOWN", "unknown error", 500}
	Unsupported       = Code{"UNSUPPORTED", "The operation is unsupported.", 405}
	Unauthorized      = Code{"UNAUTHORIZED", "authentication required", 401}
	Denied            = Code{"DENIED", "requested access to the resource is denied", 403}
	DigestInvalid     = Code{"DIGEST_INVALID", "provided digest did not match uploaded content", 400}
	NameInvalid       = Code{"NAME_INVALID", "invalid repository name", 400}
	NameUnknown       = Code{"NAME_UNKNOWN", "repository name not known to registry", 404}
	TagInvalid        = Code{"TAG_INVALID", "manifest tag did not match URI", 400}
	ManifestUnknown   = Code{"MANIFEST_UNKNOWN", "manifest unknown", 404}
	ManifestInvalid   = Code{"MANIFEST_INVALID", "manifest invalid", 400}
	ManifestBlob      = Code{"MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", 400}
	BlobUnknown       = Code{"BLOB_UNKNOWN", "blob unknown to registry", 404}
	UploadUnknown     = Code{"BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", 404}
	UploadInvalid     = Code{"BLOB_UPLOAD_INVALID", "blob upload invalid", 404}
	PaginationInvalid = Code{"PAGINATION_NUMBER_INVALID", "invalid number of results requested", 400}
)

// With returns an error of that kind. detail is what the registry adds; it must
// be something JSON has a form for. nil adds nothing.
func (c Code) With(detail any) *Error { return &Error{Code: c, Message: c.Message, Detail: detail} }

// Error is an answer of the registry that refuses.
type Error struct {
	Code    Code
	Message string
	Detail  any
}

// Error gives it as Docker's clients print it.
func (e *Error) Error() string {
	return strings.ToLower(strings.ReplaceAll(e.Code.Value, "_", " ")) + ": " + e.Message
}

// MarshalJSON gives it as the registry sends it.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Detail  any    `json:"detail,omitempty"`
	}{e.Code.Value, e.Message, e.Detail})
}

// Errors are several at once, as for a manifest of which several blobs are
// missing.
type Errors []*Error

func (e Errors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	var b strings.Builder
	b.WriteString("errors:\n")
	for _, one := range e {
		b.WriteString(one.Error() + "\n")
	}
	return b.String()
}

// Refusals returns the registry's errors in err, in their order. An error that
// is none of the registry's own comes as UNKNOWN with its text.
func Refusals(err error) Errors {
	var many Errors
	if errors.As(err, &many) {
		return many
	}
	var one *Error
	if errors.As(err, &one) {
		return Errors{one}
	}
	return Errors{Unknown.With(err.Error())}
}

// opaque is the detail of an error of which the real registry sends only that
// there is one: a Go error without exported fields is {} in JSON.
type opaque struct{}
