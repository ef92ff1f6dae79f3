package host_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/host"
)

// saved is what dockerd 20.10.24 saved of two images of three layers, one of
// which is in both under two ids.
func saved(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open("archive/testdata/tiny.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func load(h *host.Host, raw []byte) string {
	var out lines
	if err := h.ImageLoad(ctx, bytes.NewReader(raw), true, out.take); err != nil {
		return err.Error()
	}
	return out.String()
}

func TestLoadAndSave(t *testing.T) {
	h := host.New(host.NewState(1, time.Unix(1796135819, 0).UnixNano()), nil)
	raw := saved(t)
	same(t, "load", load(h, raw), "Loaded image: tiny:1\nLoaded image: tiny:3")
	same(t, "images", images(t, h, true), "tiny:3 9c71924f8e9d 12\ntiny:1 be941e31092c 6")
	var out bytes.Buffer
	if err := h.ImageSave(ctx, []string{"tiny"}, &out); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), raw) {
		os.WriteFile(t.TempDir()+"/ours.tar", out.Bytes(), 0o644)
		t.Errorf("%d bytes, not those that dockerd wrote (%d)", out.Len(), len(raw))
	}
	same(t, "again", load(h, raw), "Loaded image: tiny:1\nLoaded image: tiny:3")
	if err := h.ImageTag("tiny:3", "tiny:1"); err != nil {
		t.Fatal(err)
	}
	same(t, "another has the tag", load(h, raw), `The image tiny:1 already exists, renaming the old one with ID sha256:9c71924f8e9dc1aeb5791b0e0db0a0617604fab80bad9b44a9657ab682c157f7 to empty string
Loaded image: tiny:1
Loaded image: tiny:3`)
	out.Reset()
	if err := h.ImageSave(ctx, []string{"be941e31092c", "9c7"}, &out); err != nil {
		t.Fatal(err)
	}
	two := host.New(host.NewState(1, now), nil)
	same(t, "images without names", load(two, out.Bytes()), `
Loaded image ID: sha256:be941e31092c660d31bd35bb2425271c4efa942122fc63877c8c07439728e206
Loaded image ID: sha256:9c71924f8e9dc1aeb5791b0e0db0a0617604fab80bad9b44a9657ab682c157f7`)
	for name, want := range map[string]string{
		"nosuch":    "No such image: nosuch",
		"nosuch:1":  "reference does not exist",
		"sha256:12": "No such image: sha256:12",
		"a:b:c":     "invalid reference format",
	} {
		if err := h.ImageSave(ctx, []string{name}, io.Discard); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	raw := saved(t)
	replace := func(from, to string) []byte { return bytes.Replace(raw, []byte(from), []byte(to), 1) }
	for _, c := range []struct {
		name    string
		archive []byte
		want    string // digits of the temporary directory left out
	}{
		{"nothing", nil, "ERROR open /var/lib/docker/tmp/docker-import-/repositories: no such file or directory"},
		{"no tar", []byte("abc\n"), "ERROR Error processing tar file(exit status 1): unexpected EOF"},
		{"cut", raw[:3000], "ERROR Error processing tar file(exit status 1): unexpected EOF"},
		{"no such config", replace(`[{"Config":"be94`, `[{"Config":"xxxx`), "ERROR open /var/lib/docker/tmp/docker-import-/xxxx1e31092c660d31bd35bb2425271c4efa942122fc63877c8c07439728e206.json: no such file or directory"},
		{"no config", replace(`{"Config":`, `{"Xonfig":`), "ERROR read /var/lib/docker/tmp/docker-import-: is a directory"},
		{"no JSON", replace(`[{"Config"`, `[  Config"`), "ERROR invalid character 'C' looking for beginning of value"},
		{"other bytes", replace("hi\n", "ha\n"), `ERROR invalid diffID for layer 0: expected "sha256:`},
		{"no layer", replace(`.tar"`, `.tat"`), "ERROR open /var/lib/docker/tmp/docker-import-/c91c6d31bf85fc79a7d49de9e28f6a31d48ccf6c78eda40569e7750c1fa9b532/layer.tat: no such file or directory"},
	} {
		h := host.New(host.NewState(1, now), nil)
		got := load(h, c.archive)
		if i := strings.Index(got, "docker-import-"); i >= 0 {
			i += len("docker-import-")
			got = got[:i] + strings.TrimLeft(got[i:], "0123456789")
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
		if s := h.State(); s.Store.ImageCount() != 0 || s.Store.LayerCount() != 0 {
			t.Errorf("%s: something stayed", c.name)
		}
	}
}

// An archive without manifest.json is one of the first format: its images have
// their parents and other ids.
func TestLoadLegacy(t *testing.T) {
	raw := bytes.Replace(saved(t), []byte("manifest.json"), []byte("xanifest.json"), 1)
	// The checksum of that header: 'x' is 11 more than 'm'.
	at := bytes.Index(raw, []byte("xanifest.json"))
	sum := raw[at+148 : at+154]
	n := 0
	for _, d := range sum {
		n = n*8 + int(d-'0')
	}
	for i, n := 5, n+11; i >= 0; i, n = i-1, n/8 {
		sum[i] = byte('0' + n%8)
	}
	h := host.New(host.NewState(1, now), nil)
	if got := load(h, raw); got != "" {
		t.Fatal(got)
	}
	// What dockerd made of it.
	same(t, "images", images(t, h, false), "tiny:3 52158df6e909 12\ntiny:1 d007bde1fe95 6")
	items, err := h.ImageHistory("tiny:3")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, i := range items {
		ids = append(ids, i.ID[7:19])
	}
	if strings.Join(ids, " ") != "52158df6e909 890ef5bd7979 51054038d8b7 369f11889f89" {
		t.Error(ids)
	}
}
