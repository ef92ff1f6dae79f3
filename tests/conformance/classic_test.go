package conformance_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/recorded"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// classicGolden is what dockerd 20.10.24 made with DOCKER_BUILDKIT=0.
type classicGolden struct {
	Name    string   `json:"name"`
	ImageID string   `json:"image_id"`
	Output  []string `json:"build_output"`
	Chain   []struct {
		ID     string  `json:"id"`
		Parent *string `json:"parent"`
		Config string  `json:"config_json"`
	} `json:"image_chain"`
	Layers []struct {
		DiffID  string `json:"diff_id"`
		LayerDB struct {
			Size string `json:"size"`
		} `json:"layerdb"`
		Base    bool  `json:"base"`
		TarSize int64 `json:"tar_size"`
		Entries []struct {
			Name     string `json:"name"`
			Type     string `json:"typeflag"`
			Mode     string `json:"mode_raw"`
			UID      string `json:"uid_raw"`
			GID      string `json:"gid_raw"`
			Size     int64  `json:"size"`
			MTime    int64  `json:"mtime"`
			Linkname string `json:"linkname"`
			Uname    string `json:"uname"`
			Gname    string `json:"gname"`
		} `json:"entries"`
	} `json:"layers"`
}

// The cases were recorded in November 2026; what has a time of then, or of our
// clock, was made during the build.
const (
	recordedAt = 1795219000
	ourClock   = 1800000000
)

// hostNames are those of the host the cases were recorded on.
func hostNames() layer.Overlay2 {
	users, groups := map[int]string{1000: "cloudsdk"}, map[int]string{1000: "cloudsdk"}
	for k, v := range layer.DebianUsers {
		users[k] = v
	}
	for k, v := range layer.DebianGroups {
		groups[k] = v
	}
	return layer.Overlay2{Users: users, Groups: groups}
}

// buildClassic builds a case, and gives what docker would print of it and what
// was committed.
func buildClassic(t *testing.T, c recorded.Case) (out string, made []*classic.Committed, err error) {
	files, err := c.Files("1690000000")
	if err != nil {
		t.Fatal(err)
	}
	e := files.Edit()
	m := vfs.Meta{Mode: 0o644, MTime: 1690000000e9}
	if err := e.Place("/Dockerfile", m, vfs.String(c.Dockerfile)); err != nil {
		t.Fatal(err)
	}
	sent, err := classic.Send(e.Tree(), "")
	if err != nil {
		t.Fatal(err)
	}
	find := bases(t)
	o := classic.Options{Remove: true, Overlay: hostNames(), BuildArgs: map[string]*string{}, Target: c.Options["target"]}
	for k, v := range c.Options {
		if name, ok := strings.CutPrefix(k, "build-arg:"); ok {
			o.BuildArgs[name] = &v
		}
	}
	o.Image = func(ctx context.Context, w classic.Wanted) (*image.Image, error) { return find(ctx, w.Name) }
	tick := int64(ourClock) * 1e9
	o.Now = func() time.Time { tick += 1e7; return time.Unix(0, tick).UTC() }
	o.Event = func(e classic.Event) {
		switch e := e.(type) {
		case classic.Text:
			out += e.String()
		case *classic.Committed:
			made = append(made, e)
		}
	}
	res, err := classic.Build(t.Context(), sent, o)
	if err == nil {
		out += fmt.Sprintf("Successfully built %s\n", res.ID.Encoded()[:12])
	}
	return out, made, err
}

var (
	reID   = regexp.MustCompile(`[0-9a-f]{64}|\b[0-9a-f]{12}\b`)
	reTime = regexp.MustCompile(`\b20(26-1[12]|27)-\d\d(-\d\d)?T[0-9:.]+Z`)
)

// anonymous numbers the ids in the order they appear, so that the same id has
// the same number. The ids in keep stay.
func anonymous(s string, keep map[string]bool, seen map[string]string) string {
	s = reTime.ReplaceAllString(s, "TIME")
	return reID.ReplaceAllStringFunc(s, func(id string) string {
		if keep[id[:12]] {
			return id
		}
		if seen[id[:12]] == "" {
			seen[id[:12]] = "#" + strconv.Itoa(len(seen)+1)
		}
		return seen[id[:12]]
	})
}

// TestClassicCases builds every case that was recorded with the classic builder
// too, and compares what it prints, every image's config with its history, and
// every layer, member by member, in all that is not random or the time.
func TestClassicCases(t *testing.T) {
	f, err := os.Open("testdata/classic.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	total, equal, exact := 0, 0, 0
	for d := json.NewDecoder(f); ; {
		g := &classicGolden{}
		if err := d.Decode(g); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		total++
		if t.Run(g.Name, func(t *testing.T) {
			exact += compareClassic(t, readCases(t, "cases/"+g.Name+".json")[0], g)
		}) {
			equal++
		}
	}
	t.Logf("%d of %d builds equal dockerd's; the DiffIDs of %d layers are the same, the others hold the time of the build", equal, total, exact)
	if total < 36 {
		t.Errorf("only %d cases", total)
	}
}

func compareClassic(t *testing.T, c recorded.Case, want *classicGolden) (exact int) {
	out, made, err := buildClassic(t, c)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// Ids that do not depend on the build: layers, hashes of sources, the base.
	keep := map[string]bool{}
	for _, i := range want.Chain {
		if i.Parent == nil && len(want.Chain) > len(made) {
			keep[digest.Digest(i.ID).Encoded()[:12]] = true
		}
		for _, m := range regexp.MustCompile(`(?:file|dir|multi):([0-9a-f]{64})`).FindAllStringSubmatch(i.Config, -1) {
			keep[m[1][:12]] = true
		}
	}
	theirs, ours := map[string]string{}, map[string]string{}
	var wantOut []string
	for _, l := range want.Output {
		if !strings.HasPrefix(l, "Sending build context") && !strings.HasPrefix(l, "Successfully tagged") && l != "" {
			wantOut = append(wantOut, l)
		}
	}
	got := anonymous(strings.TrimSuffix(out, "\n"), keep, ours)
	if w := anonymous(strings.Join(wantOut, "\n"), keep, theirs); got != w {
		t.Errorf("output\n%s\nrecorded\n%s", got, w)
	}
	chain := want.Chain[len(want.Chain)-min(len(made), len(want.Chain)):]
	last := made[len(made)-len(chain):]
	for i, w := range chain {
		g := anonymous(string(last[i].Image.ConfigJSON()), keep, ours)
		if w := anonymous(w.Config, keep, theirs); g != w {
			t.Errorf("image %d\n%s\nrecorded\n%s", i, g, w)
		}
	}
	n := 0
	layers := last[len(last)-1].Image.Layers
	if len(layers) != len(want.Layers) {
		t.Fatalf("%d layers, recorded %d", len(layers), len(want.Layers))
	}
	for i, w := range want.Layers {
		if w.Base {
			continue
		}
		l := layers[i]
		var g, ww []string
		timed := false
		for _, e := range l.Entries() {
			g = append(g, fmt.Sprintf("%s %c %o %d:%d %s:%s %d %s %q", e.Name, e.Type, e.FileType|e.Mode, e.UID, e.GID, e.Uname, e.Gname, e.Size, moment(e.MTime), e.Linkname))
		}
		long := false
		for _, e := range w.Entries {
			if e.Type == "x" {
				long = true
				continue
			}
			mode, _ := strconv.ParseInt(e.Mode, 8, 64)
			uid, _ := strconv.ParseInt(e.UID, 8, 64)
			gid, _ := strconv.ParseInt(e.GID, 8, 64)
			timed = timed || e.MTime > recordedAt
			ww = append(ww, fmt.Sprintf("%s %s %o %d:%d %s:%s %d %s %q", e.Name, e.Type, mode, uid, gid, e.Uname, e.Gname, e.Size, moment(e.MTime), e.Linkname))
		}
		if long {
			// The recorder shows the ustar name, cut or without what is not ASCII.
			for i := range min(len(g), len(ww)) {
				_, a, _ := strings.Cut(g[i], " 0 ")
				_, b, _ := strings.Cut(ww[i], " 0 ")
				g[i], ww[i] = a, b
			}
		}
		if !slices.Equal(g, ww) {
			t.Errorf("layer %d\n%s\nrecorded\n%s", i, strings.Join(g, "\n"), strings.Join(ww, "\n"))
		}
		if l.TarSize() != w.TarSize || strconv.FormatInt(l.DiskSize(), 10) != w.LayerDB.Size {
			t.Errorf("layer %d: tar %d, content %d, recorded %d, %s", i, l.TarSize(), l.DiskSize(), w.TarSize, w.LayerDB.Size)
		}
		if !timed {
			if l.DiffID().String() != w.DiffID {
				t.Errorf("layer %d: DiffID %s, recorded %s", i, l.DiffID(), w.DiffID)
			} else {
				n++
			}
		}
	}
	return n
}

func moment(s int64) string {
	if s > recordedAt {
		return "now"
	}
	return strconv.FormatInt(s, 10)
}

// foundCase is a build of dockerd 20.10.24 in one session with those before it,
// so that its cache is theirs.
type foundCase struct {
	recorded.Case
	Args    map[string]*string `json:"args"`
	Target  string             `json:"target"`
	Labels  map[string]string  `json:"labels"`
	File    string             `json:"file"`
	Keep    bool               `json:"keep"` // --rm=false
	Force   bool               `json:"force"`
	NoCache bool               `json:"nocache"`
	Want    struct {
		Out    string     `json:"out"`
		Err    string     `json:"err"`
		Code   int        `json:"code"`
		Config string     `json:"config"` // of the target
		Hit    bool       `json:"hit"`    // of the cache
		Layers [][]string `json:"layers"` // those of the build; the first line holds the sizes
	} `json:"want"`
}

// TestClassicFound builds what the classic builder was asked about its odd
// corners, one after the other, and compares what it prints, its errors and
// exit statuses, the config with its history, and the layers.
func TestClassicFound(t *testing.T) {
	base, err := bases(t)(t.Context(), "classic")
	if err != nil || base == nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/classic-found.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	host := &classicHost{base: base, children: map[digest.Digest][]*store.Image{}, clock: ourClock * 1e9}
	total, equal := 0, 0
	for d := json.NewDecoder(f); ; {
		var c foundCase
		if err := d.Decode(&c); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		total++
		if t.Run(c.Name, func(t *testing.T) { host.compare(t, c) }) {
			equal++
		}
	}
	t.Logf("%d of %d builds equal dockerd's", equal, total)
	if total < 242 {
		t.Errorf("only %d cases", total)
	}
}

// classicHost remembers the images of a session.
type classicHost struct {
	base     *image.Image
	children map[digest.Digest][]*store.Image
	clock    int64
}

func (h *classicHost) compare(t *testing.T, c foundCase) {
	files, err := c.Files("1690000000")
	if err != nil {
		t.Fatal(err)
	}
	name := cmp.Or(c.File, "Dockerfile")
	e := files.Edit()
	if err := e.Place("/"+name, vfs.Meta{Mode: 0o644, MTime: 1690000000e9}, vfs.String(c.Dockerfile)); err != nil {
		t.Fatal(err)
	}
	sent, err := classic.Send(e.Tree(), name)
	if err != nil {
		if err.Error() != c.Want.Err {
			t.Errorf("error %q, recorded %q", err, c.Want.Err)
		}
		return
	}
	var out string
	var layers [][]string
	var last *classic.Committed
	res, err := classic.Build(t.Context(), sent, classic.Options{
		Dockerfile: name, Target: c.Target, BuildArgs: c.Args, Labels: c.Labels, NoCache: c.NoCache, Remove: !c.Keep, ForceRemove: c.Force,
		Overlay: hostNames(), Children: func(parent digest.Digest) []*store.Image { return h.children[parent] },
		Now: func() time.Time { h.clock += 1e7; return time.Unix(0, h.clock).UTC() },
		Image: func(_ context.Context, w classic.Wanted) (*image.Image, error) {
			if w.Name != "lab" {
				return nil, fmt.Errorf("no image %s", w.Name)
			}
			return h.base, nil
		},
		Event: func(e classic.Event) {
			switch e := e.(type) {
			case classic.Text:
				out += e.String()
			case *classic.Committed:
				last = e
				h.children[e.Parent] = append(h.children[e.Parent], &store.Image{ID: e.ID, Made: e.Image, Document: e.Doc, Parent: e.Parent})
				if e.Layer != nil {
					layers = append(layers, listed(e.Layer))
				}
			}
		},
	})
	text, code := "", 0
	var failed *classic.Error
	switch {
	case errors.As(err, &failed):
		text, code = failed.Message, cmp.Or(failed.Code, 1)
		if !failed.Said {
			text = "Error response from daemon: " + text
		}
	case err != nil:
		t.Fatal(err)
	default:
		out += "Successfully built " + res.ID.Encoded()[:12] + "\n"
	}
	keep := map[string]bool{h.base.ID().Encoded()[:12]: true}
	for _, m := range regexp.MustCompile(`(?:file|dir|multi):([0-9a-f]{64})`).FindAllStringSubmatch(c.Want.Out+c.Want.Config, -1) {
		keep[m[1][:12]] = true
	}
	ours, theirs := map[string]string{}, map[string]string{}
	if got, want := sortedLines(anonymous(out, keep, ours)), sortedLines(anonymous(c.Want.Out, keep, theirs)); got != want {
		t.Errorf("output\n%s\nrecorded\n%s", got, want)
	}
	if got, want := anonymous(random(text), keep, ours), anonymous(random(c.Want.Err), keep, theirs); got != want || code != c.Want.Code {
		t.Errorf("error %q (%d), recorded %q (%d)", got, code, want, c.Want.Code)
	}
	if err != nil || c.Want.Hit {
		return
	}
	if got, want := anonymous(string(last.Image.ConfigJSON()), keep, ours), anonymous(c.Want.Config, keep, theirs); got != want {
		t.Errorf("config\n%s\nrecorded\n%s", got, want)
	}
	if len(layers) < len(c.Want.Layers) {
		t.Fatalf("%d layers, recorded %d", len(layers), len(c.Want.Layers))
	}
	// Stages that the target was not made from have layers too.
	layers = layers[len(layers)-len(c.Want.Layers):]
	for i := range layers {
		if !slices.Equal(layers[i], c.Want.Layers[i]) {
			t.Errorf("layer %d\n%s\nrecorded\n%s", i, strings.Join(layers[i], "\n"), strings.Join(c.Want.Layers[i], "\n"))
		}
	}
}

// listed are the members of a layer as they were recorded.
func listed(l *layer.Layer) []string {
	out := []string{fmt.Sprintf("%d %d", l.TarSize(), l.DiskSize())}
	for _, e := range l.Entries() {
		out = append(out, fmt.Sprintf("%s %c %o %d:%d %s:%s %d %s %s", e.Name, e.Type, e.FileType|e.Mode, e.UID, e.GID, e.Uname, e.Gname, e.Size, moment(e.MTime), e.Linkname))
	}
	return out
}

// random takes out of an error what is random in it and no id.
func random(s string) string {
	s = regexp.MustCompile(`/(?:tmp/[a-z/]*|var/lib/docker)/overlay2/[0-9a-f]{64}`).ReplaceAllString(s, "ROOT")
	return regexp.MustCompile(`pivot_root[0-9]+`).ReplaceAllString(s, "pivot_root")
}

// sortedLines sorts the lines, colours left out: in which order a command's
// outputs to its two streams come, dockerd does not repeat.
func sortedLines(s string) string {
	lines := strings.Split(regexp.MustCompile(`\x1b\[\d+m`).ReplaceAllString(s, ""), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
