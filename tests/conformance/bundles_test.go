package conformance_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/reproduce"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/workspace"
	"layerlab.dev/site/lessons"
)

var record = flag.Bool("record", false, "write the digests that buildctl gives to testdata/bundles.json")

// bundled is a build of a workspace, and the digest of the manifest that
// BuildKit v0.34.2 makes of its bundle. Without one it stands on a stand-in and
// has a RUN, which no BuildKit can execute.
type bundled struct {
	name   string
	bundle *reproduce.Bundle
}

// bundles are those of every lesson and of testdata/bundles.
func bundles(t *testing.T) (out []bundled) {
	texts := map[string][]byte{}
	all, err := lessons.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		texts["lesson "+l.Slug] = l.Workspace
	}
	names, err := filepath.Glob("testdata/bundles/*.txtar")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d workspaces (%v)", len(names), err)
	}
	for _, name := range names {
		if texts[strings.TrimSuffix(filepath.Base(name), ".txtar")], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range texts {
		w, err := workspace.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan, err := w.Plan()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		find := func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }
		for _, b := range plan.Build(t.Context(), workspace.BuildOptions{Image: find}) {
			if b.Err != nil {
				t.Fatalf("%s: %v", name, b.Err)
			}
			s, _ := plan.Find(b.Path)
			o := plan.Options(b.Dockerfile)
			out = append(out, bundled{name + ": " + b.Path, &reproduce.Bundle{Files: s.Files, Dockerfile: b.Name, Epoch: o.Epoch, Platform: o.Platform,
				Target: o.Target, BuildArgs: o.BuildArgs, Options: image.Options{Compression: layer.Compression(w.Settings.Compression)},
				Bases: b.Result.Bases, Image: b.Result.Image}})
		}
	}
	return out
}

// What a bundle promises must be what BuildKit makes of it: by its own
// reproduce.sh where a buildkitd answers (buildctl on PATH, BUILDKIT_HOST), and
// by digests recorded with -record elsewhere.
func TestBundles(t *testing.T) {
	const golden = "testdata/bundles.json"
	recorded := map[string]string{}
	if text, err := os.ReadFile(golden); err == nil {
		if err := json.Unmarshal(text, &recorded); err != nil {
			t.Fatal(err)
		}
	}
	buildkit := exec.Command("buildctl", "debug", "workers").Run() == nil
	list := bundles(t)
	equal, runs := 0, 0
	now := map[string]string{}
	for _, b := range list {
		want, known := recorded[b.name]
		expected, err := b.bundle.Expected(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", b.name, err)
		}
		if buildkit {
			var said string
			if want, said = reproduced(t, b); want == "" && !strings.Contains(said, "exec format error") && !strings.Contains(said, "no such file or directory") {
				t.Errorf("%s: reproduce.sh fails:\n%s", b.name, said)
			}
			now[b.name] = want
		} else if !known {
			t.Errorf("%s: no digest is recorded", b.name)
			continue
		}
		switch want {
		case "":
			runs++
		case expected.ManifestDigest:
			equal++
		default:
			t.Errorf("%s: promised %s, BuildKit makes %s", b.name, expected.ManifestDigest, want)
		}
	}
	t.Logf("%d of %d bundles give the promised manifest, %d have a RUN on a stand-in (BuildKit asked: %v)", equal, len(list)-runs, runs, buildkit)
	if *record && buildkit {
		text, err := json.MarshalIndent(now, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// reproduced unpacks a bundle, runs its reproduce.sh, and gives the digest of
// the manifest that came of it; what it said, where it failed before that.
func reproduced(t *testing.T, b bundled) (digest, said string) {
	dir := t.TempDir()
	var archive bytes.Buffer
	if err := b.bundle.WriteTar(t.Context(), &archive); err != nil {
		t.Fatalf("%s: %v", b.name, err)
	}
	unpack := exec.Command("tar", "-xpf", "-", "-C", dir)
	unpack.Stdin = &archive
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", b.name, err, out)
	}
	out, err := exec.Command("sh", filepath.Join(dir, "reproduce.sh")).CombinedOutput()
	f, openErr := os.Open(filepath.Join(dir, "image.tar"))
	if openErr != nil {
		return "", string(out)
	}
	defer f.Close()
	var index struct{ Manifests []struct{ Digest string } }
	for r := tar.NewReader(f); ; {
		h, nextErr := r.Next()
		if nextErr == io.EOF && err != nil {
			return "", string(out) // it is made before the build fails
		}
		if nextErr != nil {
			t.Fatalf("%s: index.json: %v", b.name, nextErr)
		}
		if h.Name != "index.json" {
			continue
		}
		if err := json.NewDecoder(r).Decode(&index); err != nil {
			t.Fatal(err)
		}
		break
	}
	digest = index.Manifests[0].Digest
	if promised := strings.Contains(string(out), "equal: "+digest); promised != (err == nil) {
		t.Errorf("%s: reproduce.sh says (%v):\n%s", b.name, err, out)
	}
	return digest, string(out)
}
