package awk

// node is a node of a program, an expression or a statement.
type node struct {
	op   string
	kids []*node
	text string
	num  float64
	line int
	slot int       // of a variable: index of a global, or of a local (op "local")
	fn   *function // of a call
	re   *matcher  // of a constant expression
}

// function is one the program defines.
type function struct {
	name    string
	params  []string
	body    *node
	defined bool
}

// rule is a pattern with its action.
type rule struct {
	from, to *node
	body     *node // nil: print $0
	active   bool
}

// program is a parsed program.
type program struct {
	begin, end []*node
	rules      []*rule
	funcs      map[string]*function
	globals    map[string]int
	names      []string
}

type parser struct {
	lexer
	prog   *program
	locals map[string]int
	noIn   bool
	noGT   bool
	depth  int
}

func parse(prog *program, name, src string) (err error) {
	p := &parser{lexer: lexer{src: src, line: 1, name: name}, prog: prog}
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(*failure)
			if !ok {
				panic(r)
			}
			err = f
		}
	}()
	p.next()
	for {
		p.skipNewlines()
		switch p.tok {
		case "eof":
			return nil
		case "BEGIN":
			p.next()
			p.prog.begin = append(p.prog.begin, p.block())
		case "END":
			p.next()
			p.prog.end = append(p.prog.end, p.block())
		case "function":
			p.function()
		default:
			r := &rule{}
			if p.tok != "{" {
				r.from = p.expr()
				if p.tok == "," {
					p.next()
					p.newlines()
					r.to = p.expr()
				}
			}
			if p.tok == "{" {
				r.body = p.block()
			}
			p.prog.rules = append(p.prog.rules, r)
		}
	}
}

func (p *parser) skipNewlines() {
	for p.tok == "newline" || p.tok == ";" {
		p.next()
	}
}

func (p *parser) newlines() {
	for p.tok == "newline" {
		p.next()
	}
}

func (p *parser) expect(tok string) {
	if p.tok != tok {
		p.fail("Unexpected token")
	}
	p.next()
}

func (p *parser) function() {
	p.next()
	if p.tok != "func" && p.tok != "name" {
		p.fail("Unexpected token")
	}
	f := p.named(p.text)
	f.defined = true
	p.next()
	p.expect("(")
	p.locals = map[string]int{}
	for p.tok != ")" {
		if p.tok != "name" {
			p.fail("Unexpected token")
		}
		p.locals[p.text] = len(f.params)
		f.params = append(f.params, p.text)
		p.next()
		if p.tok == "," {
			p.next()
			p.newlines()
		}
	}
	p.next()
	p.newlines()
	f.body = p.block()
	p.locals = nil
}

func (p *parser) named(name string) *function {
	f := p.prog.funcs[name]
	if f == nil {
		f = &function{name: name}
		p.prog.funcs[name] = f
	}
	return f
}

func (p *parser) node(op string, kids ...*node) *node {
	if p.depth++; p.depth > 1<<20 {
		p.fail("Too deep")
	}
	return &node{op: op, kids: kids, line: p.line}
}

func (p *parser) block() *node {
	p.newlines()
	p.expect("{")
	n := p.node("block")
	for {
		p.skipNewlines()
		if p.tok == "}" {
			p.next()
			return n
		}
		if p.tok == "eof" {
			p.fail("Unexpected token")
		}
		n.kids = append(n.kids, p.statement())
	}
}

// end takes what ends a simple statement.
func (p *parser) end() {
	switch p.tok {
	case ";", "newline":
		p.next()
	case "}", "eof":
	default:
		p.fail("Unexpected token")
	}
}

func (p *parser) body() *node {
	p.newlines()
	if p.tok == ";" {
		p.next()
		return p.node("block")
	}
	return p.statement()
}

func (p *parser) statement() *node {
	switch p.tok {
	case "{":
		return p.block()
	case "if":
		p.next()
		p.expect("(")
		n := p.node("if", p.expr())
		p.expect(")")
		n.kids = append(n.kids, p.body())
		// else may come after newlines and one semicolon.
		save, tok, text, line, prev := p.pos, p.tok, p.text, p.line, p.prev
		p.skipNewlines()
		if p.tok == "else" {
			p.next()
			n.kids = append(n.kids, p.body())
			return n
		}
		p.pos, p.tok, p.text, p.line, p.prev = save, tok, text, line, prev
		return n
	case "while":
		p.next()
		p.expect("(")
		n := p.node("while", p.expr())
		p.expect(")")
		if p.tok == ";" {
			p.next()
			n.kids = append(n.kids, p.node("block"))
			return n
		}
		n.kids = append(n.kids, p.body())
		return n
	case "do":
		p.next()
		n := p.node("do", p.body())
		p.skipNewlines()
		p.expect("while")
		p.expect("(")
		n.kids = append(n.kids, p.expr())
		p.expect(")")
		p.end()
		return n
	case "for":
		return p.forLoop()
	case "break", "continue", "next", "nextfile":
		n := p.node(p.tok)
		p.next()
		p.end()
		return n
	case "exit", "return":
		n := p.node(p.tok)
		p.next()
		if p.tok != ";" && p.tok != "newline" && p.tok != "}" && p.tok != "eof" {
			n.kids = append(n.kids, p.expr())
		}
		p.end()
		return n
	case "delete":
		p.next()
		if p.tok != "name" {
			p.fail("Unexpected token")
		}
		v := p.variable(p.text)
		p.next()
		n := p.node("delete", v)
		if p.tok == "[" {
			p.next()
			n.kids = append(n.kids, p.subscript())
		}
		p.end()
		return n
	case ";":
		p.next()
		return p.node("block")
	}
	n := p.simple()
	p.end()
	return n
}

func (p *parser) forLoop() *node {
	p.next()
	p.expect("(")
	if p.tok == "name" {
		// for (k in a)
		save, text, line, prev := p.pos, p.text, p.line, p.prev
		p.next()
		if p.tok == "in" {
			p.next()
			arr := p.text
			if p.tok == "name" {
				p.next()
				if p.tok == ")" {
					p.next()
					n := p.node("forin", p.variable(text), p.variable(arr))
					n.kids = append(n.kids, p.body())
					return n
				}
			}
		}
		p.pos, p.tok, p.text, p.line, p.prev = save, "name", text, line, prev
	}
	n := p.node("for", nil, nil, nil, nil)
	if p.tok != ";" {
		n.kids[0] = p.simple()
	}
	p.expect(";")
	p.newlines()
	if p.tok != ";" {
		n.kids[1] = p.expr()
	}
	p.expect(";")
	p.newlines()
	if p.tok != ")" {
		n.kids[2] = p.simple()
	}
	p.expect(")")
	if p.tok == ";" {
		p.next()
		n.kids[3] = p.node("block")
		return n
	}
	n.kids[3] = p.body()
	return n
}

// simple is a statement without a body.
func (p *parser) simple() *node {
	if p.tok != "print" && p.tok != "printf" {
		return p.node("expr", p.expr())
	}
	n := p.node(p.tok)
	p.next()
	args := p.node("args")
	redirect := func() bool { return p.tok == ">" || p.tok == ">>" || p.tok == "|" }
	if p.tok != ";" && p.tok != "newline" && p.tok != "}" && p.tok != "eof" && p.tok != ")" && !redirect() {
		old := p.noGT
		if p.tok == "(" {
			// print (a, b) > "file", or print (a)(b)
			save, line, prev := p.pos, p.line, p.prev
			p.next()
			p.noGT = false
			first := p.expr()
			list := []*node{first}
			for p.tok == "," {
				p.next()
				p.newlines()
				list = append(list, p.expr())
			}
			if p.tok == ")" {
				p.next()
				if p.tok == ";" || p.tok == "newline" || p.tok == "}" || p.tok == "eof" || redirect() {
					args.kids = list
					p.noGT = old
					goto tail
				}
			}
			p.pos, p.line, p.prev, p.tok = save, line, prev, "("
		}
		p.noGT = true
		args.kids = append(args.kids, p.expr())
		for p.tok == "," {
			p.next()
			p.newlines()
			args.kids = append(args.kids, p.expr())
		}
		p.noGT = old
	}
tail:
	n.kids = append(n.kids, args)
	if redirect() {
		n.text = p.tok
		p.next()
		old := p.noGT
		p.noGT = true
		n.kids = append(n.kids, p.concat())
		p.noGT = old
	} else if p.src != "" && p.tok == ">" {
		p.fail("Unexpected token")
	}
	return n
}

func (p *parser) variable(name string) *node {
	n := p.node("var")
	n.text = name
	if i, ok := p.locals[name]; ok {
		n.op, n.slot = "local", i
		return n
	}
	n.slot = p.prog.global(name)
	return n
}

func (g *program) global(name string) int {
	i, ok := g.globals[name]
	if !ok {
		i = len(g.names)
		g.globals[name] = i
		g.names = append(g.names, name)
	}
	return i
}

// subscript reads what is between brackets and the closing one.
func (p *parser) subscript() *node {
	oldIn, oldGT := p.noIn, p.noGT
	p.noIn, p.noGT = false, false
	n := p.node("subscript", p.expr())
	for p.tok == "," {
		p.next()
		n.kids = append(n.kids, p.expr())
	}
	p.noIn, p.noGT = oldIn, oldGT
	p.expect("]")
	return n
}

func (p *parser) expr() *node {
	n := p.ternary()
	switch p.tok {
	case "=", "+=", "-=", "*=", "/=", "%=", "^=":
		if n.op != "var" && n.op != "local" && n.op != "index" && n.op != "$" {
			p.fail("Unexpected token")
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
			p.fail("Unexpected token")
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
				p.fail("Unexpected token")
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
			p.fail("Unexpected token")
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
	p.fail("Unexpected token")
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
			p.fail("Unexpected token")
		}
	}
	p.next()
	p.noIn, p.noGT = oldIn, oldGT
	return list
}
