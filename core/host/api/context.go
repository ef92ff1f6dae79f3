package api

import (
	"archive/tar"
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"

	"layerlab.dev/core/host"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// maxContext is the largest context that is taken, in bytes of files.
const maxContext = 4 << 30

// readContext reads the tar of a build context, compressed or not. A body that
// is no tar is a Dockerfile by itself.
func readContext(r io.Reader, e host.Engine) (vfs.Tree, error) {
	in := bufio.NewReaderSize(r, 1024)
	files := vfs.New(0).Edit()
	head, err := in.Peek(512)
	if err != nil && err != io.EOF {
		return vfs.Tree{}, host.Errorf(500, "failed to read the context: %v", err)
	}
	var source io.Reader = in
	switch {
	case len(head) == 0:
		return files.Tree(), nil // whoever sends nothing has no Dockerfile
	case packed(head):
		z, err := layer.Decompress(in)
		if err != nil {
			return vfs.Tree{}, host.Errorf(400, "failed to read the context: %v", err)
		}
		defer z.Close()
		source = z
	case len(head) < 512 || !isTar(head):
		text, err := io.ReadAll(io.LimitReader(in, maxContext))
		if err != nil {
			return vfs.Tree{}, host.Errorf(500, "failed to read the context: %v", err)
		}
		if err := files.WriteFile("/Dockerfile", vfs.Bytes(text), 0o600, 0, 0); err != nil {
			return vfs.Tree{}, fmt.Errorf("context: %w", err)
		}
		return files.Tree(), nil
	}
	if err := unpack(files, tar.NewReader(source)); err != nil {
		return vfs.Tree{}, host.Errorf(500, "Error processing tar file(exit status 1): %v", err)
	}
	io.Copy(io.Discard, in)
	return files.Tree(), nil
}

func packed(head []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "BZh", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd"} {
		if strings.HasPrefix(string(head), magic) {
			return true
		}
	}
	return false
}

func isTar(head []byte) bool {
	if string(head[257:262]) == "ustar" {
		return true
	}
	_, err := tar.NewReader(strings.NewReader(string(head) + strings.Repeat("\x00", 1024))).Next()
	return err == nil
}

// unpack puts the members of a tar into a tree. Names cannot lead out of it.
func unpack(e *vfs.Editor, in *tar.Reader) error {
	type dated struct {
		path string
		time int64
	}
	var dirs []dated
	room := int64(maxContext)
	for {
		h, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		p := path.Clean("/" + h.Name)
		if p == "/" {
			continue
		}
		m := vfs.Meta{Mode: vfs.ModeBits(h.FileInfo().Mode()), UID: h.Uid, GID: h.Gid, MTime: h.ModTime.UnixNano()}
		var content *vfs.Blob
		if _, err := e.MkdirAll(path.Dir(p), 0o755, 0, 0); err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeReg:
			if room -= h.Size; room < 0 {
				return fmt.Errorf("the context is larger than %d bytes", int64(maxContext))
			}
			data, err := io.ReadAll(in)
			if err != nil {
				return fmt.Errorf("%s: %w", h.Name, err)
			}
			m.Kind, content = vfs.File, vfs.Bytes(data)
		case tar.TypeDir:
			m.Kind = vfs.Dir
			dirs = append(dirs, dated{p, m.MTime})
			if n, err := e.Tree().Lstat(p); err == nil && n.IsDir() {
				if err := e.SetMeta(p, m); err != nil {
					return err
				}
				continue
			}
		case tar.TypeSymlink:
			m.Kind, m.Target, m.Mode = vfs.Symlink, h.Linkname, 0o777
		case tar.TypeLink:
			if err := e.Link(path.Clean("/"+h.Linkname), p); err != nil {
				return fmt.Errorf("%s: %w", h.Name, err)
			}
			continue
		case tar.TypeFifo:
			m.Kind = vfs.Fifo
		case tar.TypeChar, tar.TypeBlock:
			m.Kind, m.Major, m.Minor = vfs.CharDevice, uint32(h.Devmajor), uint32(h.Devminor)
			if h.Typeflag == tar.TypeBlock {
				m.Kind = vfs.BlockDevice
			}
		default:
			continue
		}
		if err := e.Place(p, m, content); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		if err := e.Chtimes(dirs[i].path, dirs[i].time); err != nil {
			return err
		}
	}
	return nil
}
