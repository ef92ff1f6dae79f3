package awk

func (p *parser) expr() *node {
	n := p.ternary()
	switch p.tok {
	case "=", "+=", "-=", "*=", "/=", "%=", "^=":
		if n.op != "var" && n.op != "local" && n.op != "index" && n.op != "$" {
			p.unexpected()
		}
		op := p.tok
		p.next()
		p.newlines()
		return p.node(op, n, p.expr())
	}
	return n
}

func (p *parser) ternary() *node {
	n := p.or()
	if p.tok != "?" {
		return n
	}
	p.next()
	p.newlines()
	a := p.expr()
	p.newlines()
	p.expect(":")
	p.newlines()
	return p.node("?", n, a, p.expr())
}

func (p *parser) or() *node {
	n := p.and()
	for p.tok == "||" {
		p.next()
		p.newlines()
		n = p.node("||", n, p.and())
	}
	return n
}

func (p *parser) and() *node {
	n := p.in()
	for p.tok == "&&" {
		p.next()
		p.newlines()
		n = p.node("&&", n, p.in())
	}
	return n
}

func (p *parser) in() *node {
	n := p.match()
	for p.tok == "in" && !p.noIn {
		p.next()
		if p.tok != "name" {
			p.unexpected()
		}
		n = p.node("in", n, p.variable(p.text))
		p.next()
	}
	return n
}

func (p *parser) match() *node {
	n := p.comparison()
	for p.tok == "~" || p.tok == "!~" {
		op := p.tok
		p.next()
		n = p.node(op, n, p.comparison())
	}
	return n
}

func (p *parser) comparison() *node {
	n := p.concat()
	for {
		switch p.tok {
		case "<", "<=", "==", "!=", ">=", ">":
			if p.tok == ">" && p.noGT {
				return n
			}
			op := p.tok
			p.next()
			n = p.node(op, n, p.concat())
		case "|":
			// cmd | getline
			save, line, prev := p.pos, p.line, p.prev
			p.next()
			if p.tok != "getline" {
				p.pos, p.line, p.prev, p.tok = save, line, prev, "|"
				return n
			}
			p.next()
			g := p.node("getline", n)
			g.text = "|"
			if lv := p.lvalue(); lv != nil {
				g.kids = append(g.kids, lv)
			}
			n = g
		default:
			return n
		}
	}
}

// lvalue reads a variable, an element or a field, if one follows.
func (p *parser) lvalue() *node {
	switch p.tok {
	case "$":
		p.next()
		return p.node("$", p.increment())
	case "name":
		v := p.variable(p.text)
		p.next()
		if p.tok == "[" {
			p.next()
			return p.node("index", v, p.subscript())
		}
		return v
	}
	return nil
}

// starts reports whether the token can begin an operand of a concatenation.
func (p *parser) starts() bool {
	switch p.tok {
	case "num", "str", "ere", "name", "func", "builtin", "$", "!", "(", "-", "+", "++", "--":
		return true
	}
	return false
}

func (p *parser) concat() *node {
	n := p.additive()
	for p.starts() && p.tok != "in" {
		n = p.node("concat", n, p.additive())
	}
	return n
}

func (p *parser) additive() *node {
	n := p.term()
	for p.tok == "+" || p.tok == "-" {
		op := p.tok
		p.next()
		n = p.node(op, n, p.term())
	}
	return n
}

func (p *parser) term() *node {
	n := p.unary()
	for p.tok == "*" || p.tok == "/" || p.tok == "%" {
		op := p.tok
		p.next()
		n = p.node(op, n, p.unary())
	}
	return n
}

func (p *parser) unary() *node {
	switch p.tok {
	case "!":
		p.next()
		return p.node("!", p.unary())
	case "-":
		p.next()
		return p.node("neg", p.unary())
	case "+":
		p.next()
		return p.node("plus", p.unary())
	}
	return p.power()
}

func (p *parser) power() *node {
	n := p.increment()
	if p.tok == "^" {
		p.next()
		// The power binds to the right and tighter than a sign on its left.
		var right *node
		if p.tok == "-" || p.tok == "+" || p.tok == "!" {
			right = p.unary()
		} else {
			right = p.power()
		}
		return p.node("^", n, right)
	}
	return n
}

func (p *parser) increment() *node {
	if p.tok == "++" || p.tok == "--" {
		op := p.tok
		p.next()
		return p.node("pre"+op, p.primary())
	}
	n := p.primary()
	if (p.tok == "++" || p.tok == "--") && (n.op == "var" || n.op == "local" || n.op == "index" || n.op == "$") {
		n = p.node("post"+p.tok, n)
		p.next()
	}
	return n
}

func (p *parser) primary() *node {
	switch p.tok {
	case "num":
		n := p.node("num")
		n.num = p.num
		p.next()
		return n
	case "str":
		n := p.node("str")
		n.text = p.text
		p.next()
		return n
	case "ere":
		n := p.node("ere")
		n.text = p.text
		p.next()
		return n
	case "$":
		p.next()
		if p.tok == "-" {
			p.next()
			return p.node("$", p.node("neg", p.increment()))
		}
		if p.tok == "++" || p.tok == "--" {
			return p.node("$", p.increment())
		}
		return p.node("$", p.primary())
	case "(":
		oldIn, oldGT := p.noIn, p.noGT
		p.noIn, p.noGT = false, false
		p.next()
		p.newlines()
		n := p.expr()
		if p.tok == "," {
			// (i, j) in a
			s := p.node("subscript", n)
			for p.tok == "," {
				p.next()
				p.newlines()
				s.kids = append(s.kids, p.expr())
			}
			p.expect(")")
			p.noIn, p.noGT = oldIn, oldGT
			if p.tok != "in" {
				p.unexpected()
			}
			p.next()
			v := p.node("in", s, p.variable(p.text))
			p.expect("name")
			return v
		}
		p.newlines()
		p.expect(")")
		p.noIn, p.noGT = oldIn, oldGT
		return p.node("group", n)
	case "name":
		v := p.variable(p.text)
		p.next()
		if p.tok == "[" {
			p.next()
			return p.node("index", v, p.subscript())
		}
		return v
	case "func":
		n := p.node("call")
		n.fn = p.named(p.text)
		p.next()
		p.expect("(")
		n.kids = p.arguments()
		return n
	case "builtin":
		n := p.node("builtin")
		n.text = p.text
		p.next()
		if p.tok == "(" {
			p.next()
			n.kids = p.arguments()
		} else if n.text != "length" {
			p.unexpected()
		}
		return n
	case "getline":
		p.next()
		n := p.node("getline")
		lv := p.lvalue()
		if p.tok == "<" {
			p.next()
			n.text = "<"
			n.kids = append(n.kids, p.primary())
			if lv != nil {
				n.kids = append(n.kids, lv)
			}
			return n
		}
		if lv != nil {
			n.kids = append(n.kids, nil, lv)
		}
		return n
	case "-", "+", "!":
		return p.unary()
	}
	p.unexpected()
	return nil
}

func (p *parser) arguments() []*node {
	oldIn, oldGT := p.noIn, p.noGT
	p.noIn, p.noGT = false, false
	var list []*node
	p.newlines()
	for p.tok != ")" {
		list = append(list, p.expr())
		p.newlines()
		if p.tok == "," {
			p.next()
			p.newlines()
			continue
		}
		if p.tok != ")" {
			p.unexpected()
		}
	}
	p.next()
	p.noIn, p.noGT = oldIn, oldGT
	return list
}
