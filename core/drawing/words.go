package drawing

import (
	"fmt"
	"strings"

	"layerlab.dev/core/picture"
)

// Language names that of the words in a drawing by its BCP 47 tag.
type Language string

// The languages.
const (
	English Language = "en"
	Korean  Language = "ko"
)

// words are the texts of a drawing.
type words struct {
	title      func(name string) string
	layers     func(n int, size string) string
	layer      func(n int) string
	noLayer    string
	emptyLayer string
	imageID    string
	changed    [3]string // added, modified, removed
	hidden     func(size string) string
}

var catalogue = map[Language]words{
	English: {
		title: func(name string) string { return named("Core sample", name) },
		layers: func(n int, size string) string {
			if n == 1 {
				return "1 layer, " + size
			}
			return fmt.Sprintf("%d layers, %s", n, size)
		},
		layer:      func(n int) string { return fmt.Sprintf("Layer %d", n) },
		noLayer:    "no layer",
		emptyLayer: "empty layer",
		imageID:    "Image ID",
		changed:    [3]string{"added", "modified", "removed"},
		hidden:     func(size string) string { return size + " hidden by later layers" },
	},
	Korean: {
		title:      func(name string) string { return named("코어 샘플", name) },
		layers:     func(n int, size string) string { return fmt.Sprintf("레이어 %d개, %s", n, size) },
		layer:      func(n int) string { return fmt.Sprintf("레이어 %d", n) },
		noLayer:    "레이어 없음",
		emptyLayer: "빈 레이어",
		imageID:    "이미지 ID",
		changed:    [3]string{"추가", "수정", "제거"},
		hidden:     func(size string) string { return size + " 나중 레이어에 가려짐" },
	},
}

func named(what, name string) string {
	if name == "" {
		return what
	}
	return what + ": " + name
}

// describe says in words what is drawn, top first.
func (w words) describe(s Sample) string {
	var lines []string
	for _, st := range s.Strata {
		parts := []string{w.noLayer}
		if st.Number > 0 {
			parts[0] = w.layer(st.Number)
		}
		parts = append(parts, st.Text)
		switch {
		case st.Number > 0 && st.Hollow:
			parts = append(parts, w.emptyLayer)
		case st.Number > 0:
			parts = append(parts, picture.Size(st.Size))
			for i, n := range []int{st.Added, st.Modified, st.Removed} {
				if n > 0 {
					parts = append(parts, fmt.Sprintf("%d %s", n, w.changed[i]))
				}
			}
		}
		if st.HiddenBytes > 0 {
			parts = append(parts, w.hidden(picture.Size(st.HiddenBytes)))
		}
		if st.Number > 0 {
			parts = append(parts, "DiffID "+picture.Short(st.DiffID), "ChainID "+picture.Short(st.ChainID))
		}
		lines = append([]string{strings.Join(parts, ", ")}, lines...)
	}
	return strings.Join(lines, "\n")
}

// count is how many layers a sample has.
func (s Sample) count() (n int) {
	for _, st := range s.Strata {
		if st.Number > 0 {
			n++
		}
	}
	return n
}
