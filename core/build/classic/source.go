package classic

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// source is what COPY and ADD take files from: the build context, or the files
// of an image.
type source struct {
	tree vfs.Tree
	// sums are the hashes of context files by canonical path, made when asked.
	sum       func(at string) (string, bool)
	fromImage bool
}

// scoped follows links inside a tree as dockerd does before it looks at a path
// (moby/sys/symlink FollowSymlinkInScope). The path need not be there, but a
// file is no directory, and a path that leads out as it is written is refused.
func scoped(t vfs.Tree, p string) (string, error) {
	const top = "/\x00"
	clean := path.Clean(top + "/" + p)
	if clean != top && !strings.HasPrefix(clean, top+"/") {
		return "", errOutside
	}
	rest := vfs.Split(clean[len(top):])
	at := "/"
	for hops := 0; len(rest) > 0; rest = rest[1:] {
		if rest[0] == ".." {
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, rest[0])
		n, err := t.Lstat(next)
		switch {
		case isNotExist(err):
		case err != nil:
			return "", pathError("lstat", next, err)
		case n.Kind == vfs.Symlink:
			if hops++; hops > 255 {
				return "", fmt.Errorf("too many links in %s", p)
			}
			if path.IsAbs(n.Target) {
				at = "/"
			}
			rest = append([]string{""}, append(vfs.Split(n.Target), rest[1:]...)...)
			continue
		}
		at = next
	}
	return at, nil
}

var errOutside = errors.New("outside")

// full is scoped for the path of a source: whatever is wrong with it, dockerd
// says the same.
func full(t vfs.Tree, p string) (string, error) {
	at, err := scoped(t, p)
	if err != nil {
		return "", fmt.Errorf("forbidden path outside the build context: %s ()", p)
	}
	return at, nil
}

// pathError is an error of a file operation in the words of Go's os package.
func pathError(op, p string, err error) error {
	return fmt.Errorf("%s %s: %w", op, p, vfs.Reason(err))
}

// hash is the hash of what a path names, links followed. What is not there is
// named by its path.
func (s *source) hash(rel string) (string, error) {
	at, err := full(s.tree, rel)
	if err != nil {
		return "", err
	}
	if h, ok := s.sum(at); ok {
		return h, nil
	}
	if s.fromImage {
		return at[1:], nil
	}
	return rel, nil
}

// tarSum is the hash of a member of a tar, its header without the time
// (pkg/tarsum version 1).
func tarSum(e layer.Entry, names bool) (string, error) {
	h := sha256.New()
	uname, gname := e.Uname, e.Gname
	if !names {
		uname, gname = "", ""
	}
	for _, kv := range [][2]string{
		{"name", e.Name}, {"mode", strconv.FormatInt(e.FileType|e.Mode, 10)}, {"uid", strconv.Itoa(e.UID)}, {"gid", strconv.Itoa(e.GID)},
		{"size", strconv.FormatInt(e.Size, 10)}, {"typeflag", string([]byte{e.Type})}, {"linkname", e.Linkname},
		{"uname", uname}, {"gname", gname}, {"devmajor", strconv.FormatInt(e.Major, 10)}, {"devminor", strconv.FormatInt(e.Minor, 10)},
	} {
		io.WriteString(h, kv[0]+kv[1])
	}
	keys := make([]string, 0, len(e.PAX))
	for k := range e.PAX {
		if strings.HasPrefix(k, paxXattr) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		io.WriteString(h, strings.TrimPrefix(k, paxXattr)+e.PAX[k])
	}
	if e.Content != nil {
		if _, err := io.Copy(h, e.Content.Reader()); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

const paxXattr = "SCHILY.xattr."

// imageSource is the files of an image or stage. Here the owners' names count.
func imageSource(t vfs.Tree, o layer.Overlay2) *source {
	s := &source{tree: t, fromImage: true}
	known := map[string]string{}
	s.sum = func(at string) (string, bool) {
		if h, ok := known[at]; ok {
			return h, true
		}
		n, err := t.Lstat(at)
		if err != nil {
			return "", false
		}
		name := at[1:]
		if name == "" {
			name = "."
		}
		h, err := tarSum(o.Entry(name, n), true)
		if err != nil {
			return "", false
		}
		known[at] = h
		return h, true
	}
	return s
}

// info is one path that COPY or ADD takes.
type info struct {
	path string // as found, relative
	hash string
	from *source // what was downloaded; nil: the instruction's own
}

// one resolves a source of an instruction (copier.calcCopyInfo).
func (s *source) one(word string, wildcards bool) ([]info, error) {
	p := strings.TrimPrefix(word, "/")
	p = strings.TrimPrefix(p, "./")
	if wildcards && hasWildcard(p) {
		var out []info
		for at := range s.tree.Walk("/") {
			if at == "/" {
				continue
			}
			if ok, _ := path.Match(p, at[1:]); !ok {
				continue
			}
			found, err := s.one(at[1:], false)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
		return out, nil
	}
	at, err := full(s.tree, p)
	if err != nil {
		return nil, err
	}
	n, err := s.tree.Stat(at)
	if isNotExist(err) {
		missing := fmt.Errorf("stat %s: file does not exist", p)
		if !s.fromImage {
			return nil, fmt.Errorf("file not found in build context or excluded by .dockerignore: %w", missing)
		}
		return nil, missing
	}
	if err != nil {
		return nil, pathError("stat", p, err)
	}
	if !n.IsDir() {
		h, err := s.hash(p)
		if err != nil {
			return nil, err
		}
		return []info{{path: p, hash: "file:" + h}}, nil
	}
	var below []string
	for q := range s.tree.Walk(at) {
		if q == "/" {
			continue
		}
		if h, err := s.hash(q[1:]); err == nil {
			below = append(below, h)
		}
	}
	slices.Sort(below)
	return []info{{path: p, hash: join("dir", below)}}, nil
}

// hashOf is what the history says of the sources together.
func hashOf(infos []info) string {
	if len(infos) == 1 {
		return infos[0].hash
	}
	var all []string
	for _, i := range infos {
		all = append(all, i.hash)
	}
	return join("multi", all)
}

func join(kind string, hashes []string) string {
	sum := sha256.Sum256([]byte(strings.Join(hashes, ",")))
	return kind + ":" + hex.EncodeToString(sum[:])
}

// hasWildcard reports an unescaped wildcard.
func hasWildcard(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*', '?', '[':
			return true
		case '\\':
			i++
		}
	}
	return false
}
