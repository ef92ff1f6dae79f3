package proc

import (
	"layerlab.dev/core/vfs"
)

// Enter adds a process beside the first, whose child it is not: what joins the
// container later. It runs f when its turn comes; ended takes its exit status,
// unless the run ends first.
func (m *Machine) Enter(p *Proc, f func(*Proc) int, ended func(status int)) {
	m.lastPID++
	p.m, p.PID, p.PPID = m, m.lastPID, 0
	m.procs[p.PID] = p
	m.start(p, func() { ended(p.run(f)) })
}

// Send delivers a signal that comes from outside the container: nothing is
// refused, and SIGKILL ends process 1 too. It reports whether there is such a
// process.
func (m *Machine) Send(pid, sig int) bool {
	q := m.procs[pid]
	if q == nil || q.ended {
		return false
	}
	if pid == 1 && sig == SIGKILL {
		if q.killed == 0 {
			q.killed = sig
			m.signals++
		}
		return true
	}
	root := &Proc{m: m}
	return root.Kill(pid, sig) == nil
}

// Processes returns the processes that run, by their ids.
func (m *Machine) Processes() []*Proc {
	list := make([]*Proc, 0, len(m.procs))
	for _, pid := range m.pids() {
		list = append(list, m.procs[pid])
	}
	return list
}

// Outside returns the tree without what is mounted, and what each of Mounts
// holds now, nil where it is not mounted.
func (m *Machine) Outside() (vfs.Tree, []*vfs.Node) {
	m.sync()
	m.share()
	e := m.Editor
	inside := e.Tree()
	held := make([]*vfs.Node, len(m.Mounts))
	for i := len(m.mounts) - 1; i >= 0; i-- {
		mt := m.mounts[i]
		for n, of := range m.Mounts {
			if of == mt.of {
				held[n], _ = e.Tree().Lstat(mt.at)
			}
		}
		e.Mount(mt.at, mt.under)
	}
	out := e.Tree()
	e.Reset(inside)
	return out, held
}
