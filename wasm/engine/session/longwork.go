package session

import "context"

// longWork is what a question asks for and takes long: the page is told how far
// it is, and MethodCancel gives it up.
type longWork struct {
	ctx context.Context
	// progress is told the bytes that are done and those there are.
	progress func(done, total int64)
	end      func() // must be called
}

// longWork begins the work of a request; step names it in Progress.
func (s *Session) longWork(request int, step string) *longWork {
	ctx, stop := context.WithCancel(context.Background())
	s.mu.Lock()
	s.working[request] = stop
	revision := s.newest
	s.mu.Unlock()
	tell := s.progress(revision)
	return &longWork{
		ctx:      s.options.Context(ctx),
		progress: func(done, total int64) { tell(step, done, total) },
		end: func() {
			stop()
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.working, request)
		},
	}
}

// failed says why the work ended: err, unless it was given up.
func (w *longWork) failed(err error) error {
	if w.ctx.Err() != nil {
		return saysGivenUp.Error()
	}
	return err
}
