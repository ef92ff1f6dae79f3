package conformance_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/recorded"
	"layerlab.dev/core/vfs"
)

// bases finds the base images of the cases.
func bases(t testing.TB) recorded.Images {
	loaded := map[string]*image.Image{}
	return func(_ context.Context, name string) (*image.Image, error) {
		if img := loaded[name]; img != nil {
			return img, nil
		}
		f, err := os.Open(filepath.Join("testdata", "bases", name+".json"))
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		defer f.Close()
		img, err := image.ReadFacts(f, hostBlob)
		if err == nil {
			loaded[name] = img
		}
		return img, err
	}
}

// hostBlob finds the busybox program of the bases where Debian's
// busybox-static is installed: the recorded facts hold only its digest.
func hostBlob(d digest.Digest) *vfs.Blob {
	for _, name := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		if b, err := os.ReadFile(name); err == nil && digest.FromBytes(b) == d {
			return vfs.Bytes(b)
		}
	}
	return nil
}

func readCases(t testing.TB, pattern string) []recorded.Case {
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases %s: %v", pattern, err)
	}
	var all []recorded.Case
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := recorded.ReadCases(f)
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, cases...)
	}
	return all
}

// TestCases builds every recorded case and compares DiffIDs, ChainIDs, image
// ID, manifest digest, config, history and index with BuildKit's.
func TestCases(t *testing.T) {
	find := bases(t)
	equal, total, missing, archives := 0, 0, 0, 0
	for _, c := range readCases(t, "cases/*.json") {
		variants := []struct {
			name  string
			mtime json.Number
			want  *recorded.Golden
		}{{"older", c.ContextMTime, c.BuildKit}, {"newer", c.NewContextMTime, c.NewContext}}
		for _, v := range variants {
			if v.want == nil && c.Error == nil {
				continue
			}
			total++
			t.Run(c.Name+"/"+v.name, func(t *testing.T) {
				o := c.Build(t.Context(), find, v.mtime, nil)
				var absent *vfs.AbsentError
				if errors.As(o.Err, &absent) {
					missing++
					t.Skipf("the bytes of %s are needed: install Debian's busybox-static", absent.Digest)
				}
				diffs := c.Compare(o, v.want)
				for _, d := range diffs {
					t.Error(d)
				}
				if len(diffs) > 0 {
					return
				}
				equal++
				if v.want != nil && compareArchive(t, o, v.want) {
					archives++
				}
			})
		}
	}
	t.Logf("%d of %d builds equal BuildKit's (%d need bytes that are not here); %d whole archives listed alike", equal, total, missing, archives)
}

// compareArchive compares the members of the exported archive with those of
// BuildKit's. It reports false where the base's own layers are not here.
func compareArchive(t *testing.T, o recorded.Outcome, want *recorded.Golden) bool {
	var buf bytes.Buffer
	err := o.Image.WriteOCI(t.Context(), &buf, image.Options{})
	var absent *vfs.AbsentError
	if errors.As(err, &absent) {
		return false
	}
	if err != nil {
		t.Error(err)
		return false
	}
	var got []string
	for r := tar.NewReader(&buf); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %04o %d:%d %d %d", h.Name, h.Mode, h.Uid, h.Gid, h.ModTime.Unix(), h.Size))
	}
	if !slices.Equal(got, want.OuterTar) {
		t.Errorf("archive members\n%q\nrecorded\n%q", got, want.OuterTar)
		return false
	}
	return true
}
