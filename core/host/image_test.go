package host_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/filters"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
)

func digestOf(s string) digest.Digest { return digest.Digest(s) }

// run adds a container of an image to a host.
func run(t testing.TB, h *host.Host, name, image string, running bool) string {
	t.Helper()
	var id string
	err := h.Change(func(c *host.Change) error {
		i, err := c.FindImage(image)
		if err != nil {
			return err
		}
		id = c.Random.ID()
		if c.Store, _, err = c.Store.AddMount(id, i.Chain, &c.Random, c.Now()); err != nil {
			return err
		}
		return c.PutContainer(&host.Container{ID: id, Name: name, Image: i.ID, Created: time.Unix(0, c.Clock), State: types.ContainerState{Running: running}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestRemove goes the way of a recorded session of dockerd 20.10.24.
func TestRemove(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	one := child(t, h, "alpine", "1")
	two := child(t, h, one.String(), "2")
	par := child(t, h, two.String(), "3", "par")
	kid := child(t, h, "par", "c", "child")
	short := func(d digest.Digest) string { return d.Encoded()[:12] }
	chain := func(d digest.Digest) string {
		s := h.State()
		i, _ := s.Store.Image(d)
		return i.Chain.String()
	}
	conflict := func(id, how, why string) string {
		return fmt.Sprintf("conflict: unable to delete %s (%s) - %s", id, how, why)
	}
	children := "image has dependent child images"
	gone := fmt.Sprintf("Untagged: child:latest\nDeleted: %s\nDeleted: %s\nDeleted: %s\nDeleted: %s\nDeleted: %s\nDeleted: %s\nDeleted: %s\nDeleted: %s",
		kid, chain(kid), par, chain(par), two, chain(two), one, chain(one))
	same(t, "rmi par", rmi(h, "par", false), "Untagged: par:latest")
	same(t, "rmi its id", rmi(h, short(par), false), conflict(short(par), "cannot be forced", children))
	same(t, "rmi -f its id", rmi(h, short(par), true), conflict(short(par), "cannot be forced", children))
	same(t, "rmi alpine", rmi(h, "alpine", false), "Untagged: alpine:latest\nUntagged: alpine@"+alpineDigest)
	same(t, "pull alpine", pull(t, h, "alpine"), "latest: Pulling from library/alpine\nDigest: "+alpineDigest+"\nStatus: Downloaded newer image for alpine:latest")
	same(t, "rmi the id of alpine", rmi(h, alpine, false), conflict(alpine, "cannot be forced", children))
	same(t, "rmi child", rmi(h, "child", false), gone)
	for _, name := range []string{"two:1", "three:1"} {
		if err := h.ImageTag("alpine", name); err != nil {
			t.Fatal(err)
		}
	}
	several := conflict(alpine, "must be forced", "image is referenced in multiple repositories")
	same(t, "an id with three names", rmi(h, alpine, false), several)
	same(t, "rmi two:1", rmi(h, "two:1", false), "Untagged: two:1")
	same(t, "rmi -f the id", rmi(h, alpine, true), `
Untagged: alpine:latest
Untagged: alpine@`+alpineDigest+`
Untagged: three:1
Deleted: `+alpineID+`
Deleted: `+alpineChain)
	pull(t, h, "alpine")
	if err := h.ImageTag("alpine", "alpine:x"); err != nil {
		t.Fatal(err)
	}
	same(t, "two tags of a repository", rmi(h, alpine, false), several)
	stopped := run(t, h, "stopped", "alpine", false)
	same(t, "rmi alpine", rmi(h, "alpine", false), "Untagged: alpine:latest")
	same(t, "an id that a container uses", rmi(h, alpine, false), conflict(alpine, "must be forced", "image is being used by stopped container "+stopped[:12]))
	pull(t, h, "nginx")
	running := run(t, h, "running", "nginx", true)
	nginx := "bfd797f8924d"
	same(t, "the name of one that runs", rmi(h, "nginx", false),
		`conflict: unable to remove repository reference "nginx" (must force) - container `+running[:12]+" is using its referenced image "+nginx)
	busy := conflict(nginx, "cannot be forced", "image is being used by running container "+running[:12])
	same(t, "its id", rmi(h, nginx, false), busy)
	same(t, "its id with force", rmi(h, nginx, true), busy)
	same(t, "its name with force", rmi(h, "nginx", true), `
Untagged: nginx:latest
Untagged: nginx@sha256:55a54aea59c66af030fb63d063c9e57d72a6b6d56fe4c27dd5ad04dea4045c1e`)
	same(t, "docker images -a", images(t, h, true), `
<none>:<none> bfd797f8924d 3182605
alpine:x aa90b2a79d14 1982581`)
	same(t, "one that is gone", rmi(h, "alpine", true), "No such image: alpine:latest")
	same(t, "an unknown id", rmi(h, "abcdef123456", false), "No such image: abcdef123456:latest")
	same(t, "a bad name", rmi(h, "a:b:c", false), "invalid reference format")
}

func TestList(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	pull(t, h, "httpd:2.4")
	one := child(t, h, "alpine", "1")
	two := child(t, h, one.String(), "2", "made:1", "made:2")
	old := child(t, h, "alpine", "old")
	id := func(d digest.Digest) string { return d.Encoded()[:12] }
	for _, c := range []struct {
		all    bool
		filter []filters.KeyValuePair
		want   string
	}{
		{false, nil, "made:1,made:2 " + id(two) + " 1982583\n<none>:<none> " + id(old) + " 1982584\nhttpd:2.4 e9ac86bbdf6f 4382672\nalpine:latest aa90b2a79d14 1982581"},
		{false, []filters.KeyValuePair{filters.Arg("dangling", "true")}, "<none>:<none> " + id(old) + " 1982584"},
		{false, []filters.KeyValuePair{filters.Arg("dangling", "false"), filters.Arg("reference", "made:*")}, "made:1,made:2 " + id(two) + " 1982583"},
		{true, []filters.KeyValuePair{filters.Arg("reference", "*:2*")}, "made:2 " + id(two) + " 1982583\nhttpd:2.4 e9ac86bbdf6f 4382672"},
		{false, []filters.KeyValuePair{filters.Arg("before", "httpd:2.4")}, "alpine:latest aa90b2a79d14 1982581"},
		{false, []filters.KeyValuePair{filters.Arg("since", "httpd:2.4"), filters.Arg("label", "a")}, ""},
		{false, []filters.KeyValuePair{filters.Arg("since", "nosuch")}, "No such image: nosuch:latest"},
		{false, []filters.KeyValuePair{filters.Arg("dangling", "maybe")}, "Invalid filter 'dangling=[maybe]'"},
		{false, []filters.KeyValuePair{filters.Arg("colour", "red")}, "Invalid filter 'colour'"},
	} {
		got, want := strings.Split(images(t, h, c.all, c.filter...), "\n"), strings.Split(c.want, "\n")
		// The two of one second come by their ids.
		if len(got) == len(want) && len(got) == 4 && got[0] != want[0] {
			got[0], got[1] = got[1], got[0]
		}
		same(t, fmt.Sprint(c.filter), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := images(t, h, true); strings.Count(got, "\n") != 4 {
		t.Errorf("-a shows the intermediate image too:\n%s", got)
	}
}

func TestHistoryAndInspect(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "httpd:2.4")
	top := child(t, h, "httpd:2.4", "mine", "mine")
	items, err := h.ImageHistory("mine")
	if err != nil {
		t.Fatal(err)
	}
	// The made-up config has one entry of its own only.
	if len(items) != 1 || items[0].ID != top.String() || items[0].Tags[0] != "mine:latest" {
		t.Errorf("%+v", items)
	}
	items, err = h.ImageHistory("httpd:2.4")
	if err != nil {
		t.Fatal(err)
	}
	for n, i := range items {
		if (n == 0) != (i.ID != "<missing>") {
			t.Errorf("%d: %+v", n, i)
		}
	}
	doc, raw, err := h.ImageInspect("httpd:2.4")
	if err != nil {
		t.Fatal(err)
	}
	if doc.Size != 4382672 || len(doc.RootFS.Layers) != 5 || doc.Parent != "" || strings.Count(doc.GraphDriver.Data["LowerDir"], ":") != 3 {
		t.Errorf("%+v", doc)
	}
	if doc.RepoDigests[0] != "httpd@sha256:792f7d648e6f393ecf4e46f4652cfbfe7dcfda40817ab9af7427de888415107d" || !doc.Metadata.LastTagTime.IsZero() {
		t.Errorf("%+v", doc)
	}
	if !strings.HasPrefix(string(raw), `{"Id":"sha256:e9ac86bbdf6f`) || !strings.Contains(string(raw), `"LastTagTime":"0001-01-01T00:00:00Z"`) {
		t.Errorf("%s", raw)
	}
	if err := h.ImageTag("httpd:2.4", "again"); err != nil {
		t.Fatal(err)
	}
	if doc, _, _ = h.ImageInspect("e9ac"); doc.Metadata.LastTagTime.Unix() != now/1e9 {
		t.Errorf("%v", doc.Metadata.LastTagTime)
	}
	if _, _, err = h.ImageInspect("nosuch"); err == nil || err.Error() != "no such image: nosuch: No such image: nosuch:latest" {
		t.Error(err)
	}
}

func TestPrune(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	one := child(t, h, "alpine", "one")
	child(t, h, one.String(), "three")
	used := child(t, h, "alpine", "used")
	run(t, h, "c", used.String(), false)
	report, err := h.ImagesPrune(filters.NewArgs())
	if err != nil {
		t.Fatal(err)
	}
	if len(report.ImagesDeleted) != 4 || report.SpaceReclaimed != uint64(len("one")+len("three")) {
		t.Errorf("%+v", report)
	}
	if report, _ = h.ImagesPrune(filters.NewArgs(filters.Arg("dangling", "false"))); len(report.ImagesDeleted) != 2 {
		t.Errorf("alpine has a child and loses its names only: %+v", report)
	}
	for text, f := range map[string]filters.KeyValuePair{
		"Invalid filter 'nope'":          filters.Arg("nope", "x"),
		"Invalid filter 'dangling=[no]'": filters.Arg("dangling", "no"),
	} {
		if _, err := h.ImagesPrune(filters.NewArgs(f)); err == nil || err.Error() != text {
			t.Error(err)
		}
	}
}

// A State that was kept is what it was, whatever happened since.
func TestUndo(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	kept, shown := h.State(), images(t, h, true)
	rmi(h, "alpine", false)
	child(t, h, func() string { pull(t, h, "nginx"); return "nginx" }(), "x", "y")
	h.SetState(kept)
	same(t, "docker images", images(t, h, true), shown)
	// What is done again comes out the same.
	a := child(t, h, "alpine", "x")
	h.SetState(kept)
	if b := child(t, h, "alpine", "x"); a != b {
		t.Error(a, b)
	}
}

func TestPanicChangesNothing(t *testing.T) {
	h, _ := newHost(t)
	before := h.State()
	err := h.Change(func(c *host.Change) error {
		c.Clock++
		c.Keep()
		panic("inside")
	})
	if e, ok := err.(*host.Error); !ok || e.Status != 500 || !h.State().Same(before) {
		t.Error(err)
	}
	if err := h.Change(func(c *host.Change) error { c.Clock++; return nil }); err != nil || h.State().Same(before) {
		t.Error("the host is stuck")
	}
}
