package classic_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/container"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

func tree(t testing.TB, files map[string]string) vfs.Tree {
	e := vfs.New(1690000000e9).Edit()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		if _, err := e.MkdirAll(path.Dir(name), 0o755, 0, 0); err != nil {
			t.Fatal(err)
		}
		if err := e.WriteFile(name, vfs.String(text), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	return e.Tree()
}

func alpine(_ context.Context, w classic.Wanted) (*image.Image, error) { return standin.Image(w.Name) }

// host is just enough of one for the cache.
type host struct {
	images map[digest.Digest]*store.Image
	order  []*store.Image
	out    strings.Builder
	events []classic.Event
}

func newHost() *host { return &host{images: map[digest.Digest]*store.Image{}} }

func (h *host) options() classic.Options {
	clock := time.Unix(1700000000, 0).Add(time.Duration(len(h.order)) * time.Hour)
	return classic.Options{Remove: true, Image: alpine,
		Now: func() time.Time { clock = clock.Add(time.Millisecond); return clock },
		Children: func(parent digest.Digest) (list []*store.Image) {
			for _, i := range h.order {
				if i.Parent == parent {
					list = append(list, i)
				}
			}
			return list
		},
		Parent: func(id digest.Digest) digest.Digest {
			if i := h.images[id]; i != nil {
				return i.Parent
			}
			return ""
		},
		Event: func(e classic.Event) {
			h.events = append(h.events, e)
			switch e := e.(type) {
			case classic.Text:
				h.out.WriteString(e.String())
			case *classic.Committed:
				i := &store.Image{ID: e.ID, Made: e.Image, Document: e.Doc, Parent: e.Parent}
				h.images[e.ID] = i
				h.order = append(h.order, i)
			}
		}}
}

func (h *host) build(t *testing.T, files map[string]string, change func(*classic.Options)) (*classic.Result, error) {
	t.Helper()
	sent, err := classic.Send(tree(t, files), "")
	if err != nil {
		t.Fatal(err)
	}
	h.out.Reset()
	h.events = nil
	o := h.options()
	if change != nil {
		change(&o)
	}
	return classic.Build(t.Context(), sent, o)
}

// Two builds with the same ids and clock are the same to the byte.
func TestRepeats(t *testing.T) {
	files := map[string]string{"/Dockerfile": "FROM alpine\nRUN echo $RANDOM > /r && mkdir /d && mv /d /e\nVOLUME /v\nCOPY Dockerfile /v/\nRUN touch /v/x\n"}
	var first *classic.Result
	for range 3 {
		res, err := newHost().build(t, files, nil)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = res
		} else if res.ID != first.ID {
			t.Errorf("image %s, before %s", res.ID, first.ID)
		}
	}
}

// What a failing step leaves: its container, and all images before it.
func TestFailure(t *testing.T) {
	h := newHost()
	_, err := h.build(t, map[string]string{"/Dockerfile": "FROM alpine\nENV A=1\nRUN touch /left && exit 7\n"}, nil)
	var failed *classic.Error
	if !errors.As(err, &failed) || failed.Code != 7 || !failed.Said || failed.Message != "The command '/bin/sh -c touch /left && exit 7' returned a non-zero code: 7" {
		t.Fatalf("%+v", err)
	}
	if failed.Step == nil || failed.Step.Number != 3 || failed.Step.Line != 3 {
		t.Errorf("step %+v", failed.Step)
	}
	left := map[string]bool{}
	for _, e := range h.events {
		switch e := e.(type) {
		case *classic.Created:
			left[e.ID] = true
		case classic.Removed:
			delete(left, e.ID)
		}
	}
	if len(left) != 1 {
		t.Fatalf("%d containers are left", len(left))
	}
	c := failed.Step.Container
	if !left[c.ID] || len(h.order) != 1 {
		t.Errorf("container %s, left %v, %d images", c.ID, left, len(h.order))
	}
	if changes := c.Files.Changes(); len(changes) != 1 || changes[0].Path != "/left" {
		t.Errorf("its files: %v", changes)
	}
	// docker commit of it.
	l, err := layer.New(t.Context(), layer.Overlay2{}.Entries(c.Files.Changes()))
	if err != nil {
		t.Fatal(err)
	}
	img, err := container.Commit(h.order[0].Made, l, container.Child{Container: c.ID, ContainerConfig: c.Config, Config: c.Config})
	if err != nil {
		t.Fatal(err)
	}
	if files, err := img.Tree(); err != nil {
		t.Error(err)
	} else if _, err := files.Stat("/left"); err != nil {
		t.Error(err)
	}
}

// A command that shell does not know is named, and nothing is lost.
func TestUnknownCommand(t *testing.T) {
	_, err := newHost().build(t, map[string]string{"/Dockerfile": "FROM alpine\nRUN apk add curl\n"}, nil)
	var unsupported *shell.UnsupportedError
	if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "apk") {
		t.Errorf("%v", err)
	}
}

// An image that came from elsewhere gives its steps back to --cache-from.
func TestCacheFrom(t *testing.T) {
	files := map[string]string{"/Dockerfile": "FROM alpine\nRUN echo 1 > /one\nENV A=1\nRUN echo 2 > /two\n"}
	here := newHost()
	res, err := here.build(t, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	pulled := &store.Image{ID: res.ID, Made: res.Image, Document: here.images[res.ID].Document}
	there := newHost()
	again, err := there.build(t, files, func(o *classic.Options) { o.CacheFrom = []*store.Image{pulled} })
	if err != nil {
		t.Fatal(err)
	}
	if again.ID != res.ID || strings.Count(there.out.String(), "Using cache") != 3 {
		t.Errorf("%s, want %s\n%s", again.ID, res.ID, &there.out)
	}
	var parents []classic.Parented
	for _, e := range there.events {
		if p, ok := e.(classic.Parented); ok {
			parents = append(parents, p)
		}
	}
	if len(there.order) != 2 || len(parents) != 1 || parents[0].ID != res.ID || parents[0].Parent != there.order[1].ID {
		t.Errorf("%d images made again, %v", len(there.order), parents)
	}
	files["/Dockerfile"] = strings.Replace(files["/Dockerfile"], "A=1", "A=2", 1)
	if _, err := newHost().build(t, files, func(o *classic.Options) { o.CacheFrom = []*store.Image{pulled} }); err != nil {
		t.Fatal(err)
	}
}

func TestChange(t *testing.T) {
	before := &container.Config{Env: []string{"PATH=/bin"}, Cmd: []string{"sh"}}
	for _, c := range []struct {
		changes []string
		want    container.Config
		err     string
	}{
		{nil, container.Config{Env: []string{"PATH=/bin"}, Cmd: []string{"sh"}}, ""},
		{[]string{"ENV A=1 B=$PATH", "CMD a"}, container.Config{Env: []string{"PATH=/bin", "A=1", "B=/bin"}, Cmd: []string{"/bin/sh", "-c", "a"}}, ""},
		{[]string{"WORKDIR x", "USER u"}, container.Config{Env: []string{"PATH=/bin"}, Cmd: []string{"sh"}, WorkingDir: "/x", User: "u"}, ""},
		{[]string{"ENTRYPOINT [\"e\"]"}, container.Config{Env: []string{"PATH=/bin"}, Entrypoint: []string{"e"}}, ""},
		{[]string{"RUN x"}, container.Config{}, "run is not a valid change command"},
		{[]string{"ENV A"}, container.Config{}, "ENV must have two arguments"},
		{[]string{""}, container.Config{}, "file with no instructions"},
		{[]string{"EXPOSE x"}, container.Config{}, "Invalid containerPort: x"},
	} {
		got, err := classic.Change(before, c.changes)
		switch {
		case c.err != "":
			if err == nil || err.Error() != c.err {
				t.Errorf("%q: %v, want %s", c.changes, err, c.err)
			}
		case err != nil:
			t.Errorf("%q: %v", c.changes, err)
		case !reflect.DeepEqual(*got, c.want):
			t.Errorf("%q: %+v, want %+v", c.changes, *got, c.want)
		}
	}
	if !reflect.DeepEqual(*before, container.Config{Env: []string{"PATH=/bin"}, Cmd: []string{"sh"}}) {
		t.Errorf("the config was changed: %+v", *before)
	}
}

// A context that comes as a tar is the one that was sent.
func TestReceive(t *testing.T) {
	files := tree(t, map[string]string{"/Dockerfile": "FROM scratch\nCOPY . /\n", "/a": "1\n", "/d/b": "2\n"})
	sent, err := classic.Send(files, "")
	if err != nil {
		t.Fatal(err)
	}
	var tar bytes.Buffer
	o := layer.Overlay2{Users: map[int]string{}, Groups: map[int]string{}}
	if err := layer.WriteTar(&tar, o.Entries(layer.Upper(vfs.New(0), files, nil))); err != nil {
		t.Fatal(err)
	}
	received, err := classic.Receive(t.Context(), &tar)
	if err != nil {
		t.Fatal(err)
	}
	if received.Size != sent.Size {
		t.Errorf("%d bytes, sent %d", received.Size, sent.Size)
	}
	a, err := classic.Build(t.Context(), sent, classic.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := classic.Build(t.Context(), received, classic.Options{})
	if err != nil || a.ID != b.ID {
		t.Errorf("%v: %s, want %s", err, b.ID, a.ID)
	}
}

// Whatever is written as a Dockerfile, a build ends with an image or an error.
func FuzzBuild(f *testing.F) {
	for _, s := range []string{
		"FROM alpine\nRUN echo a\n", "# escape=`\nFROM alpine AS a\nCOPY --from=a /etc /x\n", "ARG A=1\nFROM $A\n", "FROM scratch\nADD a http://x /\n",
		"FROM alpine\nRUN <<EOF\nx\nEOF\n", "FROM alpine\nLABEL a=${b:-\"c\"} d='e'\n", "FROM alpine\nONBUILD COPY a \\\n\n b\n", "FROM alpine\nEXPOSE 1-3/udp [::1]:2:3\n",
		"FROM alpine\nHEALTHCHECK --interval=1s CMD x\nVOLUME [\"/etc\"]\nRUN rm -rf /*\n", "FROM alpine\nCOPY a ../../x\nADD [\"a\",\"/a b/\"]\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sent, err := classic.Send(tree(t, map[string]string{"/Dockerfile": text, "/a": "a\n"}), "")
		if err != nil {
			t.Fatal(err)
		}
		var failed *classic.Error
		res, err := classic.Build(t.Context(), sent, classic.Options{Image: alpine, Limits: shell.Limits{Steps: 10000, Disk: 1 << 20}})
		if err != nil && (!errors.As(err, &failed) || failed.Message == "") {
			t.Errorf("%v", err)
		}
		if err == nil && res.Image == nil {
			t.Error("neither image nor error")
		}
	})
}

// BenchmarkCached is the five-line lesson when nothing changed.
func BenchmarkCached(b *testing.B) {
	files := tree(b, map[string]string{
		"/Dockerfile": "FROM alpine\nRUN echo first\nCOPY ./second.txt .\nADD ./third.txt .\nCMD [\"echo\",\"fourth\"]\n", "/second.txt": "second\n", "/third.txt": "third\n"})
	base, err := standin.Image("alpine")
	if err != nil {
		b.Fatal(err)
	}
	h := newHost()
	run := func() *classic.Result {
		sent, err := classic.Send(files, "")
		if err != nil {
			b.Fatal(err)
		}
		o := h.options()
		o.Image = func(context.Context, classic.Wanted) (*image.Image, error) { return base, nil }
		res, err := classic.Build(b.Context(), sent, o)
		if err != nil {
			b.Fatal(err)
		}
		return res
	}
	run()
	for b.Loop() {
		if res := run(); !res.Steps[4].Cached {
			b.Fatal("not cached")
		}
	}
}
