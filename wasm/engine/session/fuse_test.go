package session_test

import (
	"strings"
	"testing"
	"time"

	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

// A RUN without end fails on its line, and nothing else does.
func TestRunWithoutEnd(t *testing.T) {
	p := newPageWith(t, session.Options{RunLimit: 200 * time.Millisecond})
	tests := []struct{ name, dockerfile string }{
		{"of its own", lines("FROM alpine", "COPY Dockerfile /", "RUN while true; do :; done")},
		{"after others", lines("FROM alpine", "RUN true", "RUN while :; do true; done")},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			built := p.build(workspace(1+i, "Dockerfile", test.dockerfile))
			if built.Ok || len(built.Diagnostics) != 1 {
				t.Fatalf("built %t, %+v", built.Ok, built.Diagnostics)
			}
			d := built.Diagnostics[0]
			if d.StartLine != 3 || d.Severity != "error" || !strings.HasPrefix(d.Text.Text, "RUN was stopped after ") || !strings.Contains(d.Detail.Text, "loop") {
				t.Errorf("says %+v", d)
			}
		})
	}
	p.image(workspace(9, "Dockerfile", lines("FROM alpine", "RUN true")))
}

// A step that takes long is told of while it runs.
func TestLongRunIsTold(t *testing.T) {
	p := newPageWith(t, session.Options{RunLimit: 400 * time.Millisecond})
	p.build(workspace(1, "Dockerfile", lines("FROM alpine", "RUN while true; do :; done")))
	p.mu.Lock()
	defer p.mu.Unlock()
	told := false
	for _, e := range p.events {
		told = told || e.Event == wire.EventProgress && strings.Contains(string(e.Data), "RUN while true")
	}
	if !told {
		t.Error("nothing tells which step is running")
	}
}

// A newer revision does not wait for the clock.
func TestNewerRevisionEndsALoop(t *testing.T) {
	p := newPageWith(t, session.Options{})
	if res, _ := p.try(wire.MethodBuild, workspace(1, "Dockerfile", lines("FROM alpine", "RUN while true; do :; done"))); res.Error != "" {
		t.Fatal(res.Error)
	}
	time.Sleep(50 * time.Millisecond) // so that it runs
	start := time.Now()
	p.image(workspace(2, "Dockerfile", lines("FROM alpine", "RUN true")))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the next build came after %v", took)
	}
}

func TestStepLimitSaysWhatToDo(t *testing.T) {
	// The command's own count ends it before the clock does.
	p := newPageWith(t, session.Options{RunLimit: time.Hour})
	built := p.build(workspace(1, "Dockerfile", lines("FROM alpine", "RUN f() { f; }; f")))
	if built.Ok || len(built.Diagnostics) == 0 || built.Diagnostics[0].Detail.IsZero() {
		t.Errorf("says %+v", built.Diagnostics)
	}
}
