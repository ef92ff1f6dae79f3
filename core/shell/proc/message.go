package proc

import "layerlab.dev/core/message"

// What is said beside the words of the programs themselves.
var (
	saysUnsupported = message.New("shell.unsupported", "%s: %s")

	// LimitCalls is the text of a LimitError about functions.
	LimitCalls     = message.New("limit.calls", "%s: functions call each other more than 1000 deep")
	limitHang      = message.New("limit.hang", "every process waits for another: the command would hang forever")
	limitCapture   = message.New("limit.capture", "the output that a command substitution takes in is too large")
	limitKept      = message.New("limit.kept", "what the command reads is too large to be kept in memory")
	limitMiddle    = message.New("limit.middle", "%s: a file of %s bytes is changed in its middle; only files up to %s can be")
	limitDisk      = message.New("limit.disk", "the command wrote more than %s to files and was stopped")
	limitProcesses = message.New("limit.processes", "more than %s processes inside each other")
	limitSteps     = message.New("limit.steps", "the command took more than %s steps and was stopped: does a loop never end?")

	noteClipped = message.New("note.clipped", "output clipped at %s")
)
