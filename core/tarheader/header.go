package tarheader

import (
	"fmt"
	"strconv"
	"strings"
)

// BlockSize is the length of a tar block in bytes.
const BlockSize = 512

// Block is a header, or the data of an extended one, with the blocks it fills.
type Block struct {
	// Kind is "header", "records" (pax records) or "name" (a long name of GNU).
	Kind   string
	Offset int // in the bytes given to Annotate
	Size   int // a multiple of BlockSize
	Fields []Field
	// Stored and Computed are the checksum of a header: the one it holds, -1
	// where that is no number, and the sum of its bytes with those of the
	// checksum taken as spaces.
	Stored, Computed int64
}

// Field is a stretch of bytes with a meaning. The fields of a block cover it
// without gaps.
type Field struct {
	Name   string // as POSIX names it: "name", "mode", … "pad"; of a record its keyword
	Offset int    // in the bytes given to Annotate
	Size   int
	// Value is what it says: a text without its NULs, or a number in decimal.
	Value string
	// Octal tells that the bytes are an octal number in ASCII.
	Octal bool
}

type place struct {
	name string
	size int
	kind byte // 's' text, 'n' number, 'p' padding
}

var common = []place{
	{"name", 100, 's'}, {"mode", 8, 'n'}, {"uid", 8, 'n'}, {"gid", 8, 'n'}, {"size", 12, 'n'}, {"mtime", 12, 'n'},
	{"chksum", 8, 'n'}, {"typeflag", 1, 's'}, {"linkname", 100, 's'},
}

var formats = map[string][]place{
	"ustar": {{"magic", 6, 's'}, {"version", 2, 's'}, {"uname", 32, 's'}, {"gname", 32, 's'},
		{"devmajor", 8, 'n'}, {"devminor", 8, 'n'}, {"prefix", 155, 's'}, {"pad", 12, 'p'}},
	"gnu": {{"magic", 6, 's'}, {"version", 2, 's'}, {"uname", 32, 's'}, {"gname", 32, 's'},
		{"devmajor", 8, 'n'}, {"devminor", 8, 'n'}, {"atime", 12, 'n'}, {"ctime", 12, 'n'}, {"offset", 12, 'n'},
		{"longnames", 4, 's'}, {"unused", 1, 'p'}, {"sparse", 96, 'p'}, {"isextended", 1, 'p'}, {"realsize", 12, 'n'}, {"pad", 17, 'p'}},
	"v7": {{"pad", 255, 'p'}},
}

// Annotate takes apart the bytes in front of a member's content: its header,
// and the extended headers with their data before it. It fails where raw is not
// made of whole blocks, or the data of an extended header is missing.
func Annotate(raw []byte) ([]Block, error) {
	if len(raw) == 0 || len(raw)%BlockSize != 0 {
		return nil, fmt.Errorf("tar header: %d bytes are not a number of blocks of %d", len(raw), BlockSize)
	}
	var out []Block
	for at := 0; at < len(raw); {
		b := header(raw[at:at+BlockSize], at)
		out = append(out, b)
		at += BlockSize
		kind := map[string]string{"x": "records", "g": "records", "L": "name", "K": "name"}[b.value("typeflag")]
		if kind == "" {
			continue
		}
		size, err := strconv.Atoi(b.value("size"))
		if err != nil || size < 0 || size > len(raw)-at {
			return nil, fmt.Errorf("tar header: the extended header at byte %d names %s bytes, of which %d are there",
				b.Offset, b.value("size"), len(raw)-at)
		}
		data := Block{Kind: kind, Offset: at, Size: (size + BlockSize - 1) / BlockSize * BlockSize}
		data.Fields = records(kind, raw[at:at+size], at)
		if pad := data.Size - size; pad > 0 {
			data.Fields = append(data.Fields, Field{Name: "pad", Offset: at + size, Size: pad})
		}
		out = append(out, data)
		at += data.Size
	}
	return out, nil
}

func (b *Block) value(field string) string {
	for _, f := range b.Fields {
		if f.Name == field {
			return f.Value
		}
	}
	return ""
}

func header(raw []byte, at int) Block {
	b := Block{Kind: "header", Offset: at, Size: BlockSize}
	b.Stored, b.Computed = checksum(raw)
	format := "v7"
	switch string(raw[257:265]) {
	case "ustar\x0000":
		format = "ustar"
	case "ustar  \x00":
		format = "gnu"
	}
	n := 0
	for _, p := range append(append([]place{}, common...), formats[format]...) {
		f := Field{Name: p.name, Offset: at + n, Size: p.size}
		bytes := raw[n : n+p.size]
		switch p.kind {
		case 's':
			f.Value = text(bytes)
		case 'n':
			f.Value, f.Octal = number(bytes)
		}
		b.Fields = append(b.Fields, f)
		n += p.size
	}
	return b
}

// records takes the data of an extended header apart: "LENGTH KEYWORD=VALUE\n"
// each in pax, one text in GNU's. What is no record is one field.
func records(kind string, data []byte, at int) []Field {
	if kind == "name" {
		return []Field{{Name: "longname", Offset: at, Size: len(data), Value: text(data)}}
	}
	var out []Field
	for n := 0; n < len(data); {
		length, rest, ok := strings.Cut(string(data[n:min(len(data), n+20)]), " ")
		size, err := strconv.Atoi(length)
		if !ok || err != nil || size <= len(length)+1 || size > len(data)-n || data[n+size-1] != '\n' || rest == "" {
			return append(out, Field{Name: "unreadable", Offset: at + n, Size: len(data) - n})
		}
		key, value, _ := strings.Cut(string(data[n+len(length)+1:n+size-1]), "=")
		out = append(out, Field{Name: key, Offset: at + n, Size: size, Value: value})
		n += size
	}
	return out
}

// text is what stands before the first NUL.
func text(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

// number reads an octal number in ASCII, or GNU's binary one, whose first byte
// has its highest bit set.
func number(b []byte) (value string, octal bool) {
	if b[0]&0x80 != 0 {
		n := int64(0)
		if b[0] == 0xff {
			n = -1
		}
		for i, c := range b {
			if i == 0 && b[0] == 0x80 {
				c = 0
			}
			n = n<<8 | int64(c)
		}
		return strconv.FormatInt(n, 10), false
	}
	s := strings.Trim(text(b), " ")
	if s == "" {
		return "", false
	}
	n, err := strconv.ParseUint(s, 8, 64)
	if err != nil {
		return s, false
	}
	return strconv.FormatUint(n, 10), true
}

// checksum is the one a header holds and the one its bytes have.
func checksum(b []byte) (stored, computed int64) {
	stored = -1
	if s, octal := number(b[148:156]); octal {
		stored, _ = strconv.ParseInt(s, 10, 64)
	}
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		computed += int64(c)
	}
	return stored, computed
}
