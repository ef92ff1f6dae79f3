package tarheader_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/tarheader"
)

// headers writes a member without content and returns its header blocks.
func headers(t testing.TB, h *tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(h); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var long = strings.Repeat("long/", 40) + "name"

var members = []*tar.Header{
	{Name: "srv/a", Typeflag: tar.TypeReg, Mode: 0o644, Size: 0, ModTime: time.Unix(1641686400, 0), Format: tar.FormatPAX},
	{Name: "srv/", Typeflag: tar.TypeDir, Mode: 0o1755, Uid: 7, Gid: 8, ModTime: time.Unix(0, 0), Format: tar.FormatPAX},
	{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "srv/a", Mode: 0o777, Format: tar.FormatPAX},
	{Name: "dev", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3, Mode: 0o600, Format: tar.FormatPAX},
	{Name: long, Typeflag: tar.TypeReg, Mode: 0o600, Format: tar.FormatPAX},
	{Name: "가나다", Typeflag: tar.TypeReg, Mode: 0o600, Uid: 1 << 22, Format: tar.FormatPAX,
		PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x02"}},
	{Name: long, Typeflag: tar.TypeReg, Mode: 0o600, Uid: 1 << 30, Uname: "root", Format: tar.FormatGNU},
	{Name: "old", Typeflag: tar.TypeReg, Mode: 0o644, Gname: "wheel", Format: tar.FormatUSTAR},
}

// What archive/tar reads out of the bytes is what the fields must say.
func TestAnnotateAgreesWithArchiveTar(t *testing.T) {
	for _, h := range members {
		t.Run(fmt.Sprintf("%v %.20s", h.Format, h.Name), func(t *testing.T) {
			raw := headers(t, h)
			got, err := tar.NewReader(bytes.NewReader(raw)).Next()
			if err != nil {
				t.Fatal(err)
			}
			blocks, err := tarheader.Annotate(raw)
			if err != nil {
				t.Fatal(err)
			}
			covered(t, blocks, len(raw))
			said := map[string]string{}
			for _, b := range blocks {
				if b.Kind == "header" && b.Stored != b.Computed {
					t.Errorf("the checksum at %d is %d, the bytes have %d", b.Offset, b.Stored, b.Computed)
				}
				last := b.Offset+b.Size == len(raw)
				for _, f := range b.Fields {
					if last || b.Kind == "records" {
						if _, over := said[f.Name]; !over || !last { // a record overrides the field
							said[f.Name] = f.Value
						}
					}
					if f.Name == "longname" {
						said["path"] = f.Value
					}
				}
			}
			name := said["name"]
			if said["prefix"] != "" {
				name = said["prefix"] + "/" + name
			}
			if said["path"] != "" {
				name = said["path"]
			}
			want := map[string]string{
				"mode": strconv.FormatInt(got.Mode, 10), "uid": strconv.Itoa(got.Uid), "gid": strconv.Itoa(got.Gid),
				"size": strconv.FormatInt(got.Size, 10), "mtime": strconv.FormatInt(got.ModTime.Unix(), 10), "typeflag": string(got.Typeflag),
				"linkname": got.Linkname, "uname": got.Uname, "gname": got.Gname,
			}
			for k, v := range want {
				if said[k] != v {
					t.Errorf("%s says %q, archive/tar %q", k, said[k], v)
				}
			}
			if name != got.Name {
				t.Errorf("the name says %q, archive/tar %q", name, got.Name)
			}
			for k, v := range got.PAXRecords {
				if said[k] != v {
					t.Errorf("record %s says %q, archive/tar %q", k, said[k], v)
				}
			}
		})
	}
}

// covered holds the fields to cover every byte once, in order.
func covered(t *testing.T, blocks []tarheader.Block, size int) {
	t.Helper()
	at := 0
	for _, b := range blocks {
		if b.Offset != at {
			t.Fatalf("a block begins at %d, the one before ends at %d", b.Offset, at)
		}
		for _, f := range b.Fields {
			if f.Offset != at {
				t.Fatalf("%s begins at %d, the field before ends at %d", f.Name, f.Offset, at)
			}
			at += f.Size
		}
		if at != b.Offset+b.Size {
			t.Fatalf("the fields of the block at %d end at %d of %d", b.Offset, at, b.Offset+b.Size)
		}
	}
	if at != size {
		t.Fatalf("%d of %d bytes are covered", at, size)
	}
}

func TestAnnotateSeesABrokenChecksum(t *testing.T) {
	raw := headers(t, members[0])
	raw[0]++
	blocks, err := tarheader.Annotate(raw)
	if err != nil {
		t.Fatal(err)
	}
	if b := blocks[0]; b.Computed != b.Stored+1 {
		t.Errorf("stored %d, computed %d", b.Stored, b.Computed)
	}
}

func TestAnnotateRefuses(t *testing.T) {
	for name, raw := range map[string][]byte{
		"nothing": nil, "half a block": make([]byte, 300), "records that are not there": headers(t, members[5])[:512],
	} {
		if _, err := tarheader.Annotate(raw); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzAnnotate(f *testing.F) {
	for _, h := range members {
		f.Add(headers(f, h))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if blocks, err := tarheader.Annotate(raw); err == nil {
			covered(t, blocks, len(raw))
		}
	})
}

func ExampleAnnotate() {
	var b bytes.Buffer
	tar.NewWriter(&b).WriteHeader(&tar.Header{Name: "srv/.wh.a", Mode: 0o644, Format: tar.FormatPAX})
	blocks, _ := tarheader.Annotate(b.Bytes())
	for _, f := range blocks[0].Fields[:2] {
		fmt.Println(f.Name, f.Offset, f.Size, f.Value)
	}
	fmt.Println(blocks[0].Stored == blocks[0].Computed)
	// Output:
	// name 0 100 srv/.wh.a
	// mode 100 8 420
	// true
}
