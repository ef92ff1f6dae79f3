package cli

import (
	"bufio"
	"fmt"
	"strings"
)

// Confirm asks on stdout and reads a line from stdin: only y is yes.
func (s *Session) Confirm(question string) bool {
	fmt.Fprint(s.Stdout, question+" [y/N] ")
	return s.Confirmed()
}

// Confirmed reports whether the line that is typed is y.
func (s *Session) Confirmed() bool {
	line, _ := bufio.NewReader(s.Stdin).ReadString('\n')
	return strings.EqualFold(strings.TrimRight(line, "\r\n"), "y")
}

// CheckTTY refuses a terminal for the container where stdin is none.
func (s *Session) CheckTTY(attachStdin, tty bool) error {
	if tty && attachStdin && !s.TTY.In {
		return Errorf("the input device is not a TTY")
	}
	return nil
}
