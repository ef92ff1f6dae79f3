package session

import (
	"archive/tar"
	"fmt"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

// maxRows is the most rows a window has.
const maxRows = 500

// list is a long list of a step. Rows are made only for the window that is
// looked at.
type list struct {
	key   listID
	items []item
	row   func(i int) wire.Row

	// The last choice of rows: scrolling asks for it again and again.
	asked  string
	chosen []choice
}

// listID tells lists apart.
type listID struct {
	of    *step
	name  string
	since bool // compared with the base
	whole bool // what did not change, or is out of sight, is listed too
}

// item is what is to be known of every row.
type item struct {
	path   string // canonical in "changes" and "files", the name in "tar"
	change string // kind of change, "" in lists without
	shut   bool   // a directory that is closed at first
}

func (i item) depth() int { return strings.Count(i.path, "/") - 1 }

func listKey(of *step, q wire.RowsQuery) listID {
	key := listID{of: of, name: q.List, since: q.Since && q.List == "changes"}
	switch q.List {
	case "changes":
		key.whole = slices.Contains(q.Kinds, "unchanged")
	case "files":
		key.whole = slices.Contains(q.Kinds, "removed")
	}
	return key
}

// newList makes a list.
func newList(key listID) (*list, error) {
	l := &list{key: key}
	switch key.name {
	case "changes":
		return l, l.ofChanges()
	case "tar":
		l.ofTar()
	case "files":
		l.ofFiles()
	default:
		return nil, fmt.Errorf("there is no list %q: ask for changes, tar or files", key.name)
	}
	return l, nil
}

// window answers a query.
func (l *list) window(q wire.RowsQuery) wire.Rows {
	l.choose(q)
	rows := wire.Rows{Total: len(l.chosen), Offset: min(max(q.Offset, 0), len(l.chosen)), Rows: []wire.Row{}}
	end := min(rows.Offset+min(max(q.Count, 0), maxRows), len(l.chosen))
	for _, c := range l.chosen[rows.Offset:end] {
		r := l.row(c.at)
		r.Branch, r.Open, r.Context, r.PosInSet, r.SetSize = c.branch, c.open, c.context, c.pos, c.size
		rows.Rows = append(rows.Rows, r)
	}
	return rows
}

// change is what happened to a path, of "changes".
type change struct {
	layer.Change
	kind string
	with string // the removed directory that took it along
}

func (l *list) ofChanges() error {
	st := l.key.of
	changes, err := l.changes()
	if err != nil {
		return err
	}
	for _, c := range changes {
		dir := c.Node == nil && c.with == "" && c.Lower.IsDir()
		l.items = append(l.items, item{path: c.Path, change: c.kind, shut: dir})
	}
	below, layers := st.stage.bytes(max(st.depth-1, 0)), st.stage.layered()
	if st.layer == nil {
		below = st.stage.bytes(st.depth)
	}
	if l.key.since {
		below = st.stage.bytes(st.stage.base)
	}
	l.row = func(i int) wire.Row {
		c := changes[i]
		shown := c.Node
		if shown == nil {
			shown = c.Lower
		}
		r := nodeRow(c.Path, shown, st.epoch)
		r.Change, r.With = c.kind, c.with
		if !l.key.since {
			st.trace.mark(&r)
		}
		if c.LinkTo != "" {
			r.Type, r.Target, r.Size = "hardlink", strings.TrimPrefix(c.LinkTo, "/"), 0
		}
		if c.Lower != nil {
			r.LowerSize = c.Lower.Size()
			if n, _, ok := below.Owner(c.Path); ok && c.kind != "unchanged" {
				r.Layer = layers[n].ID
			}
		}
		if c.kind != "unchanged" && c.with == "" {
			r.Note = toPage(changeNote(c.Change, below))
		}
		return r
	}
	return nil
}

// changes are those of the list, in the order of a tree.
func (l *list) changes() ([]change, error) {
	st := l.key.of
	base := st.changes
	if l.key.since {
		lower := vfs.New(0)
		if n := st.stage.base; n > 0 {
			lower = st.stage.layered()[n-1].after
		}
		var err error
		if base, err = layer.Diff(lower, st.after); err != nil {
			return nil, err
		}
	}
	var out []change
	known := map[string]bool{}
	for _, c := range base {
		known[c.Path] = true
		out = append(out, change{Change: c, kind: c.Kind.String()})
		if c.Lower != nil && c.Lower.IsDir() && (c.Node == nil || !c.Node.IsDir()) {
			for p, n := range below(c.Path, c.Lower) {
				out = append(out, change{Change: layer.Change{Path: p, Kind: layer.Removed, Lower: n}, kind: "removed", with: c.Path})
			}
		}
	}
	if l.key.whole {
		for p, n := range st.after.Walk("/") {
			if p != "/" && !known[p] {
				out = append(out, change{Change: layer.Change{Path: p, Node: n, Lower: n}, kind: "unchanged"})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b change) int { return treeOrder(a.Path, b.Path) })
	return out, nil
}

// below yields what is below a directory at p, in the order of a tree.
func below(p string, dir *vfs.Node) func(func(string, *vfs.Node) bool) {
	return func(yield func(string, *vfs.Node) bool) { walkBelow(p, dir, yield) }
}

func walkBelow(p string, dir *vfs.Node, yield func(string, *vfs.Node) bool) bool {
	for name, n := range dir.Children() {
		q := path.Join(p, name)
		if !yield(q, n) || n.IsDir() && !walkBelow(q, n, yield) {
			return false
		}
	}
	return true
}

// nodeAt is the inode at a canonical path, nil for none.
func nodeAt(t vfs.Tree, p string) *vfs.Node {
	n := t.Root()
	for _, name := range vfs.Split(p) {
		if n = n.Child(name); n == nil {
			return nil
		}
	}
	return n
}

// held is what a layer put at a path, of "files".
type held struct {
	path string
	node *vfs.Node
	gone int // the layer that took it from sight, -1 where it is in sight
	from int // the layer that holds it, where it is not in sight
}

func (l *list) ofFiles() {
	st := l.key.of
	stack, layers := st.stage.bytes(st.depth), st.stage.layered()[:st.depth]
	var all []held
	known := map[string]bool{}
	for p, n := range st.after.Walk("/") {
		if p != "/" {
			all = append(all, held{path: p, node: n, gone: -1})
			known[p] = true
		}
	}
	if l.key.whole {
		for _, lost := range stack.Lost() {
			for p := lost.Path; p != "/" && !known[p]; p = path.Dir(p) {
				known[p] = true
				all = append(all, held{path: p, node: nodeAt(layers[lost.Layer].after, p), gone: lost.By, from: lost.Layer})
			}
		}
		slices.SortFunc(all, func(a, b held) int { return treeOrder(a.path, b.path) })
	}
	for _, h := range all {
		i := item{path: h.path}
		if h.gone >= 0 {
			i.change = "removed"
		}
		l.items = append(l.items, i)
	}
	versions := map[string]int{}
	for _, below := range layers {
		for _, c := range below.changes {
			if c.Node != nil && c.Kind != layer.Parent && !c.Node.IsDir() {
				versions[c.Path]++
			}
		}
	}
	l.row = func(i int) wire.Row {
		h := all[i]
		r := nodeRow(h.path, h.node, st.epoch)
		r.Versions = versions[h.path]
		n, _, ok := stack.Owner(h.path)
		if h.gone >= 0 {
			r.Change, r.Gone = "removed", layers[h.gone].ID
			n, ok = h.from, true
		}
		if ok {
			r.Layer = layers[n].ID
			layers[n].trace.mark(&r)
			r.By = "" // it would name a command of another step
		}
		return r
	}
}

func (l *list) ofTar() {
	st := l.key.of
	if st.layer == nil {
		l.row = func(int) wire.Row { return wire.Row{} }
		return
	}
	entries := st.layer.Entries()
	for _, e := range entries {
		l.items = append(l.items, item{path: e.Name})
	}
	l.row = func(i int) wire.Row {
		r := entryRow(entries[i])
		r.Index = i
		st.trace.mark(&r)
		return r
	}
}

// nodeRow describes an inode. Times are as the layer has them: not later than
// the epoch.
func nodeRow(p string, n *vfs.Node, epoch int64) wire.Row {
	r := wire.Row{
		Path: strings.TrimPrefix(p, "/"), Depth: strings.Count(p, "/") - 1, Type: typeOf(n), Mode: n.Mode, UID: n.UID, GID: n.GID,
		Size: n.Size(), MTime: layer.BuildKit{Epoch: epoch}.Time(n.MTime), Target: n.Target,
	}
	if n.Kind == vfs.File {
		r.Digest = quickDigest(n.Blob())
	}
	return r
}

// quickBytes is up to which size the digest of a file in a list is computed.
const quickBytes = 64 << 10

func quickDigest(b *vfs.Blob) string {
	if b.Size() > quickBytes && !b.Absent() {
		return ""
	}
	d, err := b.Digest()
	if err != nil {
		return ""
	}
	return string(d)
}

func typeOf(n *vfs.Node) string {
	switch n.Kind {
	case vfs.Dir:
		return "dir"
	case vfs.Symlink:
		return "symlink"
	case vfs.CharDevice:
		return "char"
	case vfs.BlockDevice:
		return "block"
	case vfs.Fifo:
		return "fifo"
	case vfs.Socket:
		return "socket"
	}
	return "file"
}

// entryRow describes a member of a layer's tar.
func entryRow(e layer.Entry) wire.Row {
	p := path.Clean("/" + e.Name)
	r := wire.Row{
		Mode: uint32(e.Mode), UID: e.UID, GID: e.GID, Size: e.Size, MTime: e.MTime,
		Target: e.Linkname, PAX: e.PAX, Name: e.Name, Type: tarType(e.Type),
	}
	dir, base := path.Split(p)
	switch {
	case base == layer.WhiteoutOpaque:
		p, r.Type = path.Clean(dir), "whiteout"
	case strings.HasPrefix(base, layer.Whiteout):
		p, r.Type = path.Join(dir, strings.TrimPrefix(base, layer.Whiteout)), "whiteout"
	case e.Content != nil:
		r.Digest = quickDigest(e.Content)
	}
	r.Path, r.Depth = strings.TrimPrefix(p, "/"), strings.Count(p, "/")-1
	return r
}

func tarType(t byte) string {
	switch t {
	case tar.TypeDir:
		return "dir"
	case tar.TypeSymlink:
		return "symlink"
	case tar.TypeLink:
		return "hardlink"
	case tar.TypeChar:
		return "char"
	case tar.TypeBlock:
		return "block"
	case tar.TypeFifo:
		return "fifo"
	}
	return "file"
}
