package recorded

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Outcome is what our build of a case gave.
type Outcome struct {
	Name           string   `json:"name"`
	ImageID        string   `json:"image_id"`
	ManifestDigest string   `json:"manifest_digest"`
	DiffIDs        []string `json:"diff_ids"`
	ChainIDs       []string `json:"chain_ids"`
	RunStdout      []string `json:"run_stdout"`
	RunStderr      []string `json:"run_stderr"`
	Error          string   `json:"error"`
	ExitCode       *int     `json:"exit_code"`

	Result   *build.Result   `json:"-"`
	Image    *image.Image    `json:"-"`
	Manifest *image.Manifest `json:"-"`
	Err      error           `json:"-"`
}

// Images finds base images by name.
type Images func(ctx context.Context, name string) (*image.Image, error)

// Build builds the case with the given mtime for context entries that have
// none.
func (c *Case) Build(ctx context.Context, bases Images, mtime json.Number, cache *build.Cache) Outcome {
	o := Outcome{Name: c.Name, DiffIDs: []string{}, ChainIDs: []string{}, RunStdout: []string{}, RunStderr: []string{}}
	files, err := c.Files(mtime)
	if err != nil {
		o.Err, o.Error = err, err.Error()
		return o
	}
	opt := build.Options{Epoch: c.Epoch, Target: c.Options["target"], Platform: c.Options["platform"],
		BuildArgs: map[string]string{}, Labels: map[string]string{}, Image: bases, Cache: cache}
	for k, v := range c.Options {
		if name, ok := strings.CutPrefix(k, "build-arg:"); ok {
			opt.BuildArgs[name] = v
		}
		if name, ok := strings.CutPrefix(k, "label:"); ok {
			opt.Labels[name] = v
		}
	}
	o.Result, o.Err = build.Build(ctx, []byte(c.Dockerfile), files, opt)
	for _, s := range o.Result.Stages {
		for _, step := range s.Steps {
			if step.Keyword != "RUN" || step.After.Root() == nil && !ran(step, o.Err) {
				continue
			}
			var text [3]string
			for _, x := range step.Output {
				text[x.FD] += x.Text
			}
			o.RunStdout, o.RunStderr = append(o.RunStdout, text[1]), append(o.RunStderr, text[2])
		}
	}
	if o.Err == nil {
		o.Image = o.Result.Image
		o.Manifest, o.Err = o.Image.Manifest(ctx, image.Options{})
	}
	if o.Err != nil {
		o.Error = o.Err.Error()
		var e *build.Error
		if errors.As(o.Err, &e) {
			o.ExitCode = e.ExitCode
		}
		return o
	}
	o.ImageID, o.ManifestDigest = o.Image.ID().String(), o.Manifest.Digest.String()
	for _, d := range o.Image.DiffIDs() {
		o.DiffIDs = append(o.DiffIDs, d.String())
	}
	for _, d := range o.Image.ChainIDs() {
		o.ChainIDs = append(o.ChainIDs, d.String())
	}
	return o
}

// ran reports whether a RUN that did not finish had begun.
func ran(step *build.Step, err error) bool {
	var e *build.Error
	return errors.As(err, &e) && e.ExitCode != nil
}

// Compare says in what an outcome differs from what was recorded, most telling
// difference first; nothing where they are equal. Of a golden that holds only
// the manifest's digest that alone is compared.
func (c *Case) Compare(o Outcome, g *Golden) []string {
	var diffs []string
	say := func(format string, args ...any) { diffs = append(diffs, fmt.Sprintf(format, args...)) }
	if c.RunStdout != nil && !slices.Equal(o.RunStdout, c.RunStdout) {
		say("stdout: %q\n  recorded %q", o.RunStdout, c.RunStdout)
	}
	if c.RunStderr != nil && !slices.Equal(o.RunStderr, c.RunStderr) {
		say("stderr: %q\n  recorded %q", o.RunStderr, c.RunStderr)
	}
	if g == nil {
		if c.Error == nil {
			return diffs
		}
		switch {
		case o.Err == nil:
			say("built, but recorded is the failure %s", c.Error.Text)
		case (o.ExitCode == nil) != (c.Error.ExitCode == nil) || o.ExitCode != nil && *o.ExitCode != *c.Error.ExitCode:
			say("exit code %s, recorded %s (%s)", exit(o.ExitCode), exit(c.Error.ExitCode), o.Error)
		case !Says(o.Error, c.Error.Text):
			say("failed: %s\n  recorded %s", o.Error, c.Error.Text)
		}
		return diffs
	}
	if o.Err != nil {
		say("failed: %v", o.Err)
		return diffs
	}
	if g.ImageID == "" && g.DiffIDs == nil {
		if o.ManifestDigest != g.ManifestDigest {
			say("manifest %s\n  recorded %s\n  config %s", o.ManifestDigest, g.ManifestDigest, o.Image.ConfigJSON())
		}
		return diffs
	}
	for i, d := range g.DiffIDs {
		switch {
		case i >= len(o.DiffIDs):
			say("layer %d is missing", i)
		case o.DiffIDs[i] != d:
			diffs = append(diffs, compareLayer(i, o, g)...)
		}
	}
	if len(o.DiffIDs) > len(g.DiffIDs) {
		say("%d layers, recorded %d", len(o.DiffIDs), len(g.DiffIDs))
	}
	if !slices.Equal(o.ChainIDs, g.ChainIDs) && slices.Equal(o.DiffIDs, g.DiffIDs) {
		say("ChainIDs %v\n  recorded %v", o.ChainIDs, g.ChainIDs)
	}
	if o.ImageID != g.ImageID {
		for _, d := range image.CompareConfigs(o.Image.ConfigJSON(), []byte(g.ConfigJSON)) {
			say("%s: %s\n  recorded %s", d.Where, d.Ours, d.Theirs)
		}
		if len(diffs) == 0 {
			say("config %s\n  recorded %s", o.Image.ConfigJSON(), g.ConfigJSON)
		}
	}
	if o.ManifestDigest != g.ManifestDigest && o.ImageID == g.ImageID {
		say("manifest %s\n  recorded %s", o.Manifest.JSON, g.ManifestJSON)
	}
	if index, _, err := o.Image.Index(o.Manifest); o.ManifestDigest == g.ManifestDigest && (err != nil || string(index) != g.IndexJSON) {
		say("index %s\n  recorded %s", index, g.IndexJSON)
	}
	return diffs
}

func exit(code *int) string {
	if code == nil {
		return "none"
	}
	return fmt.Sprint(*code)
}

// compareLayer finds the first entry that differs.
func compareLayer(i int, o Outcome, g *Golden) []string {
	if i >= len(g.Layers) {
		return []string{fmt.Sprintf("layer %d: DiffID %s, recorded %s", i, o.DiffIDs[i], g.DiffIDs[i])}
	}
	want := make([]layer.Entry, len(g.Layers[i].Entries))
	for n, e := range g.Layers[i].Entries {
		want[n] = e.entry()
	}
	d := image.CompareLayers(o.Image.Layers[i].Entries(), want)
	if d.Where == "" {
		return []string{fmt.Sprintf("layer %d: DiffID %s, recorded %s, with entries alike", i, o.DiffIDs[i], g.DiffIDs[i])}
	}
	return []string{fmt.Sprintf("layer %d, %s: %s, recorded %s", i, d.Where, d.Ours, d.Theirs)}
}

// entry is the recorded entry as the layer package has it.
func (e GoldenEntry) entry() layer.Entry {
	var mode int64
	fmt.Sscanf(e.Mode, "%o", &mode)
	x := layer.Entry{Name: e.Name, Type: (e.Typeflag + "0")[0], Mode: mode, UID: e.UID, GID: e.GID, Size: e.Size,
		MTime: e.MTime, Linkname: e.Linkname, Major: e.Major, Minor: e.Minor}
	for k, v := range e.PAX {
		if b, err := hex.DecodeString(strings.TrimPrefix(v, "hex:")); err == nil && strings.HasPrefix(v, "hex:") {
			v = string(b)
		}
		if x.PAX == nil {
			x.PAX = map[string]string{}
		}
		x.PAX[k] = v
	}
	if e.SHA256 != "" {
		x.Content = vfs.Absent(e.Size, digest.Digest(e.SHA256))
	}
	return x
}
