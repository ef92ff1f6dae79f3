package applet

import (
	"math/big"
	"strings"
)

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
