package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"layerlab.dev/site/edge"
)

// Blobs keeps blobs in a folder, a file each, up to a number of bytes: those
// that were not asked for longest make room for new ones.
type Blobs struct {
	root *os.Root
	most int64
	mu   sync.Mutex
	used int64                // by kept blobs, and by those under way, which have all of their room
	kept map[string]*keptBlob // by file name
	part map[string]bool      // those under way, by the name that they will have
	late int64                // the room of those under way
	made int                  // for the names of unfinished files
}

type keptBlob struct {
	size int64
	used time.Time
}

var _ edge.Blobs = (*Blobs)(nil)

// OpenBlobs opens or makes the folder; most is the bytes of all blobs
// together. Unfinished files of an earlier run are removed.
func OpenBlobs(folder string, most int64) (*Blobs, error) {
	root, err := openFolder(folder)
	if err != nil {
		return nil, fmt.Errorf("the folder of blobs: %w", err)
	}
	b := &Blobs{root: root, most: most, kept: map[string]*keptBlob{}, part: map[string]bool{}}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("the folder of blobs: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return nil, fmt.Errorf("the folder of blobs: %w", err)
		}
		switch {
		case strings.HasSuffix(entry.Name(), unfinished):
			if err := root.Remove(entry.Name()); err != nil {
				return nil, fmt.Errorf("the folder of blobs: %w", err)
			}
		case info.Mode().IsRegular():
			b.kept[entry.Name()] = &keptBlob{size: info.Size(), used: info.ModTime()}
			b.used += info.Size()
		}
	}
	b.room(0)
	return b, nil
}

const unfinished = ".part"

func fileOf(digest string) string { return strings.ReplaceAll(digest, ":", "-") }

// Open gives a kept blob or a part of it.
func (b *Blobs) Open(_ context.Context, digest string, r edge.Range) (*edge.Part, error) {
	name := fileOf(digest)
	b.mu.Lock()
	kept, ok := b.kept[name]
	if ok {
		kept.used = time.Now()
	}
	b.mu.Unlock()
	if !ok {
		return nil, nil
	}
	file, err := b.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it made room in the meantime
	}
	if err != nil {
		return nil, err
	}
	first, count, ok := r.Of(kept.size)
	if !ok {
		file.Close()
		return nil, edge.ErrRange
	}
	if _, err := file.Seek(first, io.SeekStart); err != nil {
		file.Close()
		return nil, err
	}
	body := struct {
		io.Reader
		io.Closer
	}{io.LimitReader(file, count), file}
	return &edge.Part{Body: body, First: first, Count: count, Size: kept.size}, nil
}

// Pass passes a body on and keeps it once it is verified.
func (b *Blobs) Pass(ctx context.Context, body io.ReadCloser, p edge.Passage) io.ReadCloser {
	return edge.Verifier{Keep: b.keep}.Pass(ctx, body, p)
}

func (b *Blobs) keep(p edge.Passage) (io.Writer, func(bool)) {
	part := b.begin(p)
	if part == "" {
		return io.Discard, func(bool) {}
	}
	file, err := b.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		b.end("", p)
		return io.Discard, func(bool) {}
	}
	return file, func(whole bool) {
		if err := file.Close(); err != nil || !whole {
			// Left over where it cannot be removed: the next start removes it.
			_ = b.root.Remove(part)
			part = ""
		}
		b.end(part, p)
	}
}

// begin makes room for a blob and names its unfinished file; "" where it is not
// kept: it would push everything else out, it is under way already, or with
// those under way it would leave too little for what is there in whole.
func (b *Blobs) begin(p edge.Passage) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := fileOf(p.Digest)
	_, kept := b.kept[name]
	if kept || b.part[name] || p.Size > b.most/4 || b.late+p.Size > b.most/2 || !b.room(p.Size) {
		return ""
	}
	b.part[name] = true
	b.late += p.Size
	b.used += p.Size
	b.made++
	return fmt.Sprintf("%s.%d%s", name, b.made, unfinished)
}

// end gives a verified file its name; part is "" where nothing of it is left.
func (b *Blobs) end(part string, p edge.Passage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := fileOf(p.Digest)
	delete(b.part, name)
	b.late -= p.Size
	if part != "" {
		if err := b.root.Rename(part, name); err == nil {
			b.kept[name] = &keptBlob{size: p.Size, used: time.Now()}
			return
		}
		_ = b.root.Remove(part) // see keep
	}
	b.used -= p.Size
}

// room removes blobs until size more bytes fit, and tells whether they do.
func (b *Blobs) room(size int64) bool {
	if b.used+size <= b.most {
		return true
	}
	names := make([]string, 0, len(b.kept))
	for name := range b.kept {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(b.kept[x].used.Compare(b.kept[y].used), cmp.Compare(x, y))
	})
	for _, name := range names {
		if b.used+size <= b.most {
			return true
		}
		if err := b.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		b.used -= b.kept[name].size
		delete(b.kept, name)
	}
	return b.used+size <= b.most
}
