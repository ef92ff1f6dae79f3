package schema2_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/vfs"
)

// file returns the layer that docker 20.10 makes of one copied file.
func file(t *testing.T, name, content string, mtime int64) *layer.Layer {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o100644, Size: int64(len(content)),
		ModTime: time.Unix(mtime, 0), Uname: "root", Gname: "root", Format: tar.FormatUSTAR})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	c, err := layer.Gzip.Writer(&z)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := layer.Read(context.Background(), layer.Blob{Digest: digest.FromBytes(z.Bytes()), Size: int64(z.Len()), Content: vfs.Bytes(z.Bytes())}, vfs.Bytes(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestPush makes the layers and manifests of three pushes that were recorded
// from dockerd 20.10.24: a file that doubles from push to push.
func TestPush(t *testing.T) {
	var lines strings.Builder
	for i := range 200 {
		fmt.Fprintf(&lines, "app resource line %05d\n", i)
	}
	content := lines.String()[:4424]
	layers := []schema2.Descriptor{
		{Size: 1065424, Digest: "sha256:23f5804738a33d337c41bf34d73388a931788ff71cf94845c2ec3ed1614ca966"},
		{Size: 293388, Digest: "sha256:1ff3951b5ff4e4fc41537a702b3422eedcf8027bf61c65d9b0adcb255e23ff58"},
	}
	for _, tt := range []struct {
		mtime                      int64
		diffID, layer, config      string
		size, configSize, manifest int64
		digest                     string
	}{
		{0, "", "", "2b976455967be0f8f3eb9e9cb93cabc3e9ad6f986866edbbf1ba281827c8be89", 0, 2347, 738, "4b2a1e61c76ece21397aad39d2ab9637743406d04445fa6a7e9c305b9db88354"},
		{1642314600, "670f302e205c", "dd15000d4ffe13b45db8fae91915856e1ad77b61f901218408efa59ec361404a", "8687bb9966b54683c2e74c2b65c6d606de385b541257a66dcb34428898773588", 610, 2579, 945, "4e10ce5285776af9fdcafdf82d834d5ca6378cf6c5134b9f5d6bcdd06b932e84"},
		{1642314660, "4910db7eb795", "18e91671b4ff099120f2e9541e4f3ed5a6183269f4130cb1604629955b44f489", "f73113e5e38e541ef0705a01eb6820523f033583be748abaf8c160005aa8cca7", 728, 2809, 1152, "1ebae5e87065aba45b383f2ca0d7992c70cff103be6f5524fb2d9cc91aa51715"},
	} {
		if tt.mtime > 0 {
			content += content
			l := file(t, "test.txt", content, tt.mtime)
			b, err := l.Blob(context.Background(), layer.Gzip)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(l.DiffID().Encoded(), tt.diffID) || b.Digest.Encoded() != tt.layer || b.Size != tt.size {
				t.Errorf("layer %s: DiffID %s, blob %s of %d bytes", tt.diffID, l.DiffID(), b.Digest, b.Size)
			}
			head := make([]byte, 10)
			if _, err := b.Content.ReadAt(head, 0); err != nil || fmt.Sprintf("%x", head) != "1f8b08000000000000ff" {
				t.Errorf("layer %s begins %x, %v", tt.diffID, head, err)
			}
			layers = append(layers, schema2.Descriptor{Size: b.Size, Digest: b.Digest})
		}
		m, err := schema2.New(schema2.Descriptor{Size: tt.configSize, Digest: digest.NewDigestFromEncoded(digest.SHA256, tt.config)}, layers)
		if err != nil {
			t.Fatal(err)
		}
		if got := digest.FromBytes(m).Encoded(); got != tt.digest || int64(len(m)) != tt.manifest {
			t.Errorf("manifest %s of %d bytes, docker pushed %s of %d:\n%s", got, len(m), tt.digest, tt.manifest, m)
		}
		back, err := schema2.Parse(m)
		if err != nil || len(back.References()) != len(layers)+1 {
			t.Errorf("reading it back: %v, %v", back, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, raw := range []string{"", "[]", "{}", `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}`, `{"layers":3}`} {
		if m, err := schema2.Parse([]byte(raw)); err == nil {
			t.Errorf("%s: read as %v", raw, m)
		}
	}
}
