package applet

import (
	"math/big"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// decimal is a number of bc: an integer and how many digits are behind the
// point.
type decimal struct {
	v     *big.Int
	scale int
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// at returns d with n digits behind the point, cut off.
func (d decimal) at(n int) decimal {
	if n >= d.scale {
		return decimal{new(big.Int).Mul(d.v, pow10(n-d.scale)), n}
	}
	return decimal{new(big.Int).Quo(d.v, pow10(d.scale-n)), n}
}

func whole(n int64) decimal { return decimal{big.NewInt(n), 0} }

// text writes d as bc prints it.
func (d decimal) text() string {
	s := new(big.Int).Abs(d.v).String()
	if d.scale > 0 {
		for len(s) <= d.scale {
			s = "0" + s
		}
		s = s[:len(s)-d.scale] + "." + s[len(s)-d.scale:]
		if strings.HasPrefix(s, "0.") {
			s = s[1:]
		}
	}
	if d.v.Sign() == 0 {
		return "0"
	}
	if d.v.Sign() < 0 {
		s = "-" + s
	}
	return s
}

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

func (c *calculator) expr() decimal { return c.or() }

func boolean(b bool) decimal { return whole(int64(truth(b))) }

func (c *calculator) or() decimal {
	l := c.and()
	for c.accept("||") {
		r := c.and()
		l = boolean(l.v.Sign() != 0 || r.v.Sign() != 0)
	}
	return l
}

func (c *calculator) and() decimal {
	l := c.not()
	for c.accept("&&") {
		r := c.not()
		l = boolean(l.v.Sign() != 0 && r.v.Sign() != 0)
	}
	return l
}

func (c *calculator) not() decimal {
	c.space(false)
	if strings.HasPrefix(c.src[c.pos:], "!") && !strings.HasPrefix(c.src[c.pos:], "!=") {
		c.pos++
		return boolean(c.not().v.Sign() == 0)
	}
	return c.relation()
}

func (c *calculator) relation() decimal {
	l := c.sum()
	for {
		op := ""
		for _, o := range []string{"<=", ">=", "==", "!=", "<", ">"} {
			if c.accept(o) {
				op = o
				break
			}
		}
		if op == "" {
			return l
		}
		r := c.sum()
		n := max(l.scale, r.scale)
		d := l.at(n).v.Cmp(r.at(n).v)
		l = boolean(op == "<" && d < 0 || op == "<=" && d <= 0 || op == "==" && d == 0 || op == "!=" && d != 0 || op == ">=" && d >= 0 || op == ">" && d > 0)
	}
}

func (c *calculator) binary(op byte, a, b decimal) decimal {
	n := max(a.scale, b.scale)
	switch op {
	case '+':
		return decimal{new(big.Int).Add(a.at(n).v, b.at(n).v), n}
	case '-':
		return decimal{new(big.Int).Sub(a.at(n).v, b.at(n).v), n}
	case '*':
		d := decimal{new(big.Int).Mul(a.v, b.v), a.scale + b.scale}
		return d.at(min(a.scale+b.scale, max(c.scale, a.scale, b.scale)))
	case '/':
		if b.v.Sign() == 0 {
			if c.skip {
				return a
			}
			c.fail("divide by zero")
		}
		num := a.at(c.scale + b.scale)
		return decimal{new(big.Int).Quo(num.v, b.v), c.scale}
	case '%':
		if b.v.Sign() == 0 {
			if c.skip {
				return a
			}
			c.fail("divide by zero")
		}
		q := c.binary('/', a, b)
		m := max(c.scale+b.scale, a.scale)
		prod := decimal{new(big.Int).Mul(q.v, b.v), q.scale + b.scale}
		return decimal{new(big.Int).Sub(a.at(m).v, prod.at(m).v), m}
	}
	e := b.at(0).v.Int64()
	if e < 0 {
		p := c.binary('^', a, whole(-e))
		return c.binary('/', whole(1), p)
	}
	if e > 100000 {
		c.fail("number too large")
	}
	d := decimal{new(big.Int).Exp(a.v, big.NewInt(e), nil), a.scale * int(e)}
	return d.at(min(d.scale, max(c.scale, a.scale)))
}

// operator accepts one of the operators, but not its assigning form.
func (c *calculator) operator(ops string) byte {
	c.space(false)
	if c.pos >= len(c.src) || strings.IndexByte(ops, c.src[c.pos]) < 0 {
		return 0
	}
	if c.pos+1 < len(c.src) && c.src[c.pos+1] == '=' {
		return 0
	}
	c.pos++
	return c.src[c.pos-1]
}

func (c *calculator) sum() decimal {
	l := c.product()
	for {
		op := c.operator("+-")
		if op == 0 {
			return l
		}
		l = c.binary(op, l, c.product())
	}
}

func (c *calculator) product() decimal {
	l := c.unary()
	for {
		op := c.operator("*/%")
		if op == 0 {
			return l
		}
		l = c.binary(op, l, c.unary())
	}
}

func (c *calculator) unary() decimal {
	if op := c.operator("-"); op != 0 {
		d := c.unary()
		return decimal{new(big.Int).Neg(d.v), d.scale}
	}
	return c.power()
}

func (c *calculator) power() decimal {
	l := c.primary()
	if c.operator("^") != 0 {
		return c.binary('^', l, c.unary())
	}
	return l
}

func (c *calculator) primary() decimal {
	c.space(false)
	if c.pos >= len(c.src) {
		c.fail("bad expression")
	}
	ch := c.src[c.pos]
	switch {
	case ch == '(':
		c.pos++
		v := c.expr()
		c.expect(")")
		return v
	case ch >= '0' && ch <= '9' || ch == '.':
		i := c.pos
		for i < len(c.src) && (c.src[i] >= '0' && c.src[i] <= '9' || c.src[i] == '.') {
			i++
		}
		a, b, _ := strings.Cut(c.src[c.pos:i], ".")
		c.pos = i
		v, ok := new(big.Int).SetString("0"+a+b, 10)
		if !ok {
			c.fail("bad number")
		}
		return decimal{v, len(b)}
	case ch >= 'a' && ch <= 'z':
		return c.named()
	}
	c.fail("bad expression")
	return decimal{}
}

func (c *calculator) named() decimal {
	name := c.name()
	c.space(false)
	if c.pos < len(c.src) && c.src[c.pos] == '(' {
		c.pos++
		var args []decimal
		for !c.accept(")") {
			args = append(args, c.expr())
			c.accept(",")
		}
		return c.call(name, args)
	}
	if c.pos < len(c.src) && c.src[c.pos] == '[' {
		c.pos++
		name += "[" + c.expr().at(0).text() + "]"
		c.expect("]")
	}
	get := func() decimal {
		if name == "scale" {
			return whole(int64(c.scale))
		}
		if name == "ibase" || name == "obase" {
			return whole(10)
		}
		if v, ok := c.vars[name]; ok {
			return v
		}
		return whole(0)
	}
	set := func(v decimal) {
		if c.skip {
			return
		}
		switch name {
		case "scale":
			c.scale = int(v.at(0).v.Int64())
		case "ibase", "obase":
			if v.at(0).v.Int64() != 10 {
				c.fail(name + " other than 10 is not interpreted")
			}
		default:
			c.vars[name] = v
		}
	}
	rest := c.src[c.pos:]
	for _, op := range []string{"++", "--"} {
		if strings.HasPrefix(rest, op) {
			c.pos += 2
			old := get()
			set(c.binary(op[0], old, whole(1)))
			return old
		}
	}
	if strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==") {
		c.pos++
		v := c.expr()
		set(v)
		return v
	}
	if len(rest) > 1 && rest[1] == '=' && strings.IndexByte("+-*/%^", rest[0]) >= 0 {
		c.pos += 2
		v := c.binary(rest[0], get(), c.expr())
		set(v)
		return v
	}
	return get()
}

func (c *calculator) call(name string, args []decimal) decimal {
	arg := whole(0)
	if len(args) > 0 {
		arg = args[0]
	}
	switch name {
	case "sqrt":
		if arg.v.Sign() < 0 {
			c.fail("negative number")
		}
		n := max(c.scale, arg.scale)
		return decimal{new(big.Int).Sqrt(arg.at(2 * n).v), n}
	case "length":
		return whole(int64(len(strings.Trim(strings.Replace(arg.text(), ".", "", 1), "-"))))
	case "scale":
		return whole(int64(arg.scale))
	}
	f, ok := c.funcs[name]
	if c.skip {
		return whole(0)
	}
	if !ok {
		c.fail("undefined function: " + name + "()")
	}
	if c.depth++; c.depth > 500 {
		c.fail("functions call each other too deep")
	}
	src, pos, jump := c.src, c.pos, c.jump
	saved := map[string]decimal{}
	for i, p := range f.params {
		saved[p] = c.vars[p]
		if i < len(args) {
			c.vars[p] = args[i]
		}
	}
	c.src, c.pos, c.ret, c.jump = f.body, 0, nil, 0
	c.statement()
	v := whole(0)
	if c.ret != nil {
		v = *c.ret
	}
	for p, old := range saved {
		if old.v == nil {
			old = whole(0)
		}
		c.vars[p] = old
	}
	c.src, c.pos, c.jump, c.ret = src, pos, jump, nil
	c.depth--
	return v
}
