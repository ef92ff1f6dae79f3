package session

import (
	"context"
	"strings"
	"time"

	"layerlab.dev/core/build"
	"layerlab.dev/core/message"
)

// runLimit is how long a RUN may take where Options do not say.
const runLimit = 30 * time.Second

// fuse is the context of one build. Each RUN has its own time to run, and a
// step that takes long is told of: what is asked for its error that often is
// the one clock that ticks while a program with one thread is busy.
type fuse struct {
	context.Context
	limit time.Duration
	tell  func(build.Progress)

	step  build.Progress
	began time.Time
	run   bool // the step is a RUN
	told  bool
	took  []time.Duration // of the steps that are over
}

// begin takes the next step.
func (f *fuse) begin(p build.Progress) {
	f.end()
	f.step, f.began, f.told = p, time.Now(), false
	word, rest, _ := strings.Cut(p.Step, " ")
	if strings.EqualFold(word, "ONBUILD") {
		word, _, _ = strings.Cut(rest, " ")
	}
	f.run = strings.EqualFold(word, "RUN")
	f.tell(p)
}

// end notes how long the step took that was running, and gives that of all.
func (f *fuse) end() []time.Duration {
	if !f.began.IsZero() {
		f.took = append(f.took, time.Since(f.began))
		f.began = time.Time{}
	}
	return f.took
}

// Err is the context's, or a *TimeError where a RUN takes too long.
func (f *fuse) Err() error {
	if err := f.Context.Err(); err != nil || f.began.IsZero() {
		return err
	}
	took := time.Since(f.began)
	if took > progressEvery && !f.told {
		f.told = true
		f.tell(f.step)
	}
	if f.run && took > f.limit {
		return &TimeError{Limit: f.limit}
	}
	return nil
}

// TimeError reports that a RUN was stopped because it took too long.
type TimeError struct{ Limit time.Duration }

func (e *TimeError) Error() string { return e.Message().Text }

// Message is the error.
func (e *TimeError) Message() message.Message {
	return saysTime.With(countSeconds.With(int64(e.Limit / time.Second)))
}
