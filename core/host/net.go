package host

import (
	"sync"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
)

// Net is the network that hosts share: a cell that holds what is reached through
// it.
type Net struct {
	mutex   sync.Mutex
	present remote.Network
}

// NewNet returns a cell that holds a network.
func NewNet(n remote.Network) *Net { return &Net{present: n} }

// Network returns what is reached now. A nil Net reaches nothing.
func (n *Net) Network() remote.Network {
	if n == nil {
		return remote.New()
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.present
}

// Set puts another network in place.
func (n *Net) Set(to remote.Network) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.present = to
}

// Change lets do put another network in place of the present one; others wait.
// Where it returns an error, the network that it returns with it stays all the
// same: what was pushed before was pushed.
func (n *Net) Change(do func(remote.Network) (remote.Network, error)) error {
	if n == nil {
		_, err := do(remote.New())
		return err
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	next, err := do(n.present)
	n.present = next
	return err
}

// localRegistry is where the registry of a host answers.
const localRegistry = "localhost:5000"

// Registry returns the registry at localhost:5000, an empty one where there is
// none, and SetRegistry puts another in its place: for serving it to others.
func (n *Net) Registry() registry.State {
	r, ok := n.Network().Registry(localRegistry)
	if !ok {
		return registry.New(0)
	}
	return r
}

// SetRegistry puts another registry in the place of that at localhost:5000.
func (n *Net) SetRegistry(r registry.State) { n.Set(n.Network().With(localRegistry, r)) }
