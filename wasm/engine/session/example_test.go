package session_test

import (
	"context"
	"encoding/json"
	"fmt"

	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

func ExampleNew() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	built := make(chan wire.Built, 1)
	s := session.New(ctx, func(message []byte, _ [][]byte) {
		var e wire.Event
		var b wire.Built
		if json.Unmarshal(message, &e) == nil && e.Event == wire.EventBuilt && json.Unmarshal(e.Data, &b) == nil {
			built <- b
		}
	}, session.Options{Engine: "example"})

	s.Receive([]byte(`{"id": 1, "method": "build", "params": {
		"revision": 1, "dockerfile": "Dockerfile", "settings": {"epoch": 1641686400},
		"files": [
			{"path": "Dockerfile", "kind": "file", "mode": 420, "text": "FROM scratch\nCOPY hello /\n"},
			{"path": "hello", "kind": "file", "mode": 420, "text": "hello\n"}]}}`), nil)

	b := <-built
	for _, step := range b.Images[b.Shown].Stages[0].Steps {
		fmt.Println(step.Text, step.Added, step.Size, step.DiffID == step.ChainID)
	}
	// Output: COPY hello / 1 6 true
}
