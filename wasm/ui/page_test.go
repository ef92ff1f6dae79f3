//go:build !js

package main

import (
	"os"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// The page must look the same before and after its program has started, so
// what it carries is what the components draw first.
func TestPageCarriesTheFirstPicture(t *testing.T) {
	const name = "../../index.html"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := fillPage(string(page))
	if err != nil {
		t.Fatal(err)
	}
	if want != string(page) {
		t.Errorf("index.html is older than the components; run: go run ./wasm/ui")
	}
	for _, text := range []string{"<code>FROM alpine</code>", "<code>COPY ./second.txt .</code>", `<code>CMD ["echo", "fourth"]</code>`} {
		if !strings.Contains(want, text) {
			t.Errorf("the page does not carry %s", text)
		}
	}
	// A strict content policy forbids both.
	for _, forbidden := range []string{" style=", " onclick=", "javascript:"} {
		if strings.Contains(want, forbidden) {
			t.Errorf("the page has%s", forbidden)
		}
	}
}

func TestFillPageNeedsItsPlaces(t *testing.T) {
	if _, err := fillPage("<!doctype html>"); err == nil {
		t.Error("a page without places was filled")
	}
}

func TestModeString(t *testing.T) {
	for _, test := range []struct {
		kind string
		mode uint32
		want string
	}{
		{"file", 0o644, "-rw-r--r--"}, {"dir", 0o755, "drwxr-xr-x"}, {"dir", 0o1777, "drwxrwxrwt"}, {"symlink", 0o777, "lrwxrwxrwx"},
		{"file", 0o4755, "-rwsr-xr-x"}, {"file", 0o2644, "-rw-r-Sr--"}, {"char", 0o600, "crw-------"}, {"whiteout", 0, "----------"}, {"dir", 0o1666, "drw-rw-rwT"},
	} {
		if got := modeString(test.kind, test.mode); got != test.want {
			t.Errorf("modeString(%s, %o) = %s, want %s", test.kind, test.mode, got, test.want)
		}
	}
}

func TestEpoch(t *testing.T) {
	for in, want := range map[string]int64{
		"2022-01-09T00:00:00Z": 1641686400, "2022-01-09": 1641686400, "1641686400": 1641686400, " 0 ": 0,
		"2022-01-09T09:00:00+09:00": 1641686400, "2022-01-09 00:00": 1641686400,
		"": -1, "yesterday": -1, "-5": -1, "1969-12-31": -1, "12x": -1,
	} {
		got, ok := parseEpoch(in)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("parseEpoch(%q) = %d, want %d", in, got, want)
		}
	}
	if got := epochText(1641686400); got != "2022-01-09T00:00:00Z" {
		t.Errorf("epochText: %s", got)
	}
}

// Every digest of the page goes through this component: a change must show as
// one flip in the build that made it, and no change as none.
func TestDigestFlipsOncePerChange(t *testing.T) {
	l := lab.New(nowhere{}, words.For(words.English))
	d := &Digest{Value: "sha256:aa"}
	d.Wire(&Desk{Lab: l})
	var got []string
	for _, step := range []struct {
		revision int
		value    string
	}{{1, "sha256:aa"}, {1, "sha256:aa"}, {3, "sha256:bb"}, {3, "sha256:bb"}, {4, "sha256:cc"}, {5, "sha256:cc"}} {
		l.Built, d.Value = &wire.Built{Revision: step.revision}, step.value
		d.Compute()
		got = append(got, d.Class())
	}
	want := "strip|strip|strip flip-b|strip flip-b|strip flip-a|strip"
	if strings.Join(got, "|") != want {
		t.Errorf("classes %s, want %s", strings.Join(got, "|"), want)
	}
}
