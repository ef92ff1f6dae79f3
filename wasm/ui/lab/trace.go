package lab

import (
	"encoding/json"

	"layerlab.dev/wasm/wire"
)

// Trace holds the commands of a RUN that wrote the files of its layer.
type Trace struct {
	wire.Commands
	Step    string // the step they are of, "" for none yet
	Loaded  bool
	Failure string
}

// Command is the command of an ID of the chosen step, nil where it is not
// known (yet).
func (l *Lab) Command(id string) *wire.Command {
	s := l.Chosen()
	if id == "" || s == nil || l.Trace.Step != s.ID {
		return nil
	}
	for i := range l.Trace.Commands.Commands {
		if c := &l.Trace.Commands.Commands[i]; c.ID == id {
			return c
		}
	}
	return nil
}

// ShowCommand lists the changes of a command of the chosen step; "" lists all
// again.
func (l *Lab) ShowCommand(id string) {
	s := l.Chosen()
	if s == nil {
		return
	}
	list := l.Lists["changes"]
	list.Command, list.commandOf, list.top = id, s.ID, 0
	if id == "" {
		return
	}
	list.Filter, list.Kinds = "", nil
	l.SetTab("changes")
	l.host.Focus("all-commands")
}

// traced is the command that is looked at: that of the file that is open, or
// the one whose changes are listed.
func (l *Lab) traced() *wire.Command {
	switch {
	case l.View != nil:
		return l.Command(l.View.By)
	case l.Tab == "changes":
		return l.Command(l.Lists["changes"].Command)
	}
	return nil
}

// wantCommands asks for the commands of the chosen step where one of them is
// in sight.
func (l *Lab) wantCommands() {
	s := l.Chosen()
	if s == nil || s.Keyword != "RUN" && s.Kind != "base" {
		return
	}
	list := l.Lists["changes"]
	if l.Trace.Step == s.ID || l.Tab != "commands" && (list.Command == "" || list.commandOf != s.ID) && (l.View == nil || l.View.By == "") {
		return
	}
	step := s.ID
	l.Trace = Trace{Step: step}
	l.request(wire.MethodCommands, wire.CommandsQuery{Step: step}, nil, func(result json.RawMessage, failure string) {
		if l.Trace.Step != step {
			return
		}
		t := Trace{Step: step, Loaded: true, Failure: failure}
		if failure == "" {
			if err := json.Unmarshal(result, &t.Commands); err != nil {
				t.Failure = err.Error()
			}
		}
		l.Trace = t
	})
}
