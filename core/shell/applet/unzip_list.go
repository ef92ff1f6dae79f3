package applet

import (
	"archive/zip"
	"hash/crc32"
	"strings"
)

// list is unzip -l and -v. busybox counts all members, whichever it lists.
func (u *unzipper) list(z *zip.Reader) int {
	p := u.p
	verbose := u.has['v'] > 0
	if verbose {
		p.Puts(" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n--------  ------  ------- ---- ---------- ----- --------  ----\n")
	} else {
		p.Puts("  Length      Date    Time    Name\n---------  ---------- -----   ----\n")
	}
	date := "01-02-2006 15:04"
	if p.GNU {
		date = "2006-01-02 15:04"
	}
	var size, packed uint64
	count := 0
	for _, f := range z.File {
		u.shorten(f)
		if !u.chosen(f) {
			continue
		}
		count++
		size += f.UncompressedSize64
		packed += f.CompressedSize64
		when := f.Modified.UTC().Format(date)
		if verbose {
			method := "Stored"
			if f.Method == zip.Deflate {
				method = "Defl:N"
			}
			p.Printf("%8d  %s %8d %3d%% %s %08x  %s\n", f.UncompressedSize64, method, f.CompressedSize64,
				saved(f.UncompressedSize64, f.CompressedSize64), when, f.CRC32, f.Name)
		} else {
			p.Printf("%9d  %s   %s\n", f.UncompressedSize64, when, f.Name)
		}
	}
	files := "files"
	if !p.GNU {
		count = len(z.File)
	} else if count == 1 {
		files = "file"
	}
	switch {
	case verbose && p.GNU:
		p.Puts("--------          -------  ---                            -------\n")
	case verbose:
		p.Puts("--------          ------- ----                            ----\n")
	case p.GNU:
		p.Puts("---------                     -------\n")
	default:
		p.Puts(" --------                     -------\n")
	}
	if verbose {
		p.Printf("%8d         %8d %3d%%%28s%d %s\n", size, packed, saved(size, packed), "", count, files)
	} else {
		p.Printf("%9d%21s%d %s\n", size, "", count, files)
	}
	if !p.GNU {
		return u.status
	}
	return u.missed(false)
}

// saved is by how many percent size bytes became fewer.
func saved(size, packed uint64) int {
	if size == 0 || packed > size {
		return 0
	}
	return int((size - packed) * 100 / size)
}

// test is unzip -t of a member, of which busybox says nothing.
func (u *unzipper) test(f *zip.File) {
	if !u.p.GNU {
		return
	}
	u.tests++
	u.say("    testing: %-22s   ", f.Name)
	if strings.HasSuffix(f.Name, "/") {
		u.say("OK\n")
		return
	}
	if sum := crc32.ChecksumIEEE(u.content(f)); sum != f.CRC32 {
		u.p.Printf("bad CRC %08x  (should be %08x)\n", sum, f.CRC32)
		u.status = 2
		return
	}
	u.say("OK\n")
}

// tested says what came of -t.
func (u *unzipper) tested(name string) {
	if u.has['t'] == 0 {
		return
	}
	if u.status > 1 {
		u.p.Printf("At least one error was detected in %s.\n", name)
		return
	}
	switch {
	case len(u.want)+len(u.not) == 0:
		u.p.Printf("No errors detected in compressed data of %s.\n", name)
	case u.tests == 1:
		u.p.Printf("No errors detected in %s for the 1 file tested.\n", name)
	default:
		u.p.Printf("No errors detected in %s for the %d files tested.\n", name, u.tests)
	}
}
