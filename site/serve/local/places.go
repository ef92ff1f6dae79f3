package local

import (
	"context"
	"net/http"
)

// Connections to one host of a registry, and how many of them, at most, the
// answers of one client take: so several that read slowly leave room for others.
const (
	mostConnections = 64
	mostPlaces      = 8
)

// places are those of one client.
type places struct {
	taken chan struct{}
	users int // who have one or wait for one
}

// Take waits for one of the client's places.
func (l *Limiter) Take(ctx context.Context, r *http.Request) (leave func(), ok bool) {
	key := l.client(r)
	l.mu.Lock()
	p := l.places[key]
	if p == nil {
		p = &places{taken: make(chan struct{}, mostPlaces)}
		l.places[key] = p
	}
	p.users++
	l.mu.Unlock()
	gone := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if p.users--; p.users == 0 {
			delete(l.places, key)
		}
	}
	select {
	case p.taken <- struct{}{}:
		return func() { <-p.taken; gone() }, true
	case <-ctx.Done():
		gone()
		return nil, false
	}
}
