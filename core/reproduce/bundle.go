package reproduce

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// Bundle is a build to be repeated.
type Bundle struct {
	Files      vfs.Tree // the build context
	Dockerfile string   // its path below the context
	Epoch      int64    // SOURCE_DATE_EPOCH, seconds
	Platform   string   // empty: the builder's own, which must be linux/amd64
	Target     string
	BuildArgs  map[string]string
	Options    image.Options
	Bases      map[string]*image.Image // by the name FROM uses
	Image      *image.Image
}

// Expected are the digests the repeated build must give.
type Expected struct {
	ImageID        string   `json:"image_id"`
	ManifestDigest string   `json:"manifest_digest"`
	DiffIDs        []string `json:"diff_ids"`
	ChainIDs       []string `json:"chain_ids"`
}

// Expected computes the digests. ctx cancels it.
func (b *Bundle) Expected(ctx context.Context) (Expected, error) {
	m, err := b.Image.Manifest(ctx, b.Options)
	if err != nil {
		return Expected{}, err
	}
	e := Expected{ImageID: b.Image.ID().String(), ManifestDigest: m.Digest.String(), DiffIDs: []string{}, ChainIDs: []string{}}
	for _, d := range b.Image.DiffIDs() {
		e.DiffIDs = append(e.DiffIDs, d.String())
	}
	for _, d := range b.Image.ChainIDs() {
		e.ChainIDs = append(e.ChainIDs, d.String())
	}
	return e, nil
}

// Command returns the command that repeats the build inside the unpacked
// archive: with docker buildx, or with buildctl against a buildkitd of one's
// own. The exporter is the same; the base images come from the archive, by
// digest. ctx cancels the computing of those digests.
func (b *Bundle) Command(ctx context.Context) (buildx, buildctl string, err error) {
	output := "type=oci,dest=image.tar,rewrite-timestamp=true"
	if c := b.Options.Compression; c != "" && c != "gzip" {
		output += ",compression=" + string(c)
	}
	if b.Options.DockerTypes {
		output += ",oci-mediatypes=false"
	}
	x := []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d docker buildx build --no-cache --provenance=false", b.Epoch)}
	c := []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d buildctl build --no-cache --frontend dockerfile.v0", b.Epoch),
		"--local context=context", "--local dockerfile=context"}
	x = append(x, "--file "+shell.Quote("context/"+b.Dockerfile))
	if b.Dockerfile != "Dockerfile" {
		c = append(c, "--opt "+shell.Quote("filename="+b.Dockerfile))
	}
	if b.Target != "" {
		x, c = append(x, "--target "+shell.Quote(b.Target)), append(c, "--opt "+shell.Quote("target="+b.Target))
	}
	if b.Platform != "" {
		x, c = append(x, "--platform "+shell.Quote(b.Platform)), append(c, "--opt "+shell.Quote("platform="+b.Platform))
	}
	for _, k := range slices.Sorted(maps.Keys(b.BuildArgs)) {
		x = append(x, "--build-arg "+shell.Quote(k+"="+b.BuildArgs[k]))
		c = append(c, "--opt "+shell.Quote("build-arg:"+k+"="+b.BuildArgs[k]))
	}
	for i, name := range slices.Sorted(maps.Keys(b.Bases)) {
		m, err := b.Bases[name].Manifest(ctx, image.Options{})
		if err != nil {
			return "", "", fmt.Errorf("base image %s: %w", name, err)
		}
		x = append(x, "--build-context "+shell.Quote(fmt.Sprintf("%s=oci-layout://%s@%s", name, baseDir(name), m.Digest)))
		c = append(c, "--oci-layout "+shell.Quote(fmt.Sprintf("base%d=%s", i, baseDir(name))),
			"--opt "+shell.Quote(fmt.Sprintf("context:%s=oci-layout://base%d@%s", name, i, m.Digest)))
	}
	x, c = append(x, "--output "+output, "context"), append(c, "--output "+output)
	return strings.Join(x, " \\\n  "), strings.Join(c, " \\\n  "), nil
}

// baseDir is where the layout of a base image lies in the archive.
func baseDir(name string) string {
	return "bases/" + strings.Map(func(r rune) rune {
		if strings.ContainsRune("/:@", r) {
			return '-'
		}
		return r
	}, name)
}

// WriteTar writes the archive: context/, bases/, reproduce.sh with the
// commands, and expected.json. It fails with a *vfs.AbsentError where a base is
// known by its digests only. ctx cancels it.
func (b *Bundle) WriteTar(ctx context.Context, w io.Writer) error {
	buildx, buildctl, err := b.Command(ctx)
	if err != nil {
		return err
	}
	expected, err := b.Expected(ctx)
	if err != nil {
		return err
	}
	doc, err := json.MarshalIndent(expected, "", "  ")
	if err != nil {
		return err
	}
	later, err := b.later()
	if err != nil {
		return err
	}
	a := archive{w: tar.NewWriter(w), ctx: ctx, mtime: time.Unix(b.Epoch, 0), later: later}
	a.file("reproduce.sh", 0o755, []byte(script(buildx, buildctl, expected)))
	a.file("expected.json", 0o644, append(doc, '\n'))
	for _, name := range slices.Sorted(maps.Keys(b.Bases)) {
		files, _, err := b.Bases[name].Layout(ctx, image.Options{})
		if err != nil {
			return fmt.Errorf("base image %s: %w", name, err)
		}
		for _, f := range slices.Sorted(maps.Keys(files)) {
			a.file(path.Join(baseDir(name), f), 0o644, files[f])
		}
	}
	a.tree("context", b.Files)
	if a.err != nil {
		return fmt.Errorf("write archive: %w", a.err)
	}
	return a.w.Close()
}

func script(buildx, buildctl string, e Expected) string {
	return "#!/bin/sh\n# Builds the image again with BuildKit. Unpack with tar, so that modes and times are kept.\n" +
		"# Expected of BuildKit " + build.BuildKit + ": image ID " + e.ImageID + "\n# and manifest " + e.ManifestDigest + "\n" +
		"set -e\ncd \"$(dirname \"$0\")\"\nif command -v buildctl >/dev/null && buildctl debug workers >/dev/null 2>&1; then\n" +
		buildctl + "\nelse\n" + buildx + "\nfi\n" +
		"# index.json names the manifest by its digest.\ntar -xOf image.tar index.json | grep -q '" + e.ManifestDigest +
		"' && echo 'equal: " + e.ManifestDigest + "' || { echo 'the manifest differs from " + e.ManifestDigest + "'; exit 1; }\n"
}

// later is how much later than in Files the archive says that files are whose
// time is the epoch or after it: whole seconds, up to a year, that depend on all
// that is in Files. Such a time is the epoch in the image whatever it is. But a
// buildkitd that has seen another context of the same names takes a file of the
// same size and time for the one it has, and times of files made here are often
// the same.
func (b *Bundle) later() (time.Duration, error) {
	h := sha256.New()
	for p, n := range b.Files.Walk("/") {
		fmt.Fprintf(h, "%q %d %o %v %q ", p, n.Kind, n.Mode, n.Time(), n.Target)
		if n.Kind != vfs.File {
			continue
		}
		d, err := n.Blob().Digest()
		if err != nil {
			return 0, fmt.Errorf("context%s: %w", p, err)
		}
		h.Write([]byte(d))
	}
	const year = 365 * 86400
	return time.Duration(1+binary.BigEndian.Uint64(h.Sum(nil))%year) * time.Second, nil
}

// archive writes members until one fails.
type archive struct {
	w     *tar.Writer
	ctx   context.Context
	mtime time.Time
	err   error
	// later is added to the times of the context from mtime, the epoch, on.
	later time.Duration
}

func (a *archive) put(h *tar.Header, content io.Reader) {
	if a.err != nil {
		return
	}
	if a.err = a.ctx.Err(); a.err != nil {
		return
	}
	h.Format = tar.FormatPAX
	if a.err = a.w.WriteHeader(h); a.err == nil && content != nil {
		_, a.err = io.Copy(a.w, content)
	}
}

func (a *archive) file(name string, mode int64, content []byte) {
	a.put(&tar.Header{Name: name, Mode: mode, Size: int64(len(content)), Typeflag: tar.TypeReg, ModTime: a.mtime}, strings.NewReader(string(content)))
}

// tree writes the files of a context below dir, modes and times to the
// nanosecond, owners left out as BuildKit does.
func (a *archive) tree(dir string, t vfs.Tree) {
	first := map[uint64]string{}
	for p, n := range t.Walk("/") {
		h := &tar.Header{Name: path.Join(dir, p), Mode: int64(n.Mode), ModTime: time.Unix(n.Time().Sec, n.Time().Nsec)}
		if n.Time().Sec >= a.mtime.Unix() {
			h.ModTime = h.ModTime.Add(a.later)
		}
		switch n.Kind {
		case vfs.Dir:
			h.Name += "/"
			h.Typeflag = tar.TypeDir
		case vfs.Symlink:
			h.Typeflag, h.Linkname = tar.TypeSymlink, n.Target
		case vfs.Fifo:
			h.Typeflag = tar.TypeFifo
		case vfs.File:
			if to, ok := first[n.Ino()]; ok && n.Linked() {
				h.Typeflag, h.Linkname = tar.TypeLink, to
				break
			}
			first[n.Ino()] = h.Name
			h.Typeflag, h.Size = tar.TypeReg, n.Size()
			a.put(h, n.Blob().Reader())
			continue
		default:
			continue
		}
		a.put(h, nil)
	}
}
