package lab

import (
	"encoding/json"
	"fmt"
)

// Answer is what the engine says to a question about what is in sight.
type Answer[T any] struct {
	Of      string // what was asked, "" for nothing yet
	Loaded  bool
	Failure string
	Value   T
}

// lost forgets a question whose answer will not come.
func (a *Answer[T]) lost() {
	if !a.Loaded || a.Failure != "" {
		*a = Answer[T]{}
	}
}

// Ready tells whether there is a value.
func (a *Answer[T]) Ready() bool { return a.Loaded && a.Failure == "" }

// want asks a question unless that was done.
func want[T any](l *Lab, a *Answer[T], of, method string, params any) {
	if a.Of == of {
		return
	}
	*a = Answer[T]{Of: of}
	l.request(method, params, nil, func(result json.RawMessage, failure string) {
		if a.Of != of {
			return
		}
		a.Loaded, a.Failure = true, failure
		if failure == "" {
			if err := json.Unmarshal(result, &a.Value); err != nil {
				a.Failure = err.Error()
			}
		}
	})
}

// about names a question.
func about(parts ...any) string { return fmt.Sprintln(parts...) }
