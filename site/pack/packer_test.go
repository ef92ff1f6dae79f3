package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const page = `<!doctype html>
<link rel="stylesheet" href="site/web/app.css">
<a href="#top">top</a> <a href="https://example.org/">out</a>
<script src="./main.js" defer></script>
<script type="application/json" id="assets"></script>
`

// newPacker writes a stage; extra files replace or add to the usual ones.
func newPacker(t *testing.T, page string, extra map[string]string) *packer {
	t.Helper()
	root := t.TempDir()
	p := &packer{
		stage:   filepath.Join(root, "stage"),
		vugu:    filepath.Join(root, "vugu"),
		page:    filepath.Join(root, "index.html"),
		out:     filepath.Join(root, "out"),
		cache:   filepath.Join(root, "cache"),
		quality: 4,
	}
	files := map[string]string{
		"ui.wasm":      strings.Repeat("ui", 2000),
		"engine.wasm":  "engine",
		"worker.js":    "worker",
		"wasm_exec.js": "exec",
		"main.js":      "main",
		"sw.js":        "serve(site)",
		"icon.svg":     "<svg/>",
		"app.css":      `a{background:url("icon.svg")}b{background:url(data:image/png;base64,AA)}`,
	}
	for name, text := range extra {
		files[name] = text
	}
	for name, text := range files {
		if text == "" {
			continue
		}
		writeFile(t, filepath.Join(p.stage, name), text)
	}
	writeFile(t, p.page, page)
	writeFile(t, filepath.Join(p.vugu, "domrender", "renderer-js-script.go"),
		"package domrender\n\nconst jsHelperScript = \"(function(){\\n})()\"\n")
	return p
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, parts ...string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestPackNames(t *testing.T) {
	p := newPacker(t, page, nil)
	if _, err := p.pack(); err != nil {
		t.Fatal(err)
	}
	index := readFile(t, p.out, "index.html")
	for _, want := range []string{
		`href="assets/app\.[0-9a-f]{12}\.css"`,
		`src="assets/main\.[0-9a-f]{12}\.js"`,
		`href="#top"`,
		`href="https://example\.org/"`,
		`id="assets">\{"engine":"assets/engine\.[0-9a-f]{12}\.wasm","offline":"sw\.js","renderer":"assets/renderer\.[0-9a-f]{12}\.js","ui":"assets/ui\.[0-9a-f]{12}\.wasm","wasmExec":"assets/wasm_exec\.[0-9a-f]{12}\.js","worker":"assets/worker\.[0-9a-f]{12}\.js"\}</script>`,
	} {
		if !regexp.MustCompile(want).MatchString(index) {
			t.Errorf("index.html lacks %s:\n%s", want, index)
		}
	}
	renderer := regexp.MustCompile(`assets/renderer[^"]+`).FindString(index)
	if got := readFile(t, p.out, renderer); got != "(function(){\n})()" {
		t.Errorf("renderer.js is %q", got)
	}
	// Every name that the page has is a file.
	for _, name := range regexp.MustCompile(`assets/[^"]+`).FindAllString(index, -1) {
		readFile(t, p.out, name)
	}
	sheets, err := filepath.Glob(filepath.Join(p.out, "assets", "app.*.css"))
	if err != nil || len(sheets) != 1 {
		t.Fatalf("style sheets %v, %v", sheets, err)
	}
	if sheet := readFile(t, sheets[0]); !regexp.MustCompile(`url\("icon\.[0-9a-f]{12}\.svg"\).*url\(data:`).MatchString(sheet) {
		t.Errorf("the style sheet is %s", sheet)
	}
}

// The name of a style sheet must change with what it refers to, or caches
// would keep a sheet that names files that are gone.
func TestPackNameFollowsReferences(t *testing.T) {
	sheet := func(icon string) string {
		p := newPacker(t, page, map[string]string{"icon.svg": icon})
		if _, err := p.pack(); err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`assets/app[^"]+`).FindString(readFile(t, p.out, "index.html"))
	}
	if one, two := sheet("<svg/>"), sheet("<svg></svg>"); one == two {
		t.Errorf("two icons, one style sheet %s", one)
	}
}

func TestPackForms(t *testing.T) {
	p := newPacker(t, page, nil)
	if _, err := p.pack(); err != nil {
		t.Fatal(err)
	}
	plain, err := filepath.Glob(filepath.Join(p.out, "assets", "ui.*.wasm"))
	if err != nil || len(plain) != 1 {
		t.Fatalf("ui %v, %v", plain, err)
	}
	want := readFile(t, plain[0])

	zr, err := gzip.NewReader(strings.NewReader(readFile(t, plain[0]+".gz")))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(zr); err != nil || string(got) != want {
		t.Errorf("gzip gives back %d bytes of %d, %v", len(got), len(want), err)
	}
	script := `import{readFileSync}from"node:fs";import{brotliDecompressSync}from"node:zlib";process.stdout.write(brotliDecompressSync(readFileSync(process.argv.at(-1))))`
	got, err := exec.Command("node", "--input-type=module", "--eval", script, "--", plain[0]+".br").Output()
	if err != nil || !bytes.Equal(got, []byte(want)) {
		t.Errorf("brotli gives back %d bytes of %d, %v", len(got), len(want), err)
	}
	small, err := filepath.Glob(filepath.Join(p.out, "assets", "engine.*.wasm.*"))
	if err != nil || len(small) > 0 {
		t.Errorf("a file of six bytes has forms %v, %v", small, err)
	}
}

// A second run must not compress again, and a lower quality is served from a
// higher one.
func TestPackKeepsForms(t *testing.T) {
	p := newPacker(t, page, nil)
	p.quality = 11
	if _, err := p.pack(); err != nil {
		t.Fatal(err)
	}
	before := entries(t, p.cache)
	p.quality = 4
	if _, err := p.pack(); err != nil {
		t.Fatal(err)
	}
	if after := entries(t, p.cache); after != before {
		t.Errorf("the cache went from\n%s\nto\n%s", before, after)
	}
}

func entries(t *testing.T, folder string) string {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range list {
		names = append(names, entry.Name())
	}
	return strings.Join(names, "\n")
}

func TestPackErrors(t *testing.T) {
	tests := []struct {
		name, page string
		extra      map[string]string
		want       string
	}{
		{"the service worker is missing", page, map[string]string{"sw.js": ""}, "the service worker"},
		{"a program is missing", page, map[string]string{"engine.wasm": ""}, "engine.wasm is not in the stage"},
		{"the page names what is not built", page + `<img src="logo.svg">`, nil, "index.html: refers to logo.svg"},
		{"a style sheet does", page, map[string]string{"icon.svg": ""}, "app.css: refers to icon.svg"},
		{"the page has no place for the list", `<p>`, nil, "found 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPacker(t, test.page, test.extra)
			_, err := p.pack()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want one with %q", err, test.want)
			}
			if _, err := os.Stat(p.out); err == nil {
				t.Error("a failed run left a site")
			}
		})
	}
}
