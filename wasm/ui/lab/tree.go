package lab

import (
	"path"
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// TreeState is what of the tree of files is open and where its focus is.
type TreeState struct {
	Current string // the path that has the tree's one tab stop
	closed  map[string]bool
	// Naming is the path being renamed, or "" with Adding set.
	Naming      string
	Adding      bool
	Problem     string // with the name typed
	top, height float64
}

// Node is a row of the tree of files.
type Node struct {
	Path  string
	Name  string
	Depth int // from 1
	Dir   bool
	Open  bool
	File  *wire.File // nil for a directory that is only implied by a path
}

// TreeRows lists the rows of the tree that are not inside closed folders,
// directories before files on each level.
func (l *Lab) TreeRows() []Node {
	children := map[string][]Node{}
	seen := map[string]int{}
	add := func(p string, dir bool, f *wire.File) {
		parent := path.Dir(p)
		if i, ok := seen[p]; ok {
			if f != nil {
				children[parent][i].File = f
			}
			return
		}
		seen[p] = len(children[parent])
		children[parent] = append(children[parent], Node{
			Path: p, Name: path.Base(p), Dir: dir, Open: dir && !l.Tree.closed[p], File: f,
			Depth: strings.Count(p, "/") + 1,
		})
	}
	var parents func(p string)
	parents = func(p string) {
		if dir := path.Dir(p); dir != "." {
			parents(dir)
			add(dir, true, nil)
		}
	}
	for i := range l.Files {
		f := &l.Files[i]
		parents(f.Path)
		add(f.Path, f.Kind == "dir", f)
	}
	// The order of whole paths is not the one of names: "a-b/c" is before "a/c".
	for _, nodes := range children {
		slices.SortFunc(nodes, func(a, b Node) int { return strings.Compare(a.Name, b.Name) })
	}
	var rows []Node
	var walk func(dir string)
	walk = func(dir string) {
		for _, dirs := range []bool{true, false} {
			for _, n := range children[dir] {
				if n.Dir != dirs {
					continue
				}
				rows = append(rows, n)
				if n.Dir && n.Open {
					walk(n.Path)
				}
			}
		}
	}
	walk(".")
	return rows
}

func (t *TreeState) reveal(p string) {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		delete(t.closed, dir)
	}
}

// neighbour is the row that takes the focus when a path goes away.
func (t *TreeState) neighbour(rows []Node, gone string) string {
	before := ""
	past := false
	for _, n := range rows {
		if n.Path == gone || strings.HasPrefix(n.Path, gone+"/") {
			past = true
			continue
		}
		if past {
			return n.Path
		}
		before = n.Path
	}
	return before
}

// ToggleDir opens or closes a folder.
func (l *Lab) ToggleDir(p string) {
	if l.Tree.closed[p] {
		delete(l.Tree.closed, p)
	} else {
		l.Tree.closed[p] = true
	}
}

// TreeKey moves in the tree by a key of the ARIA tree pattern, and tells
// whether the key meant something.
func (l *Lab) TreeKey(key string) bool {
	rows := l.TreeRows()
	at := -1
	for i := range rows {
		if rows[i].Path == l.Tree.Current {
			at = i
		}
	}
	if len(rows) == 0 {
		return false
	}
	if at < 0 {
		at = 0
	}
	n := rows[at]
	switch key {
	case "ArrowDown":
		at = min(at+1, len(rows)-1)
	case "ArrowUp":
		at = max(at-1, 0)
	case "Home":
		at = 0
	case "End":
		at = len(rows) - 1
	case "ArrowRight":
		if n.Dir && !n.Open {
			l.ToggleDir(n.Path)
		} else if n.Dir && at+1 < len(rows) && rows[at+1].Depth > n.Depth {
			at++
		}
	case "ArrowLeft":
		if n.Dir && n.Open {
			l.ToggleDir(n.Path)
		} else {
			for i := at; i >= 0; i-- {
				if rows[i].Depth < n.Depth {
					at = i
					break
				}
			}
		}
	case "Enter", " ":
		l.Pick(n.Path)
		return true
	case "F2":
		l.StartRename(n.Path)
		return true
	case "Delete":
		l.Delete(n.Path)
		return true
	default:
		return false
	}
	l.Tree.Current = rows[at].Path
	return true
}

// Pick opens a file or toggles a folder.
func (l *Lab) Pick(p string) {
	l.Tree.Current = p
	for _, n := range l.TreeRows() {
		if n.Path == p && n.Dir {
			l.ToggleDir(p)
			return
		}
	}
	l.Open(p)
	l.Pane = "editor"
}

// StartRename begins to rename a path, StartAdd to name a new file.
func (l *Lab) StartRename(p string) {
	if p != "" {
		l.Tree.Naming, l.Tree.Adding, l.Tree.Problem = p, false, ""
		l.host.Focus("tree-name")
	}
}

// StartAdd begins to name a new file.
func (l *Lab) StartAdd() {
	l.Tree.Naming, l.Tree.Adding, l.Tree.Problem = "", true, ""
	l.host.Focus("tree-name")
}

// EndName takes the typed name, or gives up where typed is "". Blur tells
// that the field only lost the focus: a bad name is dropped then.
func (l *Lab) EndName(typed string, blur bool) {
	if !l.Tree.Adding && l.Tree.Naming == "" {
		return
	}
	typed = strings.TrimSpace(typed)
	if typed != "" {
		var problem string
		if l.Tree.Adding {
			problem = l.Add(typed)
		} else {
			problem = l.Rename(l.Tree.Naming, typed)
		}
		if problem != "" && !blur {
			l.Tree.Problem = problem
			return
		}
	}
	l.Tree.Naming, l.Tree.Adding, l.Tree.Problem = "", false, ""
	if !blur {
		l.host.Focus("tree")
	}
}

// ScrolledTree tells where the window of the tree stands, in CSS pixels. It
// reports whether other rows are to be drawn for that.
func (l *Lab) ScrolledTree(top, height float64) bool {
	t := &l.Tree
	same := int(top)/RowHeight/4 == int(t.top)/RowHeight/4 && height == t.height
	t.top, t.height = top, height
	return !same && len(l.TreeRows()) > window
}

// VisibleTree is the part of the rows to draw, with the room around it.
func (l *Lab) VisibleTree() (rows []Node, before, after int) {
	all := l.TreeRows()
	if len(all) <= window {
		return all, 0, 0
	}
	height := l.Tree.height
	if height == 0 {
		height = 400
	}
	from := min(max(int(l.Tree.top)/RowHeight-8, 0), len(all))
	to := min(from+int(height)/RowHeight+17, len(all))
	return all[from:to], from * RowHeight, (len(all) - to) * RowHeight
}
