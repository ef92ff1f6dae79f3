package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// list reads the list with which the packed service worker begins.
func list(t *testing.T, p *packer) (version string, files map[string]string) {
	t.Helper()
	text := readFile(t, p.out, "sw.js")
	m := regexp.MustCompile(`^const site = \{version: "([0-9a-f]{12})", files: (\[.*\])\};\nserve\(site\)$`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("sw.js is %s", text)
	}
	var pairs [][2]string
	if err := json.Unmarshal([]byte(m[2]), &pairs); err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, pair := range pairs {
		files[pair[0]] = pair[1]
	}
	return m[1], files
}

// The list must hold everything that is served but the forms for transport and
// the service worker itself: what is missing there is missing offline.
func TestServiceWorkerListsTheSite(t *testing.T) {
	p := newPacker(t, page, nil)
	if _, err := p.pack(); err != nil {
		t.Fatal(err)
	}
	_, files := list(t, p)
	served := 0
	err := filepath.WalkDir(p.out, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) == ".br" || filepath.Ext(name) == ".gz" {
			return err
		}
		address, err := filepath.Rel(p.out, name)
		if err != nil {
			return err
		}
		if address == "sw.js" {
			return nil
		}
		if address = filepath.ToSlash(address); address == "index.html" {
			address = "./"
		}
		served++
		if want := integrity([]byte(readFile(t, name))); files[address] != want {
			t.Errorf("%s is listed with %q, want %s", address, files[address], want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != served {
		t.Errorf("%d files are listed, %d are served: %v", len(files), served, files)
	}
}

func TestServiceWorkerVersion(t *testing.T) {
	version := func(page string, extra map[string]string) string {
		p := newPacker(t, page, extra)
		if _, err := p.pack(); err != nil {
			t.Fatal(err)
		}
		v, _ := list(t, p)
		return v
	}
	first := version(page, nil)
	if again := version(page, nil); again != first {
		t.Errorf("the same site has the versions %s and %s", first, again)
	}
	for what, other := range map[string]string{
		"another page":    version(page+"<p>", nil),
		"another program": version(page, map[string]string{"engine.wasm": "engine 2"}),
	} {
		if other == first {
			t.Errorf("%s has the same version", what)
		}
	}
}
