package build

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// Cache keeps what steps made, so that the next build does only what changed.
// It may be used by several builds, one at a time or at once. A nil Cache keeps
// nothing.
type Cache struct {
	mu    sync.Mutex
	steps map[string]*cached
	// last is what the step in each place was made of the last time, to tell
	// why it is made again.
	last map[string]parts
	// sums are the digests of trees that were read by COPY.
	sums  map[summed]string
	round int
}

// NewCache returns an empty Cache.
func NewCache() *Cache {
	return &Cache{steps: map[string]*cached{}, last: map[string]parts{}, sums: map[summed]string{}}
}

// Made is what a step made. It is immutable.
type Made struct{ work }

// Kept is a cache that somebody else keeps, such as one that is a value: Get
// returns what is kept under a key, or nil, Put is told what a step made. Both
// are called in the order of the steps.
type Kept interface {
	Get(key string) *Made
	Put(key string, m *Made)
}

// keepRounds is for how many builds an unused step is kept: typing a word and
// taking it back must hit.
const keepRounds = 20

// Cached tells where a step's result came from.
type Cached struct {
	Hit bool
	// Reason says of a miss what changed since the step was last made in this
	// place; empty where it never was.
	Reason message.Message
	// Parent says that it is the step before that changed.
	Parent bool
	// Key is what the result is kept under: the sha256 of Parts and the epoch,
	// in hexadecimal. Empty where nothing is kept.
	Key string
	// Kept is its key in Options.Kept.
	Kept string
	// Parts are what the result depends on, compared with the last time. First
	// says that there was none.
	Parts []Dependency
	First bool
}

// Dependency is one thing that a step's result depends on.
type Dependency struct {
	Name string // "parent", "instruction", "variable PATH", or a path that is read
	// Value is what it is now, Before what it was the last time where that
	// differs: texts, or digests of what is read.
	Value, Before string
	State         State
}

// State compares a Dependency with the last time.
type State string

// The states of a Dependency.
const (
	Same    State = "same"
	Changed State = "changed"
	Added   State = "new"
	Gone    State = "gone"
)

// part is one thing that a step's result depends on.
type part struct {
	name, value string
	// content is the value without what BuildKit's checksums of files leave out,
	// their times; empty: the value has no files in it.
	content string
}

// parts is everything it depends on besides the state of the stage before.
type parts []part

// work is what a step made.
type work struct {
	tree    vfs.Tree
	changes []layer.Change // nil: the difference to the tree before
	layer   *layer.Layer
	output  []Output
	writes  []shell.Write
	notes   []message.Message
	exit    int
	caches  map[string]*vfs.Node // what cache mounts hold afterwards
}

type cached struct {
	work
	round int
}

// identity is the digest of words, by which states and steps are known.
func (b *builder) identity(words ...string) string {
	h := sha256.New()
	for _, w := range append([]string{fmt.Sprint(b.o.Epoch)}, words...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(w)))
		h.Write(n[:])
		h.Write([]byte(w))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// layerStep makes the layer of a step, or takes it from the cache: do fills
// in work, from which the layer follows. It advances the stage.
func (d *dispatcher) layerStep(step *Step, depends parts, do func(*work) error) error {
	if err := d.use(&d.state); err != nil {
		return err
	}
	words := []string{d.key, "layer"}
	for _, p := range depends {
		words = append(words, p.name, p.value)
	}
	key := d.identity(words...)
	place := fmt.Sprintf("%s %d %d", d.o.Name, d.Index, len(d.Steps))
	c := d.o.Cache
	all := append(parts{{name: "parent", value: d.key}}, depends...)
	step.Cache = c.compare(place, key, all)
	// What is kept elsewhere goes by the files alone: instructions that only
	// change the config are not in its keys, as they are in no key of BuildKit's.
	words = []string{d.out, "layer"}
	for _, p := range depends {
		words = append(words, p.name, cmp.Or(p.content, p.value))
	}
	out := d.identity(append(words[:1:1], words[2:]...)...)
	w := c.get(key)
	if w == nil && d.o.Kept != nil {
		step.Cache.Kept = out
		if made := d.o.Kept.Get(out); made != nil {
			w = &made.work
		}
	}
	if w != nil {
		step.Cache.Hit = true
	} else {
		step.Cache.explain()
		w = &work{}
		d.tree = mounted(d.tree)
		if err := do(w); err != nil {
			step.Output, step.Writes, step.Notes, step.ExitCode = w.output, w.writes, w.notes, w.exit
			return err
		}
		if w.changes == nil {
			var err error
			if w.changes, err = layer.Diff(d.tree, w.tree); err != nil {
				return err
			}
		}
		var err error
		if w.layer, err = layer.New(d.ctx, layer.BuildKit{Epoch: d.o.Epoch}.Entries(w.changes)); err != nil {
			return err
		}
		c.put(key, w)
		if d.o.Kept != nil {
			d.o.Kept.Put(out, &Made{*w})
		}
	}
	c.remember(place, all)
	step.Layer, step.Changes = w.layer, w.changes
	step.Output, step.Writes, step.Notes, step.ExitCode = w.output, w.writes, w.notes, w.exit
	maps.Copy(d.caches, w.caches)
	d.out = out
	d.tree, d.key = w.tree, key
	d.layers, d.described = append(d.layers, w.layer), append(d.described, d.describe(step))
	return nil
}

// mounted is t as the next step finds it: the root directory of each layer is
// made anew, with the mode 0755 and the owner it had (the overlay snapshotter
// of containerd, createSnapshot).
func mounted(t vfs.Tree) vfs.Tree {
	meta := t.Root().Meta
	if meta.Mode == 0o755 {
		return t
	}
	e := t.Edit()
	meta.Mode = 0o755
	if err := e.SetMeta("/", meta); err != nil {
		panic(err) // a root directory takes any metadata
	}
	return e.Tree()
}

func (c *Cache) get(key string) *work {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.steps[key]; s != nil {
		s.round = c.round
		return &s.work
	}
	return nil
}

func (c *Cache) put(key string, w *work) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps[key] = &cached{*w, c.round}
}

// compare holds what a step is made of against the last time.
func (c *Cache) compare(place, key string, now parts) Cached {
	if c == nil {
		return Cached{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	last, known := c.last[place]
	out := Cached{Key: key, First: !known}
	before := map[string]string{}
	for _, p := range last {
		before[p.name] = p.value
	}
	for _, p := range now {
		d := Dependency{Name: p.name, Value: p.value, State: Same}
		if old, ok := before[p.name]; known && !ok {
			d.State = Added
		} else if known && old != p.value {
			d.State, d.Before = Changed, old
		}
		delete(before, p.name)
		out.Parts = append(out.Parts, d)
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		out.Parts = append(out.Parts, Dependency{Name: name, Before: before[name], State: Gone})
	}
	return out
}

// explain says why the step is made again.
func (c *Cached) explain() {
	if c.First {
		return
	}
	reasons := map[State]message.Form{Added: reasonNew, Changed: reasonChanged, Gone: reasonGone}
	for _, d := range c.Parts {
		if d.State == Same {
			continue
		}
		if d.Name == "parent" {
			c.Parent = true
			continue
		}
		c.Parent, c.Reason = false, reasons[d.State].With(d.Name)
		return
	}
	c.Reason = reasonNotKept.With()
	if c.Parent {
		c.Reason = reasonStepBefore.With()
	}
}

func (c *Cache) remember(place string, p parts) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last[place] = p
}

// Next tells the cache that a round of builds is over: steps that none of the
// last rounds used are forgotten.
func (c *Cache) Next() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	maps.DeleteFunc(c.steps, func(_ string, s *cached) bool { return s.round < c.round-keepRounds })
	if len(c.sums) > 1<<17 {
		clear(c.sums)
	}
}

// sum is a digest of everything at n that a layer could show, kept by node.
func (c *Cache) sum(n *vfs.Node) (string, error) { return c.digest(summed{n, true}) }

// content is sum without times and inodes.
func (c *Cache) content(n *vfs.Node) (string, error) { return c.digest(summed{n, false}) }

// part is what a step depends on if it reads n.
func (c *Cache) part(name string, n *vfs.Node) (part, error) {
	value, err := c.sum(n)
	if err != nil {
		return part{}, err
	}
	content, err := c.content(n)
	return part{name, value, content}, err
}

// summed is a tree whose digest was made, times says whether with its times.
type summed struct {
	node  *vfs.Node
	times bool
}

func (c *Cache) digest(of summed) (string, error) {
	n := of.node
	if c == nil {
		return "", nil // nothing is ever looked up
	}
	c.mu.Lock()
	s, ok := c.sums[of]
	c.mu.Unlock()
	if ok {
		return s, nil
	}
	h := sha256.New()
	m := n.Meta
	fmt.Fprintf(h, "%d %o %d %d %q %d %d", m.Kind, m.Mode, m.UID, m.GID, m.Target, m.Major, m.Minor)
	if of.times {
		fmt.Fprintf(h, " %v", m.Time())
	}
	for _, k := range slices.Sorted(maps.Keys(m.Xattrs)) {
		fmt.Fprintf(h, " %q=%q", k, m.Xattrs[k])
	}
	if of.times && n.Linked() {
		fmt.Fprintf(h, " inode %d", n.Ino())
	}
	if n.Kind == vfs.File {
		d, err := n.Blob().Digest()
		if err != nil {
			return "", err
		}
		fmt.Fprint(h, " ", d)
	}
	for name, child := range n.Children() {
		s, err := c.digest(summed{child, of.times})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "\n%q %s", name, s)
	}
	s = hex.EncodeToString(h.Sum(nil))
	c.mu.Lock()
	c.sums[of] = s
	c.mu.Unlock()
	return s, nil
}
