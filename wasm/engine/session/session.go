package session

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"layerlab.dev/core/build"
	"layerlab.dev/core/message"
	"layerlab.dev/wasm/wire"
)

// Post says something to the page: a message of package wire as JSON, with
// the buffers it refers to.
type Post func(message []byte, buffers [][]byte)

// Options of a session.
type Options struct {
	// Engine names the program in Ready.
	Engine string
	// Context wraps the context of every long work. A program with one thread
	// lets messages in from there: long works ask their context often.
	Context func(context.Context) context.Context
	// RunLimit is how long a RUN may take; 0: 30 seconds.
	RunLimit time.Duration
	// Shelf keeps images from outside; nil: there are none.
	Shelf Shelf
}

// Session is one conversation with a page. Its methods may be called from
// several goroutines.
type Session struct {
	post    Post
	options Options
	cache   *build.Cache
	wake    chan struct{} // capacity 1: there is a next job

	mu      sync.Mutex
	newest  int // revision
	reader  reader
	next    *job                       // not begun
	stop    context.CancelFunc         // ends the running build
	working map[int]context.CancelFunc // of long works under way, by request
	results results
	job     *job             // the newest, built or not
	drafts  map[string]*work // the last build of each Dockerfile, good or not

	ctx     context.Context // the session's
	shelved *shelved
}

// New begins a session and says Ready. The session ends with ctx.
func New(ctx context.Context, post Post, o Options) *Session {
	if o.Context == nil {
		o.Context = func(ctx context.Context) context.Context { return ctx }
	}
	s := &Session{
		post: post, options: o, cache: build.NewCache(), wake: make(chan struct{}, 1),
		newest: -1, reader: newReader(), stop: func() {}, working: map[int]context.CancelFunc{}, results: newResults(), drafts: map[string]*work{},
		ctx: ctx, shelved: newShelved(o.Shelf),
	}
	s.say(wire.EventReady, wire.Ready{Version: wire.Version, Engine: o.Engine, Bases: bases()})
	go s.load(ctx)
	go s.builds(ctx)
	return s
}

// say posts an event.
func (s *Session) say(event string, data any) {
	s.post(encode(wire.Event{Event: event, Data: encode(data)}), nil)
}

// encode writes JSON. What it is given are the types of package wire, which
// always can be written.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("session: %T cannot be written: %v", v, err))
	}
	return b
}

// Receive takes a message of the page. It returns at once; what takes long is
// answered later. A message that is no request is ignored but for a request
// number, which is answered with an error.
func (s *Session) Receive(message []byte, buffers [][]byte) {
	var req wire.Request
	if err := json.Unmarshal(message, &req); err != nil {
		s.answer(req.ID, nil, nil, fmt.Errorf("message of the page: %w", err))
		return
	}
	switch req.Method {
	case wire.MethodBuild:
		// At once, so that builds are taken in the order of the messages.
		result, err := s.accept(req.Params, buffers)
		s.answer(req.ID, result, nil, err)
	case wire.MethodCancel:
		s.cancel()
		s.answer(req.ID, struct{}{}, nil, nil)
	default:
		go func() {
			result, out, err := s.query(req)
			s.answer(req.ID, result, out, err)
		}()
	}
}

func (s *Session) answer(id int, result any, buffers [][]byte, err error) {
	res := wire.Response{ID: id}
	if err != nil {
		res.Error, res.Why = err.Error(), toPage(message.Of(err))
	} else {
		res.Result = encode(result)
	}
	s.post(encode(res), buffers)
}

// query answers every method but those that steer.
func (s *Session) query(req wire.Request) (any, [][]byte, error) {
	switch req.Method {
	case wire.MethodRows:
		return only(ask(req, s.rows))
	case wire.MethodFile:
		return only(ask(req, s.file))
	case wire.MethodDoc:
		return only(ask(req, s.doc))
	case wire.MethodReproduce:
		return only(ask(req, s.reproduce))
	case wire.MethodCommands:
		return only(ask(req, s.commands))
	case wire.MethodBuilds:
		return s.listBuilds(), nil, nil
	case wire.MethodPin:
		return only(ask(req, s.pin))
	case wire.MethodCompare:
		return only(ask(req, s.compare))
	case wire.MethodCompareFiles:
		return only(ask(req, s.compareFiles))
	case wire.MethodLessons:
		return only(lessonList())
	case wire.MethodLesson:
		return only(ask(req, lesson))
	case wire.MethodParse:
		return only(ask(req, parse))
	case wire.MethodFormat:
		return only(ask(req, s.format))
	case wire.MethodVersions, wire.MethodDiff, wire.MethodHeader, wire.MethodRecompute, wire.MethodFlip,
		wire.MethodCache, wire.MethodWaste, wire.MethodCost:
		return s.inspect(req)
	case wire.MethodComplete, wire.MethodExplain, wire.MethodForm, wire.MethodTidy, wire.MethodFolds, wire.MethodStage:
		return s.assist(req)
	case wire.MethodShare:
		return only(ask(req, s.share))
	case wire.MethodOpen:
		return only(ask(req, open))
	case wire.MethodImport:
		return only(ask(req, s.importArchive))
	case wire.MethodTake:
		return only(ask(req, s.takeImages))
	case wire.MethodPull:
		return only(ask(req, s.pull))
	case wire.MethodLookUp:
		return only(ask(req, with(s.ctx, s.lookUp)))
	case wire.MethodForget:
		return only(ask(req, done(s.ctx, s.forget)))
	case wire.MethodRename:
		return only(ask(req, done(s.ctx, s.rename)))
	case wire.MethodRegistry:
		return only(ask(req, done(s.ctx, s.askRegistry)))
	case wire.MethodStopTransfer:
		s.stopTransfer()
		return struct{}{}, nil, nil
	case wire.MethodExport:
		var q wire.ExportQuery
		if err := json.Unmarshal(req.Params, &q); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", req.Method, err)
		}
		return s.export(req.ID, q)
	}
	return nil, nil, saysNoMethod.Error(strconv.Quote(req.Method))
}

// ask reads the params of a request and hands them to what answers it.
func ask[P, R any](req wire.Request, to func(P) (R, error)) (R, error) {
	var params P
	if err := json.Unmarshal(req.Params, &params); err != nil {
		var none R
		return none, fmt.Errorf("%s: %w", req.Method, err)
	}
	return to(params)
}

// with gives an answerer its context; done does so for one without an answer.
func with[P, R any](ctx context.Context, f func(context.Context, P) (R, error)) func(P) (R, error) {
	return func(p P) (R, error) { return f(ctx, p) }
}

func done[P any](ctx context.Context, f func(context.Context, P) error) func(P) (struct{}, error) {
	return func(p P) (struct{}, error) { return struct{}{}, f(ctx, p) }
}

// only is an answer without buffers.
func only[R any](result R, err error) (any, [][]byte, error) { return result, nil, err }

// cancel gives up the build and the long works that are running.
func (s *Session) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = nil
	s.stop()
	for _, stop := range s.working {
		stop()
	}
}

// progressEvery is the shortest time between two Progress events.
const progressEvery = 100 * time.Millisecond

// progress returns a function that posts Progress of a revision, not too often.
func (s *Session) progress(revision int) func(step string, done, total int64) {
	last := time.Now()
	return func(step string, done, total int64) {
		if now := time.Now(); now.Sub(last) >= progressEvery {
			last = now
			s.say(wire.EventProgress, wire.Progress{Revision: revision, Step: step, Done: done, Total: total})
		}
	}
}
