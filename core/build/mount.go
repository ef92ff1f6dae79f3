package build

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/vfs"
)

// mount is something that lies over a path while a command runs.
type mount struct {
	path     string
	node     *vfs.Node
	readOnly bool
	cache    string // ID of a cache mount
	id       string // what it is, for the key of the step
}

// mounts reads --mount flags (dockerfile2llb convert_runmount.go): what to
// mount, and the variables that secrets become.
func (d *dispatcher) mounts(c *instructions.RunCommand, from []*planned) (list []mount, env []string, err error) {
	for i, m := range instructions.GetMounts(c) {
		target := m.Target
		if !path.IsAbs(path.Clean(target)) {
			target = path.Join("/", d.config.Config.WorkingDir, target)
		}
		target = path.Clean(target)
		named := m.Type != instructions.MountTypeSecret && m.Type != instructions.MountTypeSSH
		if target == "/" && named {
			return nil, nil, fmt.Errorf("invalid mount target %q", m.Target)
		}
		one := mount{path: target, readOnly: m.ReadOnly, id: fmt.Sprintf("%s from=%s source=%s", m.Type, m.From, m.Source)}
		switch m.Type {
		case instructions.MountTypeSSH:
			return nil, nil, refuse(adviseNoAgent.With(), saysNoSSH.Error())
		case instructions.MountTypeSecret:
			s, kv, err := d.secret(m)
			if err != nil {
				return nil, nil, err
			}
			env = append(env, kv...)
			list = append(list, s...)
			continue
		case instructions.MountTypeTmpfs:
			one.node = dirNode(0o1777, 0, 0)
		case instructions.MountTypeCache:
			one.cache = m.CacheID
			if one.cache == "" {
				one.cache = target
			}
			if one.node, err = d.cacheDir(m, from[i], one.cache); err != nil {
				return nil, nil, err
			}
		default:
			if one.node, err = d.mountSource(m, from[i]); err != nil {
				return nil, nil, err
			}
		}
		list = append(list, one)
	}
	return list, env, nil
}

// mountSource is the file or directory that --mount=from,source names.
func (d *dispatcher) mountSource(m *instructions.Mount, from *planned) (*vfs.Node, error) {
	t := d.files
	if m.From != "" {
		if from.source != nil && !from.built {
			return nil, advise(adviseStageAbove.With(),
				"cannot mount from stage %q to %q, stage needs to be defined before current command", m.From, m.Target)
		}
		t = from.tree
	}
	p, err := t.RootPath(path.Join("/", m.Source))
	if err != nil {
		return nil, err
	}
	n, err := t.Lstat(p)
	if err != nil {
		return nil, d.explainMissing(notFound(p, err), "--mount source="+m.Source, fromList(m.From, from))
	}
	return n, nil
}

func fromList(name string, from *planned) []*planned {
	if name == "" {
		return nil
	}
	return []*planned{from}
}

// cacheDir is what a cache mount holds: what an earlier step of this build
// left, or else what from holds, or nothing.
func (d *dispatcher) cacheDir(m *instructions.Mount, from *planned, id string) (*vfs.Node, error) {
	if n := d.caches[id]; n != nil {
		return n, nil
	}
	if m.From != "" {
		return d.mountSource(m, from)
	}
	mode, uid, gid := uint32(0o755), 0, 0
	if m.Mode != nil {
		mode = uint32(*m.Mode)
	}
	if m.UID != nil {
		uid = int(*m.UID)
	}
	if m.GID != nil {
		gid = int(*m.GID)
	}
	return dirNode(mode, uid, gid), nil
}

// secret gives a secret as a file, as a variable, or not at all where it is
// not there and not required.
func (d *dispatcher) secret(m *instructions.Mount) ([]mount, []string, error) {
	id := m.CacheID
	if m.Source != "" {
		id = m.Source
	}
	if id == "" {
		if m.Target == "" {
			return nil, nil, errors.New("one of source, target required")
		}
		id = path.Base(m.Target)
	}
	value, ok := d.o.Secrets[id]
	if !ok {
		if m.Required {
			return nil, nil, advise(adviseSecret.With(), "secret %s: not found", id)
		}
		return nil, nil, nil
	}
	var env []string
	if m.Env != nil {
		name := *m.Env
		if name == "" {
			name = id
		}
		env = append(env, name+"="+string(value))
		if m.Target == "" {
			return nil, env, nil
		}
	}
	target := m.Target
	if target == "" {
		target = "/run/secrets/" + path.Base(id)
	}
	if !path.IsAbs(target) {
		target = path.Join("/", d.config.Config.WorkingDir, target)
	}
	mode := uint32(0o400)
	if m.Mode != nil {
		mode = uint32(*m.Mode)
	}
	e := vfs.New(0).Edit()
	meta := vfs.Meta{Kind: vfs.File, Mode: mode}
	if m.UID != nil {
		meta.UID = int(*m.UID)
	}
	if m.GID != nil {
		meta.GID = int(*m.GID)
	}
	if err := e.Create("/f", meta, vfs.Bytes(value)); err != nil {
		return nil, nil, err
	}
	return []mount{{path: target, node: e.Tree().Root().Child("f"), readOnly: true, id: "secret " + id}}, env, nil
}

// mountTable mounts on a tree and undoes it.
type mountTable struct {
	e      *vfs.Editor
	active []activeMount
	stubs  []string // paths that were made to mount on, deepest first
}

type activeMount struct {
	mount
	under *vfs.Node
}

// prepare notes which mount points are missing, before any is made: what is
// above several of them is then tried again after each.
func (t *mountTable) prepare(mounts []mount) {
	for _, m := range mounts {
		p, err := t.e.Tree().RootPath(m.path)
		if err != nil {
			continue
		}
		for ; p != "/"; p = path.Dir(p) {
			if _, err := t.e.Tree().Lstat(p); err == nil {
				break
			}
			t.stubs = append(t.stubs, p)
		}
	}
}

func (t *mountTable) mount(m mount) error {
	p, err := t.e.Tree().RootPath(m.path)
	if err != nil {
		return err
	}
	m.path = p
	if _, err := t.e.Tree().Lstat(p); err != nil {
		dir := p
		if !m.node.IsDir() {
			dir = path.Dir(p)
		}
		if _, err := t.e.MkdirAll(dir, 0o755, 0, 0); err != nil {
			return err
		}
		if !m.node.IsDir() {
			if err := t.e.WriteFile(p, vfs.Bytes(nil), 0o644, 0, 0); err != nil {
				return err
			}
		}
	}
	under, err := t.e.Tree().Lstat(p)
	if err != nil {
		return err
	}
	t.active = append(t.active, activeMount{m, under})
	return t.e.Graft(p, m.node)
}

func (t *mountTable) readOnly(p string) bool {
	for i := len(t.active) - 1; i >= 0; i-- {
		m := t.active[i]
		if p == m.path || strings.HasPrefix(p, m.path+"/") {
			return m.readOnly
		}
	}
	return false
}

// unmount takes everything away again and returns what cache mounts hold.
// Stubs that are still empty go too, their parents' times put back
// (executor/stubs.go).
func (t *mountTable) unmount() (map[string]*vfs.Node, error) {
	caches := map[string]*vfs.Node{}
	for i := len(t.active) - 1; i >= 0; i-- {
		m := t.active[i]
		if m.cache != "" {
			n, err := t.e.Tree().Lstat(m.path)
			if err != nil {
				return nil, err
			}
			caches[m.cache] = n
		}
		if _, err := t.e.Mount(m.path, m.under); err != nil {
			return nil, err
		}
	}
	for _, p := range t.stubs {
		n, err := t.e.Tree().Lstat(p)
		if err != nil || n.IsDir() && n.Len() > 0 || !n.IsDir() && n.Size() > 0 {
			continue
		}
		parent, err := t.e.Tree().Lstat(path.Dir(p))
		if err != nil {
			return nil, err
		}
		if err := t.e.Remove(p); err != nil {
			return nil, err
		}
		if err := t.e.Lchtimes(path.Dir(p), parent.MTime); err != nil {
			return nil, err
		}
	}
	return caches, nil
}
