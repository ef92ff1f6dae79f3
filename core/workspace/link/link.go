package link

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"layerlab.dev/core/workspace"
)

// MaxFragment is the length in bytes up to which a workspace is written into a
// fragment. Browsers open longer URLs, but beyond 32 KB Chromium no longer
// shows the address, and mail, chats and issue trackers cut it off.
const MaxFragment = 32 << 10

// MaxText is the length in bytes of the longest text of a workspace that is
// shared, be it in a fragment or in a store; what a fragment unpacks to beyond
// it is refused before it is there.
const MaxText = 512_000

// MaxGenerated is how many bytes the generated files of a shared workspace may
// have together: a link of a few bytes must not fill a machine.
const MaxGenerated = 4 << 30

// form is that of the links that Encode writes.
const form = 1

// Kind says what is wrong with a link.
type Kind string

// The kinds.
const (
	Broken    Kind = "broken"    // damaged, or no link of ours
	Truncated Kind = "truncated" // its end is missing
	Newer     Kind = "newer"     // of a form that this program does not know
	Large     Kind = "large"     // unpacks to more than is shared
	Invalid   Kind = "invalid"   // what it holds is no workspace
)

// Error says why a link cannot be read.
type Error struct {
	Kind Kind
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("link is %s: %v", e.Kind, e.Err) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func fault(kind Kind, format string, args ...any) error {
	return &Error{kind, fmt.Errorf(format, args...)}
}

// Encode writes a view and the text of a workspace, "" for the view alone, as
// a fragment without "#". The text is as workspace.Format gives it. Whether the
// result is too long for a URL is for the caller to say: see MaxFragment.
func Encode(v View, text []byte) (string, error) {
	var out strings.Builder
	v.append(&out)
	if len(text) == 0 {
		return out.String(), nil
	}
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(text); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	if out.Len() > 0 {
		out.WriteByte('&')
	}
	fmt.Fprintf(&out, "w=%d.%s", form, base64.RawURLEncoding.EncodeToString(packed.Bytes()))
	return out.String(), nil
}

// Decode reads a fragment, with or without "#". The workspace is nil where the
// fragment has none. An error is an *Error.
func Decode(fragment string) (*workspace.Workspace, View, error) {
	values, err := url.ParseQuery(strings.TrimPrefix(fragment, "#"))
	if err != nil {
		return nil, View{}, fault(Broken, "%w", err)
	}
	view := readView(values)
	packed := values.Get("w")
	if packed == "" {
		if values.Has("w") {
			return nil, view, fault(Truncated, "nothing follows w=")
		}
		return nil, view, nil
	}
	text, err := unpack(packed)
	if err != nil {
		return nil, view, err
	}
	w, err := Read(text)
	return w, view, err
}

// unpack reads the value of w.
func unpack(packed string) ([]byte, error) {
	number, content, ok := strings.Cut(packed, ".")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n < 1:
		return nil, fault(Broken, "it begins with %.20q, no number of a form", packed)
	case !ok:
		return nil, fault(Truncated, "nothing follows the number of the form")
	case n > form:
		return nil, fault(Newer, "its form is %d, and %d is the newest known here", n, form)
	}
	// What stood after a link in a sentence is often taken along.
	content = strings.TrimRight(content, ".,;:!?)]}>'\"")
	if strings.ContainsFunc(content, func(r rune) bool { return !isBase64URL(r) }) {
		return nil, fault(Broken, "it has characters that no link has")
	}
	// Up to three digits at the end may be too few for a byte.
	raw, err := base64.RawURLEncoding.DecodeString(content)
	if err != nil {
		return nil, fault(Truncated, "%w", err)
	}
	source := bytes.NewReader(raw)
	z, err := zlib.NewReader(source)
	if err != nil {
		return nil, unpackFault(err)
	}
	text, err := io.ReadAll(io.LimitReader(z, MaxText+1))
	switch {
	case err != nil:
		return nil, unpackFault(err)
	case len(text) > MaxText:
		return nil, fault(Large, "it unpacks to more than %d bytes", MaxText)
	case source.Len() > 0:
		return nil, fault(Broken, "there are %d bytes after its end", source.Len())
	}
	return text, nil
}

func isBase64URL(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

func unpackFault(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fault(Truncated, "%w", io.ErrUnexpectedEOF)
	}
	return fault(Broken, "%w", err)
}

// Read reads the text of a workspace that somebody else wrote. An error is an
// *Error of the kind Large or Invalid.
func Read(text []byte) (*workspace.Workspace, error) {
	if len(text) > MaxText {
		return nil, fault(Large, "its text has %d bytes, and at most %d are shared", len(text), MaxText)
	}
	w, err := workspace.Parse(text)
	if err != nil {
		return nil, &Error{Invalid, err}
	}
	var generated int64
	for _, f := range w.Files {
		if f.Recipe == nil {
			continue
		}
		if f.Recipe.Size > MaxGenerated-generated {
			return nil, fault(Large, "its generated files have more than %d bytes", int64(MaxGenerated))
		}
		generated += f.Recipe.Size
	}
	if len(w.Files) == 0 {
		return nil, fault(Invalid, "it has no files")
	}
	if _, err := w.Tree(); err != nil {
		return nil, &Error{Invalid, err}
	}
	return w, nil
}
