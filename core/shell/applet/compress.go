package applet

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"strings"

	"layerlab.dev/core/shell/deflate"
	"layerlab.dev/core/shell/proc"
)

// unpacked returns a reader of what r holds, uncompressed if it is gzip or
// bzip2.
func unpacked(p *proc.Proc, data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		return gunzipBytes(data)
	case bytes.HasPrefix(data, []byte("BZh")):
		return io.ReadAll(bzip2.NewReader(bytes.NewReader(data)))
	case bytes.HasPrefix(data, []byte("\xfd7zXZ\x00")):
		return xzDecode(data)
	}
	return data, nil
}

func gunzipBytes(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// gzipBytes compresses as the image's gzip does.
func gzipBytes(p *proc.Proc, data []byte) []byte {
	p.Steps(int64(len(data)) >> 8)
	if p.Plain || p.GNU {
		return deflate.Gzip(data, deflate.Big)
	}
	return deflate.Gzip(data, deflate.Small)
}

// gzipApplet is gzip, gunzip, zcat and their namesakes for bzip2 and xz.
func gzipApplet(p *proc.Proc) int {
	name := p.Name()
	if helped(p) {
		return 0
	}
	spec := "cfkdtnqv123456789N"
	o := options(p, spec, "stdout=c", "to-stdout=c", "force=f", "keep=k", "decompress=d", "uncompress=d", "test=t", "fast=1", "best=9", "quiet=q", "verbose=v", "no-name=n", "name=N")
	kind := "gz"
	switch {
	case strings.Contains(name, "bz"), strings.HasSuffix(name, "zip2"):
		kind = "bz2"
	case strings.Contains(name, "xz"), strings.Contains(name, "lzma"):
		kind = "xz"
	}
	undo := o.Has('d') || o.Has('t') || strings.HasPrefix(name, "gun") || strings.HasPrefix(name, "un") || strings.HasPrefix(name, "bun") || strings.HasSuffix(name, "cat")
	toStdout := o.Has('c') || strings.HasSuffix(name, "cat")
	if kind == "xz" && !undo {
		if p.GNU {
			p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
				Reason: whyXZ.With(), Advice: insteadGzip.With()})
		}
		return usage(p)
	}
	names := o.Rest
	if len(names) == 0 {
		names = []string{"-"}
	}
	suffixes := map[string][]string{"gz": {".gz", ".tgz"}, "bz2": {".bz2", ".tbz"}, "xz": {".xz", ".lzma", ".txz"}}[kind]
	status := 0
	for _, n := range names {
		data, err := p.ReadFile(n)
		if err != nil {
			if p.GNU {
				simple(p, n, err)
			} else {
				p.Warn("%s: %s", n, proc.Text(err))
			}
			status = 1
			continue
		}
		target := ""
		if n != "-" && !toStdout && !o.Has('t') {
			if undo {
				for _, s := range suffixes {
					if t, ok := strings.CutSuffix(n, s); ok && base(t) != "" {
						target = t
						if s[1] == 't' {
							target += ".tar"
						}
					}
				}
				if target == "" {
					if p.GNU {
						p.Warn("%s: unknown suffix -- ignored", n)
						status = 2
					} else {
						p.Warn("%s: unknown suffix - ignored", n)
						status = 1
					}
					continue
				}
			} else {
				target = n + suffixes[0]
			}
			if _, err := p.Lstat(target); err == nil && !o.Has('f') {
				if p.GNU {
					p.Warn("%s already exists;	not overwritten", target)
					status = 2
				} else {
					p.Warn("can't open '%s': File exists", target)
					status = 1
				}
				continue
			}
		}
		var out []byte
		if undo {
			switch {
			case kind == "gz" && bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
				out, err = gunzipBytes(data)
			case kind == "bz2" && bytes.HasPrefix(data, []byte("BZh")):
				out, err = io.ReadAll(bzip2.NewReader(bytes.NewReader(data)))
			case kind == "xz" && bytes.HasPrefix(data, []byte("\xfd7zXZ\x00")):
				out, err = xzDecode(data)
			case toStdout && o.Has('f'):
				out, err = data, nil
			default:
				if p.GNU {
					p.Errorf("\n%s: %s: not in %s format\n", "gzip", n, "gzip")
				} else {
					p.Warn("invalid magic")
				}
				status = 1
				continue
			}
			if err != nil {
				if p.GNU {
					p.Errorf("\ngzip: %s: unexpected end of file\n", n)
				} else {
					p.Warn("corrupted data")
					p.Warn("error inflating")
				}
				status = 1
				continue
			}
		} else if kind == "gz" {
			out = gzipBytes(p, data)
		} else {
			out = bzip2Bytes(data)
		}
		if o.Has('t') {
			continue
		}
		if target == "" {
			p.Out().Write(out)
			continue
		}
		st, _ := p.Stat(n)
		if o.Has('f') {
			p.Unlink(target)
		}
		if err := p.WriteFile(target, out, st.Mode&0o777); err != nil {
			p.Warn("can't open '%s': %s", target, proc.Text(err))
			status = 1
			continue
		}
		if p.GNU {
			t := st.MTime
			p.Utimes(target, &t, true)
			p.Chown(target, st.UID, st.GID)
			p.Chmod(target, st.Mode)
		}
		if !o.Has('k') {
			p.Unlink(n)
		}
	}
	return status
}
