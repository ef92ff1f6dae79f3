package lab

import (
	"encoding/json"

	"layerlab.dev/wasm/wire"
)

// Recipe tells how an image can be made again with BuildKit.
type Recipe struct {
	wire.Reproduce
	Image   string // ID of the image it is of, "" for none yet
	Loaded  bool
	Failure string
}

// wantRecipe asks how the shown image can be made again, where that is in
// sight.
func (l *Lab) wantRecipe() {
	if l.Image == nil || l.Tab != "reproduce" || l.Recipe.Image == l.Image.ID {
		return
	}
	image := l.Image.ID
	l.Recipe = Recipe{Image: image}
	l.request(wire.MethodReproduce, wire.ReproduceQuery{Image: image}, nil, func(result json.RawMessage, failure string) {
		if l.Recipe.Image != image {
			return
		}
		r := Recipe{Image: image, Loaded: true, Failure: failure}
		if failure == "" {
			if err := json.Unmarshal(result, &r.Reproduce); err != nil {
				r.Failure = err.Error()
			}
		}
		l.Recipe = r
	})
}
