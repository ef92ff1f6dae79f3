package session_test

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"

	"layerlab.dev/wasm/wire"
)

// everything is a workspace with all that one can hold; its binary file comes
// beside the message, in buffer 0.
func everything(revision int) wire.Workspace {
	ws := workspace(revision, "Dockerfile", lines("FROM scratch AS app", "COPY . /"))
	buffer := 0
	ws.Name = "Everything"
	ws.Files = append(ws.Files,
		wire.File{Path: "big", Kind: "file", Mode: 0o600, Generated: &wire.Generated{Kind: "random", Size: 1 << 20, Seed: 7}},
		wire.File{Path: "bin", Kind: "file", Mode: 0o755, MTime: "1600000000.5", Key: "sha256:x", Buffer: &buffer, Size: 4},
		wire.File{Path: "dir", Kind: "dir", Mode: 0o700},
		wire.File{Path: "link", Kind: "symlink", Mode: 0o777, Target: "bin"})
	ws.Settings = wire.Settings{Epoch: 7, Platform: "linux/arm64", Target: "app", Compression: "zstd", BuildArgs: map[string]string{"A": "one\ntwo"}, Seed: 9}
	return ws
}

func TestShareAndOpen(t *testing.T) {
	p := newPage(t)
	ws := everything(1)
	p.build(ws, []byte{0, 1, 2, 0xff})
	ws.Files[2].Buffer = nil // the engine has it
	step := 2
	view := wire.View{Stage: "app", Step: &step, Tab: "files", File: "big", Line: 3}
	shared := ask[wire.Shared](p, wire.MethodShare, wire.ShareQuery{Workspace: ws, View: view})
	if shared.Fragment == "" || shared.Length != len(shared.Fragment) || !strings.HasPrefix(shared.Fragment, shared.View+"&w=1.") {
		t.Fatalf("shared %+v", shared)
	}

	want := ws
	want.Revision = 0
	want.Files[2].Key, want.Files[2].Size = "", 0
	want.Files[2].Base64 = base64.StdEncoding.EncodeToString([]byte{0, 1, 2, 0xff})
	for _, q := range []wire.OpenQuery{{Fragment: shared.Fragment}, {Fragment: "#" + shared.View, Text: &shared.Text}} {
		got := ask[wire.Opened](p, wire.MethodOpen, q)
		if got.Fault != "" || !reflect.DeepEqual(*got.Workspace, want) || !reflect.DeepEqual(got.View, view) {
			t.Errorf("opened %+v\nwant %+v", got, want)
		}
	}
	if got := ask[wire.Opened](p, wire.MethodOpen, wire.OpenQuery{Fragment: shared.View}); got.Workspace != nil || got.Fault != "" || !reflect.DeepEqual(got.View, view) {
		t.Errorf("a view alone gave %+v", got)
	}
}

// What is too long for a URL can still be stored, and what is too long for that
// says how long it may be.
func TestShareLimits(t *testing.T) {
	p := newPage(t)
	noise := func(n int) string {
		var b strings.Builder
		x := uint64(1)
		for b.Len() < n {
			x = x*6364136223846793005 + 1442695040888963407
			b.WriteString(base64.StdEncoding.EncodeToString([]byte{byte(x >> 40), byte(x >> 48), byte(x >> 56)}))
		}
		return b.String()[:n]
	}
	for _, test := range []struct {
		size           int
		fragment, text bool
	}{{20 << 10, true, true}, {100 << 10, false, true}, {512_001, false, false}, {4 << 20, false, false}} {
		got := ask[wire.Shared](p, wire.MethodShare, wire.ShareQuery{Workspace: workspace(1, "Dockerfile", "FROM scratch\n", "noise", noise(test.size))})
		if (got.Fragment != "") != test.fragment || (got.Text != "") != test.text || got.Most != 32<<10 || got.TextMost != 512_000 {
			t.Errorf("%d bytes: fragment of %d, text of %d, limits %d and %d", test.size, len(got.Fragment), len(got.Text), got.Most, got.TextMost)
		}
	}
}

func TestOpenFaults(t *testing.T) {
	p := newPage(t)
	evil := "-- ../a --\n"
	long := "-- a --\n" + strings.Repeat("x", 512_000)
	for _, test := range []struct {
		q    wire.OpenQuery
		want string
	}{
		{wire.OpenQuery{Fragment: "w=1.eJw"}, "truncated"},
		{wire.OpenQuery{Fragment: "w=1.~~~x"}, "broken"},
		{wire.OpenQuery{Fragment: "w=9.x"}, "newer"},
		{wire.OpenQuery{Text: &evil}, "invalid"},
		{wire.OpenQuery{Text: &long}, "large"},
	} {
		got := ask[wire.Opened](p, wire.MethodOpen, test.q)
		if got.Fault != test.want || got.Detail.IsZero() || got.Workspace != nil {
			t.Errorf("%+v gave %+v, want %s", test.q.Fragment, got, test.want)
		}
	}
}
