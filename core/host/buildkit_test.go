package host_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host"
	"layerlab.dev/core/host/graph"
	"layerlab.dev/core/vfs"
)

// kitLines shows a build by BuildKit as on a pipe, without digests and times.
type kitLines struct {
	strings.Builder
	numbers map[string]int
	names   map[string]string
	status  map[string][]string
	log     map[string][]string
}

func (k *kitLines) take(m host.Message) {
	if m.Error != "" {
		fmt.Fprintf(k, "ERROR %s\n", m.Error)
	}
	if m.ID != host.TraceID {
		return
	}
	var t graph.Trace
	if err := json.Unmarshal(*m.Aux, &t); err != nil {
		panic(err)
	}
	if k.numbers == nil {
		k.numbers, k.names, k.status, k.log = map[string]int{}, map[string]string{}, map[string][]string{}, map[string][]string{}
	}
	for _, s := range t.Statuses {
		line := s.ID
		if s.Current > 0 {
			line += fmt.Sprintf(" %dB", s.Current)
		}
		k.status[s.Vertex.String()] = append(k.status[s.Vertex.String()], line)
	}
	for _, l := range t.Logs {
		k.log[l.Vertex.String()] = append(k.log[l.Vertex.String()], string(l.Data))
	}
	for _, v := range t.Vertexes {
		d := v.Digest.String()
		if k.numbers[d] == 0 {
			k.numbers[d] = len(k.numbers) + 1
		}
		if v.Completed == nil {
			continue
		}
		n := k.numbers[d]
		fmt.Fprintf(k, "#%d %s\n", n, v.Name)
		for _, s := range append(k.status[d], k.log[d]...) {
			fmt.Fprintf(k, "#%d %s\n", n, strings.TrimSuffix(s, "\n"))
		}
		switch {
		case v.Error != "":
			fmt.Fprintf(k, "#%d ERROR: %s\n", n, v.Error)
		case v.Cached:
			fmt.Fprintf(k, "#%d CACHED\n", n)
		default:
			fmt.Fprintf(k, "#%d DONE\n", n)
		}
	}
}

func buildKit(t testing.TB, h *host.Host, files vfs.Tree, o types.ImageBuildOptions) string {
	t.Helper()
	var out kitLines
	o.Version = types.BuilderBuildKit
	if err := h.ImageBuild(ctx, host.Build{Context: files, Options: o}, out.take); err != nil {
		return err.Error()
	}
	return out.String()
}

// What dockerd 20.10.24 printed for these Dockerfiles, with the same bytes of
// what was transferred.
func TestBuildKit(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	const head = "#1 [internal] load build definition from Dockerfile\n#1 transferring dockerfile: %dB\n#1 DONE\n#2 [internal] load .dockerignore\n#2 transferring context: 2B\n#2 DONE\n"
	const meta = "#3 [internal] load metadata for docker.io/library/alpine:latest\n#3 DONE\n"
	file := 0
	for _, c := range []struct {
		dockerfile string
		files      []string
		sent       int
		target     string
		want       string
	}{
		{"FROM alpine\nFOO bar\n", nil, 57, "", "ERROR failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: FOO"},
		{"FROM alpine\nCOPY nosuch.txt .\n", nil, 67, "", meta + `#4 [1/2] FROM docker.io/library/alpine
#4 DONE
#5 [internal] load build context
#5 transferring context: 2B
#5 DONE
#6 [2/2] COPY nosuch.txt .
#6 ERROR: "/nosuch.txt" not found: not found
ERROR failed to compute cache key: "/nosuch.txt" not found: not found`},
		{"FROM alpine\nRUN echo before\nRUN echo one && exit 7\nRUN echo never\n", nil, 103, "", meta + `#4 [1/4] FROM docker.io/library/alpine
#4 CACHED
#5 [2/4] RUN echo before
#5 before
#5 DONE
#6 [3/4] RUN echo one && exit 7
#6 one
#6 ERROR: executor failed running [/bin/sh -c echo one && exit 7]: exit code: 7
ERROR executor failed running [/bin/sh -c echo one && exit 7]: exit code: 7`},
		{"", nil, 31, "", "ERROR failed to solve with frontend dockerfile.v0: failed to create LLB definition: the Dockerfile cannot be empty"},
		{"RUN echo hi\n", nil, 49, "", "ERROR failed to solve with frontend dockerfile.v0: failed to create LLB definition: no build stage in current context"},
		{"FROM localhost:5000/nosuch\n", nil, 64, "", `#3 [internal] load metadata for localhost:5000/nosuch:latest
#3 ERROR: localhost:5000/nosuch:latest: not found
ERROR failed to solve with frontend dockerfile.v0: failed to create LLB definition: localhost:5000/nosuch:latest: not found`},
		{"FROM alpine AS build\nRUN echo hi > /f\nCOPY a b /x/\nWORKDIR /w\nENV A=b\nFROM alpine\nCOPY --from=build /f /g\nRUN echo $A out; echo err >&2\nCMD [\"x\"]\n", []string{"a", "a\n", "b", "b\n"}, 185, "", meta + `#4 [build 1/4] FROM docker.io/library/alpine
#4 CACHED
#6 [internal] load build context
#6 transferring context: 62B
#6 DONE
#5 [build 2/4] RUN echo hi > /f
#5 DONE
#7 [build 3/4] COPY a b /x/
#7 DONE
#8 [build 4/4] WORKDIR /w
#8 DONE
#9 [stage-1 2/3] COPY --from=build /f /g
#9 DONE
#10 [stage-1 3/3] RUN echo  out; echo err >&2
#10 out
#10 err
#10 DONE
#11 exporting to image
#11 exporting layers
#11 writing image <id>
#11 naming to docker.io/library/one
#11 DONE`},
		{"FROM alpine\nCOPY --from=nope /a /b\n", nil, 72, "", meta + `#4 [stage-0 1/2] FROM docker.io/library/alpine
#4 CACHED
#5 FROM docker.io/library/nope:latest
#5 resolve docker.io/library/nope:latest
#5 ERROR: failed to do request: Head "https://registry-1.docker.io/v2/library/nope/manifests/latest": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: no such host
ERROR failed to load cache key: failed to do request: Head "https://registry-1.docker.io/v2/library/nope/manifests/latest": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: no such host`},
		{"FROM alpine\nRUN --mount=type=cache,target=/c false\n", nil, 88, "", meta + `#4 [stage-0 1/2] FROM docker.io/library/alpine
#4 CACHED
#5 [stage-0 2/2] RUN --mount=type=cache,target=/c false
#5 ERROR: executor failed running [/bin/sh -c false]: exit code: 1
ERROR executor failed running [/bin/sh -c false]: exit code: 1`},
		{"FROM alpine AS build\nRUN echo hi > /f\n", nil, 75, "nope", "ERROR failed to solve with frontend dockerfile.v0: failed to create LLB definition: target stage nope could not be found"},
	} {
		file++
		files := folder(t, append([]string{"Dockerfile", c.dockerfile}, c.files...)...)
		o := types.ImageBuildOptions{Target: c.target}
		if strings.Contains(c.want, "naming") {
			o.Tags = []string{"one"}
		}
		got := buildKit(t, h, files, o)
		if i := strings.Index(got, "writing image sha256:"); i >= 0 {
			i += len("writing image ")
			got = got[:i] + "<id>" + got[i+71:]
		}
		same(t, c.dockerfile, got, fmt.Sprintf(head, c.sent)+c.want)
	}
}

func TestBuildKitStore(t *testing.T) {
	h, _ := newHost(t)
	files := folder(t, "Dockerfile", "FROM alpine\nCOPY --chown=1:2 a /a\nEXPOSE 80 443/udp\nHEALTHCHECK --interval=3s --retries=4 CMD x y\nRUN echo x >> /a\nCMD [\"a\"]\n", "a", "a\n")
	first := buildKit(t, h, files, types.ImageBuildOptions{Tags: []string{"one"}})
	if !strings.Contains(first, "FROM docker.io/library/alpine@"+alpineDigest) || !strings.Contains(first, "extracting sha256:bd41c909d4f1") {
		t.Errorf("the base was not pulled:\n%s", first)
	}
	doc, _, err := h.ImageInspect("one")
	if err != nil {
		t.Fatal(err)
	}
	h.SetClock(h.State().Clock + int64(time.Hour))
	again := buildKit(t, h, files, types.ImageBuildOptions{Tags: []string{"two"}})
	if strings.Count(again, "CACHED") != 2 || !strings.Contains(again, "alpine@"+alpineDigest+"\n#4 DONE") {
		t.Error(again)
	}
	cached, _, err := h.ImageInspect("two")
	if err != nil || cached.ID != doc.ID {
		t.Errorf("a build that is all cached gives %s, not %s: %v", cached.ID, doc.ID, err)
	}
	if doc.Parent != "" || doc.DockerVersion != "" || doc.Comment != "buildkit.dockerfile.v0" || len(doc.RootFS.Layers) != 3 || doc.Metadata.LastTagTime.IsZero() {
		t.Errorf("%+v", doc)
	}
	if dir := doc.GraphDriver.Data["UpperDir"]; len(dir) != len("/var/lib/docker/overlay2//diff")+25 {
		t.Error(dir)
	}
	items, err := h.ImageHistory("one")
	if err != nil {
		t.Fatal(err)
	}
	var history []string
	for _, i := range items {
		history = append(history, fmt.Sprintf("%s %d %d", i.CreatedBy, i.Size, (i.Created-now/1e9)/3600))
	}
	same(t, "history", strings.Join(history[:5], "\n"), `
CMD ["a"] 0 0
RUN /bin/sh -c echo x >> /a # buildkit 4 0
HEALTHCHECK &{["CMD-SHELL" "x y"] "3s" "0s" "0s" '\x04'} 0 0
EXPOSE map[443/udp:{} 80/tcp:{}] 0 0
COPY a /a # buildkit 2 0`)
	// The cache holds the layers: removing the image frees none.
	if got := rmi(h, "one", false); got != "Untagged: one:latest\n" {
		t.Error(got)
	}
	same(t, "rmi two", rmi(h, "two", false), "Untagged: two:latest\nDeleted: "+doc.ID)
	s := h.State()
	if s.Store.LayerCount() != 3 || s.Store.ImageCount() != 0 {
		t.Errorf("%d layers, %d images", s.Store.LayerCount(), s.Store.ImageCount())
	}
	report, err := h.BuildCachePrune(ctx, types.BuildCachePruneOptions{All: true})
	if err != nil || len(report.CachesDeleted) != 6 {
		t.Errorf("%+v %v", report, err)
	}
	if s = h.State(); s.Store.LayerCount() != 0 || s.BuildCache.Len() != 0 {
		t.Errorf("%d layers, %d records stay", s.Store.LayerCount(), s.BuildCache.Len())
	}
}

// An earlier State has the cache of its time: what is built again from it is
// not cached, and comes out the same.
func TestBuildKitUndo(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	before := h.State()
	files := folder(t, "Dockerfile", "FROM alpine\nRUN echo x > /x\n")
	one := buildKit(t, h, files, types.ImageBuildOptions{Tags: []string{"one"}})
	h.SetState(before)
	if two := buildKit(t, h, files, types.ImageBuildOptions{Tags: []string{"one"}}); one != two || strings.Contains(two, "[2/2] RUN echo x > /x\n#5 CACHED") {
		t.Errorf("%s\nand again:\n%s", one, two)
	}
}

// BuildKit takes a file for the one that was sent before where its size and time
// are the same.
func TestBuildKitKeepsWhatLooksUnchanged(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	for n, dockerfile := range []string{"FROM scratch\nCOPY a /\n", "FROM alpine\nRUN false\n"} {
		e := folder(t, "Dockerfile", dockerfile, "a", "a\n").Edit()
		for _, p := range []string{"/Dockerfile", "/a"} {
			if err := e.Chtimes(p, 1642312740e9); err != nil {
				t.Fatal(err)
			}
		}
		got := buildKit(t, h, e.Tree(), types.ImageBuildOptions{})
		if strings.Contains(got, "ERROR") || !strings.Contains(got, "[1/1] COPY a /") || (n == 1) != strings.Contains(got, "dockerfile: 31B") {
			t.Error(got)
		}
	}
}

// What a step gives depends on the files it reads and on those before it, not on
// instructions that change the config only.
func TestBuildKitCache(t *testing.T) {
	h, _ := newHost(t)
	const from, env, cmd, work = "FROM httpd:2.4\n", "ENV A=b\n", "CMD [\"x\"]\n", "WORKDIR /w\nCOPY a .\n"
	for n, c := range []struct {
		dockerfile, a string
		cached        int // of two
	}{
		{from + env + work + cmd, "one\n", 0},
		{from + env + work + cmd, "one\n", 2},
		{from + env + work + cmd, "other\n", 1},
		{from + cmd + work + env, "other\n", 2},
		{from + "RUN true\n" + work, "other\n", 0},
	} {
		out := buildKit(t, h, folder(t, "Dockerfile", c.dockerfile, "a", c.a), types.ImageBuildOptions{})
		got := 0
		for _, line := range strings.Split(out, "\n") {
			if _, what, _ := strings.Cut(line, "] "); strings.HasPrefix(what, "WORKDIR") || strings.HasPrefix(what, "COPY") {
				_, after, _ := strings.Cut(out, line+"\n")
				if strings.HasPrefix(after, line[:strings.Index(line, " ")]+" CACHED") {
					got++
				}
			}
		}
		if got != c.cached {
			t.Errorf("build %d: %d steps are cached, want %d:\n%s", n, got, c.cached, out)
		}
		// What is pulled comes after the client's files.
		if n == 0 && strings.Index(out, "load build context") > strings.Index(out, "extracting") {
			t.Error(out)
		}
	}
	// The layers of the base are here, though no image has them.
	if out := pull(t, h, "httpd:2.4"); strings.Count(out, ": Already exists\n") != 5 {
		t.Error(out)
	}
	usage, err := h.DiskUsage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	shared := 0
	for _, r := range usage.BuildCache {
		if r.Shared {
			shared++
		}
	}
	if shared < 5 {
		t.Errorf("%d records are shared with images, want those of the base at least", shared)
	}
}

// A file whose time alone has changed is sent again, and what copies it is taken
// from the cache all the same.
func TestBuildKitTimes(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	e := vfs.New(1).Edit()
	for name, text := range map[string]string{"/Dockerfile": "FROM alpine\nCOPY f /f\n", "/f": "1\n"} {
		if err := e.WriteFile(name, vfs.String(text), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	id := func(files vfs.Tree) string {
		buildKit(t, h, files, types.ImageBuildOptions{Tags: []string{"x"}})
		i, _, err := h.ImageInspect("x")
		if err != nil {
			t.Fatal(err)
		}
		return i.ID
	}
	first := id(e.Tree())
	if err := e.Chtimes("/f", 5e9); err != nil {
		t.Fatal(err)
	}
	if again := id(e.Tree()); again != first {
		t.Errorf("another time: %s, before %s", again, first)
	}
	if err := e.Chmod("/f", 0o600); err != nil {
		t.Fatal(err)
	}
	if again := id(e.Tree()); again == first {
		t.Error("another mode: from the cache")
	}
}
