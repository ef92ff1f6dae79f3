package session

import (
	"context"

	"layerlab.dev/wasm/wire"
)

// inspect answers what the inspector asks.
func (s *Session) inspect(req wire.Request) (any, [][]byte, error) {
	switch req.Method {
	case wire.MethodVersions:
		return only(ask(req, s.versions))
	case wire.MethodDiff:
		return only(ask(req, s.diff))
	case wire.MethodHeader:
		return only(ask(req, s.header))
	case wire.MethodRecompute:
		w := s.longWork(req.ID, "recompute")
		defer w.end()
		return only(ask(req, func(q wire.RecomputeQuery) (wire.Recomputed, error) { return s.recompute(w, q) }))
	case wire.MethodFlip:
		w := s.longWork(req.ID, "flip")
		defer w.end()
		return only(ask(req, func(q wire.FlipQuery) (wire.Flipped, error) { return s.flip(w, q) }))
	case wire.MethodCache:
		return only(ask(req, s.cacheKey))
	case wire.MethodWaste:
		return only(ask(req, s.waste))
	}
	return only(ask(req, s.cost))
}

// context is that of a work that a question asks for.
func (s *Session) context() context.Context { return s.options.Context(context.Background()) }
