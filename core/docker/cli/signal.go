package cli

// Forward passes the signals that reach docker on to a container, until the
// function that it returns is called.
func (s *Session) Forward(id string) (stop func()) {
	if s.Signals == nil {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		for {
			select {
			case name, ok := <-s.Signals:
				if !ok {
					return
				}
				// A container that has ended meanwhile takes no signals.
				_ = s.Engine.ContainerKill(s.Context, id, name)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}
