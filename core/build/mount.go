package build

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// mount is something that lies over a path while a command runs.
type mount struct {
	proc.Mount
	cache  string // identity of a cache mount
	source string // of a cache mount: the part of it that is mounted
	whole  *vfs.Node
	id     string // what it is, for the key of the step
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
		one := mount{Mount: proc.Mount{Path: target, ReadOnly: m.ReadOnly},
			id: fmt.Sprintf("%s from=%s source=%s read-only=%t %s", m.Type, m.From, m.Source, m.ReadOnly, bits(m))}
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
			one.Node, one.Tmpfs = ownDir(d.tree.Now(), 0o1777, 0, 0), true
		case instructions.MountTypeCache:
			if err := d.cacheMount(&one, m, from[i]); err != nil {
				return nil, nil, err
			}
		default:
			if one.Node, err = d.mountSource(m, from[i]); err != nil {
				return nil, nil, err
			}
			one.Overlay = !m.ReadOnly || m.From != "" && len(from[i].layers) > 1
			one.Top = path.Join("/", m.Source) == "/"
		}
		list = append(list, one)
	}
	return list, env, nil
}

// bits are the owner and the mode that a mount asks for, for a key; "" where it
// asks for neither.
func bits(m *instructions.Mount) string {
	if m.UID == nil && m.GID == nil && m.Mode == nil {
		return ""
	}
	mode, uid, gid := ownership(m, 0o755)
	return fmt.Sprintf("%o %d:%d", mode, uid, gid)
}

// ownership is what a mount says of mode and owner; the mode is otherwise the
// given one.
func ownership(m *instructions.Mount, mode uint32) (bits uint32, uid, gid int) {
	if m.Mode != nil {
		mode = uint32(*m.Mode)
	}
	if m.UID != nil {
		uid = int(*m.UID)
	}
	if m.GID != nil {
		gid = int(*m.GID)
	}
	return mode, uid, gid
}

// inOrder sorts mounts by their targets, so that what is above comes first; of
// several at one target the last counts (frontend/gateway/container
// PrepareMounts, executor/oci dedupMounts).
func inOrder(list []mount) []mount {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b mount) int { return strings.Compare(a.Path, b.Path) })
	out := list[:0]
	for _, m := range list {
		if n := len(out); n > 0 && out[n-1].Path == m.Path {
			out[n-1] = m
			continue
		}
		out = append(out, m)
	}
	return out
}

// mountSource is the file or directory that --mount=from,source names.
func (d *dispatcher) mountSource(m *instructions.Mount, from *planned) (*vfs.Node, error) {
	t := d.files
	if m.From != "" {
		if from.source != nil && !from.built {
			return nil, d.notBuilt(m)
		}
		if err := d.use(&from.state); err != nil {
			return nil, err
		}
		t = from.tree
	}
	return d.part(t, m, from)
}

func (d *dispatcher) notBuilt(m *instructions.Mount) error {
	return advise(adviseStageAbove.With(),
		"cannot mount from stage %q to %q, stage needs to be defined before current command", m.From, m.Target)
}

// part is what a mount's source names in t.
func (d *dispatcher) part(t vfs.Tree, m *instructions.Mount, from *planned) (*vfs.Node, error) {
	p, err := t.RootPath(path.Join("/", m.Source))
	if err != nil {
		return nil, err
	}
	if m.From != "" && m.ReadOnly {
		if err := d.walk(from, t, p); err != nil {
			return nil, err
		}
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

// cacheMount fills in what a cache mount holds: what an earlier step of this
// build left, or else what from holds, or nothing. A cache that begins with
// something else, or with another owner or mode, is another cache, whatever its
// ID (dockerfile2llb setCacheUIDGID, solver/llbsolver/mounts getRefCacheDir).
func (d *dispatcher) cacheMount(one *mount, m *instructions.Mount, from *planned) error {
	one.cache = m.CacheID
	if one.cache == "" {
		one.cache = path.Clean(m.Target)
	}
	one.source = path.Join("/", m.Source)
	content := ownDir(d.o.Epoch*1e9, 0o755, 0, 0)
	one.Overlay, one.Top = m.From != "", m.From != "" && one.source == "/"
	if m.From != "" {
		if from.source != nil && !from.built {
			return d.notBuilt(m)
		}
		content = from.tree.Root()
		one.cache += " from"
		for _, l := range from.layers {
			one.cache += " " + l.DiffID().String()
		}
	}
	if text := bits(m); one.source == "/" && text != "" {
		mode, uid, gid := ownership(m, 0o755)
		content = ownDir(d.o.Epoch*1e9, mode, uid, gid)
		one.cache += " as " + text
		one.Overlay, one.Top = true, false
	}
	if one.source == "/" {
		one.Lower = content
	}
	if n := d.caches[one.cache]; n != nil {
		content = n
	}
	one.whole, one.Of = content, one.cache+"\x00"+one.source
	if one.source == "/" {
		one.Node = content
		return nil
	}
	t, err := treeOf(content)
	if err != nil {
		return err
	}
	one.Node, err = d.part(t, m, from)
	return err
}

// treeOf is a tree with n as its root.
func treeOf(n *vfs.Node) (vfs.Tree, error) {
	e := vfs.New(n.MTime).Edit()
	if err := e.Mkdir("/c", 0o755, 0, 0); err != nil {
		return vfs.Tree{}, err
	}
	if err := e.Graft("/c", n); err != nil {
		return vfs.Tree{}, err
	}
	return e.Tree().Sub("/c")
}

// kept is what a cache holds after m was mounted.
func kept(m mount) (*vfs.Node, error) {
	if m.source == "/" {
		return m.Left, nil
	}
	t, err := treeOf(m.whole)
	if err != nil {
		return nil, err
	}
	at, err := t.RootPath(m.source)
	if err != nil {
		return nil, err
	}
	e := t.Edit()
	if err := e.Graft(at, m.Left); err != nil {
		return nil, err
	}
	return e.Tree().Root(), nil
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
	mode, uid, gid := ownership(m, 0o400)
	node := d.ownFile(vfs.Bytes(value), mode, uid, gid)
	return []mount{{Mount: proc.Mount{Path: target, Node: node, ReadOnly: true}, id: "secret " + id + " " + bits(m)}}, env, nil
}

// stubs notes which of the mount points are missing, before any is made: what
// is above several of them is then tried again after each
// (executor/stubs.go).
func stubs(t vfs.Tree, mounts []mount) []string {
	var out []string
	for _, m := range mounts {
		p, err := t.RootPath(m.Path)
		if err != nil {
			continue
		}
		for ; p != "/"; p = path.Dir(p) {
			if _, err := t.Lstat(p); err == nil {
				break
			}
			out = append(out, p)
		}
	}
	return out
}

// clean removes the stubs that are still empty, their parents' times put back.
func clean(e *vfs.Editor, stubs []string) error {
	for _, p := range stubs {
		n, err := e.Tree().Lstat(p)
		if err != nil || n.IsDir() && n.Len() > 0 || !n.IsDir() && n.Size() > 0 {
			continue
		}
		dir := path.Dir(p)
		if real, err := e.Tree().RootPath(dir); err != nil || real != dir {
			continue
		}
		parent, err := e.Tree().Lstat(dir)
		if err != nil {
			return err
		}
		if err := e.Remove(p); err != nil {
			return err
		}
		if err := e.Lchtimes(dir, parent.MTime); err != nil {
			return err
		}
	}
	return nil
}
