package host_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/filters"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/vfs"
)

// now is when the recorded sessions were made.
const now = 1796133600 * int64(1e9)

var ctx = context.Background()

// serve puts a base of testdata into a registry.
func serve(t testing.TB, r registry.State, file, repository, tag string) registry.State {
	t.Helper()
	f, err := os.Open("testdata/bases/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	i, err := image.ReadFacts(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := i.Manifest(ctx, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err = r.PushBlob(repository, registry.Blob{Digest: i.ID(), Content: vfs.Bytes(i.ConfigJSON())})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range i.Layers {
		b, err := l.Blob(ctx, layer.Gzip)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = r.PushBlob(repository, registry.Blob{Digest: b.Digest, Content: vfs.Absent(b.Size, b.Digest), Layer: l}); err != nil {
			t.Fatal(err)
		}
	}
	if r, _, err = r.PutManifest(repository, tag, schema2.MediaType, m.JSON); err != nil {
		t.Fatal(err)
	}
	return r
}

// newHost returns a host and the network in which localhost:5000 has the bases.
func newHost(t testing.TB) (*host.Host, *host.Net) {
	t.Helper()
	r := registry.New(now)
	r = serve(t, r, "alpine_latest.json", "library/alpine", "latest")
	r = serve(t, r, "httpd_2.4.json", "library/httpd", "2.4")
	r = serve(t, r, "nginx_latest.json", "library/nginx", "latest")
	net := host.NewNet(remote.New().Serve("localhost:5000", r).Mirrors("localhost:5000").Deny("localhost:5003"))
	return host.New(host.NewState(1, now), net), net
}

// lines collects messages as a pipe shows them.
type lines struct{ strings.Builder }

func (l *lines) take(m host.Message) {
	switch {
	case m.Aux != nil || m.Progress != "":
	case m.Error != "":
		l.WriteString("ERROR " + m.Error + "\n")
	case m.Stream != "":
		l.WriteString(m.Stream)
	case m.ID != "":
		l.WriteString(m.ID + ": " + m.Status + "\n")
	default:
		l.WriteString(m.Status + "\n")
	}
}

func pull(t testing.TB, h *host.Host, ref string) string {
	t.Helper()
	var out lines
	if err := h.ImagePull(ctx, ref, types.ImagePullOptions{}, out.take); err != nil {
		t.Fatal(ref, err)
	}
	return out.String()
}

// rmi returns what docker rmi prints, or the error.
func rmi(h *host.Host, name string, force bool) string {
	said, err := h.ImageRemove(name, types.ImageRemoveOptions{Force: force, PruneChildren: true})
	if err != nil {
		return err.Error() + "\n"
	}
	var out strings.Builder
	for _, s := range said {
		if s.Untagged != "" {
			fmt.Fprintf(&out, "Untagged: %s\n", s.Untagged)
		}
		if s.Deleted != "" {
			fmt.Fprintf(&out, "Deleted: %s\n", s.Deleted)
		}
	}
	return out.String()
}

// images lists what docker images -a shows: names, short ids and sizes.
func images(t testing.TB, h *host.Host, all bool, f ...filters.KeyValuePair) string {
	t.Helper()
	list, err := h.ImageList(types.ImageListOptions{All: all, Filters: filters.NewArgs(f...)})
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, i := range list {
		out = append(out, fmt.Sprintf("%s %s %d", strings.Join(i.RepoTags, ","), i.ID[7:19], i.Size))
	}
	return strings.Join(out, "\n")
}

// child makes an image with one more layer on a parent, as a build does.
func child(t testing.TB, h *host.Host, parent, text string, tags ...string) digest.Digest {
	t.Helper()
	var id digest.Digest
	err := h.Change(func(c *host.Change) error {
		p, err := c.FindImage(parent)
		if err != nil {
			return err
		}
		b := vfs.String(text)
		l, err := layer.New(ctx, []layer.Entry{{Name: text, Type: '0', Mode: 0o644, Size: b.Size(), Content: b}})
		if err != nil {
			return err
		}
		layers := append(slices.Clone(p.Made.Layers), l)
		var diffs []string
		for _, l := range layers {
			diffs = append(diffs, fmt.Sprintf("%q", l.DiffID()))
		}
		config := fmt.Sprintf(`{"architecture":"amd64","os":"linux","created":"2026-12-01T13:53:22Z","container":%q,"rootfs":{"type":"layers","diff_ids":[%s]},"history":[{"created":"2026-12-01T13:53:22Z","created_by":%q}]}`,
			c.Random.ID(), strings.Join(diffs, ","), text)
		made, err := image.Existing([]byte(config), nil, layers)
		if err != nil {
			return err
		}
		s, i, err := c.Store.Create(made, &c.Random, c.Now())
		if err != nil {
			return err
		}
		if c.Store, err = s.SetParent(i.ID, p.ID); err != nil {
			return err
		}
		id = i.ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range tags {
		if err := h.ImageTag(id.String(), tag); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

func same(t testing.TB, what, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}
