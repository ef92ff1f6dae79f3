package cost_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/cost"
)

// img makes an image of layers by letters, the lowest first: of layer "c" 30
// bytes travel, and 300 are kept. Letters further up stand on those before them.
func img(name, layers string) cost.Image {
	i := cost.Image{Name: name, Documents: 7}
	for n, c := range layers {
		size := int64(c-'a'+1) * 10
		i.Layers = append(i.Layers, cost.Layer{ChainID: digest.FromString(layers[:n+1]), Digest: digest.FromString(string(c)),
			Compressed: size, Content: size * 10})
	}
	return i
}

func has(letters string) func(digest.Digest) bool {
	return func(d digest.Digest) bool {
		for _, c := range letters {
			if d == digest.FromString(string(c)) {
				return true
			}
		}
		return false
	}
}

func TestTransfer(t *testing.T) {
	for _, test := range []struct {
		layers, has string
		want        cost.Move
	}{
		{"abc", "", cost.Move{Bytes: 67, Whole: 67, Layers: 3, Blobs: 3}},
		{"abc", "a", cost.Move{Bytes: 57, Whole: 67, Layers: 2, Blobs: 3, AlreadyPresent: 10}},
		{"abc", "abcd", cost.Move{Bytes: 7, Whole: 67, Layers: 0, Blobs: 3, AlreadyPresent: 60}},
		{"aba", "", cost.Move{Bytes: 37, Whole: 37, Layers: 2, Blobs: 2}},
		{"", "", cost.Move{Bytes: 7, Whole: 7}},
	} {
		if got := cost.Transfer(img("x", test.layers), has(test.has)); got != test.want {
			t.Errorf("%s with %q: %+v, want %+v", test.layers, test.has, got, test.want)
		}
	}
}

func TestRooms(t *testing.T) {
	images := []cost.Image{img("one", "ab"), img("two", "abc"), img("three", "ac"), img("other", "d")}
	want := []cost.Room{
		{Size: 300, Shared: 300, SharedLayers: 2, SharedWith: 2},
		{Size: 600, Shared: 300, Unique: 300, SharedLayers: 2, SharedWith: 2},
		// The blob of c is that of "two", but it stands on another layer.
		{Size: 400, Shared: 100, Unique: 300, SharedLayers: 1, SharedWith: 2},
		{Size: 400, Unique: 400},
	}
	if got := cost.Rooms(images); !reflect.DeepEqual(got, want) {
		t.Errorf("rooms %+v, want %+v", got, want)
	}
	if got := cost.Disk(images); got != 100+200+300+300+400 {
		t.Errorf("all take %d bytes", got)
	}
}

func TestChanges(t *testing.T) {
	images := []cost.Image{img("v1", "ab"), img("v2", "abc"), img("v3", "abcd"), img("side", "abe"), img("v2 again", "abc")}
	want := []cost.Change{
		{Own: 30, Above: 3, Chain: 30 + 30 + 40 + 50, Common: 30},
		{Own: 30, Above: 1, Chain: 30 + 40, Common: 30},
		{Own: 40, Chain: 40, Common: 40},
		{Own: 50, Chain: 50, Common: 50},
		{Own: 30, Above: 1, Chain: 30 + 40, Common: 30},
	}
	want[0].Above = 4
	if got := cost.Changes(images); !reflect.DeepEqual(got, want) {
		t.Errorf("changes\n%+v\nwant\n%+v", got, want)
	}
	if got := cost.Changes([]cost.Image{img("empty", "")}); got[0] != (cost.Change{}) {
		t.Errorf("an image without layers: %+v", got[0])
	}
}

func ExampleTransfer() {
	m := cost.Transfer(img("app", "abc"), has("ab"))
	fmt.Println(m.Bytes, "of", m.Whole, "bytes travel")
	// Output: 37 of 67 bytes travel
}
