package awk

import "fmt"

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

func parse(prog *program, name, src string, plain bool) (err error) {
	p := &parser{lexer: lexer{src: src, line: 1, name: name, plain: plain}, prog: prog}
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
		if tok == ")" && p.tok == "}" && !p.plain {
			panic(&failure{fmt.Sprintf("line %d", p.line), "missing ) near }"})
		}
		p.unexpected()
	}
	p.next()
}

func (p *parser) function() {
	p.next()
	if p.tok != "func" && p.tok != "name" {
		p.unexpected()
	}
	f := p.named(p.text)
	f.defined = true
	p.next()
	p.expect("(")
	p.locals = map[string]int{}
	for p.tok != ")" {
		if p.tok != "name" {
			p.unexpected()
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
			p.unexpected()
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
		p.unexpected()
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
			p.unexpected()
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
		if p.plain {
			// busybox takes a whole expression: print 1>2?"a":"b" writes to a.
			n.kids = append(n.kids, p.expr())
		} else {
			n.kids = append(n.kids, p.concat())
		}
		p.noGT = old
	} else if p.src != "" && p.tok == ">" {
		p.unexpected()
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
