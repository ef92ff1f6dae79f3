package host

import (
	"math/bits"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

// The client sends files to BuildKit in packets (tonistiigi/fsutil): one for
// what each file is, then the contents of those that differ from the last time.
// What is shown of a transfer is the sum of their sizes as protocol buffers.

// varint is the length of a number.
func varint(n uint64) int64 { return int64(max(bits.Len64(n)+6, 7) / 7) }

// field is the length of a field with a length of its own.
func field(n int64) int64 {
	if n == 0 {
		return 0
	}
	return 1 + varint(uint64(n)) + n
}

// number is the length of a field with a number, which is left out where it is 0.
func number(n uint64) int64 {
	if n == 0 {
		return 0
	}
	return 1 + varint(n)
}

const (
	modeDir  = 1 << 31
	modeLink = 1 << 27
	// contentChunk is how much content is in a packet.
	contentChunk = 32 << 10
)

// stat is the length of the packet that says what a file is.
func stat(name string, n *vfs.Node) int64 {
	mode := uint64(n.Mode & 0o777)
	if n.IsDir() {
		mode |= modeDir
	}
	sum := field(int64(len(name))) + number(uint64(n.MTime))
	if n.Kind == vfs.Symlink {
		mode |= modeLink
		sum += field(int64(len(n.Target)))
	}
	if !n.IsDir() {
		sum += number(uint64(n.Size()))
	}
	return field(sum + number(mode))
}

// content is the length of the packets with a file's content; id is its place
// among all files.
func content(id int, size int64) int64 {
	var sum int64
	for ; size > 0; size -= contentChunk {
		sum += 2 + number(uint64(id)) + field(min(size, contentChunk))
	}
	return sum + 2 + number(uint64(id)) // an empty one ends it
}

// packets is the length of all that is sent of a tree where before was sent the
// last time.
func packets(before, now vfs.Tree) int64 {
	const fin = 2
	sum, id := int64(fin), 0
	for p, n := range now.Walk("/") {
		if p == "/" {
			continue
		}
		sum += stat(strings.TrimPrefix(p, "/"), n)
		if n.Kind == vfs.File {
			old, err := before.Lstat(p)
			if err != nil || old.Kind != vfs.File || old.Size() != n.Size() || old.MTime != n.MTime || old.Mode != n.Mode {
				sum += content(id, n.Size())
			}
		}
		id++
	}
	return sum
}

// selected returns the part of a tree that has the given paths, with what is
// below them and the directories above them.
func selected(t vfs.Tree, paths []string) vfs.Tree {
	for _, p := range paths {
		if path.Clean("/"+p) == "/" {
			return t
		}
	}
	sorted := slices.Clone(paths)
	slices.Sort(sorted)
	e := vfs.New(t.Now()).Edit()
	for _, p := range sorted {
		p = path.Clean("/" + p)
		n, err := t.Lstat(p)
		if err != nil {
			continue
		}
		at := ""
		for _, name := range vfs.Split(path.Dir(p)) {
			at += "/" + name
			if _, err := e.Tree().Lstat(at); err == nil {
				continue
			}
			above, err := t.Lstat(at)
			if err != nil || e.Place(at, above.Meta, nil) != nil {
				return t // through a link: all that is sent then follows it
			}
		}
		if _, err := e.Tree().Lstat(p); err == nil {
			continue
		}
		if err := e.Graft(p, n); err != nil {
			return t
		}
	}
	return e.Tree()
}
