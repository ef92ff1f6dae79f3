package host_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host"
)

// FuzzLoad gives docker load archives that are nearly right. Whatever it says,
// it is not that it failed inside, and a failure leaves the State as it was.
func FuzzLoad(f *testing.F) {
	raw := saved(f)
	f.Add(raw)
	f.Add(raw[:3000])
	f.Add([]byte{})
	f.Add(bytes.Replace(raw, []byte(`"Layers":[`), []byte(`"Layers":1 `), 1))
	f.Add(bytes.Replace(raw, []byte("manifest.json"), []byte("nanifest.json"), 1))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h := host.New(host.NewState(1, now), nil)
		before := h.State()
		got := load(h, raw)
		if strings.Contains(got, "failed inside") {
			t.Error(got)
		}
		if strings.Contains(got, "ERROR") && !h.State().Same(before) {
			t.Errorf("%s, and the State changed", got)
		}
	})
}

// FuzzNames gives every operation that takes a name of an image odd ones.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"alpine", "a:b:c", "UP", "sha256:", "sha256:aa", "", "a@" + alpineDigest, "localhost:5000/x", strings.Repeat("a/", 200), "-", "a b", "@", ":"} {
		f.Add(name)
	}
	h, _ := newHost(f)
	pull(f, h, "alpine")
	start := h.State()
	f.Fuzz(func(t *testing.T, name string) {
		h.SetState(start)
		for what, err := range map[string]error{
			"tag":  h.ImageTag("alpine", name),
			"pull": h.ImagePull(ctx, name, types.ImagePullOptions{}, nil),
			"push": h.ImagePush(ctx, name, types.ImagePushOptions{}, nil),
			"save": h.ImageSave(ctx, []string{name}, new(bytes.Buffer)),
			"rmi":  func() error { _, err := h.ImageRemove(name, types.ImageRemoveOptions{}); return err }(),
			"show": func() error { _, _, err := h.ImageInspect(name); return err }(),
			"dist": func() error { _, err := h.DistributionInspect(ctx, name); return err }(),
		} {
			if err == nil {
				continue
			}
			if e, ok := err.(*host.Error); !ok || strings.Contains(e.Text, "failed inside") || e.Text == "" {
				t.Errorf("%s %q: %v", what, name, err)
			}
		}
	})
}
