package session_test

import (
	"context"
	"testing"
	"time"

	"layerlab.dev/core/host"
	"layerlab.dev/core/session"
)

// A command that is broken off leaves everything as it was, what docker did of it
// included.
func TestCancel(t *testing.T) {
	bases, err := session.Standins()
	if err != nil {
		t.Fatal(err)
	}
	network, err := session.Network(context.Background(), bases, start)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := session.Root(start)
	if err != nil {
		t.Fatal(err)
	}
	net := host.NewNet(network)
	s := session.New(host.New(host.NewState(1, start), net), net, tree)
	if _, err := s.Run(context.Background(), session.Command{Text: "docker pull -q alpine"}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"touch f; docker run --name one alpine true; docker run -i --name two alpine cat",
		"touch f; docker tag alpine x; while true; do docker images -q; done",
		"touch f; printf 'FROM alpine\\nRUN touch /a\\nRUN while true; do :; done\\n' | docker build -",
	} {
		before := s.Snapshot()
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		_, err := s.Run(ctx, session.Command{Text: text, Stdin: forever{ctx}})
		cancel()
		if err == nil {
			t.Errorf("%s: no error", text)
		}
		after := s.Snapshot()
		if n, m := after.State.Containers.Len(), before.State.Containers.Len(); n != m {
			t.Errorf("%s: %d containers, before %d", text, n, m)
		}
		if n, m := images(after.State), images(before.State); n != m {
			t.Errorf("%s: %d images, before %d", text, n, m)
		}
		if _, err := after.Tree.Stat("/root/f"); err == nil {
			t.Errorf("%s: the file stays", text)
		}
	}
}

func images(s host.State) (n int) {
	for range s.Store.Images() {
		n++
	}
	return n
}

// forever is a keyboard at which nobody sits.
type forever struct{ ctx context.Context }

func (f forever) Read([]byte) (int, error) {
	<-f.ctx.Done()
	return 0, f.ctx.Err()
}
