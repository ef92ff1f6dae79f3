// Command icon draws the product's icon, the strata of site/web/icon.svg, as
// the PNGs that installed web apps need.
//
// Usage:
//
//	icon FOLDER
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
)

// icons are the files that are drawn. A maskable one fills its square, since
// the system cuts it into a shape of its own, and keeps what matters inside
// the circle of four fifths (W3C App Manifest, "Icon masks and safe zone").
var icons = []struct {
	name string
	size int
	mask bool
}{
	{"icon-180.png", 180, true},
	{"icon-192.png", 192, false},
	{"icon-512.png", 512, false},
	{"icon-maskable-512.png", 512, true},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: icon FOLDER")
		os.Exit(2)
	}
	for _, i := range icons {
		if err := write(filepath.Join(os.Args[1], i.name), draw(i.size, i.mask)); err != nil {
			fmt.Fprintln(os.Stderr, "icon:", err)
			os.Exit(1)
		}
	}
}

func write(name string, img image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(f, img); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", name, err)
	}
	return f.Close()
}

// shape is a rectangle with round corners in the units of icon.svg, which is
// 32 wide and high.
type shape struct {
	x, y, w, h, r float64
	fill          color.RGBA
}

var ground = shape{0, 0, 32, 32, 4, color.RGBA{0x16, 0x15, 0x13, 0xff}}

// strata are drawn over the ground: loose soil, layers, bedrock.
var strata = []shape{
	{8, 6, 16, 6, 0, color.RGBA{0xe8, 0xcf, 0x96, 0xff}},
	{8, 13, 16, 5, 0, color.RGBA{0xd9, 0xa4, 0x41, 0xff}},
	{8, 19, 16, 7, 0, color.RGBA{0x8a, 0x6a, 0x2b, 0xff}},
}

// has tells whether a point is inside.
func (s shape) has(x, y float64) bool {
	x, y = x-s.x, y-s.y
	if x < 0 || y < 0 || x >= s.w || y >= s.h {
		return false
	}
	dx := max(s.r-x, x-(s.w-s.r), 0)
	dy := max(s.r-y, y-(s.h-s.r), 0)
	return dx*dx+dy*dy <= s.r*s.r || dx == 0 || dy == 0
}

// samples is how many points a pixel is looked at, across and down.
const samples = 4

// draw draws the icon; a masked one has a ground without corners.
func draw(size int, mask bool) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	base := ground
	if mask {
		base.r = 0
	}
	unit := 32 / float64(size)
	for py := range size {
		for px := range size {
			var r, g, b, n int
			for i := range samples * samples {
				x := (float64(px) + (float64(i%samples)+0.5)/samples) * unit
				y := (float64(py) + (float64(i/samples)+0.5)/samples) * unit
				if !base.has(x, y) {
					continue
				}
				c := base.fill
				for _, s := range strata {
					if s.has(x, y) {
						c = s.fill
					}
				}
				r, g, b, n = r+int(c.R), g+int(c.G), b+int(c.B), n+1
			}
			if n > 0 {
				img.SetNRGBA(px, py, color.NRGBA{uint8(r / n), uint8(g / n), uint8(b / n), uint8(255 * n / (samples * samples))})
			}
		}
	}
	return img
}
