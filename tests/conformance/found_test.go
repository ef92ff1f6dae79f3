package conformance_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/image"
	"layerlab.dev/core/recorded"
	"layerlab.dev/core/vfs"
)

// readFound reads the cases of a file of testdata/found, compressed or not.
func readFound(t testing.TB, name string) []recorded.Case {
	f, err := os.Open(filepath.Join("testdata", "found", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	cases, err := recorded.ReadCases(r)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return cases
}

// readExceptions reads the cases that are not equal yet, with the reason: files
// testdata/found/exceptions-AREA.txt with lines "name: reason".
func readExceptions(t testing.TB) (reasons, areas map[string]string) {
	names, err := filepath.Glob(filepath.Join("testdata", "found", "exceptions-*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	reasons, areas = map[string]string{}, map[string]string{}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		area := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "exceptions-"), ".txt")
		for s := bufio.NewScanner(f); s.Scan(); {
			line := strings.TrimSpace(s.Text())
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			c, reason, _ := strings.Cut(line, ": ")
			if reason == "" || reasons[c] != "" {
				t.Errorf("%s: %q is listed twice or without a reason", name, c)
			}
			reasons[c], areas[c] = reason, area
		}
	}
	return reasons, areas
}

// TestFound builds the cases that public reports and random features led to, and
// compares them with BuildKit's build or error. A case that is not equal is
// listed with its reason; one that is listed and equal fails.
//
//	go test ./tests/conformance -run 'TestFound/^pa-16$' -v
func TestFound(t *testing.T) {
	reasons, areas := readExceptions(t)
	common := bases(t)
	// In the cases of lab.jsonl.gz base is a name for lab.
	lab := func(ctx context.Context, name string) (*image.Image, error) {
		if name == "base" {
			name = "lab"
		}
		return common(ctx, name)
	}
	equal, total, missing := 0, 0, 0
	failing := map[string][]string{}
	check := func(c recorded.Case, find recorded.Images) {
		total++
		reason, listed := reasons[c.Name]
		delete(reasons, c.Name)
		t.Run(c.Name, func(t *testing.T) {
			o := c.Build(t.Context(), find, c.ContextMTime, nil)
			var absent *vfs.AbsentError
			if errors.As(o.Err, &absent) {
				missing++
				t.Skipf("the bytes of %s are needed: install Debian's busybox-static", absent.Digest)
			}
			diffs := c.Compare(o, c.BuildKit)
			switch {
			case len(diffs) == 0:
				equal++
				if listed {
					t.Errorf("is equal now: take it out of exceptions-%s.txt", areas[c.Name])
				}
			case listed:
				failing[areas[c.Name]] = append(failing[areas[c.Name]], c.Name)
				t.Logf("excepted (%s): %s", reason, strings.Join(diffs, "\n"))
			default:
				failing["not listed"] = append(failing["not listed"], c.Name)
				t.Errorf("%s\n%s", strings.Join(diffs, "\n"), c.Dockerfile)
			}
		})
	}
	for _, c := range readFound(t, "v34.jsonl.gz") {
		check(c, common)
	}
	for _, c := range readFound(t, "copy34.jsonl.gz") {
		check(c, common)
	}
	for _, c := range readFound(t, "kernel.jsonl.gz") {
		check(c, common)
	}
	for _, c := range readFound(t, "lab.jsonl.gz") {
		check(c, lab)
	}
	for _, c := range readFound(t, "layouts.jsonl") {
		check(c, func(ctx context.Context, name string) (*image.Image, error) {
			if name != c.Base {
				return common(ctx, name)
			}
			return image.Read(os.DirFS(filepath.Join("testdata", "found", "layouts", c.Name)))
		})
	}
	for _, c := range readFound(t, "stacks.jsonl.gz") {
		check(c, func(context.Context, string) (*image.Image, error) {
			return image.ReadFacts(bytes.NewReader(c.Facts), nil)
		})
	}
	for name := range reasons {
		t.Errorf("exceptions-%s.txt lists %s, which is no case", areas[name], name)
	}
	for _, area := range slices.Sorted(maps.Keys(failing)) {
		t.Logf("%s: %d not equal: %s", area, len(failing[area]), strings.Join(failing[area], " "))
	}
	t.Logf("%d of %d found cases equal BuildKit's (%d need bytes that are not here)", equal, total, missing)
}
