package build_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

const epoch = 1641686400

// files makes a context of "path" or "path=text" words; "path/" is a directory.
func files(t testing.TB, words ...string) vfs.Tree {
	t.Helper()
	e := vfs.New(epoch * 1e9).Edit()
	for _, w := range words {
		p, text, _ := strings.Cut(w, "=")
		dir := p[:strings.LastIndexByte("/"+p, '/')]
		if _, err := e.MkdirAll(dir, 0o755, 0, 0); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(p, "/") {
			continue
		}
		if err := e.WriteFile(p, vfs.String(text), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	return e.Tree()
}

func options() build.Options {
	return build.Options{Epoch: epoch, Image: func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }}
}

// entries lists what the layers of the image hold, layers parted by "|".
func entries(img *image.Image) string {
	var layers []string
	for _, l := range img.Layers {
		var names []string
		for _, e := range l.Entries() {
			names = append(names, e.Name)
		}
		layers = append(layers, strings.Join(names, " "))
	}
	return strings.Join(layers, " | ")
}

func TestCopy(t *testing.T) {
	context := files(t, "a.txt=a", "b.md=b", "dir/x=x", "dir/sub/y=y", "dir/z.log=z", "empty/", ".dockerignore=*.log\n**/skip\n", "skip/s=s")
	for _, c := range []struct{ lines, want string }{
		{"COPY a.txt /", "a.txt"},
		{"COPY a.txt /new", "new"},
		{"COPY a.txt /new/", "new/ new/a.txt"},
		{"COPY a.txt b.md /n/", "n/ n/a.txt n/b.md"},
		{"COPY dir /n", "n/ n/sub/ n/sub/y n/x n/z.log"}, // *.log is for the top alone
		{"COPY *.txt *.none /n/", "n/ n/a.txt"},
		{"COPY d*/s* /n/", "n/ n/y"},
		{"COPY --exclude=sub dir /n", "n/ n/x n/z.log"},
		{"COPY --exclude=*.log --exclude=sub/** dir /n", "n/ n/sub/ n/x"},
		{"COPY --parents dir/sub/y /n/", "n/ n/dir/ n/dir/sub/ n/dir/sub/y"},
		{"COPY --parents dir/./sub/y /n/", "n/ n/sub/ n/sub/y"},
		{"COPY --parents dir/../dir/x ./*/./sub /n/", "n/ n/dir/ n/dir/x n/sub/ n/sub/y"},
		{"COPY empty /e", "e/"},
		{"COPY a.txt /x\nCOPY a.txt /x", "x | "},
		{"WORKDIR /w/v\nCOPY a.txt .\nCOPY b.md ..", "w/ w/v/ | w/ w/v/ w/v/a.txt | w/ w/b.md"},
		{"COPY . /all", "all/ all/.dockerignore all/a.txt all/b.md all/dir/ all/dir/sub/ all/dir/sub/y all/dir/x all/dir/z.log all/empty/"},
		{"COPY <<one <<two /d/\n1\none\n2\ntwo", "d/ d/one d/two"},
		{"COPY --link a.txt /p/q", "p/ p/q"},
		{"COPY nothing* /never/", ""},
	} {
		res, err := build.Build(t.Context(), []byte("FROM scratch\n"+c.lines+"\n"), context, options())
		if err != nil {
			t.Errorf("%s: %v", c.lines, err)
			continue
		}
		if got := entries(res.Image); got != c.want {
			t.Errorf("%s:\n  %s\nwant\n  %s", c.lines, got, c.want)
		}
	}
}

// TestFailedSteps holds that what stands before the mistake is built, though
// BuildKit finds it first.
func TestFailedSteps(t *testing.T) {
	context := files(t, "a=a")
	for _, c := range []struct {
		dockerfile string
		line       int
		steps      []int // of each stage
	}{
		{"FROM alpine\nRUN echo 1 >/x\nCOPY none /\nRUN echo 2 >/y\n", 3, []int{2}},
		{"FROM alpine\nRUN echo 1 >/x\nCOPY --link --chown=u a /\nCOPY a /y\n", 3, []int{2}},
		{"FROM alpine\nRUN false\nRUN true\nCOPY none /\n", 4, []int{1}},
		{"FROM alpine AS b\nCOPY a /x\nFROM alpine\nCOPY --from=b /x /\nCOPY a[ /\nCOPY a /\n", 5, []int{1, 2}},
		{"FROM alpine AS b\nCOPY a /x\nWORKDIR ${Q?no}\nFROM alpine\nCOPY --from=b /x /\n", 3, []int{2, 0}},
	} {
		res, err := build.Build(t.Context(), []byte(c.dockerfile), context, options())
		var e *build.Error
		if !errors.As(err, &e) || e.Range.Start.Line != c.line || res.Image != nil {
			t.Errorf("%q: %v", c.dockerfile, err)
			continue
		}
		for i, s := range res.Stages {
			if len(s.Steps) != c.steps[i] {
				t.Errorf("%q: stage %d has %d steps, want %d", c.dockerfile, i, len(s.Steps), c.steps[i])
			}
			for k, step := range s.Steps[:max(0, len(s.Steps)-1)] {
				if step.After.Root() == nil {
					t.Errorf("%q: step %d of stage %d was not done", c.dockerfile, k, i)
				}
			}
		}
	}
}

func TestErrors(t *testing.T) {
	context := files(t, "a=a", "dir/x=x", "dir/y=y", ".dockerignore=hidden\n", "hidden=h")
	e := context.Edit()
	if err := e.Place("/lk", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "dir"}, nil); err != nil {
		t.Fatal(err)
	}
	context = e.Tree()
	for _, c := range []struct{ dockerfile, text, advice string }{
		{"FROM scratch\nCOPY missing /\n", `Dockerfile:2: COPY: missing: "/missing": not found`, "Add missing to the files"},
		{"FROM scratch\nCOPY hidden /\n", `"/hidden": not found`, ".dockerignore leaves it out"},
		{"# syntax=example.com/other:1\nFROM scratch\n", "Dockerfile:1: the frontend example.com/other:1 cannot be run here", "Take the # syntax line out"},
		{"# syntax=docker/dockerfile:1\nFROM nowhere\n", "is not here", ""},
		{"FROM nowhere\n", `Dockerfile:1: FROM: base image "nowhere" is not here`, "It is docker.io/library/nowhere:latest, an image of the registry docker.io."},
		{"FROM UPPER\n", "must be lowercase", ""},
		{"FROM scratch\nCOPY --from=nope /x /\n", `base image "nope" is not here`, ""},
		{"FROM scratch\nCOPY --from=7 /x /\n", "invalid stage index 7", "index counts from 0"},
		{"FROM scratch AS a\nCOPY --from=b /x /\nFROM scratch AS b\nFROM a\n", `cannot copy from stage "b"`, "Move the stage"},
		{"FROM scratch\nCOPY --nope a /\n", "Dockerfile:2: unknown flag: --nope", ""},
		{"FROM scratch\nNOPE a\n", "unknown instruction: NOPE", ""},
		{"FROM scratch\nCOPY --chmod=9 a /\n", "invalid chmod parameter", "octal mode"},
		{"FROM scratch\nCOPY a /d/\nCOPY dir /d/a\n", "cannot copy to non-directory: /d/a", "remove it first"},
		{"FROM scratch\nCOPY dir /dir\nCOPY a /d/dir\nCOPY a /d/\nCOPY dir /d/a\n", "cannot copy to non-directory", ""},
		{"FROM scratch\nADD https://example.com/x /\n", "cannot be fetched", "Put the file into the context"},
		{"FROM scratch\nCOPY https://example.com/x /\n", "source can't be a URL for COPY", "Use ADD"},
		{"FROM scratch\nADD --checksum=sha256:00 a /\n", "checksum requires HTTP(S) or Git sources", ""},
		{"FROM scratch\nCOPY --link --chown=app a /\n", "--chown=app: user and group names can't be resolved when used with --link", "as numbers"},
		{"FROM alpine\nRUN false\nCOPY --link --chown=root:app a /\n", "Dockerfile:3: COPY: --chown=root:app: user and group names", "as numbers"},
		{"FROM scratch\nCOPY --chown=app a /\n", "invalid user index -1", "Give numbers"},
		{"FROM scratch\nCOPY --parents . /n/\n", `.: "/": not found`, ""},
		{"FROM alpine\nRUN false\nCOPY none /\nCOPY no* /\n", `Dockerfile:3: COPY: none: "/none": not found`, "Add none"},
		{"FROM alpine\nCOPY lk/x lk/y /n/\n", `lk/y: "/lk/y": not found`, "through the same link"},
		{"FROM scratch\nCOPY <<n/f /n/\n1\nn/f\n", "open /n/f: no such file or directory", "without a folder"},
		{"FROM scratch\nCOPY a[ /\n", "Dockerfile:2: COPY: invalid includepatterns: [a[]: syntax error in pattern", "Correct the pattern"},
		{"FROM alpine\nUSER nobody-here\nRUN true\n", "unable to find user nobody-here", "/etc/passwd"},
		{"FROM alpine\nRUN --security=insecure true\n", "security.insecure is not allowed", ""},
		{"FROM alpine\nRUN --network=host true\n", "network.host is not allowed", ""},
		{"FROM alpine\nRUN --mount=type=ssh true\n", "type=ssh cannot be provided", ""},
		{"FROM alpine\nRUN --mount=type=bind,source=none,target=/m true\n", `"/none": not found`, ""},
		{"FROM alpine\nRUN --mount=type=secret,id=s,required=true true\n", "secret s: not found", ""},
		{"FROM alpine\nWORKDIR /etc/passwd/x\n", "mkdir /etc/passwd/x: not a directory", ""},
		{"FROM scratch AS a\nCOPY --from=b /x /\nFROM scratch AS b\nCOPY --from=a /x /\n", "circular dependency detected", "copy from a stage above"},
	} {
		_, err := build.Build(t.Context(), []byte(c.dockerfile), context, options())
		var e *build.Error
		if !errors.As(err, &e) || !strings.Contains(e.Error(), c.text) || !strings.Contains(e.Advice.Text, c.advice) {
			t.Errorf("%q:\n  %v\nwant …%s…", c.dockerfile, err, c.text)
			if e != nil {
				t.Logf("advice %q, want …%s…", e.Advice.Text, c.advice)
			}
		}
	}
}

func TestStages(t *testing.T) {
	const dockerfile = `ARG BASE=alpine
FROM ${BASE} AS one
COPY a /one
FROM broken-and-unused AS two
FROM scratch AS three
COPY --from=one /one /copied
COPY --from=0 /one /again
FROM three
`
	res, err := build.Build(t.Context(), []byte(dockerfile), files(t, "a=a"), options())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := entries(res.Image), "copied | again"; got != want {
		t.Errorf("layers %s, want %s", got, want)
	}
	if res.Stages[1].Used || !res.Stages[0].Used {
		t.Error("only what the target needs is built")
	}
	o := options()
	o.Target = "one"
	if res, err = build.Build(t.Context(), []byte(dockerfile), files(t, "a=a"), o); err != nil || res.Target.Name != "one" {
		t.Errorf("target one: %v, %v", res.Target, err)
	}
	o.Target = "nine"
	if _, err = build.Build(t.Context(), []byte(dockerfile), files(t, "a=a"), o); err == nil || !strings.Contains(err.Error(), `"nine" could not be found`) {
		t.Errorf("a missing target: %v", err)
	}
}

// TestCache follows what is made again when inputs change, and why.
func TestCache(t *testing.T) {
	const dockerfile = "FROM scratch\nARG V=1\nCOPY a /a\nCOPY b /b\nWORKDIR /w\n"
	o := options()
	o.Cache = build.NewCache()
	states := func(dockerfile string, context vfs.Tree) []string {
		t.Helper()
		res, err := build.Build(t.Context(), []byte(dockerfile), context, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Cache.Next()
		var out []string
		for _, s := range res.Target.Steps {
			if s.Layer == nil {
				continue
			}
			if s.Cache.Hit {
				out = append(out, "hit")
			} else {
				out = append(out, s.Cache.Reason.Text)
			}
		}
		return out
	}
	for _, c := range []struct {
		name, dockerfile string
		context          vfs.Tree
		want             []string
	}{
		{"the first time", dockerfile, files(t, "a=1", "b=1"), []string{"", "", ""}},
		{"nothing changed", dockerfile, files(t, "a=1", "b=1"), []string{"hit", "hit", "hit"}},
		{"the second file", dockerfile, files(t, "a=1", "b=2"), []string{"hit", "/b changed", "the step before changed"}},
		{"back again", dockerfile, files(t, "a=1", "b=1"), []string{"hit", "hit", "hit"}},
		{"the first file", dockerfile, files(t, "a=2", "b=1"), []string{"/a changed", "the step before changed", "the step before changed"}},
		{"the text", strings.Replace(dockerfile, "/b\n", "/c\n", 1), files(t, "a=2", "b=1"), []string{"hit", "instruction changed", "the step before changed"}},
	} {
		if got := states(c.dockerfile, c.context); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestDeterminism builds with a cold cache, a warm one and none: same bytes.
func TestDeterminism(t *testing.T) {
	const dockerfile = "FROM alpine AS a\nRUN echo x > /x && mkdir -p /d/e && ln -s x /l\nFROM debian\nCOPY --from=a /x /l /d /\nADD . /ctx\nRUN rm -rf /home && touch /y\nLABEL z=1 a=2 m=3\n"
	cache := build.NewCache()
	var first string
	for i := range 4 {
		o := options()
		if i > 0 {
			o.Cache = cache
		}
		res, err := build.Build(t.Context(), []byte(dockerfile), files(t, "f=1", "g/h=2"), o)
		if err != nil {
			t.Fatal(err)
		}
		m, err := res.Image.Manifest(t.Context(), image.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = m.Digest.String()
		} else if m.Digest.String() != first {
			t.Errorf("build %d gives manifest %s, the first gave %s", i+1, m.Digest, first)
		}
	}
}

func Example() {
	e := vfs.New(0).Edit()
	e.WriteFile("/hello.txt", vfs.String("hello\n"), 0o644, 0, 0)
	res, err := build.Build(context.Background(), []byte("FROM scratch\nCOPY hello.txt /\nCMD [\"cat\"]\n"), e.Tree(), build.Options{Epoch: 1641686400})
	if err != nil {
		panic(err)
	}
	for _, step := range res.Target.Steps {
		fmt.Println(step.CreatedBy)
	}
	fmt.Println(res.Image.DiffIDs())
	// Output:
	// COPY hello.txt / # buildkit
	// CMD ["cat"]
	// [sha256:fa01e42d19005c93c2a6fc09347768cc08a524c9a3d7cc27b5b992321e01474a]
}
