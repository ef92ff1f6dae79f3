// Command bench measures the engine natively, in the same work that the bench
// of the page gives to its Worker: a COPY of many files. It prints the
// milliseconds of each run as JSON: until the layer is known, and until its
// compressed blob is.
//
// Usage:
//
//	bench < workspace.json
//
// The workspace is a message of package wire.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

// times are milliseconds since the workspace was sent.
type times struct {
	Layer int64 `json:"layer"`
	Blob  int64 `json:"blob"`
}

func main() {
	workspace, err := io.ReadAll(os.Stdin)
	if err == nil {
		var t times
		if t, err = measure(workspace); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(t)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure builds a workspace in a new session.
func measure(workspace []byte) (times, error) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	built := make(chan wire.Built)
	failed := make(chan error)
	s := session.New(ctx, func(message []byte, _ [][]byte) {
		var m struct {
			wire.Response
			wire.Event
		}
		err := json.Unmarshal(message, &m)
		if err == nil && m.Error != "" {
			err = fmt.Errorf("the engine: %s", m.Error)
		}
		var b wire.Built
		if err == nil && m.Event.Event == wire.EventBuilt {
			err = json.Unmarshal(m.Data, &b)
		}
		switch {
		case err != nil:
			failed <- err
		case m.Event.Event == wire.EventBuilt:
			built <- b
		}
	}, session.Options{Engine: "bench"})

	request, err := json.Marshal(wire.Request{ID: 1, Method: wire.MethodBuild, Params: workspace})
	if err != nil {
		return times{}, err
	}
	start := time.Now()
	s.Receive(request, nil)
	var t times
	for {
		select {
		case err := <-failed:
			return t, err
		case b := <-built:
			if !b.Ok {
				return t, fmt.Errorf("the build failed: %+v", b.Diagnostics)
			}
			if t.Layer == 0 {
				t.Layer = time.Since(start).Milliseconds()
			}
			if b.Images[0].ManifestDigest != "" {
				t.Blob = time.Since(start).Milliseconds()
				return t, nil
			}
		}
	}
}
