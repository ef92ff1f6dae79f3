package session

import (
	"cmp"
	"crypto/sha256"
	"io"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/tamper"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

// recompute answers a RecomputeQuery: it hashes the bytes again, whatever is
// remembered of them.
func (s *Session) recompute(long *longWork, q wire.RecomputeQuery) (wire.Recomputed, error) {
	start := time.Now()
	sum := sha256.New()
	var out wire.Recomputed
	w := &counting{w: sum, long: long}
	err := s.hashAgain(long, q, w, &out)
	out.Input, out.Output = w.n, string(digest.NewDigest(digest.SHA256, sum))
	if q.What == "chainid" && out.Text != "" && !strings.Contains(out.Text, " ") {
		out.Output = out.Text // nothing is hashed at the bottom
	}
	out.Micros = time.Since(start).Microseconds()
	if err != nil {
		err = long.failed(err)
	}
	return out, err
}

// hashAgain writes what a digest is the digest of.
func (s *Session) hashAgain(long *longWork, q wire.RecomputeQuery, w *counting, out *wire.Recomputed) error {
	switch q.What {
	case "diffid", "chainid", "blob":
		st, err := s.layerOf(q.Step)
		if err != nil {
			return err
		}
		switch q.What {
		case "diffid":
			out.Expected, w.total = st.DiffID, st.layer.TarSize()
			return st.layer.Raw(long.ctx, w)
		case "chainid":
			out.Expected = st.ChainID
			out.Text = st.DiffID
			if st.ParentChain != "" {
				out.Text = st.ParentChain + " " + st.DiffID
			}
			_, err = io.WriteString(w, out.Text)
			return err
		}
		b, err := st.layer.Blob(long.ctx, st.stage.compression)
		if err != nil {
			return err
		}
		if b.Content == nil && b.Size > 0 {
			return &vfs.AbsentError{Digest: b.Digest}
		}
		out.Expected, w.total = string(b.Digest), b.Size
		_, err = io.Copy(w, b.Content.Reader())
		return err
	}
	d, err := s.work(q.Image)
	if err != nil {
		return err
	}
	doc, err := documentOf(long.ctx, d, map[string]string{"imageid": "config", "manifest": "manifest", "index": "index"}[q.What], long.progress)
	if err != nil {
		return err
	}
	out.Expected = map[string]string{"imageid": d.image.ID, "manifest": d.image.ManifestDigest, "index": d.image.IndexDigest}[q.What]
	out.Expected = cmp.Or(out.Expected, string(digest.FromBytes(doc)))
	_, err = w.Write(doc)
	return err
}

// counting counts what passes, tells of it and ends when the work is given up.
type counting struct {
	w     io.Writer
	long  *longWork
	n     int64
	total int64 // what is to pass, 0 where that is little
}

func (c *counting) Write(p []byte) (int, error) {
	if err := c.long.ctx.Err(); err != nil {
		return 0, err
	}
	c.n += int64(len(p))
	if c.total > 0 {
		c.long.progress(c.n, c.total)
	}
	return c.w.Write(p)
}

// flip answers a FlipQuery.
func (s *Session) flip(w *longWork, q wire.FlipQuery) (wire.Flipped, error) {
	st, err := s.layerOf(q.Step)
	if err != nil {
		return wire.Flipped{}, err
	}
	if st.stage.image == nil {
		return wire.Flipped{}, saysNoImage.Error()
	}
	r, err := tamper.Flip(w.ctx, st.stage.image, st.depth-1, image.Options{Compression: st.stage.compression, Progress: w.progress})
	if err != nil {
		return wire.Flipped{}, w.failed(err)
	}
	out := wire.Flipped{Offset: r.Offset, Was: int(r.Was), Is: int(r.Is), Entry: r.Entry,
		ImageID: string(r.ImageID), Manifest: string(r.Manifest), Index: string(r.Index)}
	for n, l := range st.stage.layered() {
		out.Layers = append(out.Layers, wire.FlippedLayer{Step: l.ID, DiffID: string(r.DiffIDs[n]), ChainID: string(r.ChainIDs[n]), Digest: string(r.Blobs[n])})
	}
	return out, nil
}
