package host_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

func tarOf(t testing.TB) []byte {
	t.Helper()
	b := vfs.String("hi\n")
	var out bytes.Buffer
	if err := layer.WriteTar(&out, []layer.Entry{
		{Name: "f", Type: '0', Mode: 0o644, Size: b.Size(), Content: b}, {Name: "l", Type: '2', Mode: 0o777, Linkname: "f"},
	}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestImport(t *testing.T) {
	h, _ := newHost(t)
	raw := tarOf(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(raw)
	z.Close()
	var out lines
	err := h.ImageImport(ctx, bytes.NewReader(raw), "a:b", types.ImageImportOptions{Changes: []string{"ENV A=b", `CMD ["x"]`}, Message: "hey"}, out.take)
	if err != nil {
		t.Fatal(err)
	}
	doc, _, err := h.ImageInspect("a:b")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what is said", out.String(), doc.ID)
	if doc.Comment != "hey" || doc.Size != 4 || doc.DockerVersion != "20.10.24+dfsg1" || doc.Parent != "" || fmt.Sprint(doc.Config.Env, doc.Config.Cmd) != "[A=b] [x]" || doc.Metadata.LastTagTime.IsZero() {
		t.Errorf("%+v %+v", doc, doc.Config)
	}
	items, err := h.ImageHistory("a:b")
	if err != nil || len(items) != 1 || items[0].CreatedBy != "" || items[0].Comment != "hey" {
		t.Errorf("%+v %v", items, err)
	}
	if err := h.ImageImport(ctx, &packed, "gz", types.ImageImportOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if two, _, err := h.ImageInspect("gz"); err != nil || two.RootFS.Layers[0] != doc.RootFS.Layers[0] || two.Comment != "Imported from -" {
		t.Errorf("%+v %v", two, err)
	}
	for _, c := range []struct {
		ref, change, in, want string
	}{
		{"", "FOO x", "", "foo is not a valid change command"},
		{"", "LABEL x=y z", "", `Syntax error - can't find = in "z". Must be of the form: name=value`},
		{"", "ENV", "", "ENV requires at least one argument"},
		{"My", "", "", "invalid reference format: repository name must be lowercase"},
		{"x@" + alpineDigest, "", "", "cannot import digest reference"},
		{"x", "", "abc\n", "Error processing tar file(exit status 1): unexpected EOF"},
	} {
		o := types.ImageImportOptions{}
		if c.change != "" {
			o.Changes = []string{c.change}
		}
		before := h.State()
		err := h.ImageImport(ctx, strings.NewReader(c.in), c.ref, o, func(m host.Message) { t.Errorf("%s: %+v", c.want, m) })
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
		if !h.State().Same(before) {
			t.Errorf("%s: the State changed", c.want)
		}
	}
}

func TestDistributionInspect(t *testing.T) {
	h, _ := newHost(t)
	d, err := h.DistributionInspect(ctx, "localhost:5000/library/alpine")
	if err != nil || d.Descriptor.Digest.String() != alpineDigest || d.Descriptor.Size != 528 || len(d.Platforms) != 1 || d.Platforms[0].Architecture != "amd64" {
		t.Errorf("%+v %v", d, err)
	}
	for name, want := range map[string]string{
		"localhost:5000/nosuch": "404 manifest unknown: manifest unknown",
		"UPPER":                 "400 invalid reference format: repository name must be lowercase",
		"localhost:5003/x":      "403 denied: requested access to the resource is denied",
	} {
		_, err := h.DistributionInspect(ctx, name)
		if e, ok := err.(*host.Error); !ok || fmt.Sprint(e.Status, " ", e.Text) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
