package session

import (
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// choice is a row that a query wants, with its place in the tree.
type choice struct {
	at                    int // index into the items
	branch, open, context bool
	pos, size             int
}

// choose decides which rows a query wants.
func (l *list) choose(q wire.RowsQuery) {
	asked := strings.Join(slices.Concat(slices.Sorted(slices.Values(q.Kinds)), []string{"", q.Filter, q.Command},
		slices.Sorted(slices.Values(q.Toggled))), "\x00")
	if q.Tree {
		asked += "\x00tree"
	}
	if q.Folded {
		asked += "\x00folded"
	}
	if l.chosen != nil && l.asked == asked {
		return
	}
	l.asked, l.chosen = asked, []choice{}
	if q.Tree {
		l.chooseTree(q)
		return
	}
	for i := range l.items {
		if l.wants(q, i) {
			l.chosen = append(l.chosen, choice{at: i})
		}
	}
}

// wants tells whether a row is one that a query asks for.
func (l *list) wants(q wire.RowsQuery, i int) bool {
	x := l.items[i]
	if q.Filter != "" && !strings.Contains(x.path, q.Filter) {
		return false
	}
	if q.Command != "" && !l.key.of.trace.wrote(q.Command, x.path) {
		return false
	}
	if l.key.name != "changes" {
		return true
	}
	if len(q.Kinds) == 0 {
		return !q.Tree || x.change != "parent"
	}
	return slices.Contains(q.Kinds, x.change) || q.Tree && x.change == "parent" && slices.Contains(q.Kinds, "unchanged")
}

// chooseTree takes the rows that are wanted and the directories above them,
// without those inside closed ones. Items are in the order of the tree and
// have their directories among them.
func (l *list) chooseTree(q wire.RowsQuery) {
	take := make([]bool, len(l.items))
	context := make([]bool, len(l.items))
	var wanted []bool // by depth: whether something below the row to come is taken
	for i := len(l.items) - 1; i >= 0; i-- {
		depth := l.items[i].depth()
		for len(wanted) <= depth+1 {
			wanted = append(wanted, false)
		}
		own := l.wants(q, i)
		take[i] = own || wanted[depth+1]
		context[i] = !own
		wanted[depth+1] = false
		wanted[depth] = wanted[depth] || take[i]
	}
	toggled := map[string]bool{}
	for _, p := range q.Toggled {
		toggled["/"+strings.TrimPrefix(p, "/")] = true
	}
	closed := -1 // the depth of the closed directory that is walked, -1 for none
	for i, x := range l.items {
		depth := x.depth()
		if !take[i] {
			continue
		}
		if n := len(l.chosen); n > 0 && l.items[l.chosen[n-1].at].depth() < depth {
			l.chosen[n-1].branch = true
		}
		if closed >= 0 && depth > closed {
			continue
		}
		closed = -1
		c := choice{at: i, context: context[i], open: (q.Folded || x.shut) == toggled[x.path]}
		if !c.open {
			closed = depth
		}
		l.chosen = append(l.chosen, c)
	}
	l.number()
}

// number gives every row its place among those beside it.
func (l *list) number() {
	var groups [][]int // by depth: the rows of the directory that is walked
	end := func(depth int) {
		for len(groups) > depth {
			last := groups[len(groups)-1]
			for _, i := range last {
				l.chosen[i].size = len(last)
			}
			groups = groups[:len(groups)-1]
		}
	}
	for i := range l.chosen {
		c := &l.chosen[i]
		depth := l.items[c.at].depth()
		end(depth + 1)
		for len(groups) <= depth {
			groups = append(groups, nil)
		}
		groups[depth] = append(groups[depth], i)
		c.pos = len(groups[depth])
		if !c.branch {
			c.open = false
		}
	}
	end(0)
}

// treeOrder compares paths as a tree lists them: every directory's names
// bytewise, what is in a directory right after it.
func treeOrder(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := a[i], b[i]; x != y {
			switch {
			case x == '/':
				return -1
			case y == '/':
				return 1
			}
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}
