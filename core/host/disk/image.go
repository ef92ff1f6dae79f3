package disk

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"hash/crc64"
	"io"
	"strconv"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"
	"github.com/vbatts/tar-split/tar/asm"
	"github.com/vbatts/tar-split/tar/storage"

	"layerlab.dev/core/host"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// images fills image/overlay2.
func images(d place, s host.State) {
	d.dir("distribution", 0o755, func(d place) {
		if blobs := known(s); len(blobs) > 0 {
			distribution(d, s, blobs)
		}
	})
	d.dir("imagedb", 0o700, func(d place) {
		d.dir("content", 0o700, func(d place) {
			d.dir("sha256", 0o700, func(d place) {
				for id, img := range s.Store.Images() {
					d.at(img.Since).text(id.Encoded(), 0o600, string(img.Made.ConfigJSON()))
				}
			})
		})
		d.dir("metadata", 0o700, func(d place) {
			d.dir("sha256", 0o700, func(d place) {
				for id, img := range s.Store.Images() {
					metadata(d.at(img.Since), id, img)
				}
			})
		})
	})
	d.dir("layerdb", 0o700, func(d place) {
		if created(s) {
			d.dir("mounts", 0o755, func(d place) { mounts(d, s) })
		}
		d.dir("sha256", 0o755, func(d place) {
			for chain, l := range s.Store.Layers() {
				d.at(l.Made).dir(chain.Encoded(), 0o700, func(d place) { layerFiles(d, l) })
			}
		})
		d.dir("tmp", 0o755, nil)
	})
	d.text("repositories.json", 0o600, repositories(s))
}

// metadata is what is noted of an image that is not in its config; the
// directory is there only where something is.
func metadata(d place, id digest.Digest, img *store.Image) {
	if img.Parent == "" && img.LastUpdated == 0 {
		return
	}
	d.dir(id.Encoded(), 0o700, func(d place) {
		if img.LastUpdated != 0 {
			d.at(img.LastUpdated).text("lastUpdated", 0o600, time.Unix(0, img.LastUpdated).UTC().Format(time.RFC3339Nano))
		}
		if img.Parent != "" {
			d.text("parent", 0o600, img.Parent.String())
		}
	})
}

func layerFiles(d place, l *store.Layer) {
	d.text("cache-id", 0o644, l.CacheID)
	d.text("diff", 0o644, l.DiffID.String())
	if l.Parent != "" {
		d.text("parent", 0o644, l.Parent.String())
	}
	d.text("size", 0o644, strconv.FormatInt(l.Size, 10))
	d.make("tar-split.json.gz", vfs.Meta{Kind: vfs.File, Mode: 0o644}, vfs.Bytes(tarSplit(l.Tar)))
}

// tarSplit is what is left of a layer's tar without the files' contents, as
// package tar-split packs it: with it and the files in overlay2 the daemon
// writes the very same tar again. Of content that is not here the checksum is
// left out.
func tarSplit(l *layer.Layer) []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	packer := storage.NewJSONPacker(z)
	if raw, err := whole(l); err == nil {
		if in, done, err := asm.NewInputTarStreamWithDone(bytes.NewReader(raw), packer, storage.NewDiscardFilePutter()); err == nil {
			io.Copy(io.Discard, in)
			in.Close()
			if err := <-done; err == nil && padding(raw) == 0 {
				// The daemon's tar-split, which is older, notes that nothing
				// follows.
				packer.AddEntry(storage.Entry{Type: storage.SegmentType, Payload: []byte{}})
			}
		}
	} else {
		skeleton(l, packer)
	}
	z.Close()
	return packed.Bytes()
}

// maxWhole is the largest tar, in bytes, that is read to be split.
const maxWhole = 256 << 20

func whole(l *layer.Layer) ([]byte, error) {
	for _, e := range l.Entries() {
		if e.Content != nil && e.Content.Absent() {
			return nil, &vfs.AbsentError{}
		}
	}
	if l.TarSize() > maxWhole {
		return nil, &vfs.AbsentError{}
	}
	var b bytes.Buffer
	err := l.Raw(context.Background(), &b)
	return b.Bytes(), err
}

// padding counts the bytes of a tar behind its end, which are two blocks of zeros.
func padding(raw []byte) int {
	const block = 512
	at := 0
	for at+block <= len(raw) && raw[at] != 0 {
		size, err := strconv.ParseInt(string(bytes.Trim(raw[at+124:at+136], "\x00 ")), 8, 64)
		if err != nil {
			return 0
		}
		at += block + int(size+block-1)/block*block
	}
	return max(0, len(raw)-at-2*block)
}

// skeleton packs a layer of which only the entries are known.
func skeleton(l *layer.Layer, p storage.Packer) {
	var pad []byte
	for _, e := range l.Entries() {
		head := e
		head.Content = nil
		var b bytes.Buffer
		if layer.WriteTar(&b, []layer.Entry{head}) != nil {
			continue
		}
		raw := append(pad, b.Bytes()[:b.Len()-1024]...)
		p.AddEntry(storage.Entry{Type: storage.SegmentType, Payload: raw})
		file := storage.Entry{Type: storage.FileType, Size: e.Size}
		file.SetName(e.Name)
		if e.Content != nil && e.Size > 0 {
			sum := crc64.New(storage.CRCTable)
			if _, err := io.Copy(sum, e.Content.Reader()); err == nil {
				file.Payload = sum.Sum(nil)
			}
		}
		p.AddEntry(file)
		pad = make([]byte, (512-e.Size%512)%512)
	}
	p.AddEntry(storage.Entry{Type: storage.SegmentType, Payload: append(pad, make([]byte, 1024)...)})
}

// repositories is repositories.json: every name with its image, by repository.
func repositories(s host.State) string {
	all := map[string]map[string]digest.Digest{}
	for name, r := range s.Store.References() {
		repo := reference.FamiliarName(r.Named)
		if all[repo] == nil {
			all[repo] = map[string]digest.Digest{}
		}
		all[repo][name] = r.Image
	}
	text, err := json.Marshal(map[string]any{"Repositories": all})
	if err != nil {
		return "" // strings always can be written
	}
	return string(text)
}

type blob struct{ blob, diffID digest.Digest }

// known lists the blobs of which the daemon knows what they hold.
func known(s host.State) (list []blob) {
	for b, diffID := range s.Store.KnownBlobs() {
		list = append(list, blob{b, diffID})
	}
	return list
}

func distribution(d place, s host.State, blobs []blob) {
	d.dir("diffid-by-digest", 0o755, func(d place) {
		d.dir("sha256", 0o755, func(d place) {
			for _, b := range blobs {
				d.text(b.blob.Encoded(), 0o644, b.diffID.String())
			}
		})
	})
	d.dir("v2metadata-by-diffid", 0o755, func(d place) {
		d.dir("sha256", 0o755, func(d place) {
			for diffID, sources := range s.Store.AllSources() {
				text, err := json.Marshal(sources)
				if err != nil {
					continue // strings always can be written
				}
				d.text(diffID.Encoded(), 0o644, string(text))
			}
		})
	})
}

// created reports whether the host has, or had, a container: the directory of
// mounts stays.
func created(s host.State) bool { return s.Containers.Len() > 0 }

func mounts(d place, s host.State) {
	for id, m := range s.Store.Mounts() {
		d.at(m.Made).dir(id, 0o755, func(d place) {
			d.text("init-id", 0o644, m.InitID)
			d.text("mount-id", 0o644, m.MountID)
			if m.Parent != "" {
				d.text("parent", 0o644, m.Parent.String())
			}
		})
	}
}
