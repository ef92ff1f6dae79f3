package shell

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// typed runs commands that are typed on a terminal, until the shell is left.
func (s *Shell) typed() int {
	p := s.p
	if p.Caught == nil {
		p.Caught = map[int]bool{}
	}
	p.Caught[proc.SIGINT] = true // it ends what runs in the foreground alone
	s.greet()
	var history []string
	text := ""
	for {
		prompt := s.prompt("PS1")
		if text != "" {
			prompt = s.prompt("PS2")
		}
		line, ok := s.edit(prompt, history)
		switch {
		case !ok && line == "" && text == "":
			if s.dialect == Bash {
				p.Errorf("exit\n")
			} else {
				p.Errorf("\n")
			}
			return s.status
		case !ok && text != "":
			line = ""
		case line == interrupted:
			s.status, text = 130, ""
			continue
		}
		if line != "" && (len(history) == 0 || history[len(history)-1] != line) {
			history = append(history, line)
		}
		text += line + "\n"
		sc := parse(text, s.dialect)
		if ok && (sc.bad != nil && sc.bad.End || len(sc.unclosed) > 0 || strings.HasSuffix(strings.TrimSuffix(text, "\n"), `\`)) {
			continue
		}
		text = ""
		s.code, s.base = sc, 0
		s.guard(func() int { s.run(sc, false); return s.status })
		p.Out().Flush()
		for interrupts := true; interrupts; {
			_, interrupts = p.Pending()
		}
		if s.status == 130 && s.flow != exiting {
			p.Errorf("\n") // the terminal has shown ^C
		}
		if s.flow == exiting {
			return s.status
		}
		s.flow, s.loops, s.builtin = onward, 0, ""
		if !ok {
			return s.status
		}
	}
}

// interrupted is what edit returns for a line that ctrl-C took back.
const interrupted = "\x03"

// greet does what an interactive shell does first.
func (s *Shell) greet() {
	switch {
	case s.dialect == Ash && s.p.Plain:
		first, _, _ := strings.Cut(applet.Banner(true), " multi-call binary")
		s.p.Errorf("\n\n%s built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n", first)
	case s.dialect == Bash:
		s.opt.monitor = false
		home, _ := s.get("HOME")
		s.assign("PS1", `\s-\v\$ `, 0)
		s.assign("PS2", "> ", 0)
		for _, f := range []string{"/etc/bash.bashrc", path.Join(home, ".bashrc")} {
			if data, err := s.p.ReadFile(f); err == nil {
				s.source(string(data), 0)
			}
		}
	}
}

// prompt expands one of the prompts.
func (s *Shell) prompt(name string) string {
	text, _ := s.get(name)
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\\' || i+1 == len(text) || s.dialect == Dash {
			b.WriteByte(c)
			continue
		}
		i++
		switch c = text[i]; c {
		case 'w', 'W':
			dir, home := s.cwd, ""
			if home, _ = s.get("HOME"); s.dialect == Ash {
				home, _ = s.home("") // it asks the accounts
			}
			switch {
			case home != "" && home != "/" && (dir == home || strings.HasPrefix(dir, home+"/")):
				dir = "~" + strings.TrimPrefix(dir, home)
			}
			if c == 'W' && dir != "/" {
				dir = path.Base(dir)
			}
			b.WriteString(dir)
		case '$':
			if s.p.UID == 0 {
				b.WriteByte('#')
			} else {
				b.WriteByte('$')
			}
		case 'u':
			b.WriteString(s.user())
		case 'h', 'H':
			name := s.p.Machine().Hostname
			if c == 'h' {
				name, _, _ = strings.Cut(name, ".")
			}
			b.WriteString(name)
		case 's':
			b.WriteString(s.applet())
		case 'v':
			b.WriteString("5.2")
		case 'n':
			b.WriteByte('\n')
		case 'e':
			b.WriteByte(0x1b)
		case 'a':
			b.WriteByte(7)
		case '[', ']':
		case '\\':
			b.WriteByte('\\')
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	out := b.String()
	if strings.ContainsAny(out, "$`") && out != "$ " && !strings.HasSuffix(out, "$ ") {
		code := s.code
		sc := parse(": \""+out+"\"", s.dialect)
		s.code = sc
		if len(sc.stmts) == 1 {
			if c, ok := sc.stmts[0].Cmd.(*syntax.CallExpr); ok && len(c.Args) == 2 {
				out = s.word(c.Args[1])
			}
		}
		s.code = code
	}
	return out
}

// user is the name of the user that the shell runs as.
func (s *Shell) user() string {
	if data, err := s.p.ReadFile("/etc/passwd"); err == nil {
		for l := range strings.SplitSeq(string(data), "\n") {
			if f := strings.Split(l, ":"); len(f) >= 6 && f[2] == fmt.Sprint(s.p.UID) {
				return f[0]
			}
		}
	}
	if s.p.UID == 0 {
		return "root"
	}
	return "I have no name!"
}

// The keys that a line is edited with.
const (
	keyStart     = 0x01
	keyLeft      = 0x02
	keyInterrupt = 0x03
	keyEnd       = 0x04
	keyLast      = 0x05
	keyRight     = 0x06
	keyBackspace = 0x08
	keyKill      = 0x0b
	keyClear     = 0x0c
	keyNext      = 0x0e
	keyPrevious  = 0x10
	keyDiscard   = 0x15
	keyWord      = 0x17
	keyEscape    = 0x1b
	keyErase     = 0x7f
)

// edit reads a line from the terminal, with the prompt before it. ok is false
// where the input ends.
func (s *Shell) edit(prompt string, history []string) (line string, ok bool) {
	p := s.p
	p.Out().Flush()
	if s.dialect == Dash {
		// It leaves that to the terminal.
		p.Errorf("%s", prompt)
		return s.readLine('\n', true, -1)
	}
	screen := p.Screen(0)
	screen.Raw = true
	defer func() { screen.Raw = false }()
	say := func(text string) { p.WriteFD(2, []byte(text)) }
	if s.dialect == Bash {
		say("\x1b[?2004h" + prompt)
	} else {
		say(prompt + "\x1b[6n")
	}
	e := &editor{say: say, prompt: lastLine(prompt), history: history, at: len(history)}
	one := make([]byte, 1)
	key := func() (byte, bool) {
		n, err := p.ReadFD(0, one)
		for proc.Is(err, vfs.EINTR) {
			// The terminal has another size.
			if s.dialect == Ash {
				e.draw()
			}
			n, err = p.ReadFD(0, one)
		}
		return one[0], n > 0 && err == nil
	}
	for {
		c, more := key()
		if !more {
			return string(e.line), false
		}
		switch c {
		case '\r', '\n':
			say("\n")
			if s.dialect == Bash {
				say("\x1b[?2004l\r")
			}
			return string(e.line), true
		case keyInterrupt:
			say("^C\n")
			if s.dialect == Bash {
				say("\x1b[?2004l\r\x1b[?2004l\r")
			}
			return interrupted, true
		case keyEnd:
			if len(e.line) == 0 {
				if s.dialect == Bash {
					say("\n\x1b[?2004l\r")
				}
				return "", false
			}
			e.remove(e.pos, e.pos+1)
		case keyEscape:
			if c, more = key(); more && (c == '[' || c == 'O') {
				c, _ = key()
				e.arrow(c)
				if c >= '0' && c <= '9' {
					if end, _ := key(); end == '~' && c == '3' {
						e.remove(e.pos, e.pos+1)
					}
				}
			}
		default:
			e.key(c)
		}
	}
}

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }

// editor is a line in the making.
type editor struct {
	say     func(string)
	prompt  string
	line    []byte
	pos     int
	history []string
	at      int // in the history; its length is the new line
	kept    []byte
}

func (e *editor) key(c byte) {
	switch c {
	case keyErase, keyBackspace:
		if e.pos > 0 {
			_, n := utf8.DecodeLastRune(e.line[:e.pos])
			e.remove(e.pos-n, e.pos)
		}
	case keyStart:
		e.move(0)
	case keyLast:
		e.move(len(e.line))
	case keyLeft:
		e.arrow('D')
	case keyRight:
		e.arrow('C')
	case keyPrevious:
		e.arrow('A')
	case keyNext:
		e.arrow('B')
	case keyKill:
		e.remove(e.pos, len(e.line))
	case keyDiscard:
		e.remove(0, e.pos)
	case keyWord:
		from := e.pos
		for from > 0 && e.line[from-1] == ' ' {
			from--
		}
		for from > 0 && e.line[from-1] != ' ' {
			from--
		}
		e.remove(from, e.pos)
	case keyClear:
		e.say("\x1b[H\x1b[J")
		e.draw()
	default:
		if c < ' ' {
			return
		}
		rest := append([]byte{c}, e.line[e.pos:]...)
		e.line = append(e.line[:e.pos], rest...)
		e.pos++
		e.say(string(rest))
		e.back(len(rest) - 1)
	}
}

func (e *editor) back(n int) { e.say(strings.Repeat("\b", n)) }

// draw shows the line anew.
func (e *editor) draw() {
	e.say("\r" + e.prompt + string(e.line) + "\x1b[J")
	e.back(utf8.RuneCount(e.line[e.pos:]))
}

func (e *editor) move(to int) {
	e.pos = to
	e.draw()
}

// remove takes a part of the line away.
func (e *editor) remove(from, to int) {
	to = min(to, len(e.line))
	if from >= to {
		return
	}
	end := to == len(e.line) && to == e.pos && to-from == 1
	e.line = append(e.line[:from], e.line[to:]...)
	e.pos = from
	if end {
		e.say("\b\x1b[J")
		return
	}
	e.draw()
}

func (e *editor) arrow(c byte) {
	switch c {
	case 'A', 'B':
		to := e.at - 1
		if c == 'B' {
			to = e.at + 1
		}
		if to < 0 || to > len(e.history) {
			return
		}
		if e.at == len(e.history) {
			e.kept = e.line
		}
		if e.at = to; to == len(e.history) {
			e.line = e.kept
		} else {
			e.line = []byte(e.history[to])
		}
		e.pos = len(e.line)
		e.draw()
	case 'C':
		if e.pos < len(e.line) {
			e.move(e.pos + 1)
		}
	case 'D':
		if e.pos > 0 {
			e.move(e.pos - 1)
		}
	case 'H':
		e.move(0)
	case 'F':
		e.move(len(e.line))
	}
}
