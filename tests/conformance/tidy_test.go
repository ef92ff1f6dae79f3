package conformance_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"layerlab.dev/core/assist"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/vfs"
)

// TestTidyKeepsDigests builds every recorded case once more from a Dockerfile
// that was made untidy and tidied, and compares with what BuildKit made of the
// original.
func TestTidyKeepsDigests(t *testing.T) {
	find := bases(t)
	changed, total := 0, 0
	for _, c := range readCases(t, "cases/*.json") {
		if c.BuildKit == nil {
			continue
		}
		total++
		t.Run(c.Name, func(t *testing.T) {
			parse := func(text []byte) *dockerfile.File {
				return dockerfile.Parse("Dockerfile", text, dockerfile.Options{})
			}
			f := parse([]byte(c.Dockerfile))
			messy := untidy(f)
			if !f.Same(parse(messy)) {
				t.Fatalf("not the same file any more:\n%s", messy)
			}
			out := assist.Tidy(parse(messy))
			if again := assist.Tidy(parse(out)); !bytes.Equal(again, out) {
				t.Errorf("tidied again:\n%s\nwas\n%s", again, out)
			}
			if !bytes.Equal(out, messy) {
				changed++
			}
			c.Dockerfile = string(out)
			o := c.Build(t.Context(), find, c.ContextMTime, nil)
			var absent *vfs.AbsentError
			if errors.As(o.Err, &absent) {
				t.Skipf("the bytes of %s are needed: install Debian's busybox-static", absent.Digest)
			}
			for _, d := range c.Compare(o, c.BuildKit) {
				t.Error(d)
			}
		})
	}
	if changed < total/2 {
		t.Errorf("only %d of %d untidy files were changed", changed, total)
	}
}

// untidy writes keywords in lower case, with blanks around them.
func untidy(f *dockerfile.File) []byte {
	out := bytes.Clone(f.Source)
	for i := len(f.Instructions) - 1; i >= 0; i-- {
		r := f.Instructions[i].KeywordRange
		from, to := f.Offset(r.Start), f.Offset(r.End)
		text := "  " + strings.ToLower(string(out[from:to])) + "  "
		out = append(out[:from:from], append([]byte(text), out[to:]...)...)
	}
	return append(out, "\n\n"...)
}
