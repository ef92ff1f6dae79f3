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
	of      *step
	name    string
	paths   []string
	changes []string // kind of change by row; nil in lists without
	row     func(i int) wire.Row

	// The last choice of rows: scrolling asks for it again and again.
	filter string
	chosen []int
}

// window answers a query.
func (l *list) window(q wire.RowsQuery) wire.Rows {
	filter := strings.Join(append(slices.Sorted(slices.Values(q.Kinds)), q.Filter, q.Command), "\x00")
	if l.chosen == nil || l.filter != filter {
		l.filter, l.chosen = filter, []int{}
		for i, p := range l.paths {
			if q.Filter != "" && !strings.Contains(p, q.Filter) {
				continue
			}
			if q.Command != "" && !l.of.trace.wrote(q.Command, p) {
				continue
			}
			if len(q.Kinds) > 0 && l.changes != nil && !slices.Contains(q.Kinds, l.changes[i]) {
				continue
			}
			l.chosen = append(l.chosen, i)
		}
	}
	rows := wire.Rows{Total: len(l.chosen), Offset: min(max(q.Offset, 0), len(l.chosen)), Rows: []wire.Row{}}
	end := min(rows.Offset+min(max(q.Count, 0), maxRows), len(l.chosen))
	for _, i := range l.chosen[rows.Offset:end] {
		rows.Rows = append(rows.Rows, l.row(i))
	}
	return rows
}

// newList makes the list of a step that a query names.
func newList(st *step, name string) (*list, error) {
	l := &list{of: st, name: name}
	switch name {
	case "changes":
		l.ofChanges(st)
	case "tar":
		l.ofTar(st)
	case "files":
		l.ofFiles(st)
	default:
		return nil, fmt.Errorf("there is no list %q: ask for changes, tar or files", name)
	}
	return l, nil
}

func (l *list) ofChanges(st *step) {
	var below *fate
	var layers []*step
	if st.layer != nil {
		below, layers = st.stage.fate(st.depth-1), st.stage.layered()
	}
	l.changes = []string{}
	for _, c := range st.changes {
		l.paths = append(l.paths, c.Path)
		l.changes = append(l.changes, c.Kind.String())
	}
	l.row = func(i int) wire.Row {
		c := st.changes[i]
		shown := c.Node
		if shown == nil {
			shown = c.Lower
		}
		r := nodeRow(c.Path, shown, st.epoch)
		r.Change = c.Kind.String()
		st.trace.mark(&r)
		if c.LinkTo != "" {
			r.Type, r.Target, r.Size = "hardlink", strings.TrimPrefix(c.LinkTo, "/"), 0
		}
		if c.Lower != nil {
			r.LowerSize = c.Lower.Size()
		}
		r.Note = toPage(changeNote(c, below, layers))
		return r
	}
}

func (l *list) ofFiles(st *step) {
	f := st.stage.fate(st.depth)
	layers := st.stage.layered()
	var nodes []*vfs.Node
	for p, n := range st.after.Walk("/") {
		if p == "/" {
			continue
		}
		l.paths = append(l.paths, p)
		nodes = append(nodes, n)
	}
	l.row = func(i int) wire.Row {
		r := nodeRow(l.paths[i], nodes[i], st.epoch)
		if o, ok := f.owners[l.paths[i]]; ok {
			r.Layer = layers[o.layer].ID
			layers[o.layer].trace.mark(&r)
			r.By = "" // it would name a command of another step
		}
		return r
	}
}

func (l *list) ofTar(st *step) {
	if st.layer == nil {
		l.row = func(int) wire.Row { return wire.Row{} }
		return
	}
	entries := st.layer.Entries()
	for _, e := range entries {
		l.paths = append(l.paths, e.Name)
	}
	l.row = func(i int) wire.Row {
		r := entryRow(entries[i])
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
