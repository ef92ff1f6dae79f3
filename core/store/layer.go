package store

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// MaxDepth is how many layers dockerd's store stacks.
const MaxDepth = 125

// Layer is a layer with everything below it, as layerdb has it. It is immutable.
type Layer struct {
	ChainID digest.Digest
	DiffID  digest.Digest
	Parent  digest.Digest // ChainID of the layer below; empty at the bottom
	Size    int64         // layerdb's size: bytes of files, and of the targets of links
	Depth   int           // layers in the stack, itself included
	CacheID string        // its directory in overlay2
	Link    string        // the short name of that directory, in overlay2/l
	Made    int64         // when this host got it, ns
	Tar     *layer.Layer
	// Covered says that a layer or a container was made above it: overlay2 then
	// marks its directory as committed.
	Covered bool
	// Users counts what holds it: images, layers above, containers.
	Users int

	files *files
}

// files is a stack's file tree, put together when first asked for.
type files struct {
	once  sync.Once
	mount *layer.Mount
	err   error
}

// Layer returns the layer called chain.
func (s Store) Layer(chain digest.Digest) (*Layer, bool) { return s.layers.Get(chain) }

// Layers yields all layers, by ChainID.
func (s Store) Layers() iter.Seq2[digest.Digest, *Layer] { return s.layers.All() }

// LayerCount returns the number of layers.
func (s Store) LayerCount() int { return s.layers.Len() }

// Stack returns the layers from the bottom up to chain.
func (s Store) Stack(chain digest.Digest) []*Layer {
	var stack []*Layer
	for chain != "" {
		l, ok := s.layers.Get(chain)
		if !ok {
			return nil
		}
		if stack == nil {
			stack = make([]*Layer, l.Depth)
		}
		stack[l.Depth-1] = l
		chain = l.Parent
	}
	return stack
}

// Tree returns the union of the files of chain and all below it; of an empty
// chain an empty tree. Its clock stands at the Unix epoch.
func (s Store) Tree(chain digest.Digest) (vfs.Tree, error) {
	m, err := s.mount(chain)
	if err != nil {
		return vfs.Tree{}, err
	}
	return m.Tree().At(0), nil
}

func (s Store) mount(chain digest.Digest) (*layer.Mount, error) {
	if chain == "" {
		return nil, nil
	}
	l, ok := s.layers.Get(chain)
	if !ok {
		return nil, fmt.Errorf("layer %s: layer does not exist", chain)
	}
	l.files.once.Do(func() {
		below, err := s.mount(l.Parent)
		if err == nil {
			l.files.mount, err = layer.Apply(context.Background(), below, l.Tar.Entries(), layer.ApplyOptions{})
		}
		if err != nil {
			l.files.err = fmt.Errorf("layer %s: %w", l.ChainID, err)
		}
	})
	return l.files.mount, l.files.err
}

// Register adds a layer on top of parent (empty: at the bottom), or finds it
// there, and counts one user more of it: Release gives that up. r gives its
// directory's names, now is the time in ns.
func (s Store) Register(tar *layer.Layer, parent digest.Digest, r *Random, now int64) (Store, *Layer, error) {
	return s.register(tar, parent, r.ID, r, now)
}

// RegisterAs is Register for a layer whose directory is there already, under a
// name that BuildKit gave it.
func (s Store) RegisterAs(tar *layer.Layer, parent digest.Digest, cacheID string, r *Random, now int64) (Store, *Layer, error) {
	return s.register(tar, parent, func() string { return cacheID }, r, now)
}

func (s Store) register(tar *layer.Layer, parent digest.Digest, cacheID func() string, r *Random, now int64) (Store, *Layer, error) {
	chain := layer.ChainID(parent, tar.DiffID())
	if l, ok := s.layers.Get(chain); ok {
		s.hold(l, 1)
		l, _ = s.layers.Get(chain)
		return s, l, nil
	}
	depth := 1
	if parent != "" {
		p, ok := s.layers.Get(parent)
		if !ok {
			return s, nil, fmt.Errorf("layer does not exist")
		}
		if p.Depth >= MaxDepth {
			return s, nil, fmt.Errorf("max depth exceeded")
		}
		depth = p.Depth + 1
		s.cover(p)
	}
	l := &Layer{
		ChainID: chain, DiffID: tar.DiffID(), Parent: parent, Size: tar.DiskSize(), Depth: depth,
		CacheID: cacheID(), Link: r.Link(), Made: now, Tar: tar, Users: 1, files: new(files),
	}
	s.layers = s.layers.Set(chain, l)
	return s, l, nil
}

// hold changes the number of users of a layer; the layer stays.
func (s *Store) hold(l *Layer, n int) {
	c := *l
	c.Users += n
	s.layers = s.layers.Set(l.ChainID, &c)
}

// cover counts one user more of a layer, which is above it.
func (s *Store) cover(l *Layer) {
	c := *l
	c.Covered, c.Users = true, l.Users+1
	s.layers = s.layers.Set(l.ChainID, &c)
}

// Hold counts one user more of a layer.
func (s Store) Hold(chain digest.Digest) (Store, error) {
	l, ok := s.layers.Get(chain)
	if !ok {
		return s, fmt.Errorf("layer does not exist")
	}
	s.hold(l, 1)
	return s, nil
}

// Release gives up one use of a layer and removes what nothing uses any more:
// freed are those layers, top first.
func (s Store) Release(chain digest.Digest) (next Store, freed []*Layer) {
	for chain != "" {
		l, ok := s.layers.Get(chain)
		if !ok {
			break
		}
		if l.Users > 1 {
			s.hold(l, -1)
			break
		}
		s.layers = s.layers.Delete(chain)
		freed = append(freed, l)
		chain = l.Parent
	}
	return s, freed
}

// Mount is the read-write layer of a container, as layerdb/mounts has it. What
// is in it is the container's concern.
type Mount struct {
	Container string
	MountID   string        // its directory in overlay2
	InitID    string        // that of the layer of mount points, MountID with "-init"
	Link      string        // the short names of both in overlay2/l
	InitLink  string        //
	Parent    digest.Digest // ChainID of what is below; empty for nothing
	Made      int64
}

// AddMount makes a read-write layer over parent for a container.
func (s Store) AddMount(container string, parent digest.Digest, r *Random, now int64) (Store, *Mount, error) {
	if _, ok := s.mounts.Get(container); ok {
		return s, nil, fmt.Errorf("mount name conflict")
	}
	if parent != "" {
		l, ok := s.layers.Get(parent)
		if !ok {
			return s, nil, fmt.Errorf("layer does not exist")
		}
		s.cover(l)
	}
	id := r.ID()
	m := &Mount{container, id, id + "-init", r.Link(), r.Link(), parent, now}
	s.mounts = s.mounts.Set(container, m)
	return s, m, nil
}

// Mount returns the read-write layer of a container.
func (s Store) Mount(container string) (*Mount, bool) { return s.mounts.Get(container) }

// Mounts yields the read-write layers, by container.
func (s Store) Mounts() iter.Seq2[string, *Mount] { return s.mounts.All() }

// RemoveMount takes a container's read-write layer away and frees the layers
// that nothing else uses.
func (s Store) RemoveMount(container string) (Store, []*Layer) {
	m, ok := s.mounts.Get(container)
	if !ok {
		return s, nil
	}
	s.mounts = s.mounts.Delete(container)
	return s.Release(m.Parent)
}
