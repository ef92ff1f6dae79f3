package main

import (
	"regexp"
	"strings"
	"testing"
)

// What other sites' pages name keeps its name; the documentation names it from
// where it lies.
func TestPackDocuments(t *testing.T) {
	document := `<link rel="stylesheet" href="app.css"><script src="../embed.js"></script><a href="../">lab</a>` +
		`<a href="other.html#x">other</a><img src="shot.svg"><iframe src="../embed.html?view=stack#w=1.x"></iframe><a href="https://example.org/">out</a>`
	other := "<p>" + strings.Repeat("long enough to be compressed ", 40)
	p := newPacker(t, page+other, map[string]string{
		"embed.js": "embed", "docs/embed.html": document, "docs/other.html": other, "docs/same.html": other, "docs/shot.svg": "<svg/>"})
	if _, err := p.pack(); err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, p.out, "embed.js"); got != "embed" {
		t.Errorf("embed.js is %q", got)
	}
	for _, suffix := range []string{"", ".br", ".gz"} {
		if readFile(t, p.out, "embed.html"+suffix) != readFile(t, p.out, "index.html"+suffix) {
			t.Errorf("embed.html%s is not that of the page", suffix)
		}
	}
	got := readFile(t, p.out, "docs", "embed.html")
	want := `^<link rel="stylesheet" href="\.\./assets/app\.[0-9a-f]{12}\.css"><script src="\.\./embed\.js"></script><a href="\.\./">lab</a>` +
		`<a href="other\.html#x">other</a><img src="\.\./assets/docs/shot\.[0-9a-f]{12}\.svg"><iframe src="\.\./embed\.html\?view=stack#w=1\.x"></iframe><a href="https://example\.org/">out</a>$`
	if !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("the document is %s", got)
	}
	p = newPacker(t, page, map[string]string{"docs/embed.html": `<img src="none.svg">`})
	if _, err := p.pack(); err == nil || !strings.Contains(err.Error(), "docs/embed.html: refers to none.svg") {
		t.Errorf("a document that names what is not there: %v", err)
	}
}
