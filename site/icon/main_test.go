package main

import (
	"fmt"
	"image/color"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	for _, i := range icons {
		img := draw(i.size, i.mask)
		at := func(x, y float64) color.NRGBA {
			return img.NRGBAAt(int(x*float64(i.size)/32), int(y*float64(i.size)/32))
		}
		corner := at(0, 0).A
		if i.mask && corner != 255 || !i.mask && corner != 0 {
			t.Errorf("%s: the corner has opacity %d", i.name, corner)
		}
		for _, s := range append(strata, ground) {
			x, y := s.x+s.w/2, s.y+s.h/2
			if s.r > 0 {
				x, y = 4, 16
			}
			if got := at(x, y); got != color.NRGBA(s.fill) {
				t.Errorf("%s at %g,%g is %v, want %v", i.name, x, y, got, s.fill)
			}
		}
	}
}

// The icon is drawn twice, as SVG and here: both must be the same picture.
func TestDrawIsTheSVG(t *testing.T) {
	svg, err := os.ReadFile("../web/icon.svg")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`fill="(#[0-9a-f]{6})" d="(M[^"]+)"`).FindAllStringSubmatch(string(svg), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	var want []string
	for n, s := range append([]shape{ground}, strata...) {
		path := fmt.Sprintf("M%g %gh%gv%gH%gz", s.x, s.y, s.w, s.h, s.x)
		if n == 0 {
			path = "M4 0h24a4 4 0 0 1 4 4v24a4 4 0 0 1-4 4H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z"
		}
		want = append(want, fmt.Sprintf("#%02x%02x%02x %s", s.fill.R, s.fill.G, s.fill.B, path))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("icon.svg draws\n%s\nbut here it is\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
