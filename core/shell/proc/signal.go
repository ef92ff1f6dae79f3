package proc

import (
	"strconv"
	"strings"
)

// Signals by number, as on Linux.
const (
	SIGHUP  = 1
	SIGINT  = 2
	SIGKILL = 9
	SIGPIPE = 13
	SIGALRM = 14
	SIGTERM = 15
	SIGSTOP = 19
)

var signalNames = []string{"EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
	"USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
	"VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS"}

var signalTexts = map[int]string{1: "Hangup", 2: "Interrupt", 3: "Quit", 4: "Illegal instruction", 5: "Trace/breakpoint trap",
	6: "Aborted", 7: "Bus error", 8: "Floating point exception", 9: "Killed", 10: "User defined signal 1",
	11: "Segmentation fault", 12: "User defined signal 2", 14: "Alarm clock", 15: "Terminated", 16: "Stack fault"}

// SignalName returns the name of a signal without SIG.
func SignalName(sig int) string {
	if sig >= 0 && sig < len(signalNames) {
		return signalNames[sig]
	}
	return strconv.Itoa(sig)
}

// SignalText returns what strsignal(3) says.
func SignalText(sig int) string {
	if s, ok := signalTexts[sig]; ok {
		return s
	}
	return "Signal " + strconv.Itoa(sig)
}

// Signal returns the number of a signal given by number or name, with or
// without SIG, in any case; -1 if there is none.
func Signal(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		if n < 0 || n > 64 {
			return -1
		}
		return n
	}
	s = strings.TrimPrefix(strings.ToUpper(s), "SIG")
	for i, name := range signalNames {
		if name == s {
			return i
		}
	}
	return -1
}

// harmless are signals whose default is to do nothing here: there is no
// terminal to stop a job for.
func harmless(sig int) bool {
	switch sig {
	case 17, 18, 19, 20, 21, 22, 23, 28:
		return true
	}
	return false
}
