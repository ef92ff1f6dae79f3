package reproduce_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/reproduce"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

const dockerfile = "ARG V=1\nFROM alpine AS base\nCOPY . /src\nFROM base AS app\nCMD [\"x\"]\n"

func bundle(t testing.TB) *reproduce.Bundle {
	t.Helper()
	const epoch = 1641686400
	e := vfs.New(epoch * 1e9).Edit()
	for _, f := range []struct {
		path  string
		mode  uint32
		mtime int64
	}{{"app.Dockerfile", 0o644, epoch*1e9 + 5}, {"a b's", 0o4755, 1500000000.25e9}, {"deep/er/f", 0o600, 1600000000e9}} {
		if _, err := e.MkdirAll(filepath.Dir("/"+f.path), 0o700, 0, 0); err != nil {
			t.Fatal(err)
		}
		if err := e.Place(f.path, vfs.Meta{Kind: vfs.File, Mode: f.mode, MTime: f.mtime}, vfs.String(dockerfile)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Create("/link", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "deep"}, nil); err != nil {
		t.Fatal(err)
	}
	b := &reproduce.Bundle{Files: e.Tree(), Dockerfile: "app.Dockerfile", Epoch: epoch, Target: "app", BuildArgs: map[string]string{"V": "a 'b'"}}
	res, err := build.Build(t.Context(), []byte(dockerfile), b.Files, build.Options{Epoch: epoch, Target: b.Target, BuildArgs: b.BuildArgs,
		Image: func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }})
	if err != nil {
		t.Fatal(err)
	}
	b.Bases, b.Image = res.Bases, res.Image
	return b
}

// TestBundle unpacks the archive, builds what is in it, and gets what it
// promises.
func TestBundle(t *testing.T) {
	b := bundle(t)
	var buf bytes.Buffer
	if err := b.WriteTar(t.Context(), &buf); err != nil {
		t.Fatal(err)
	}
	context, other := vfs.New(b.Epoch*1e9).Edit(), fstest.MapFS{}
	var expected reproduce.Expected
	for r := tar.NewReader(&buf); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		p, inContext := strings.CutPrefix(h.Name, "context/")
		if !inContext {
			other[h.Name] = &fstest.MapFile{Data: text}
			continue
		}
		m := vfs.Meta{Mode: uint32(h.Mode), MTime: h.ModTime.UnixNano(), Target: h.Linkname}
		switch h.Typeflag {
		case tar.TypeDir:
			m.Kind = vfs.Dir
		case tar.TypeSymlink:
			m.Kind = vfs.Symlink
		}
		if p != "" {
			if err := context.Place(p, m, vfs.Bytes(text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := json.Unmarshal(other["expected.json"].Data, &expected); err != nil {
		t.Fatal(err)
	}
	sub, err := other.Sub("bases/alpine")
	if err != nil {
		t.Fatal(err)
	}
	base, err := image.Read(sub)
	if err != nil {
		t.Fatal(err)
	}
	res, err := build.Build(t.Context(), []byte(dockerfile), context.Tree(), build.Options{Epoch: b.Epoch, Target: b.Target, BuildArgs: b.BuildArgs,
		Image: func(_ ctx, name string) (*image.Image, error) {
			return map[string]*image.Image{"alpine": base}[name], nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	again := *b
	again.Image = res.Image
	if got, err := again.Expected(t.Context()); err != nil || fmt.Sprint(got) != fmt.Sprint(expected) {
		t.Errorf("built from the archive: %+v (%v)\npromised: %+v", got, err, expected)
	}
	checkScript(t, other["reproduce.sh"].Data)
}

type ctx = context.Context

// checkScript has a real shell read the script.
func checkScript(t *testing.T, script []byte) {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Log("no shell here to check the syntax of the script with")
		return
	}
	name := filepath.Join(t.TempDir(), "reproduce.sh")
	if err := os.WriteFile(name, script, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(sh, "-n", name).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, script)
	}
}

func TestCommand(t *testing.T) {
	b := bundle(t)
	b.Options.Compression = "zstd"
	buildx, buildctl, err := b.Command(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Bases["alpine"].Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const output = "type=oci,dest=image.tar,rewrite-timestamp=true,compression=zstd"
	wantX := `SOURCE_DATE_EPOCH=1641686400 docker buildx build --no-cache --provenance=false \
  --file context/app.Dockerfile \
  --target app \
  --build-arg 'V=a '\''b'\''' \
  --build-context alpine=oci-layout://bases/alpine@` + m.Digest.String() + ` \
  --output ` + output + ` \
  context`
	wantC := `SOURCE_DATE_EPOCH=1641686400 buildctl build --no-cache --frontend dockerfile.v0 \
  --local context=context \
  --local dockerfile=context \
  --opt filename=app.Dockerfile \
  --opt target=app \
  --opt 'build-arg:V=a '\''b'\''' \
  --oci-layout base0=bases/alpine \
  --opt context:alpine=oci-layout://base0@` + m.Digest.String() + ` \
  --output ` + output
	if buildx != wantX {
		t.Errorf("buildx:\n%s\nwant\n%s", buildx, wantX)
	}
	if buildctl != wantC {
		t.Errorf("buildctl:\n%s\nwant\n%s", buildctl, wantC)
	}
}

func Example() {
	b := &reproduce.Bundle{Files: vfs.New(0), Dockerfile: "Dockerfile", Epoch: 1641686400}
	_, buildctl, err := b.Command(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(strings.ReplaceAll(buildctl, " \\\n ", ""))
	// Output: SOURCE_DATE_EPOCH=1641686400 buildctl build --no-cache --frontend dockerfile.v0 --local context=context --local dockerfile=context --output type=oci,dest=image.tar,rewrite-timestamp=true
}

// Files that are no older than the epoch have other times in the archive of
// another context, in the same order; older ones keep theirs.
func TestTimesDependOnTheContext(t *testing.T) {
	times := func(content string) map[string]int64 {
		e := vfs.New(0).Edit()
		for name, ns := range map[string]int64{"/old": 99_500_000_000, "/at": 100e9, "/b": 200_000_000_007, "/c": 200_000_000_007} {
			if err := e.Place(name, vfs.Meta{Kind: vfs.File, Mode: 0o644, MTime: ns}, vfs.String(content)); err != nil {
				t.Fatal(err)
			}
		}
		img, err := image.New(image.Config{}, nil, nil, 100)
		if err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		if err := (&reproduce.Bundle{Files: e.Tree(), Dockerfile: "Dockerfile", Epoch: 100, Image: img}).WriteTar(t.Context(), &buf); err != nil {
			t.Fatal(err)
		}
		out := map[string]int64{}
		for r := tar.NewReader(&buf); ; {
			h, err := r.Next()
			if err == io.EOF {
				return out
			}
			if err != nil {
				t.Fatal(err)
			}
			if name, ok := strings.CutPrefix(h.Name, "context/"); ok {
				out[name] = h.ModTime.UnixNano()
			}
		}
	}
	one, other, again := times("one"), times("two"), times("one")
	if fmt.Sprint(one) != fmt.Sprint(again) {
		t.Errorf("not the same twice: %v, %v", one, again)
	}
	if one["old"] != 99_500_000_000 || other["old"] != one["old"] {
		t.Errorf("a time before the epoch became %d", one["old"])
	}
	if one["at"] <= 100e9 || one["at"] == other["at"] || one["b"]-one["at"] != 100_000_000_007 || one["b"] != one["c"] {
		t.Errorf("times %v and %v", one, other)
	}
}
