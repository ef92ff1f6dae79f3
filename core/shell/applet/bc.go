package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

// calculator runs bc programs: expressions, variables, if, while, for and
// functions with simple parameters.
type calculator struct {
	p     *proc.Proc
	src   string
	pos   int
	vars  map[string]decimal
	scale int
	funcs map[string]bcFunction
	skip  bool // syntax only
	ret   *decimal
	jump  byte // 'b'reak, 'r'eturn
	depth int
}

type bcFunction struct {
	params []string
	body   string
}

// bcError ends a statement.
type bcError string

func bc(p *proc.Proc) int {
	o := options(p, "ilqsvw", "mathlib=l", "quiet=q", "standard=s", "warn=w", "interactive=i")
	c := &calculator{p: p, vars: map[string]decimal{}, funcs: map[string]bcFunction{}}
	if o.Has('l') {
		c.scale = 20
	}
	run := func(text string) bool {
		c.src, c.pos = text, 0
		for {
			c.space(true)
			if c.pos >= len(c.src) {
				return false
			}
			if quit, failed := c.guarded(); quit {
				return true
			} else if failed {
				for c.pos < len(c.src) && c.src[c.pos] != '\n' {
					c.pos++
				}
			}
		}
	}
	for _, f := range o.Rest {
		data, err := p.ReadFile(f)
		if err != nil {
			p.Die("can't open '%s': %s", f, proc.Text(err))
		}
		if run(string(data)) {
			return 0
		}
	}
	data, _ := gather(p, nil, -1)
	run(strings.ReplaceAll(string(data), "\\\n", ""))
	return 0
}

func (c *calculator) guarded() (quit, failed bool) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case bcError:
			if e == "quit" {
				quit = true
				return
			}
			c.p.Errorf("bc: %s\n", string(e))
			if !c.p.GNU {
				c.p.Exit(1)
			}
			failed = true
		default:
			panic(e)
		}
	}()
	c.statement()
	return
}

func (c *calculator) fail(s string) { panic(bcError(s)) }

func (c *calculator) space(lines bool) {
	for c.pos < len(c.src) {
		switch ch := c.src[c.pos]; {
		case ch == ' ' || ch == '\t' || lines && (ch == '\n' || ch == ';'):
			c.pos++
		case strings.HasPrefix(c.src[c.pos:], "/*"):
			end := strings.Index(c.src[c.pos:], "*/")
			if end < 0 {
				c.pos = len(c.src)
			} else {
				c.pos += end + 2
			}
		case ch == '#':
			for c.pos < len(c.src) && c.src[c.pos] != '\n' {
				c.pos++
			}
		default:
			return
		}
	}
}

func (c *calculator) accept(tok string) bool {
	c.space(false)
	if !strings.HasPrefix(c.src[c.pos:], tok) {
		return false
	}
	if end := c.pos + len(tok); tok[0] >= 'a' && end < len(c.src) && wordByte(c.src[end]) {
		return false
	}
	c.pos += len(tok)
	return true
}

func (c *calculator) expect(tok string) {
	if !c.accept(tok) {
		c.fail("bad token")
	}
}

// run carries out a statement, or only reads over it.
func (c *calculator) run(on bool) {
	old := c.skip
	c.skip = old || !on || c.jump != 0
	c.space(true)
	c.statement()
	c.skip = old
}

func (c *calculator) statement() {
	c.p.Step()
	c.space(false)
	switch {
	case c.accept("{"):
		for {
			c.space(true)
			if c.pos >= len(c.src) {
				c.fail("bad token")
			}
			if c.accept("}") {
				return
			}
			c.run(true)
		}
	case c.accept("quit"), c.accept("halt"):
		if !c.skip {
			c.fail("quit")
		}
	case c.accept("define"):
		c.define()
	case c.accept("if"):
		c.expect("(")
		ok := c.expr().v.Sign() != 0
		c.expect(")")
		c.run(ok)
		save := c.pos
		c.space(true)
		if c.accept("else") {
			c.run(!ok)
		} else {
			c.pos = save
		}
	case c.accept("while"):
		top := c.pos
		for {
			c.pos = top
			c.expect("(")
			ok := c.expr().v.Sign() != 0
			c.expect(")")
			c.run(ok)
			if !ok || c.skip || c.jump != 0 {
				break
			}
		}
		if c.jump == 'b' {
			c.jump = 0
		}
	case c.accept("for"):
		c.loop()
	case c.accept("break"):
		if !c.skip {
			c.jump = 'b'
		}
	case c.accept("return"):
		v := whole(0)
		c.space(false)
		if c.pos < len(c.src) && !strings.ContainsRune(";\n}", rune(c.src[c.pos])) {
			v = c.expr()
		}
		if !c.skip {
			c.ret, c.jump = &v, 'r'
		}
	case c.accept("auto"):
		for c.pos < len(c.src) && c.src[c.pos] != '\n' && c.src[c.pos] != ';' {
			c.pos++
		}
	case c.accept("print"):
		for {
			c.space(false)
			if s, ok := c.literal(); ok {
				if !c.skip {
					t, _ := unescape(s, false, false)
					c.p.Out().Write(t)
				}
			} else if v := c.expr(); !c.skip {
				c.p.Puts(v.text())
			}
			if !c.accept(",") {
				return
			}
		}
	default:
		if s, ok := c.literal(); ok {
			if !c.skip {
				c.p.Puts(s)
			}
			return
		}
		start := c.pos
		v := c.expr()
		text := strings.TrimLeft(c.src[start:c.pos], " ")
		if !c.skip && !assignment(text) {
			c.p.Puts(v.text() + "\n")
		}
	}
}

// assignment reports whether an expression is name=… and so prints nothing.
func assignment(s string) bool {
	i := 0
	for i < len(s) && wordByte(s[i]) {
		i++
	}
	if i == 0 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	s = strings.TrimLeft(s[i:], " ")
	if strings.HasPrefix(s, "[") {
		if j := strings.IndexByte(s, ']'); j > 0 {
			s = strings.TrimLeft(s[j+1:], " ")
		}
	}
	if s == "" {
		return false
	}
	if s[0] == '=' {
		return !strings.HasPrefix(s, "==")
	}
	return len(s) > 1 && s[1] == '=' && strings.IndexByte("+-*/%^", s[0]) >= 0
}

func (c *calculator) literal() (string, bool) {
	if c.pos >= len(c.src) || c.src[c.pos] != '"' {
		return "", false
	}
	end := strings.IndexByte(c.src[c.pos+1:], '"')
	if end < 0 {
		c.fail("string end could not be found")
	}
	s := c.src[c.pos+1 : c.pos+1+end]
	c.pos += end + 2
	return s, true
}

func (c *calculator) loop() {
	c.expect("(")
	c.expr()
	c.expect(";")
	cond := c.pos
	for {
		c.pos = cond
		ok := c.expr().v.Sign() != 0
		c.expect(";")
		step := c.pos
		old := c.skip
		c.skip = true
		c.expr()
		c.skip = old
		c.expect(")")
		c.run(ok)
		end := c.pos
		if !ok || c.skip || c.jump != 0 {
			break
		}
		c.pos = step
		c.expr()
		c.pos = end
	}
	if c.jump == 'b' {
		c.jump = 0
	}
}

func (c *calculator) define() {
	name := c.name()
	c.expect("(")
	var f bcFunction
	for !c.accept(")") {
		f.params = append(f.params, c.name())
		c.accept(",")
	}
	c.space(true)
	start := c.pos
	old := c.skip
	c.skip = true
	c.statement()
	c.skip = old
	f.body = c.src[start:c.pos]
	c.funcs[name] = f
}

func (c *calculator) name() string {
	c.space(false)
	i := c.pos
	for i < len(c.src) && (wordByte(c.src[i]) && !(c.src[i] >= 'A' && c.src[i] <= 'Z')) {
		i++
	}
	n := c.src[c.pos:i]
	if n == "" {
		c.fail("bad token")
	}
	c.pos = i
	return n
}
