// Command overlay records what becomes of layers on Linux: containerd extracts
// them, each into a directory of its own, and overlayfs shows them as one. It
// reads cases from the standard input, a line of JSON each, and writes them with
// what was found. It must run as root, and has a module of its own because
// nothing else here needs containerd.
//
//	go run . <../../../core/layer/testdata/overlay.jsonl >new.jsonl
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/pkg/archive"
	"golang.org/x/sys/unix"
)

type entry struct {
	Name  string            `json:"name"`
	Type  string            `json:"type"` // one char
	Mode  int64             `json:"mode,omitempty"`
	UID   int               `json:"uid,omitempty"`
	GID   int               `json:"gid,omitempty"`
	MTime int64             `json:"mtime,omitempty"`
	Text  string            `json:"text,omitempty"`
	Link  string            `json:"link,omitempty"`
	Major int64             `json:"major,omitempty"`
	Minor int64             `json:"minor,omitempty"`
	PAX   map[string]string `json:"pax,omitempty"`
}

// kase is a case: layers, bottom first, and what they look like, or the error
// of extracting one of them.
type kase struct {
	Name   string    `json:"name,omitempty"`
	Layers [][]entry `json:"layers"`
	Error  string    `json:"error,omitempty"`
	Layer  int       `json:"layer,omitempty"` // where it fails, from 1
	Files  []file    `json:"files,omitempty"`
}
type file struct {
	Path  string `json:"path"`
	Kind  string `json:"kind"` // dir file link char block fifo ghost
	Mode  uint32 `json:"mode,omitempty"`
	UID   uint32 `json:"uid,omitempty"`
	GID   uint32 `json:"gid,omitempty"`
	MTime int64  `json:"mtime"` // -1: the moment it was extracted
	Text  string `json:"text,omitempty"`
	Same  string `json:"same,omitempty"` // an earlier name of the inode
	Rdev  string `json:"rdev,omitempty"`
	Cap   string `json:"cap,omitempty"`
}

// root is where layers are extracted, each in a directory with its number.
var root string

func main() {
	var err error
	if root, err = os.MkdirTemp("", "overlay"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(root)
	places := regexp.MustCompile(regexp.QuoteMeta(root) + `/\d+`)

	s := bufio.NewScanner(os.Stdin)
	s.Buffer(nil, 64<<20)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for s.Scan() {
		var k kase
		if err := json.Unmarshal(s.Bytes(), &k); err != nil {
			panic(err)
		}
		run(&k, places)
		b := new(bytes.Buffer)
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		e.Encode(k)
		w.Write(b.Bytes())
	}
}

// run extracts the layers of a case and lists what is to be seen.
func run(k *kase, places *regexp.Regexp) {
	k.Error, k.Layer, k.Files = "", 0, nil
	os.RemoveAll(root)
	var lower []string
	began := time.Now().Add(-time.Hour)
	for n, l := range k.Layers {
		var b bytes.Buffer
		tw := tar.NewWriter(&b)
		for _, e := range l {
			h := &tar.Header{Name: e.Name, Typeflag: e.Type[0], Mode: e.Mode, Uid: e.UID, Gid: e.GID, ModTime: time.Unix(e.MTime, 0), Linkname: e.Link, Devmajor: e.Major, Devminor: e.Minor, PAXRecords: e.PAX, Format: tar.FormatPAX}
			if e.Type == "0" {
				h.Size = int64(len(e.Text))
			}
			if err := tw.WriteHeader(h); err != nil {
				k.Error, k.Layer = "WRITE "+err.Error(), n+1
				return
			}
			if e.Type == "0" {
				tw.Write([]byte(e.Text))
			}
		}
		tw.Close()
		dir := filepath.Join(root, fmt.Sprint(n+1))
		os.MkdirAll(dir, 0o755)
		var opts []archive.ApplyOpt
		if n > 0 {
			opts = append(opts, archive.WithConvertWhiteout(archive.OverlayConvertWhiteout), archive.WithParents(lower))
		}
		if _, err := archive.Apply(context.Background(), dir, &b, opts...); err != nil {
			k.Error, k.Layer = places.ReplaceAllString(err.Error(), ""), n+1
			return
		}
		lower = append([]string{dir}, lower...)
	}
	m := lower[0]
	if len(lower) > 1 {
		m = filepath.Join(root, "m")
		os.MkdirAll(m, 0o755)
		if err := unix.Mount("overlay", m, "overlay", unix.MS_RDONLY, "lowerdir="+strings.Join(lower, ":")); err != nil {
			k.Error = "mount " + err.Error()
			return
		}
		defer unix.Unmount(m, unix.MNT_DETACH)
	}
	seen := map[uint64]string{}
	var walk func(p string)
	walk = func(p string) {
		d, err := os.Open(filepath.Join(m, p))
		if err != nil {
			panic(err)
		}
		names, err := d.Readdirnames(-1)
		d.Close()
		if err != nil {
			panic(err)
		}
		sort.Strings(names)
		for _, name := range names {
			q := filepath.Join(p, name)
			full := filepath.Join(m, q)
			var st syscall.Stat_t
			if err := syscall.Lstat(full, &st); err != nil {
				k.Files = append(k.Files, file{Path: q, Kind: "ghost"})
				continue
			}
			f := file{Path: q, Mode: st.Mode & 0o7777, UID: st.Uid, GID: st.Gid, MTime: st.Mtim.Sec}
			if st.Mtim.Sec > began.Unix() && st.Mtim.Sec < time.Now().Unix()+10 {
				f.MTime = -1
			}
			switch st.Mode & syscall.S_IFMT {
			case syscall.S_IFDIR:
				f.Kind = "dir"
			case syscall.S_IFREG:
				f.Kind = "file"
				b, _ := os.ReadFile(full)
				f.Text = string(b)
			case syscall.S_IFLNK:
				f.Kind = "link"
				f.Text, _ = os.Readlink(full)
			case syscall.S_IFCHR:
				f.Kind, f.Rdev = "char", fmt.Sprintf("%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
			case syscall.S_IFBLK:
				f.Kind, f.Rdev = "block", fmt.Sprintf("%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
			case syscall.S_IFIFO:
				f.Kind = "fifo"
			}
			if f.Kind != "dir" && st.Nlink > 1 {
				if a, ok := seen[st.Ino]; ok {
					f.Same = a
				} else {
					seen[st.Ino] = q
				}
			}
			buf := make([]byte, 256)
			if n, err := unix.Lgetxattr(full, "security.capability", buf); err == nil {
				f.Cap = fmt.Sprintf("%x", buf[:n])
			}
			k.Files = append(k.Files, f)
			if f.Kind == "dir" {
				walk(q)
			}
		}
	}
	walk("/")
}
