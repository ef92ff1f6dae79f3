package layer

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/vfs"
)

// Entry is a member of a layer's tar, as it is written.
type Entry struct {
	Name     string // without a leading slash; a directory's ends in one
	Type     byte   // typeflag of archive/tar
	Mode     int64  // 07777 bits
	UID, GID int
	Size     int64
	MTime    int64 // seconds since the Unix epoch
	Linkname string
	Major    int64
	Minor    int64
	// Uname and Gname are the owner's names, where the writer looked them up.
	Uname, Gname string
	// FileType are the S_IFMT bits that some writers leave in the mode field;
	// they say nothing that Type does not.
	FileType int64
	PAX      map[string]string
	Content  *vfs.Blob // of a regular file with bytes
}

// BuildKit is the way BuildKit writes a layer: containerd's ChangeWriter
// (pkg/archive/tar.go) followed by rewrite-timestamp, which clamps times later
// than Epoch (seconds since the Unix epoch, SOURCE_DATE_EPOCH).
type BuildKit struct{ Epoch int64 }

// Whiteout is the prefix that marks a removed name; WhiteoutOpaque marks a
// directory that hides everything below it in lower layers (OCI image-spec
// layer.md, "Whiteouts").
const (
	Whiteout       = ".wh."
	WhiteoutOpaque = ".wh..wh..opq"
)

const paxXattr = "SCHILY.xattr."

// Entries returns the tar members that carry the changes, in their order.
// Opaque markers are never written: a directory that was made anew lists an
// explicit whiteout for every name that is gone.
func (b BuildKit) Entries(changes []Change) []Entry {
	out := make([]Entry, 0, len(changes))
	for _, c := range changes {
		out = append(out, b.entry(c))
	}
	return out
}

func (b BuildKit) entry(c Change) Entry {
	if c.Kind == Removed {
		dir, name := path.Split(c.Path)
		return Entry{Name: dir[1:] + Whiteout + name, Type: tar.TypeReg}
	}
	n := c.Node
	e := Entry{Name: c.Path[1:], Mode: int64(n.Mode), UID: n.UID, GID: n.GID,
		MTime: min(n.Time().Sec, b.Epoch)}
	if v := n.Xattrs[capability]; v != "" {
		e.PAX = map[string]string{paxXattr + capability: v}
	}
	switch n.Kind {
	case vfs.Dir:
		e.Type, e.Name = tar.TypeDir, e.Name+"/"
	case vfs.Symlink:
		e.Type, e.Linkname = tar.TypeSymlink, n.Target
	case vfs.CharDevice:
		e.Type, e.Major, e.Minor = tar.TypeChar, int64(n.Major), int64(n.Minor)
	case vfs.BlockDevice:
		e.Type, e.Major, e.Minor = tar.TypeBlock, int64(n.Major), int64(n.Minor)
	case vfs.Fifo:
		e.Type = tar.TypeFifo
	default:
		e.Type, e.Size, e.Content = tar.TypeReg, n.Size(), n.Blob()
	}
	if c.LinkTo != "" {
		e.Type, e.Linkname, e.Size, e.Content = tar.TypeLink, c.LinkTo[1:], 0, nil
	}
	return e
}

// Time returns a time of a tree, in nanoseconds, as a layer holds it: in whole
// seconds, cut downwards also before 1970, and not later than Epoch.
func (b BuildKit) Time(ns int64) int64 {
	return min(vfs.Nanoseconds(ns).Sec, b.Epoch)
}

// Header returns the entry as archive/tar has it. The format is PAX, in which
// records appear only where ustar cannot hold a value.
func (e Entry) Header() *tar.Header {
	return &tar.Header{Name: e.Name, Typeflag: e.Type, Mode: e.FileType | e.Mode, Uid: e.UID, Gid: e.GID,
		Uname: e.Uname, Gname: e.Gname, Size: e.Size, ModTime: time.Unix(e.MTime, 0), Linkname: e.Linkname, Devmajor: e.Major, Devminor: e.Minor,
		PAXRecords: e.PAX, Format: tar.FormatPAX}
}

// WriteTar writes the entries as a tar to w. Without any, that is 1024 zero
// bytes.
func WriteTar(w io.Writer, entries []Entry) error {
	tw := tar.NewWriter(w)
	for _, e := range entries {
		if err := tw.WriteHeader(e.Header()); err != nil {
			return fmt.Errorf("layer entry %s: %w", e.Name, err)
		}
		if e.Content == nil {
			continue
		}
		if _, err := io.Copy(tw, e.Content.Reader()); err != nil {
			return fmt.Errorf("layer entry %s: %w", e.Name, err)
		}
	}
	return tw.Close()
}

// ReadTar returns the entries of a layer's tar with their contents in memory,
// names and times as written. A constant run of bytes takes no memory. As for
// whoever reads a tar member by member, what follows its end does not count: a
// compressed stream may break there.
func ReadTar(r io.Reader) ([]Entry, error) {
	broken := &brokenStream{r: r}
	b, err := hold(context.Background(), broken, 1<<62)
	if err == nil && broken.err != nil {
		err = broken.matters(b)
	}
	if err != nil {
		return nil, fmt.Errorf("layer tar: %w", err)
	}
	return ReadTarAt(context.Background(), b)
}

// brokenStream ends where r fails, and keeps why it did.
type brokenStream struct {
	r   io.Reader
	err error
}

func (s *brokenStream) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err, err = err, io.EOF
	}
	return n, err
}

// matters gives the error, unless the tar b ends before it.
func (s *brokenStream) matters(b *vfs.Blob) error {
	tr := tar.NewReader(io.MultiReader(b.Reader(), failing{s.err}))
	for {
		if _, err := tr.Next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// ReadTarAt returns the entries of a layer's tar as ReadTar does, but leaves
// their contents where they are: only headers are read. ctx cancels it.
func ReadTarAt(ctx context.Context, b *vfs.Blob) ([]Entry, error) {
	r := b.Reader()
	tr := tar.NewReader(r)
	var out []Entry
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, err := tr.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("layer tar: %w", err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		e := entryOf(h)
		if h.Typeflag == tar.TypeReg {
			// archive/tar reads no byte ahead, so the content begins here.
			at, err := r.Seek(0, io.SeekCurrent)
			if err != nil {
				return nil, err
			}
			if e.Content, err = content(h, b, at); err != nil {
				return nil, fmt.Errorf("layer entry %s: %w", h.Name, err)
			}
		}
		out = append(out, e)
	}
}

// content is that of a file, which begins at an offset of the tar b.
func content(h *tar.Header, b *vfs.Blob, at int64) (*vfs.Blob, error) {
	switch {
	case sparse(h):
		return sparseBlob(h, b, at)
	case h.Size == 0:
		return vfs.Bytes(nil), nil
	case h.Size > b.Size()-at:
		return nil, io.ErrUnexpectedEOF
	}
	return vfs.Section(b, at, h.Size), nil
}

func entryOf(h *tar.Header) Entry {
	return Entry{Name: h.Name, Type: h.Typeflag, Mode: h.Mode & 0o7777, FileType: h.Mode & 0o170000, UID: h.Uid, GID: h.Gid, Size: h.Size,
		MTime: h.ModTime.Unix(), Linkname: h.Linkname, Major: h.Devmajor, Minor: h.Devminor, PAX: h.PAXRecords}
}

// Time is the mtime that a file made from the entry has, in nanoseconds since
// the Unix epoch: 0 for a time before it, and for one that they do not reach
// (boundTime of containerd pkg/archive and of moby/go-archive).
func (e Entry) Time() int64 {
	if e.MTime < 0 || e.MTime > math.MaxInt64/1_000_000_000 {
		return 0
	}
	return max(e.MTime*1e9+fraction(e.PAX["mtime"]), 0)
}

// attributes is the metadata of the entry without what depends on its type.
// Attributes that only the kernel may set are left out.
func (e Entry) attributes() vfs.Meta {
	m := vfs.Meta{Mode: uint32(e.Mode & 0o7777), UID: e.UID, GID: e.GID, MTime: e.Time()}
	for k, v := range e.PAX {
		name, ok := strings.CutPrefix(k, paxXattr)
		if !ok || strings.HasPrefix(name, "trusted.") {
			continue
		}
		if strings.HasPrefix(name, "user.") && e.Type != tar.TypeReg && e.Type != tar.TypeDir && e.Type != tar.TypeLink {
			continue
		}
		m = m.WithXattr(name, v)
	}
	return m
}

// fraction gives the nanoseconds of a time in a PAX record, which stand beside
// Entry.MTime: 0 where there are none.
func fraction(record string) int64 {
	_, digits, ok := strings.Cut(record, ".")
	if !ok || strings.HasPrefix(record, "-") {
		return 0
	}
	n, err := strconv.ParseInt((digits + "000000000")[:9], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Meta returns the metadata an inode made from the entry has.
func (e Entry) Meta() (vfs.Meta, error) {
	m := e.attributes()
	switch e.Type {
	case tar.TypeReg:
		m.Kind = vfs.File
	case tar.TypeDir:
		m.Kind = vfs.Dir
	case tar.TypeSymlink:
		m.Kind, m.Target, m.Mode = vfs.Symlink, e.Linkname, 0o777
	case tar.TypeChar:
		m.Kind, m.Major, m.Minor = vfs.CharDevice, uint32(e.Major), uint32(e.Minor)
	case tar.TypeBlock:
		m.Kind, m.Major, m.Minor = vfs.BlockDevice, uint32(e.Major), uint32(e.Minor)
	case tar.TypeFifo:
		m.Kind = vfs.Fifo
	default:
		return m, fmt.Errorf("entry %s: unhandled tar type %q", e.Name, e.Type)
	}
	return m, nil
}
