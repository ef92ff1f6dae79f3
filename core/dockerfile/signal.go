package dockerfile

import (
	"slices"
	"strconv"
	"strings"
)

// signals are the names STOPSIGNAL takes on Linux, without SIG
// (moby/sys/signal).
var signals = strings.Fields("ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT " +
	"SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX")

// IsSignal tells whether STOPSIGNAL takes the word: any number but 0, or a
// name with or without SIG, in any case.
func IsSignal(word string) bool {
	if n, err := strconv.Atoi(word); err == nil {
		return n != 0
	}
	name := strings.TrimPrefix(strings.ToUpper(word), "SIG")
	if digits, ok := strings.CutPrefix(name, "RTMIN+"); ok {
		return isNumber(digits, 15)
	}
	if digits, ok := strings.CutPrefix(name, "RTMAX-"); ok {
		return isNumber(digits, 14)
	}
	return slices.Contains(signals, name)
}

// isNumber tells whether the digits are a number from 1 to most.
func isNumber(digits string, most int) bool {
	n, err := strconv.Atoi(digits)
	return err == nil && n >= 1 && n <= most && digits == strconv.Itoa(n)
}
