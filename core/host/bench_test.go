package host_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// crowd returns a host with n tagged images of five layers each, none shared.
func crowd(t testing.TB, n int) *host.Host {
	t.Helper()
	h := host.New(host.NewState(1, now), nil)
	err := h.Change(func(c *host.Change) error {
		for i := range n {
			config := fmt.Sprintf(`{"architecture":"amd64","os":"linux","created":%q,"config":{"Labels":{"n":"%d"}},"rootfs":{"type":"layers","diff_ids":[`,
				time.Unix(1700000000+int64(i), 0).UTC().Format(time.RFC3339), i)
			var layers []*layer.Layer
			for k := range 5 {
				b := vfs.String(fmt.Sprint(i, k))
				l, err := layer.New(ctx, []layer.Entry{{Name: "f", Type: '0', Mode: 0o644, Size: b.Size(), Content: b}})
				if err != nil {
					return err
				}
				layers = append(layers, l)
				if k > 0 {
					config += ","
				}
				config += fmt.Sprintf("%q", l.DiffID())
			}
			made, err := image.Existing([]byte(config+"]}}"), nil, layers)
			if err != nil {
				return err
			}
			if c.Store, _, err = c.Store.Create(made, &c.Random, c.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := h.State()
	i := 0
	for id := range s.Store.Images() {
		if err := h.ImageTag(id.String(), fmt.Sprintf("image%04d", i)); err != nil {
			t.Fatal(err)
		}
		i++
	}
	return h
}

// BenchmarkImages lists 1,000 images with 5,000 layers.
func BenchmarkImages(b *testing.B) {
	h := crowd(b, 1000)
	for b.Loop() {
		if list, err := h.ImageList(types.ImageListOptions{}); err != nil || len(list) != 1000 {
			b.Fatal(len(list), err)
		}
	}
}

// BenchmarkRemove removes images by their names; the time of one must not depend
// on how many there are.
func BenchmarkRemove(b *testing.B) {
	for _, n := range []int{250, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := crowd(b, n)
			full := h.State()
			for b.Loop() {
				for i := range n {
					rmi(h, fmt.Sprintf("image%04d", i), false)
				}
				s := h.State()
				if s.Store.ImageCount() != 0 || s.Store.LayerCount() != 0 {
					b.Fatal("something stayed")
				}
				h.SetState(full)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/image")
		})
	}
}

// BenchmarkStates prints what a State costs that is kept after every one of
// 1,000 commands: bytes a command.
func BenchmarkStates(b *testing.B) {
	h := crowd(b, 1000)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		states := make([]host.State, 0, 1000)
		for i := range 1000 {
			if err := h.ImageTag(fmt.Sprintf("image%04d", i), fmt.Sprintf("also:%d", i)); err != nil {
				b.Fatal(err)
			}
			states = append(states, h.State())
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(states)), "bytes/command")
		runtime.KeepAlive(states)
	}
}
