package session

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/linediff"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

// versions answers a VersionsQuery.
func (s *Session) versions(q wire.VersionsQuery) (wire.Versions, error) {
	st, err := s.step(q.Step)
	if err != nil {
		return wire.Versions{}, err
	}
	p := path.Clean("/" + q.Path)
	out := wire.Versions{Versions: []wire.FileVersion{}}
	var before *vfs.Node
	seen := -1
	for n, l := range st.stage.layered() {
		now := nodeAt(l.after, p)
		was := before
		before = now
		if now == was {
			continue
		}
		v := wire.FileVersion{Step: l.ID, Change: "removed"}
		at := slices.IndexFunc(l.changes, func(c layer.Change) bool { return c.Path == p && c.Kind != layer.Parent })
		switch {
		case now == nil:
			if at < 0 {
				v.Via = takenBy(l.changes, p)
			}
		case at < 0:
			continue // the inode is another one, and nobody can tell
		default:
			r := nodeRow(p, now, st.epoch)
			v.Change, v.Type, v.Mode, v.UID, v.GID = l.changes[at].Kind.String(), r.Type, r.Mode, r.UID, r.GID
			v.Size, v.MTime, v.Digest = r.Size, r.MTime, r.Digest
			v.Note = toPage(changeNote(l.changes[at], st.stage.bytes(n)))
		}
		if n < st.depth {
			seen = len(out.Versions)
		}
		out.Versions = append(out.Versions, v)
	}
	if seen >= 0 {
		out.Versions[seen].Seen = true
	}
	return out, nil
}

// takenBy is the nearest directory above p that a layer removed or replaced.
func takenBy(changes []layer.Change, p string) string {
	for p != "/" {
		p = path.Dir(p)
		if slices.ContainsFunc(changes, func(c layer.Change) bool { return c.Path == p && (c.Node == nil || !c.Node.IsDir()) }) {
			return p
		}
	}
	return ""
}

// Bounds of a comparison of two files.
const (
	diffBytes = 512 << 10
	diffWork  = 8 << 20
	diffLines = 4000
)

// diff answers a DiffQuery.
func (s *Session) diff(q wire.DiffQuery) (wire.Diff, error) {
	out := wire.Diff{Lines: []wire.DiffLine{}}
	var texts [2]string
	var blobs [2]*vfs.Blob
	for i, id := range []string{q.From, q.To} {
		st, err := s.step(id)
		if err != nil {
			return out, err
		}
		n := nodeAt(st.after, q.Path)
		switch {
		case n == nil || n.Kind != vfs.File:
			out.Why = "type"
			return out, nil
		case n.Blob().Absent():
			out.Why = "absent"
			return out, nil
		}
		blobs[i] = n.Blob()
	}
	if max(blobs[0].Size(), blobs[1].Size()) > diffBytes {
		out.Why = "big"
		return out, nil
	}
	for i, b := range blobs {
		bytes, err := b.Bytes()
		if err != nil {
			return out, fmt.Errorf("%s: %w", q.Path, err)
		}
		text, ok := asText(bytes, false)
		if !ok {
			out.Why = "binary"
			return out, nil
		}
		texts[i] = text
	}
	if texts[0] == texts[1] {
		out.Why = "same"
		return out, nil
	}
	work := 0
	for _, l := range linediff.Unified(linediff.Split(texts[0]), linediff.Split(texts[1]), 3, func(n int) bool {
		work += n
		return work < diffWork
	}) {
		switch l.Sign {
		case '+':
			out.Added++
		case '-':
			out.Removed++
		}
		if len(out.Lines) == diffLines {
			out.Cut = true
			continue
		}
		out.Lines = append(out.Lines, wire.DiffLine{Sign: string(l.Sign), Old: l.Old, New: l.New, Text: strings.TrimSuffix(l.Text, "\n")})
	}
	return out, nil
}
