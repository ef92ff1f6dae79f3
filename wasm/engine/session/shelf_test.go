package session_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

// shelf is a shelf in memory.
type shelf struct {
	mu       sync.Mutex
	records  map[string]session.Record
	blobs    map[digest.Digest][]byte
	given    map[string][]byte
	unpacked int
	holds    int
	// site answers Get; nil: there is none.
	site func(address string) (int, io.Reader)
}

func newShelf() *shelf {
	return &shelf{records: map[string]session.Record{}, blobs: map[digest.Digest][]byte{}, given: map[string][]byte{}}
}

func (s *shelf) Records(context.Context) ([]session.Record, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []session.Record
	for _, r := range s.records {
		list = append(list, r)
	}
	return list, true, nil
}

func (s *shelf) Record(_ context.Context, r session.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records[r.Name] = r
	return nil
}

func (s *shelf) Remove(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, name)
	return nil
}

func (s *shelf) Has(_ context.Context, d digest.Digest) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.blobs[d]
	return ok, nil
}

func (s *shelf) Put(_ context.Context, d digest.Digest, r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blobs[d] = b
	return nil
}

func (s *shelf) Hold(context.Context) (func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.holds--
	}, nil
}

func (s *shelf) Sweep(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holds > 0 {
		return nil
	}
	var keep []digest.Digest
	for _, r := range s.records {
		keep = append(keep, r.Blobs()...)
	}
	for d := range s.blobs {
		if !slices.Contains(keep, d) {
			delete(s.blobs, d)
		}
	}
	return nil
}

func (s *shelf) Blob(_ context.Context, d digest.Digest) (*vfs.Blob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobs[d]
	if !ok {
		return nil, fmt.Errorf("no blob %s", d)
	}
	return vfs.Bytes(b), nil
}

func (s *shelf) Unpacked(ctx context.Context, d digest.Digest) (*vfs.Blob, error) {
	b, err := s.Blob(ctx, d)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.unpacked++
	s.mu.Unlock()
	return layer.Unpack(ctx, b)
}

func (s *shelf) Given(ctx context.Context, key string) (*vfs.Blob, error) {
	return layer.Unpack(ctx, vfs.Bytes(s.given[key]))
}

func (s *shelf) Get(_ context.Context, address string, _ []string) (*session.Answer, error) {
	if s.site == nil {
		return nil, session.ErrNoSite
	}
	status, body := s.site(address)
	return &session.Answer{Status: status, Body: io.NopCloser(body)}, nil
}

// base builds an image to be imported: a stand-in with a layer of our own.
func base(t *testing.T) *image.Image {
	t.Helper()
	res, err := build.Build(t.Context(), []byte("FROM alpine\nRUN echo base >/srv/base\nENV BASE=yes\n"), vfs.New(epoch*1e9),
		build.Options{Epoch: epoch, Image: func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }})
	if err != nil {
		t.Fatal(err)
	}
	return res.Image
}

func ociOf(t *testing.T, img *image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := img.WriteOCI(t.Context(), &b, image.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func dockerOf(t *testing.T, img *image.Image, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := img.WriteDocker(t.Context(), &b, name, image.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// last gives the data of the newest event of a name.
func last[T any](p *page, event string) (out T) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wait(event, func() bool {
		return slices.ContainsFunc(p.events, func(e wire.Event) bool { return e.Event == event })
	})
	for _, e := range slices.Backward(p.events) {
		if e.Event == event {
			if err := json.Unmarshal(e.Data, &out); err != nil {
				p.t.Fatal(err)
			}
			return out
		}
	}
	return out
}

func (s *shelf) give(p *page, file string, archive []byte) wire.Imported {
	p.t.Helper()
	s.given[file] = archive
	return ask[wire.Imported](p, wire.MethodImport, wire.ImportQuery{Key: file, File: file})
}

const upon = "COPY a /a\nRUN cat /srv/base >>/a\n"

// checkUpon builds upon the image that FROM calls by name and compares with
// the engine alone.
func checkUpon(t *testing.T, p *page, revision int, name string, img *image.Image) {
	t.Helper()
	dockerfile := "FROM " + name + "\n" + upon
	_, got := p.image(workspace(revision, "Dockerfile", dockerfile, "a", "one"))
	e := vfs.New(epoch * 1e9).Edit()
	for _, f := range []struct{ path, text string }{{"/Dockerfile", dockerfile}, {"/a", "one"}} {
		if err := e.Place(f.path, vfs.Meta{Mode: 0o644, MTime: (epoch + 1000) * 1e9}, vfs.String(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := build.Build(t.Context(), []byte(dockerfile), e.Tree(), build.Options{Epoch: epoch,
		Image: func(context.Context, string) (*image.Image, error) { return img, nil }})
	if err != nil {
		t.Fatal(err)
	}
	m, err := want.Image.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != string(want.Image.ID()) || got.ManifestDigest != string(m.Digest) {
		t.Errorf("FROM %s: image %s, manifest %s; want %s, %s", name, got.ID, got.ManifestDigest, want.Image.ID(), m.Digest)
	}
	if b := got.Stages[got.Final].Base; b.Kind != "imported" || b.Digest != string(img.ID()) {
		t.Errorf("FROM %s: the base is %+v", name, b)
	}
}

func TestImport(t *testing.T) {
	img := base(t)
	for _, test := range []struct {
		name, file string
		archive    []byte
		names      []string
		from       []string
	}{
		{"a docker archive by its tag", "x.tar", dockerOf(t, img, "made/here:2"), []string{"made/here:2"}, []string{"made/here:2", "docker.io/made/here:2"}},
		{"an OCI layout by the file's name", "My Base.oci.tar", ociOf(t, img), []string{"my-base:latest"}, []string{"my-base", "my-base:latest"}},
		{"a compressed archive", "base.tar.gz", zipped(t, ociOf(t, img)), []string{"base:latest"}, []string{"base"}},
		{"a name in no letters", "한글.tar", ociOf(t, img), []string{"imported:latest"}, []string{"imported"}},
		{"in the place of a stand-in", "x.tar", dockerOf(t, img, "debian:12"), []string{"debian:12"}, []string{"debian:12"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newShelf()
			p := newPageWith(t, session.Options{Shelf: s})
			if got := s.give(p, test.file, test.archive); !slices.Equal(got.Names, test.names) {
				t.Errorf("imported %q, want %q", got.Names, test.names)
			}
			kept := last[wire.Images](p, wire.EventImages)
			if len(kept.Images) != 1 || kept.Images[0].Short != test.names[0] || kept.Images[0].ID != string(img.ID()) ||
				kept.Images[0].Layers != len(img.Layers) || kept.Images[0].Platform != "linux/amd64" || kept.Images[0].Size == 0 || !kept.Lasting {
				t.Errorf("kept %+v", kept)
			}
			if s.unpacked != 0 {
				t.Errorf("%d layers were unpacked before anybody looked", s.unpacked)
			}
			// Uncompressed layers have other blobs, so the image to compare with is
			// the one that was read.
			want, err := image.ReadArchive(bytes.NewReader(test.archive))
			if err != nil {
				t.Fatal(err)
			}
			for n, name := range test.from {
				checkUpon(t, p, n+1, name, want)
			}
			// Nor does a line that fails make it be unpacked again.
			p.build(workspace(8, "Dockerfile", "FROM "+test.from[0]+"\nRUN exit 3\n"))
			p.build(workspace(9, "Dockerfile", "FROM "+test.from[0]+"\nRUN exit 4\n"))
			if s.unpacked != len(img.Layers) {
				t.Errorf("%d layers were unpacked, want each once", s.unpacked)
			}

			// Another page finds it again.
			again := newPageWith(t, session.Options{Shelf: s})
			checkUpon(t, again, 1, test.from[0], want)
		})
	}
}

func TestFromByDigest(t *testing.T) {
	img, s := base(t), newShelf()
	p := newPageWith(t, session.Options{Shelf: s})
	s.give(p, "base.tar", ociOf(t, img))
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := image.ReadArchive(bytes.NewReader(ociOf(t, img)))
	if err != nil {
		t.Fatal(err)
	}
	checkUpon(t, p, 1, "base@"+string(m.Digest), want)
	if elsewhere := p.build(workspace(3, "Dockerfile", "FROM ghcr.io/library/base@"+string(m.Digest)+"\n")); elsewhere.Ok {
		t.Error("the image of another registry is taken for it")
	}
	built := p.build(workspace(4, "Dockerfile", "FROM base@"+string(digest.FromString("other"))+"\n"))
	if built.Ok || built.Diagnostics[0].Missing == nil {
		t.Errorf("another digest gave %+v", built.Diagnostics)
	}
}

// keyed tells whether a message, or a part of it, has words in all languages.
func keyed(m wire.Message) bool { return m.Key != "" || slices.ContainsFunc(m.Args, keyed) }

func TestImportErrors(t *testing.T) {
	img := base(t)
	oci := ociOf(t, img)
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// One byte of a layer, found by the blob's own bytes.
	blob, err := m.Layers[0].Content.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(oci)
	damaged[bytes.Index(damaged, blob)+len(blob)/2] ^= 1
	for _, test := range []struct {
		name    string
		archive []byte
		want    string
	}{
		{"a damaged layer", damaged, "the blob " + string(m.Layers[0].Digest) + " holds other bytes"},
		{"half an archive", oci[:len(oci)/2], "cut off"},
		{"no archive", []byte("hello"), "this is a text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newShelf()
			p := newPageWith(t, session.Options{Shelf: s})
			s.given["f"] = test.archive
			res, _ := p.try(wire.MethodImport, wire.ImportQuery{Key: "f", File: "f.tar"})
			if !strings.Contains(res.Error, test.want) || !strings.Contains(res.Error, "f.tar was not imported") {
				t.Errorf("error %q, want %q", res.Error, test.want)
			}
			// What is wrong is said by key, so that the page has words for it.
			if n := len(res.Why.Args); n != 2 || !keyed(res.Why.Args[n-1]) {
				t.Errorf("the page is told %+v", res.Why)
			}
			if len(s.records) > 0 || len(s.blobs) > 0 {
				t.Errorf("%d records and %d blobs are left", len(s.records), len(s.blobs))
			}
		})
	}
}

func TestForgetAndRename(t *testing.T) {
	img, s := base(t), newShelf()
	p := newPageWith(t, session.Options{Shelf: s})
	s.give(p, "one.tar", ociOf(t, img))
	s.give(p, "two.tar", ociOf(t, img))
	blobs := len(s.blobs)
	if transfer := last[wire.Transfer](p, wire.EventTransfer); transfer.Layers[0].State != "here" {
		t.Errorf("the same layers came twice: %+v", transfer)
	}
	ask[struct{}](p, wire.MethodRename, wire.RenameQuery{From: "one", To: "team/base:3"})
	kept := last[wire.Images](p, wire.EventImages)
	if len(kept.Images) != 2 || kept.Images[0].Short != "team/base:3" || kept.Images[1].Short != "two:latest" {
		t.Errorf("kept %+v", kept.Images)
	}
	if res, _ := p.try(wire.MethodRename, wire.RenameQuery{From: "two", To: "Not A Name"}); res.Error == "" {
		t.Error("a bad name was taken")
	}
	if res, _ := p.try(wire.MethodRename, wire.RenameQuery{From: "two", To: "two@" + string(img.ID())}); res.Error == "" {
		t.Error("a digest was taken for a name")
	}
	if ask[struct{}](p, wire.MethodRename, wire.RenameQuery{From: "two", To: "two:latest"}); len(s.records) != 2 {
		t.Error("an image is lost by having its own name")
	}
	ask[struct{}](p, wire.MethodForget, wire.ImageQuery{Name: "two"})
	if len(s.blobs) != blobs {
		t.Errorf("%d blobs are left of %d that the other image needs", len(s.blobs), blobs)
	}
	ask[struct{}](p, wire.MethodForget, wire.ImageQuery{Name: "docker.io/team/base:3"})
	if len(s.blobs) != 0 || len(s.records) != 0 || len(last[wire.Images](p, wire.EventImages).Images) != 0 {
		t.Errorf("%d blobs and %d records are left of nothing", len(s.blobs), len(s.records))
	}
	if res, _ := p.try(wire.MethodForget, wire.ImageQuery{Name: "two"}); res.Error == "" {
		t.Error("what is not kept was forgotten")
	}
}

// registry answers as the site does for one image of docker.io.
func registry(img *image.Image, m *image.Manifest, tag string) func(string) (int, io.Reader) {
	index := fmt.Sprintf(`{"manifests":[{"digest":%q,"platform":{"os":"linux","architecture":"arm64"}},{"digest":%q,"platform":{"os":"linux","architecture":"amd64"}}]}`,
		digest.FromString("another"), m.Digest)
	answers := map[string]string{
		"v2/docker.io/": "{}\n",
		"v2/docker.io/library/base/manifests/" + tag:              index,
		"v2/docker.io/library/base/manifests/" + string(m.Digest): string(m.JSON),
		"v2/docker.io/library/base/blobs/" + string(img.ID()):     string(img.ConfigJSON()),
	}
	for _, b := range m.Layers {
		text, _ := b.Content.Bytes()
		answers["v2/docker.io/library/base/blobs/"+string(b.Digest)] = string(text)
	}
	return func(address string) (int, io.Reader) {
		text, ok := answers[strings.ReplaceAll(address, "%3A", ":")]
		if !ok {
			return 404, strings.NewReader(`{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no such manifest"}]}`)
		}
		return 200, strings.NewReader(text)
	}
}

func TestPull(t *testing.T) {
	img, s := base(t), newShelf()
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.site = registry(img, m, "3")
	p := newPageWith(t, session.Options{Shelf: s})

	built := p.build(workspace(1, "Dockerfile", "FROM base:3\n"))
	if missing := built.Diagnostics[0].Missing; built.Ok || missing == nil || *missing != (wire.Missing{Name: "base:3", Registry: "docker.io"}) {
		t.Fatalf("FROM what is not here gave %+v", built.Diagnostics)
	}
	if open := last[wire.Registries](p, wire.EventRegistries); !open.Open["docker.io"] {
		t.Errorf("registries %+v", open)
	}
	offer := ask[wire.Offer](p, wire.MethodLookUp, wire.ImageQuery{Name: "base:3"})
	var layers int64
	for _, b := range m.Layers {
		layers += b.Size
	}
	if offer.Name != "base:3" || offer.Digest != string(m.Digest) || offer.Platform != "linux/amd64" || offer.Fetch != layers || offer.Size <= layers || len(s.blobs) > 0 {
		t.Errorf("offer %+v, %d blobs", offer, len(s.blobs))
	}
	if got := ask[wire.Imported](p, wire.MethodPull, wire.ImageQuery{Name: "base:3"}); !slices.Equal(got.Names, []string{"base:3"}) {
		t.Errorf("pulled %v", got)
	}
	transfer := last[wire.Transfer](p, wire.EventTransfer)
	if transfer.Done != layers || transfer.Total != layers || transfer.Layers[1].State != "done" {
		t.Errorf("at the end the transfer is %+v", transfer)
	}
	want, err := image.ReadArchive(bytes.NewReader(ociOf(t, img)))
	if err != nil {
		t.Fatal(err)
	}
	checkUpon(t, p, 2, "base:3", want)
	checkUpon(t, p, 3, "base@"+string(m.Digest), want)
	if offer := ask[wire.Offer](p, wire.MethodLookUp, wire.ImageQuery{Name: "base:3"}); offer.Fetch != 0 {
		t.Errorf("after the pull %d bytes are to be fetched", offer.Fetch)
	}
}

func TestPullErrors(t *testing.T) {
	img := base(t)
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	right := registry(img, m, "3")
	for _, test := range []struct {
		name string
		site func(string) (int, io.Reader)
		from string
		want string
	}{
		{"no site", nil, "base:3", "import an archive"},
		{"no such tag", right, "base:4", "there is no base:4 at docker.io"},
		{"no name", right, "Base", "cannot be the name"},
		{"a site of files", func(string) (int, io.Reader) { return 404, strings.NewReader("not found") }, "base:3", "does not pull"},
		{"a refusal", func(string) (int, io.Reader) {
			return 429, strings.NewReader(`{"errors":[{"code":"TOOMANYREQUESTS","message":"wait a minute"}]}`)
		}, "base:3", "wait a minute"},
		{"another layer", func(a string) (int, io.Reader) {
			if strings.Contains(a, m.Layers[1].Digest.Encoded()) {
				return 200, strings.NewReader("other")
			}
			return right(a)
		}, "base:3", "the blob " + string(m.Layers[1].Digest) + " holds other bytes"},
		{"another config", func(a string) (int, io.Reader) {
			if strings.Contains(a, img.ID().Encoded()) {
				return 200, strings.NewReader("{}")
			}
			return right(a)
		}, "base:3", "the blob " + string(img.ID()) + " holds other bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newShelf()
			s.site = test.site
			p := newPageWith(t, session.Options{Shelf: s})
			res, _ := p.try(wire.MethodPull, wire.ImageQuery{Name: test.from})
			if !strings.Contains(res.Error, test.want) {
				t.Errorf("error %q, want %q", res.Error, test.want)
			}
			if len(s.records) > 0 || len(s.blobs) > 0 {
				t.Errorf("%d records and %d blobs are left", len(s.records), len(s.blobs))
			}
		})
	}
}

// A transfer that is stopped ends at once and leaves nothing.
func TestStopTransfer(t *testing.T) {
	img, s := base(t), newShelf()
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	right := registry(img, m, "3")
	waiting, goOn := make(chan struct{}, 9), make(chan struct{})
	s.site = func(a string) (int, io.Reader) {
		status, r := right(a)
		if strings.Contains(a, m.Layers[1].Digest.Encoded()) {
			return status, io.MultiReader(io.LimitReader(r, 9), readerFunc(func([]byte) (int, error) {
				waiting <- struct{}{}
				<-goOn
				return 0, nil
			}))
		}
		return status, r
	}
	p := newPageWith(t, session.Options{Shelf: s})
	pulling := p.send(wire.MethodPull, wire.ImageQuery{Name: "base:3"})
	<-waiting
	if res, _ := p.try(wire.MethodPull, wire.ImageQuery{Name: "base:3"}); !strings.Contains(res.Error, "another image is on its way") {
		t.Errorf("a second transfer gave %q", res.Error)
	}
	p.try(wire.MethodStopTransfer, nil)
	close(goOn)
	if res, _ := p.answer(pulling, wire.MethodPull); !strings.Contains(res.Error, "stopped") {
		t.Errorf("stopped, it says %q", res.Error)
	}
	if len(s.records) > 0 || len(s.blobs) > 0 {
		t.Errorf("%d records and %d blobs are left", len(s.records), len(s.blobs))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
