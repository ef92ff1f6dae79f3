package layer

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// sparse tells whether a file's content stands in the tar with its holes left
// out (GNU tar manual, "Storing Sparse Files").
func sparse(h *tar.Header) bool {
	return h.PAXRecords["GNU.sparse.major"] != "" || h.PAXRecords["GNU.sparse.map"] != ""
}

// piece is a part of a sparse file that is no hole.
type piece struct {
	at, n int64
	from  int64 // where its bytes stand in the tar
}

// holes is a file of which only pieces are there.
type holes struct {
	tar    io.ReaderAt
	pieces []piece // in their order
	size   int64
}

// sparseBlob gives the content of a sparse file without reading it: b is the
// tar, at where archive/tar stands after the header. archive/tar has checked
// that the pieces are in order and within the file.
func sparseBlob(h *tar.Header, b *vfs.Blob, at int64) (*vfs.Blob, error) {
	text := strings.Split(h.PAXRecords["GNU.sparse.map"], ",")
	if h.PAXRecords["GNU.sparse.major"] == "1" {
		m, err := mapBefore(b, at)
		if err != nil {
			return nil, err
		}
		text = strings.Split(strings.TrimRight(string(m), "\x00"), "\n")
		n, err := strconv.Atoi(text[0])
		if err != nil || n < 0 || n > (len(text)-1)/2 {
			return nil, fmt.Errorf("sparse map of %d lines for %s pieces", len(text)-1, text[0])
		}
		text = text[1 : 1+2*n]
	}
	s := &holes{tar: b, size: h.Size}
	from := at
	for ; len(text) >= 2; text = text[2:] {
		offset, err := strconv.ParseInt(text[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("sparse map: %w", err)
		}
		n, err := strconv.ParseInt(text[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("sparse map: %w", err)
		}
		if n == 0 {
			continue
		}
		if offset < 0 || n < 0 || n > b.Size()-from {
			return nil, io.ErrUnexpectedEOF
		}
		s.pieces = append(s.pieces, piece{at: offset, n: n, from: from})
		from += n
	}
	return vfs.Section(s, 0, h.Size), nil
}

// mapBefore gives the map of a sparse file in PAX format 1.0, which stands
// between its header and at, in blocks of digits and line ends.
func mapBefore(b *vfs.Blob, at int64) ([]byte, error) {
	var blocks [][]byte
	for at -= block; at >= 0; at -= block {
		p := make([]byte, block)
		if _, err := b.ReadAt(p, at); err != nil && err != io.EOF {
			return nil, err
		}
		if bytes.Equal(p[257:262], []byte("ustar")) {
			slices.Reverse(blocks)
			return bytes.Join(blocks, nil), nil
		}
		blocks = append(blocks, p)
	}
	return nil, fmt.Errorf("sparse map without a header")
}

// ReadAt reads zeros where there are holes.
func (s *holes) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	first := sort.Search(len(s.pieces), func(n int) bool { return s.pieces[n].at+s.pieces[n].n > off })
	for _, x := range s.pieces[first:] {
		if x.at >= off+int64(len(p)) {
			break
		}
		from, to := max(x.at, off), min(x.at+x.n, off+int64(len(p)))
		if n, err := s.tar.ReadAt(p[from-off:to-off], x.from+from-x.at); int64(n) < to-from {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
	}
	return len(p), nil
}
