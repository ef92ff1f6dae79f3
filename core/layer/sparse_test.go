package layer_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// header is a raw ustar header: archive/tar writes no sparse files.
func header(name string, typeflag byte, size int64) []byte {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], "0000644\x000000000\x000000000\x00")
	copy(b[124:], fmt.Sprintf("%011o\x00%011o\x00        ", size, 7))
	b[156] = typeflag
	copy(b[257:], "ustar\x0000")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

func padTo(b []byte) []byte { return append(b, make([]byte, -len(b)&511)...) }

// sparseTar is a tar of one sparse file in PAX format 1.0 or 0.1, with the
// pieces at the given offsets.
func sparseTar(size int64, old bool, at []int64, pieces []string) []byte {
	data, list := strings.Join(pieces, ""), ""
	numbers := []string{fmt.Sprint(len(pieces))}
	for n, p := range pieces {
		numbers = append(numbers, fmt.Sprint(at[n]), fmt.Sprint(len(p)))
	}
	records := map[string]string{"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "f", "GNU.sparse.realsize": fmt.Sprint(size)}
	var m []byte
	if old {
		records = map[string]string{"GNU.sparse.map": strings.Join(numbers[1:], ","), "GNU.sparse.size": fmt.Sprint(size), "GNU.sparse.numblocks": numbers[0]}
	} else {
		m = padTo([]byte(strings.Join(numbers, "\n") + "\n"))
	}
	for _, k := range []string{"GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size", "GNU.sparse.numblocks", "GNU.sparse.map"} {
		v, ok := records[k]
		if !ok {
			continue
		}
		rest := " " + k + "=" + v + "\n"
		n := len(rest) + 2
		for len(fmt.Sprint(n))+len(rest) != n {
			n++
		}
		list += fmt.Sprint(n) + rest
	}
	out := append(header("x", 'x', int64(len(list))), padTo([]byte(list))...)
	out = append(out, header("f", '0', int64(len(m)+len(data)))...)
	out = append(out, padTo(append(m, data...))...)
	out = append(out, header("behind", '0', 0)...)
	return append(out, make([]byte, 1024)...)
}

// Sparse files must read as archive/tar reads them, and take the memory of what
// is there, not that of their holes.
func TestSparse(t *testing.T) {
	many, text := []int64{}, []string{}
	for i := range 300 {
		many, text = append(many, int64(i*1000)), append(text, fmt.Sprint("piece ", i))
	}
	for _, c := range []struct {
		name   string
		size   int64
		at     []int64
		pieces []string
	}{
		{"pieces", 5000, []int64{0, 700, 4000}, []string{"begin", strings.Repeat("mid", 300), "end"}},
		{"nothing but a hole", 5000, nil, nil},
		{"up to the end", 10, []int64{5}, []string{"12345"}},
		{"many pieces", 300000, many, text},
	} {
		for _, old := range []bool{false, true} {
			if old && c.pieces == nil {
				continue // 0.1 has no map then, and the file is none
			}
			raw := sparseTar(c.size, old, c.at, c.pieces)
			r := tar.NewReader(bytes.NewReader(raw))
			if _, err := r.Next(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			want, err := io.ReadAll(r)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			for how, read := range map[string]func() ([]layer.Entry, error){
				"in place":  func() ([]layer.Entry, error) { return layer.ReadTarAt(t.Context(), vfs.Bytes(raw)) },
				"in memory": func() ([]layer.Entry, error) { return layer.ReadTar(bytes.NewReader(raw)) },
			} {
				entries, err := read()
				if err != nil || len(entries) != 2 || entries[0].Size != c.size {
					t.Fatalf("%s, %s: %+v, %v", c.name, how, entries, err)
				}
				got, err := entries[0].Content.Bytes()
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s, %s, 0.1: %v: %d bytes (%v), want %d", c.name, how, old, len(got), err, len(want))
				}
				middle := make([]byte, 100)
				if n, err := entries[0].Content.ReadAt(middle, c.size/2); err != nil && err != io.EOF || !bytes.Equal(middle[:n], want[c.size/2:][:n]) {
					t.Errorf("%s, %s: reading from the middle: %v", c.name, how, err)
				}
			}
		}
	}
	const huge = 12 << 30
	raw := sparseTar(huge, false, []int64{huge - 4}, []string{"last"})
	if allocated := allocates(func() {
		entries, err := layer.ReadTarAt(t.Context(), vfs.Bytes(raw))
		if err != nil || entries[0].Content.Size() != huge {
			t.Errorf("a file of 12 GB: %+v, %v", entries, err)
			return
		}
		last := make([]byte, 8)
		if _, err := entries[0].Content.ReadAt(last, huge-8); err != nil || string(last) != "\x00\x00\x00\x00last" {
			t.Errorf("its end is %q, %v", last, err)
		}
	}); allocated > 1<<20 {
		t.Errorf("a tar of %d bytes takes %d", len(raw), allocated)
	}
	if _, err := layer.ReadTarAt(t.Context(), vfs.Bytes(sparseTar(huge, false, []int64{0}, []string{strings.Repeat("x", 5000)})[:4000])); err == nil {
		t.Error("a sparse file that is cut off was read")
	}
}

// allocates is how many bytes f allocates.
func allocates(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// What unpacks to far more than it is takes little memory or is refused.
func TestUnpackIsBounded(t *testing.T) {
	pack := func(n int, b []byte) *vfs.Blob {
		var out bytes.Buffer
		z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
		for range n {
			z.Write(b)
		}
		z.Close()
		return vfs.Bytes(out.Bytes())
	}
	zeros := pack(300, make([]byte, 1<<20))
	var got *vfs.Blob
	if allocated := allocates(func() {
		var err error
		if got, err = layer.Unpack(t.Context(), zeros); err != nil {
			t.Fatal(err)
		}
	}); allocated > 4<<20 {
		t.Errorf("300 MB of zeros take %d bytes", allocated)
	}
	if n := got.Size(); n != 300<<20 {
		t.Errorf("%d bytes", n)
	}
	p := []byte("xx")
	if n, err := got.ReadAt(p, 299<<20); n != 2 || err != nil || string(p) != "\x00\x00" {
		t.Errorf("read %q, %v", p, err)
	}
	bomb := pack(200, bytes.Repeat([]byte("ab"), 512<<10))
	var err error
	if allocated := allocates(func() { _, err = layer.Unpack(t.Context(), bomb) }); allocated > 200<<20 {
		t.Errorf("%d bytes of a bomb take %d", bomb.Size(), allocated)
	}
	var refused *layer.BombError
	if !errors.As(err, &refused) || refused.Stored != bomb.Size() {
		t.Errorf("a bomb of 200 MB gave %v", err)
	}
}

// Archives come in more compressions than layers, and with zeros behind.
func TestDecompress(t *testing.T) {
	const text = "some text\n"
	gz := func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		io.WriteString(z, text)
		z.Close()
		return b.Bytes()
	}()
	xz := []byte("\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\x01\x00\x09\x73\x6f\x6d\x65\x20\x74\x65\x78\x74\x0a\x00\x00\x00\x80\x41\x49\x0d\x11\xda\xfe\x1b\x00\x01\x22\x0a\x15\x1a\xe1\x67\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\x5a")
	bz := []byte("\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x10\x69\x62\xf5\x00\x00\x03\x51\x80\x00\x10\x40\x00\x02\x02\x8c\x40\x20\x00\x22\x03\x1a\x84\x30\x22\x72\xd7\x18\x1e\x2e\xe4\x8a\x70\xa1\x20\x20\xd2\xc5\xea")
	for _, c := range []struct {
		name string
		in   []byte
		want string
		fail bool
	}{
		{"plain", []byte(text), text, false},
		{"a plain name like bzip2's", []byte("BZh9 is a name"), "BZh9 is a name", false},
		{"gzip", gz, text, false},
		{"gzip twice", append(bytes.Clone(gz), gz...), text + text, false},
		{"gzip and zeros", append(bytes.Clone(gz), make([]byte, 3000)...), text, false},
		{"gzip and one zero", append(bytes.Clone(gz), 0), text, false},
		{"gzip and something", append(bytes.Clone(gz), "some"...), "", true},
		{"gzip, zeros and something", append(append(bytes.Clone(gz), make([]byte, 9)...), 'x'), "", true},
		{"gzip cut off", gz[:len(gz)-3], "", true},
		{"zstd with a skippable frame", []byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + "\x28\xb5\x2f\xfd\x00\x58\x51\x00\x00\x73\x6f\x6d\x65\x20\x74\x65\x78\x74\x0a"), text, false},
		{"xz", xz, text, false},
		{"bzip2", bz, text, false},
	} {
		r, err := layer.Decompress(bytes.NewReader(c.in))
		var got []byte
		if err == nil {
			got, err = io.ReadAll(r)
		}
		if (err != nil) != c.fail || !c.fail && string(got) != c.want {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}
