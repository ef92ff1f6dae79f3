// Package packet counts what a client sends to BuildKit (tonistiigi/fsutil): one
// packet for what each file is, then the contents of those that differ from the
// last time. What is shown of a transfer is the sum of their lengths as protocol
// buffers.
package packet

import (
	"math/bits"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

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

// unchanged reports whether a file counts as the one that was sent before: its
// content is not looked at.
func unchanged(before, now *vfs.Node) bool {
	return before != nil && before.Kind == now.Kind && before.Size() == now.Size() && before.MTime == now.MTime && before.Mode == now.Mode
}

// Received is what BuildKit has after a transfer: files that count as unchanged
// keep what they held.
func Received(before, now vfs.Tree) vfs.Tree {
	e := now.Edit()
	for p, n := range now.Walk("/") {
		if n.Kind != vfs.File {
			continue
		}
		if old, err := before.Lstat(p); err == nil && unchanged(old, n) && old.Blob() != n.Blob() {
			if err := e.Place(p, n.Meta, old.Blob()); err != nil {
				panic(err) // where a file is
			}
		}
	}
	return e.Tree()
}

// Size is the length in bytes of all that is sent of a tree where before was sent the
// last time.
func Size(before, now vfs.Tree) int64 {
	const fin = 2
	sum, id := int64(fin), 0
	for p, n := range now.Walk("/") {
		if p == "/" {
			continue
		}
		sum += stat(strings.TrimPrefix(p, "/"), n)
		if n.Kind == vfs.File {
			if old, err := before.Lstat(p); err != nil || !unchanged(old, n) {
				sum += content(id, n.Size())
			}
		}
		id++
	}
	return sum
}

// Selected returns the part of a tree that has the given paths, with what is
// below them and the directories above them.
func Selected(t vfs.Tree, paths []string) vfs.Tree {
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
