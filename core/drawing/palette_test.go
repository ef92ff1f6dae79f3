package drawing

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// The drawing must look like the page, so its colours are the page's.
func TestPaletteIsThePages(t *testing.T) {
	sheet := read(t, "../../site/web/style/tokens.css")
	for name, c := range palette {
		want := fmt.Sprintf("--%s: light-dark(%s, %s);", name, c.light, c.dark)
		if !regexp.MustCompile(regexp.QuoteMeta(want)).MatchString(sheet) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, r := range rules {
		if _, ok := palette[r.token]; !ok {
			t.Errorf("rule for .%s: no token %s", r.class, r.token)
		}
	}
	number := func(pattern string) float64 {
		found := regexp.MustCompile(pattern).FindStringSubmatch(sheet)
		if found == nil {
			t.Fatalf("the page has no %s", pattern)
		}
		n, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	l, c := number(`--strip-l: ([0-9.]+)%`)/100, number(`--strip-c: ([0-9.]+);`)
	angles := regexp.MustCompile(`\.h([0-9]+) \{ fill: oklch\(var\(--strip-l\) var\(--strip-c\) ([0-9]+)\); \}`).FindAllStringSubmatch(read(t, "../../site/web/style/digest.css"), -1)
	if len(angles) != len(hues) {
		t.Fatalf("the page has %d hues", len(angles))
	}
	for i, found := range angles {
		angle, err := strconv.ParseFloat(found[2], 64)
		if err != nil || found[1] != strconv.Itoa(i) {
			t.Fatalf("hue %d is %v", i, found)
		}
		if want := srgb(l, c, angle); hues[i] != want {
			t.Errorf("hue %d is %s, the page's %s", i, hues[i], want)
		}
	}
}

// srgb is an oklch colour as browsers show it, channels out of range clipped
// (CSS Color 4, "Converting Oklab to sRGB").
func srgb(l, c, h float64) string {
	sin, cos := math.Sincos(h * math.Pi / 180)
	a, b := c*cos, c*sin
	cube := func(x float64) float64 { return x * x * x }
	l1, m1, s1 := cube(l+0.3963377774*a+0.2158037573*b), cube(l-0.1055613458*a-0.0638541728*b), cube(l-0.0894841775*a-1.2914855480*b)
	channel := func(x float64) int {
		x = min(max(x, 0), 1)
		if x <= 0.0031308 {
			return int(math.Round(255 * 12.92 * x))
		}
		return int(math.Round(255 * (1.055*math.Pow(x, 1/2.4) - 0.055)))
	}
	return fmt.Sprintf("#%02x%02x%02x",
		channel(4.0767416621*l1-3.3077115913*m1+0.2309699292*s1),
		channel(-1.2684380046*l1+2.6097574011*m1-0.3413193965*s1),
		channel(-0.0041960863*l1-0.7034186147*m1+1.7076147010*s1))
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
