package host_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// folder makes a build context of names and texts.
func folder(t testing.TB, files ...string) vfs.Tree {
	t.Helper()
	e := vfs.New(1642311900 * int64(1e9)).Edit()
	for n := 0; n < len(files); n += 2 {
		if i := strings.LastIndex(files[n], "/"); i > 0 {
			if _, err := e.MkdirAll(files[n][:i], 0o755, 0, 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.WriteFile(files[n], vfs.String(files[n+1]), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	return e.Tree()
}

// lesson is the build that the recorded sessions begin with.
func lesson(t testing.TB) vfs.Tree {
	return folder(t, "Dockerfile", "FROM alpine:latest\nRUN echo first\nCOPY ./second.txt .\nADD ./third.txt .\nCMD [\"echo\", \"fourth\"]\n",
		"second.txt", "second\n", "third.txt", "third\n")
}

func build(t testing.TB, h *host.Host, files vfs.Tree, o types.ImageBuildOptions) string {
	t.Helper()
	var out lines
	o.Remove = true
	if err := h.ImageBuild(ctx, host.Build{Context: files, Options: o}, out.take); err != nil {
		return err.Error()
	}
	return out.String()
}

var anyID = regexp.MustCompile(`\b[0-9a-f]{12}\b`)

// masked numbers the ids by their first appearance.
func masked(text string) string {
	names := map[string]string{}
	return anyID.ReplaceAllStringFunc(text, func(id string) string {
		if names[id] == "" {
			names[id] = "<" + string(rune('a'+len(names))) + ">"
		}
		return names[id]
	})
}

func TestBuildClassic(t *testing.T) {
	h, _ := newHost(t)
	out := build(t, h, lesson(t), types.ImageBuildOptions{})
	same(t, "docker build", masked(out), `
Step 1/5 : FROM alpine:latest
latest: Pulling from library/alpine
<a>: Pulling fs layer
<a>: Verifying Checksum
<a>: Download complete
<a>: Pull complete
Digest: `+alpineDigest+`
Status: Downloaded newer image for alpine:latest
 ---> <b>
Step 2/5 : RUN echo first
 ---> Running in <c>
first
Removing intermediate container <c>
 ---> <d>
Step 3/5 : COPY ./second.txt .
 ---> <e>
Step 4/5 : ADD ./third.txt .
 ---> <f>
Step 5/5 : CMD ["echo", "fourth"]
 ---> Running in <g>
Removing intermediate container <g>
 ---> <h>
Successfully built <h>`)
	again := build(t, h, lesson(t), types.ImageBuildOptions{Tags: []string{"first:1.0", "second", "first:1.0"}})
	same(t, "the same again", masked(again), `
Step 1/5 : FROM alpine:latest
 ---> <a>
Step 2/5 : RUN echo first
 ---> Using cache
 ---> <b>
Step 3/5 : COPY ./second.txt .
 ---> Using cache
 ---> <c>
Step 4/5 : ADD ./third.txt .
 ---> Using cache
 ---> <d>
Step 5/5 : CMD ["echo", "fourth"]
 ---> Using cache
 ---> <e>
Successfully built <e>
Successfully tagged first:1.0
Successfully tagged second:latest`)
	items, err := h.ImageHistory("second")
	if err != nil {
		t.Fatal(err)
	}
	var history []string
	for _, i := range items {
		id := i.ID
		if id != "<missing>" {
			id = "id"
		}
		history = append(history, id+" "+i.CreatedBy)
	}
	same(t, "docker history", strings.Join(history, "\n"), `
id /bin/sh -c #(nop)  CMD ["echo" "fourth"]
id /bin/sh -c #(nop) ADD file:7db483be005ca26c63c049638c099eec9149931f526f8b4b2d93c25e85fc8b63 in . 
id /bin/sh -c #(nop) COPY file:932d2d37c43b3d371871bbb48fcd7dcd52ecdc943fd8744867b1a0c8afc4872e in . 
id /bin/sh -c echo first
id /bin/sh -c #(nop)  CMD ["/bin/sh"]
<missing> /bin/sh -c #(nop) ADD file:9233f6f2237d79659a9521f7e390df217cec49f1a8aa3a12147bbca1956acdb9 in / `)
	s := h.State()
	if s.Store.ImageCount() != 5 || s.Store.LayerCount() != 3 || s.Containers.Len() != 0 {
		t.Errorf("%d images, %d layers, %d containers", s.Store.ImageCount(), s.Store.LayerCount(), s.Containers.Len())
	}
	if got := build(t, h, lesson(t), types.ImageBuildOptions{SuppressOutput: true}); !regexp.MustCompile(`^sha256:[0-9a-f]{64}\n$`).MatchString(got) {
		t.Errorf("-q: %s", got)
	}
	fresh := build(t, h, lesson(t), types.ImageBuildOptions{NoCache: true, Tags: []string{"first:1.0"}})
	if strings.Contains(fresh, "cache") {
		t.Error(fresh)
	}
}

func TestBuildClassicErrors(t *testing.T) {
	for _, c := range []struct {
		dockerfile, want string
		containers       int
	}{
		{"FROM alpine\nFOO bar\n", "dockerfile parse error line 2: unknown instruction: FOO", 0},
		{"FROM localhost:5003/nosuch\n", "Step 1/1 : FROM localhost:5003/nosuch\nERROR pull access denied for localhost:5003/nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", 0},
		{"FROM alpine\nRUN echo one && exit 7\n", "Step 1/2 : FROM alpine\n ---> aa90b2a79d14\nStep 2/2 : RUN echo one && exit 7\n ---> Running in <id>\none\nERROR The command '/bin/sh -c echo one && exit 7' returned a non-zero code: 7", 1},
	} {
		h, _ := newHost(t)
		if !strings.Contains(c.dockerfile, "5003") {
			pull(t, h, "alpine")
		}
		got := build(t, h, folder(t, "Dockerfile", c.dockerfile), types.ImageBuildOptions{Tags: []string{"bad"}})
		got = regexp.MustCompile(`Running in [0-9a-f]{12}`).ReplaceAllString(got, "Running in <id>")
		same(t, c.dockerfile, got, c.want)
		s := h.State()
		if s.Containers.Len() != c.containers {
			t.Errorf("%s: %d containers stay, want %d", c.dockerfile, s.Containers.Len(), c.containers)
		}
	}
	h, _ := newHost(t)
	for want, o := range map[string]types.ImageBuildOptions{
		`Unsupported isolation: "x"`:                                        {Isolation: "x"},
		"squash is only supported with experimental mode":                   {Squash: true},
		`"foo": unknown operating system or architecture: invalid argument`: {Platform: "foo"},
	} {
		same(t, want, build(t, h, lesson(t), o), want)
	}
	for tag, want := range map[string]string{"BAD": "invalid reference format: repository name must be lowercase", "x@" + alpineDigest: "build tag cannot contain a digest"} {
		same(t, tag, build(t, h, lesson(t), types.ImageBuildOptions{Tags: []string{tag}}), want)
	}
}

// An image that --cache-from names and nobody has keeps all others out too; one
// for another platform is built on all the same.
func TestBuildClassicOptions(t *testing.T) {
	h, _ := newHost(t)
	build(t, h, lesson(t), types.ImageBuildOptions{})
	for _, c := range []struct {
		o     types.ImageBuildOptions
		cache int
	}{
		{types.ImageBuildOptions{CacheFrom: []string{"nosuch"}}, 0},
		{types.ImageBuildOptions{Platform: "linux/arm64"}, 4},
		{types.ImageBuildOptions{Labels: map[string]string{"a": "b"}}, 4},
	} {
		out := build(t, h, lesson(t), c.o)
		if strings.Count(out, "Using cache") != c.cache || strings.Contains(out, "Pulling") {
			t.Errorf("%+v:\n%s", c.o, out)
		}
	}
}

// A failed RUN leaves its container, with the volumes and what it wrote.
func TestFailedBuildLeavesItsContainer(t *testing.T) {
	h, _ := newHost(t)
	build(t, h, folder(t, "Dockerfile", "FROM alpine\nVOLUME /v\nRUN echo out; echo err >&2; exit 3\n"), types.ImageBuildOptions{})
	s := h.State()
	for _, c := range s.Containers.All() {
		if c.State.ExitCode != 3 || c.State.Status != "exited" || c.Path != "/bin/sh" || len(c.Args) != 2 || len(c.Mounts) != 1 || c.Log.Len() != 2 {
			t.Errorf("%+v", c)
		}
		if _, ok := s.Store.Mount(c.ID); !ok {
			t.Error("it has no read-write layer")
		}
	}
	if s.Containers.Len() != 1 || s.Volumes.Len() != 1 {
		t.Errorf("%d containers, %d volumes", s.Containers.Len(), s.Volumes.Len())
	}
}

// BenchmarkCachedBuild is docker build of the lesson where all is cached.
func BenchmarkCachedBuild(b *testing.B) {
	h, _ := newHost(b)
	files := lesson(b)
	build(b, h, files, types.ImageBuildOptions{})
	for b.Loop() {
		build(b, h, files, types.ImageBuildOptions{})
	}
}
