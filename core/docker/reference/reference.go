// Package reference reads the names of images with the errors in the words of
// docker 20.10, whose library of references words one of them differently from
// the one of today.
package reference

import (
	_ "crypto/sha256" // digests in names are checked only where it is linked
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
)

var (
	errFormat    = errors.New("invalid reference format")
	errUppercase = errors.New("invalid reference format: repository name must be lowercase")
)

func reword(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, reference.ErrNameContainsUppercase), strings.Contains(err.Error(), "must be lowercase"):
		return errUppercase
	case errors.Is(err, reference.ErrReferenceInvalidFormat):
		return errFormat
	}
	return err
}

// Named reads NAME[:TAG|@DIGEST].
func Named(s string) (reference.Named, error) {
	named, err := reference.ParseNormalizedNamed(s)
	if err == nil {
		return named, nil
	}
	return nil, reword(err)
}

// Any reads an image's id, a digest or a name.
func Any(s string) (reference.Reference, error) {
	ref, err := reference.ParseAnyReference(s)
	return ref, reword(err)
}

// WithDefault adds the
// tag latest to what has neither tag nor digest.
func WithDefault(n reference.Named) reference.Named { return reference.TagNameOnly(n) }

// NameOnly reports whether the reference has neither tag nor digest.
func NameOnly(n reference.Named) bool { return reference.IsNameOnly(n) }

// Digested reports whether the reference holds a digest.
func Digested(n reference.Reference) bool {
	_, ok := n.(reference.Canonical)
	return ok
}

// Tag is the tag, or "".
func Tag(n reference.Reference) string {
	if t, ok := n.(reference.Tagged); ok {
		return t.Tag()
	}
	return ""
}

// Familiar is the reference without what docker implies.
func Familiar(n reference.Named) string { return reference.FamiliarString(n) }

// Request is how the client asks the daemon for an image: the digest wins over
// the tag.
func Request(n reference.Named) string {
	name := reference.FamiliarName(n)
	if d, ok := n.(reference.Digested); ok {
		return name + "@" + d.Digest().String()
	}
	if tag := Tag(WithDefault(n)); tag != "" {
		return name + ":" + tag
	}
	return name
}

// CheckIndex refuses a registry whose name is none.
func CheckIndex(n reference.Named) error {
	index := reference.Domain(n)
	if strings.HasPrefix(index, "-") || strings.HasSuffix(index, "-") {
		return fmt.Errorf("invalid index name (%s). Cannot begin or end with a hyphen", index)
	}
	return nil
}

// AsNamed gives the reference as a name, unless it is a digest alone.
func AsNamed(r reference.Reference) (reference.Named, bool) {
	n, ok := r.(reference.Named)
	return n, ok
}
