package lab_test

import (
	"encoding/json"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// rowsAsked is the last question about rows.
func rowsAsked(t *testing.T, h *host) (wire.Request, wire.RowsQuery) {
	t.Helper()
	r, _ := h.lastOf(wire.MethodRows)
	var q wire.RowsQuery
	if err := json.Unmarshal(r.Params, &q); err != nil {
		t.Fatal(err)
	}
	return r, q
}

func TestCommandsOfARun(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "RUN x", "COPY y .")))
	l.Choose("a1")
	l.Flush()
	r, _ := rowsAsked(t, h)
	answer(t, l, r.ID, wire.Rows{}, "")
	if h.count(wire.MethodCommands) != 0 {
		t.Fatal("asks for commands that nobody looks at")
	}
	l.SetTab("commands")
	l.Flush()
	l.Flush()
	if h.count(wire.MethodCommands) != 1 {
		t.Fatalf("%d questions for the commands, want 1", h.count(wire.MethodCommands))
	}
	asked, _ := h.lastOf(wire.MethodCommands)
	answer(t, l, asked.ID, wire.Commands{Total: 1, Commands: []wire.Command{{ID: "0", Text: "touch f", Files: 1, StartLine: 2, EndLine: 3}}}, "")
	if c := l.Command("0"); c == nil || c.Text != "touch f" {
		t.Fatalf("command 0 is %v", c)
	}

	l.FilterBy("changes", "left over")
	l.ShowCommand("0")
	l.Flush()
	if _, q := rowsAsked(t, h); l.Tab != "changes" || q.Command != "0" || q.Filter != "" || q.Step != "a1" {
		t.Errorf("in tab %s asks for %+v", l.Tab, q)
	}
	if h.lit != (lab.Lines{From: 2, To: 3}) {
		t.Errorf("lit are lines %v", h.lit)
	}
	r, _ = h.lastOf(wire.MethodRows)
	answer(t, l, r.ID, wire.Rows{}, "")
	l.ShowCommand("")
	l.Flush()
	if h.lit != (lab.Lines{}) {
		t.Errorf("lines %v stay lit", h.lit)
	}

	// Another step has other commands.
	l.ShowCommand("0")
	l.Choose("a2")
	l.Flush()
	r, _ = h.lastOf(wire.MethodRows)
	answer(t, l, r.ID, wire.Rows{}, "")
	l.Flush()
	if _, q := rowsAsked(t, h); q.Command != "" || q.Step != "a2" || l.Command("0") != nil {
		t.Errorf("asks for %+v", q)
	}
}

func TestCommandOfAFile(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "RUN x")))
	l.Choose("a1")
	l.Flush()
	r, _ := rowsAsked(t, h)
	answer(t, l, r.ID, wire.Rows{Total: 2, Rows: []wire.Row{{Path: "f", Type: "file", Command: "touch f", By: "3"}, {Path: "g", Type: "file"}}}, "")
	l.PickRow("changes", 1)
	l.Flush()
	if l.View.Command != "" || h.count(wire.MethodCommands) != 0 {
		t.Error("a file that no command wrote has one")
	}
	l.SetLevel("layer")
	l.PickRow("changes", 0)
	l.Flush()
	if l.View.Command != "touch f" || l.View.By != "3" {
		t.Fatalf("f is by %q %q", l.View.Command, l.View.By)
	}
	asked, _ := h.lastOf(wire.MethodCommands)
	answer(t, l, asked.ID, wire.Commands{Total: 1, Commands: []wire.Command{{ID: "3", StartLine: 2, EndLine: 2}}}, "")
	l.Flush()
	if h.lit != (lab.Lines{From: 2, To: 2}) {
		t.Errorf("lit are lines %v", h.lit)
	}
	l.SetLevel("layer")
	l.Flush()
	if h.lit != (lab.Lines{}) {
		t.Errorf("lines %v stay lit", h.lit)
	}
}
