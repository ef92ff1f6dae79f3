package main

import (
	"compress/gzip"
	"encoding/base64"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const wholePage = `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="manifest" href="app.webmanifest">
<link rel="stylesheet" href="app.css">
<script src="boot.js"></script>
<script src="main.js" defer></script>
<body><p>
<script type="application/json" id="assets"></script>
</body>
`

func newSingle(t *testing.T, extra map[string]string) *packer {
	t.Helper()
	stage := map[string]string{"boot.js": "boot", "app.css": "a{color:red;fill:url(#t);background:url(data:,)}", "app.webmanifest": "{}"}
	for name, text := range extra {
		stage[name] = text
	}
	p := newPacker(t, wholePage, stage)
	p.single = filepath.Join(p.out, "single.html")
	return p
}

func TestSingle(t *testing.T) {
	p := newSingle(t, nil)
	if _, err := p.pack(); err != nil {
		t.Fatal(err)
	}
	text := readFile(t, p.single)

	// Nothing is asked of any place.
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[1], "data:") {
			t.Errorf("the file refers to %s", m[1])
		}
	}
	// Every script that runs is permitted, and nothing else is.
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]+)"`).FindStringSubmatch(text)
	if policy == nil {
		t.Fatalf("no policy in %s", text)
	}
	if strings.Contains(policy[1], "unsafe-inline") || !strings.HasPrefix(policy[1], "default-src 'none'; ") {
		t.Errorf("the policy is %s", policy[1])
	}
	var order []string
	for _, m := range regexp.MustCompile(`(?s)<script( id="[^"]+")?>(.*?)</script>`).FindAllStringSubmatch(text, -1) {
		order = append(order, m[2])
		if !strings.Contains(policy[1], "'"+integrity([]byte(m[2]))+"'") {
			t.Errorf("the policy forbids %q: %s", m[2], policy[1])
		}
	}
	if got := strings.Join(order, " "); got != "boot exec (function(){\n})() main" {
		t.Errorf("the scripts run in the order %q", got)
	}
	if style := regexp.MustCompile(`<style>(.*)</style>`).FindStringSubmatch(text); style == nil || !strings.Contains(policy[1], "style-src '"+integrity([]byte(style[1]))+"'") {
		t.Errorf("the policy %s forbids the style %q", policy[1], style)
	}
	// The programs are what they were.
	for id, want := range map[string]string{"ui.wasm": strings.Repeat("ui", 2000), "engine.wasm": "engine"} {
		m := regexp.MustCompile(`id="` + id + `">([^<]+)<`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no %s in the file", id)
		}
		z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(m[1])))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != want {
			t.Errorf("%s holds %d bytes, want %d (%v)", id, len(got), len(want), err)
		}
	}
	if !strings.Contains(text, `"ui":"#ui.wasm"`) || strings.Contains(text, `"offline"`) {
		t.Errorf("#assets is %s", regexp.MustCompile(`id="assets">[^<]*`).FindString(text))
	}
}

func TestSingleErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		extra map[string]string
		want  string
	}{
		{"a script ends its element", map[string]string{"main.js": `x="</SCRIPT>"`}, "main.js holds </script"},
		{"the worker does", map[string]string{"worker.js": `x="<!--"`}, "worker.js holds <!--"},
		{"the style needs a file", map[string]string{"app.css": `a{background:url(icon.svg)}`}, "app.css refers to icon."},
		{"a script is missing", map[string]string{"boot.js": ""}, "boot.js"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := newSingle(t, test.extra).pack(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
