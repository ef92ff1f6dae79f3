//go:build js

package main

import (
	"context"
	"syscall/js"
	"time"
)

// turnEvery is how long a work runs before waiting messages get their turn.
const turnEvery = 30 * time.Millisecond

// turns lets the Worker's event loop run between pieces of a long work: Go has
// one thread here and leaves it only where every goroutine waits.
type turns struct {
	port js.Value
	done chan struct{}
	last time.Time
}

func newTurns() *turns {
	// A message to oneself comes back after those that wait already, and
	// without the delay that browsers put on timers.
	channel := js.Global().Get("MessageChannel").New()
	t := &turns{port: channel.Get("port2"), done: make(chan struct{}), last: time.Now()}
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		t.done <- struct{}{}
		return nil
	}))
	return t
}

// context returns ctx as a context that takes a turn whenever it is asked for
// its error and the last turn is a while ago. Works ask that often, to see
// whether they are still wanted; the turn is what makes the answer current.
func (t *turns) context(ctx context.Context) context.Context {
	return turnContext{ctx, t}
}

type turnContext struct {
	context.Context
	turns *turns
}

func (c turnContext) Err() error {
	if now := time.Now(); now.Sub(c.turns.last) > turnEvery {
		c.turns.last = now
		c.turns.port.Call("postMessage", js.Null())
		<-c.turns.done
	}
	return c.Context.Err()
}
