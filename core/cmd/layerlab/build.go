package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// defaultEpoch is 2022-01-09T00:00:00Z.
const defaultEpoch = 1641686400

func runBuild(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	file := flags.String("f", "", "Dockerfile (default CONTEXT/Dockerfile)")
	lenient := flags.Bool("lenient", false, "take base images that BuildKit refuses, as umoci and crane do")
	target := flags.String("target", "", "stage to build")
	platform := flags.String("platform", "", "platform to build for")
	epoch := flags.Int64("epoch", defaultEpoch, "SOURCE_DATE_EPOCH in seconds")
	asJSON := flags.Bool("json", false, "print everything about the image as one JSON object")
	output := flags.String("o", "", "write the image as an OCI archive to this file")
	format := flags.String("format", "oci", "of the archive: oci, or docker for the form of docker save")
	name := flags.String("name", "", "name[:tag] in the archive (of a docker archive by default the folder's name; an OCI archive without one has BuildKit's bytes)")
	dockerTypes := flags.Bool("docker-types", false, "write Docker's media types, as oci-mediatypes=false does")
	compression := flags.String("compression", "gzip", "of the layers: gzip, zstd or uncompressed")
	seed := flags.Uint64("seed", 0, "what everything random in a RUN begins from")
	buildArgs, labels, paths, secrets := pairs{}, pairs{}, pairs{}, pairs{}
	flags.Var(buildArgs, "build-arg", "build argument NAME=VALUE")
	flags.Var(labels, "label", "label NAME=VALUE")
	flags.Var(paths, "base", "base image NAME=PATH, an OCI layout, an archive or facts in JSON")
	contents := blobs{}
	flags.Var(contents, "blob", "file whose content a base image described by facts lacks (may be given several times)")
	flags.Var(secrets, "secret", "secret ID=FILE for RUN --mount=type=secret")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("build wants one CONTEXT folder")
	}
	dir := flags.Arg(0)
	if *file == "" {
		*file = filepath.Join(dir, "Dockerfile")
	}
	beside := *file + ".dockerignore"
	source, err := os.ReadFile(*file)
	if lower := filepath.Join(filepath.Dir(*file), "dockerfile"); errors.Is(err, os.ErrNotExist) && filepath.Base(*file) == "Dockerfile" {
		source, err = os.ReadFile(lower) // moby/moby#10858
	}
	if err != nil {
		return err
	}
	files, err := readContext(dir, *epoch*1e9)
	if err != nil {
		return err
	}
	opt := build.Options{Name: filepath.Base(*file), Epoch: *epoch, Platform: *platform, Target: *target, Seed: *seed,
		BuildArgs: buildArgs, Labels: labels, Secrets: map[string][]byte{}, Image: (&bases{paths: paths, files: contents}).find}
	opt.Outside, opt.Lenient = true, *lenient
	if text, err := os.ReadFile(beside); err == nil {
		opt.Beside = vfs.Bytes(text)
	}
	for id, name := range secrets {
		if opt.Secrets[id], err = os.ReadFile(name); err != nil {
			return err
		}
	}
	res, err := build.Build(ctx, source, files, opt)
	if !*asJSON {
		printSteps(res)
	}
	for _, d := range res.Deviations {
		fmt.Fprintln(os.Stderr, "not BuildKit's digests:", d.Text)
	}
	if err != nil {
		return err
	}
	how := image.Options{Compression: layer.Compression(*compression), DockerTypes: *dockerTypes}
	if *asJSON {
		if err := printJSON(ctx, res, how); err != nil {
			return err
		}
	} else {
		m, err := res.Image.Manifest(ctx, how)
		if err != nil {
			return err
		}
		fmt.Printf("image ID  %s\nmanifest  %s\n", res.Image.ID(), m.Digest)
	}
	if *output == "" {
		return nil
	}
	return writeFile(*output, func(w io.Writer) error {
		if *format == "docker" && *name == "" {
			*name = imageName(dir)
		}
		if *name != "" {
			full, err := dockerfile.NormalizeReference(*name)
			if err != nil {
				return fmt.Errorf("image name %q: %w", *name, err)
			}
			how.Names = []string{full}
		}
		switch *format {
		case "oci":
			return res.Image.WriteOCI(ctx, w, how)
		case "docker":
			return res.Image.WriteDocker(ctx, w, *name, how)
		}
		return fmt.Errorf("unknown format %q: want oci or docker", *format)
	})
}

// imageName makes an image name of the name of a folder, as compose does.
func imageName(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(filepath.Base(dir)))
	if name == "" {
		return "image"
	}
	return name
}

// writeFile writes a file as a whole: a failure leaves none.
func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(name)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

func printSteps(res *build.Result) {
	if res.File != nil {
		for _, d := range res.File.Diagnostics {
			if d.Severity == dockerfile.Warning {
				fmt.Fprintf(os.Stderr, "%s:%d: %s: %s\n", res.File.Name, d.Range.Start.Line, d.Rule, d.Text)
			}
		}
	}
	for _, s := range res.Stages {
		for _, step := range s.Steps {
			fmt.Printf("%-9s %s\n", step.Keyword, step.Text)
			for _, o := range step.Output {
				fmt.Print(o.Text)
			}
			for _, n := range step.Notes {
				fmt.Println("  note:", n)
			}
			if step.Layer != nil {
				fmt.Printf("  DiffID %s, %d entries, %d bytes\n", step.Layer.DiffID(), len(step.Layer.Entries()), step.Layer.Size())
			}
		}
	}
}

type jsonImage struct {
	ImageID        string        `json:"image_id"`
	ManifestDigest string        `json:"manifest_digest"`
	IndexDigest    string        `json:"index_digest"`
	DiffIDs        []string      `json:"diff_ids"`
	ChainIDs       []string      `json:"chain_ids"`
	ConfigJSON     string        `json:"config_json"`
	ManifestJSON   string        `json:"manifest_json"`
	IndexJSON      string        `json:"index_json"`
	History        any           `json:"history"`
	Layers         []jsonLayer   `json:"layers"`
	Warnings       []jsonWarning `json:"warnings"`
}

type jsonLayer struct {
	DiffID           string      `json:"diff_id"`
	ChainID          string      `json:"chain_id"`
	Digest           string      `json:"digest"`
	Size             int64       `json:"size"`
	MediaType        string      `json:"media_type"`
	UncompressedSize int64       `json:"uncompressed_size"`
	Empty            bool        `json:"empty"`
	Entries          []jsonEntry `json:"entries"`
}

type jsonEntry struct {
	Name     string            `json:"name"`
	Typeflag string            `json:"typeflag"`
	Mode     string            `json:"mode"`
	UID      int               `json:"uid"`
	GID      int               `json:"gid"`
	Size     int64             `json:"size"`
	MTime    int64             `json:"mtime"`
	Linkname string            `json:"linkname,omitempty"`
	PAX      map[string]string `json:"pax,omitempty"`
}

type jsonWarning struct {
	Line int    `json:"line"`
	Rule string `json:"rule"`
	Text string `json:"text"`
	URL  string `json:"url"`
}

func printJSON(ctx context.Context, res *build.Result, o image.Options) error {
	img := res.Image
	m, err := img.Manifest(ctx, o)
	if err != nil {
		return err
	}
	index, indexDigest, err := img.Index(m)
	if err != nil {
		return err
	}
	out := jsonImage{ImageID: img.ID().String(), ManifestDigest: m.Digest.String(), IndexDigest: indexDigest.String(),
		DiffIDs: []string{}, ChainIDs: []string{}, ConfigJSON: string(img.ConfigJSON()), ManifestJSON: string(m.JSON),
		IndexJSON: string(index), History: img.Config.History, Layers: []jsonLayer{}, Warnings: []jsonWarning{}}
	chain := img.ChainIDs()
	for i, l := range img.Layers {
		out.DiffIDs = append(out.DiffIDs, l.DiffID().String())
		out.ChainIDs = append(out.ChainIDs, chain[i].String())
		b := m.Layers[i]
		j := jsonLayer{DiffID: l.DiffID().String(), ChainID: chain[i].String(), Digest: b.Digest.String(), Size: b.Size,
			MediaType: b.MediaType, UncompressedSize: l.TarSize(), Empty: l.Empty(), Entries: []jsonEntry{}}
		for _, e := range l.Entries() {
			j.Entries = append(j.Entries, jsonEntry{Name: e.Name, Typeflag: string(e.Type), Mode: fmt.Sprintf("%04o", e.Mode),
				UID: e.UID, GID: e.GID, Size: e.Size, MTime: e.MTime, Linkname: e.Linkname, PAX: hexRecords(e.PAX)})
		}
		out.Layers = append(out.Layers, j)
	}
	for _, d := range res.File.Diagnostics {
		out.Warnings = append(out.Warnings, jsonWarning{d.Range.Start.Line, d.Rule, d.Text, d.URL})
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// hexRecords writes binary PAX values as "hex:…", since JSON has text only.
func hexRecords(pax map[string]string) map[string]string {
	if len(pax) == 0 {
		return nil
	}
	out := map[string]string{}
	for k, v := range pax {
		if strings.HasPrefix(k, "SCHILY.xattr.") {
			v = fmt.Sprintf("hex:%x", v)
		}
		out[k] = v
	}
	return out
}
