package image

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// archive is the members of a tar by name.
type archive struct {
	members map[string]layer.Entry
	// under is a folder that everything lies in, where somebody packed the
	// folder and not what is in it.
	under string
}

func openArchive(ctx context.Context, b *vfs.Blob) (*archive, error) {
	entries, err := layer.ReadTarAt(ctx, b)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, noTar(b, err)
	}
	if len(entries) == 0 {
		return nil, noTar(b, io.ErrUnexpectedEOF)
	}
	a := &archive{members: map[string]layer.Entry{}}
	for _, e := range entries {
		a.members[strings.TrimPrefix(path.Clean(e.Name), "/")] = e
	}
	if !a.has("index.json") && !a.has("manifest.json") {
		for name := range a.members {
			dir, rest, _ := strings.Cut(name, "/")
			if rest != "index.json" && rest != "manifest.json" {
				continue
			}
			if a.under != "" && a.under != dir+"/" {
				return nil, saysSeveral.Error()
			}
			a.under = dir + "/"
		}
	}
	return a, nil
}

func (a *archive) has(name string) bool { _, ok := a.members[name]; return ok }

// sources finds the images of the archive, and says what it is where it has
// none.
func (a *archive) sources() ([]*Source, error) {
	list, err := sources(a.open)
	if err == nil && len(list) == 0 {
		err = a.explain()
	}
	return list, err
}

// open follows links: `docker save` of old wrote equal layers once. A symbolic
// link begins at its own folder, a hard one at the top.
func (a *archive) open(name string) (*vfs.Blob, error) {
	at := a.under + path.Clean(name)
	for range 8 {
		e, ok := a.members[strings.TrimPrefix(path.Clean(at), "/")]
		if !ok {
			break
		}
		switch {
		case e.Content != nil:
			return e.Content, nil
		case e.Type == tar.TypeSymlink && !path.IsAbs(e.Linkname):
			at = path.Join(path.Dir(at), e.Linkname)
		case e.Linkname != "":
			at = e.Linkname
		default:
			return nil, fmt.Errorf("%s: not a file", name)
		}
	}
	return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

// explain says what a tar is that holds no image.
func (a *archive) explain() error {
	files := 0
	if len(a.members) == 1 {
		for name, e := range a.members {
			if e.Type == tar.TypeReg && strings.Contains(path.Base(name), ".tar") {
				return saysInner.Error(name)
			}
		}
	}
	for name, e := range a.members {
		base := path.Base(name)
		switch {
		case name == "repositories":
			return saysOldSave.Error()
		case strings.HasPrefix(base, layer.Whiteout):
			return saysOneLayer.Error()
		case name == "etc" || name == "bin" || name == "usr" || name == "etc/passwd" || name == "bin/sh" || name == ".dockerenv":
			files++
		case e.Type == tar.TypeReg && (base == "Dockerfile" || base == "Containerfile") && !strings.Contains(name, "/"):
			return saysContext.Error()
		}
	}
	if files > 0 {
		return saysRootFS.Error()
	}
	return saysNoArchive.Error()
}

// formats are files that people take for archives of images, by their first
// bytes.
var formats = []struct {
	magic string
	at    int64
	what  message.Form
}{
	{"PK\x03\x04", 0, kindZIP}, {"PK\x05\x06", 0, kindZIP}, {"7z\xbc\xaf\x27\x1c", 0, kind7z}, {"Rar!\x1a\x07", 0, kindRAR},
	{"\x7fELF", 0, kindELF}, {"%PDF-", 0, kindPDF}, {"hsqs", 0, kindSquashFS}, {"CD001", 32769, kindISO}, {"QFI\xfb", 0, kindDisk},
	{"KDMV", 0, kindDisk}, {"conectix", 0, kindDisk}, {"#!", 0, kindScript}, {"\x1f\x8b", 0, kindCompressed}, {"!<arch>", 0, kindDeb},
	{"\xed\xab\xee\xdb", 0, kindRPM}, {"070701", 0, kindCPIO},
}

// noTar says what a file is that is no tar, or that a tar is damaged.
func noTar(b *vfs.Blob, err error) error {
	if b.Size() == 0 {
		return saysNotImage.Error(kindEmpty.With())
	}
	for _, f := range formats {
		head := make([]byte, len(f.magic))
		if _, err := b.ReadAt(head, f.at); (err == nil || err == io.EOF) && string(head) == f.magic {
			return saysNotImage.Error(f.what.With())
		}
	}
	head := make([]byte, min(b.Size(), 512))
	if _, err := b.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	switch {
	case len(head) == 512 && bytes.Equal(head[257:262], []byte("ustar")) || errors.Is(err, io.ErrUnexpectedEOF) && len(head) == 512 && !text(head):
		return saysNoTar.Wrap(err)
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) || bytes.HasPrefix(bytes.TrimSpace(head), []byte("[")):
		return saysNotImage.Error(kindJSON.With())
	case text(head):
		return saysNotImage.Error(kindText.With())
	}
	return saysNoTar.Wrap(err)
}

// text tells whether bytes look like text.
func text(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}
