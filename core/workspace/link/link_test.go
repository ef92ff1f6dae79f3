package link_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"layerlab.dev/core/workspace/link"
)

// Links are on other people's pages: one of every form that was ever written
// must give its workspace for ever.
func TestEveryFormIsRead(t *testing.T) {
	links, err := filepath.Glob("testdata/v*.link")
	if err != nil || len(links) == 0 {
		t.Fatalf("no golden links: %v", err)
	}
	for _, name := range links {
		t.Run(filepath.Base(name), func(t *testing.T) {
			fragment, want := read(t, name), read(t, strings.TrimSuffix(name, ".link")+".txtar")
			w, view, err := link.Decode("#" + strings.TrimSpace(fragment))
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Format()
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != want {
				t.Errorf("the link gives\n%s\nwant\n%s", got, want)
			}
			wantView := link.View{Stage: "app", Step: 2, HasStep: true, Tab: "digests", File: "bin/a b", Line: 2}
			if view != wantView {
				t.Errorf("view %+v, want %+v", view, wantView)
			}
		})
	}
}

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func encode(t testing.TB, v link.View, text string) string {
	t.Helper()
	fragment, err := link.Encode(v, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return fragment
}

func TestRoundTrip(t *testing.T) {
	text := read(t, "testdata/v1.txtar")
	for _, view := range []link.View{
		{}, {Step: -1, HasStep: true}, {HasStep: true}, {Step: 3, HasStep: true, Tab: "files"},
		{Stage: "a&b=c#", File: "한글/두 번째.txt", Line: 7}, {File: "a+b%20c"},
	} {
		fragment := encode(t, view, text)
		if strings.ContainsAny(fragment, " #\"<>`+") {
			t.Errorf("%s would not stay whole in a URL", fragment)
		}
		w, got, err := link.Decode(fragment)
		if err != nil || got != view {
			t.Errorf("%+v became %+v, %v", view, got, err)
			continue
		}
		if back, err := w.Format(); err != nil || string(back) != text {
			t.Errorf("the workspace became\n%s\n%v", back, err)
		}
	}
}

func TestViewAlone(t *testing.T) {
	for fragment, want := range map[string]link.View{
		"":                         {},
		"#stack":                   {},
		"step=3&tab=digests":       {Step: 3, HasStep: true, Tab: "digests"},
		"#line=4":                  {Line: 4},
		"line=-4&step=x&later=yes": {},
	} {
		w, got, err := link.Decode(fragment)
		if w != nil || err != nil || got != want {
			t.Errorf("%q: %v, %+v, %v", fragment, w, got, err)
		}
	}
	if got := encode(t, link.View{Step: 3, HasStep: true, Tab: "digests"}, ""); got != "step=3&tab=digests" {
		t.Errorf("a view alone is %q", got)
	}
}

func pack(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write([]byte(text))
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return "w=1." + base64.RawURLEncoding.EncodeToString(b.Bytes())
}

func TestFaults(t *testing.T) {
	good := strings.TrimSpace(read(t, "testdata/v1.link"))
	damaged := []byte(good)
	damaged[len(damaged)-20] ^= 3
	for _, test := range []struct {
		name, fragment string
		want           link.Kind
	}{
		{"no number", "w=eJx", link.Broken},
		{"number zero", "w=0.eJx", link.Broken},
		{"a later form", "w=2.whatever", link.Newer},
		{"a much later form", "w=123.🙂", link.Newer},
		{"only the number", "w=1", link.Truncated},
		{"nothing after it", "w=1.", link.Truncated},
		{"characters of no link", "w=1.eJ~$", link.Broken},
		{"no zlib stream", "w=1.AAAAAAAA", link.Broken},
		{"one character changed", string(damaged), link.Broken},
		{"more after its end", good + "AAAA", link.Broken},
		{"an escape that ends early", "w=1.%a", link.Broken},
		{"a bomb", pack(strings.Repeat("#", 20<<20)), link.Large},
		{"just too long", pack("-- a --\n" + strings.Repeat("x", link.MaxText)), link.Large},
		{"a file of an exabyte", pack("-- a zeros=1000000000000000000 --\n"), link.Large},
		{"many large files", pack("-- a zeros=4000000000 --\n-- b zeros=4000000000 --\n"), link.Large},
		{"sizes that overflow", pack("-- a zeros=4000000000 --\n-- b zeros=9223372036854775807 --\n"), link.Large},
		{"no workspace", pack("hello there\n"), link.Invalid},
		{"a way out", pack("-- ../../etc/passwd --\nx\n"), link.Invalid},
		{"a file below a file", pack("-- a --\n-- a/b --\n"), link.Invalid},
		{"no files", pack("name: nothing\n"), link.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, _, err := link.Decode(test.fragment)
			var fault *link.Error
			if !errors.As(err, &fault) || fault.Kind != test.want || w != nil {
				t.Errorf("%v, %v, want a link that is %s", w, err, test.want)
			}
		})
	}
}

// Wherever a link is cut off, it is told as cut off, or at least not read as
// another workspace.
func TestTruncated(t *testing.T) {
	good := strings.TrimSpace(read(t, "testdata/v1.link"))
	start := strings.Index(good, "w=1.") + len("w=1.")
	for n := start; n < len(good); n++ {
		_, _, err := link.Decode(good[:n])
		var fault *link.Error
		if !errors.As(err, &fault) || fault.Kind != link.Truncated {
			t.Errorf("cut at %d of %d: %v", n, len(good), err)
		}
	}
	for _, tail := range []string{".", ")", "),", ">", "'"} {
		if _, _, err := link.Decode(good + tail); err != nil {
			t.Errorf("%q after a link: %v", tail, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(strings.TrimSpace(read(f, "testdata/v1.link")))
	f.Add("step=3&tab=digests")
	f.Add(pack("-- Dockerfile --\nFROM scratch\n"))
	f.Add("w=2.x")
	f.Fuzz(func(t *testing.T, fragment string) {
		w, view, err := link.Decode(fragment)
		var fault *link.Error
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("%v is of no kind", err)
		}
		if err != nil || w == nil {
			return
		}
		text, err := w.Format()
		if err != nil {
			t.Fatal(err)
		}
		again, sameView, err := link.Decode(encode(t, view, string(text)))
		// Written plainly, a workspace may be longer than what is shared.
		if errors.As(err, &fault) && fault.Kind == link.Large {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := again.Format(); err != nil || string(twice) != string(text) {
			t.Errorf("%q became %q, %v", text, twice, err)
		}
		if view.Stage == sameView.Stage && view != sameView {
			t.Errorf("view %+v became %+v", view, sameView)
		}
	})
}

func Example() {
	text := "-- Dockerfile --\nFROM scratch\nCOPY hello.txt /\n-- hello.txt --\nhello\n"
	fragment, err := link.Encode(link.View{Step: 2, HasStep: true}, []byte(text))
	if err != nil {
		panic(err)
	}
	w, view, err := link.Decode(fragment)
	if err != nil {
		panic(err)
	}
	fmt.Println(fragment[:len("step=2&w=1.")], len(fragment) < link.MaxFragment)
	fmt.Println(w.Dockerfile, view.Step, len(w.Files))
	// Output:
	// step=2&w=1. true
	// Dockerfile 2 2
}
