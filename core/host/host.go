package host

import (
	"sync"
)

// Host is a cell that holds the present State of a docker host and does what
// clients ask for. Its methods may be called from several goroutines: operations
// that change something wait for each other, and readers see the State that was
// there when they began.
type Host struct {
	operation sync.Mutex // held by the operation that changes the State
	mutex     sync.Mutex // guards state
	state     State
	net       *Net
	changed   chan struct{} // closed when another State is put
}

// New returns a host that begins with the given State and reaches the given
// network; nil: none.
func New(s State, net *Net) *Host {
	return &Host{state: s, net: net, changed: make(chan struct{})}
}

// State returns the present State.
func (h *Host) State() State {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.state
}

// SetState puts another State in place of the present one: an earlier one to
// undo, or one that was prepared.
func (h *Host) SetState(s State) {
	h.operation.Lock()
	defer h.operation.Unlock()
	h.put(s)
}

func (h *Host) put(s State) {
	s.settle()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.state = s
	close(h.changed)
	h.changed = make(chan struct{})
}

// look returns the present State, and what is closed when there is another.
func (h *Host) look() (State, <-chan struct{}) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.state, h.changed
}

// SetClock sets the host's time, in ns since the Unix epoch.
func (h *Host) SetClock(now int64) {
	h.operation.Lock()
	defer h.operation.Unlock()
	s := h.State()
	s.Clock = now
	h.put(s)
}

// Change is a State in the making: what an operation turns the present one into.
type Change struct {
	State
	host *Host
}

// Keep says that the State as it is now stays even if the operation fails
// later, as what a failed pull or build leaves behind.
func (c *Change) Keep() { c.host.put(c.State) }

// Change does an operation: do changes the State it is given, which becomes the
// present one when do returns nil. Where it returns an error or panics, the
// State stays as it was, or as it was when do last called Keep. do must not call
// methods of the Host that change it.
func (h *Host) Change(do func(c *Change) error) (err error) {
	h.operation.Lock()
	defer h.operation.Unlock()
	before := h.State()
	c := &Change{State: before, host: h}
	defer func() {
		if r := recover(); r != nil {
			h.put(before)
			err = Errorf(500, "the operation failed inside and changed nothing: %v", r)
		}
	}()
	if err := do(c); err != nil {
		return err
	}
	h.put(c.State)
	return nil
}
