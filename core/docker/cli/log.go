package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Log writes a line as docker's logger does: coloured on a terminal.
func Log(s *Session, level, text string) {
	if s.TTY.Out {
		code := 31
		if level == "warning" {
			code = 33
		}
		fmt.Fprintf(s.Stderr, "\x1b[%dm%s\x1b[0m[%04d] %-44s \n", code, strings.ToUpper(level[:4]), 0, text)
		return
	}
	quoted := text
	if strings.ContainsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._/@^+", r))
	}) {
		quoted = strconv.Quote(text)
	}
	fmt.Fprintf(s.Stderr, "time=%q level=%s msg=%s\n", s.Now().UTC().Format(time.RFC3339), level, quoted)
}
