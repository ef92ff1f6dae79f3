package awk

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

// Config is how awk is called.
type Config struct {
	// Sources are program texts, each with the name messages give it.
	Sources [][2]string
	Assigns []string // -v name=value
	FS      string   // -F, "" if it was not given
	HasFS   bool
	Args    []string // operands
	// NoMath is set for a build without the mathematical functions.
	NoMath bool
	// Name is the name messages begin with.
	Name string
	// Shell runs a command line in a child and returns its exit status;
	// prepare changes the child's descriptors.
	Shell func(p *proc.Proc, command string, prepare func(*proc.Proc)) int
	// Format and Strftime come from the applets' own printf and date.
	Format   func(verb byte, flags string, width, prec int, n float64) string
	Strftime func(format string, sec int64, utc bool) string
	Mktime   func(spec string) int64
}

type matcher = regex.Regexp

const (
	onward jump = iota
	breaks
	continues
	nexts
	nextFile
	exits
	returns
)

type interp struct {
	p        *proc.Proc
	dialect  dialect
	c        Config
	prog     *program
	globals  []value
	stack    [][]value
	ret      value
	status   int
	line     int // of the source, for messages
	record   string
	fields   []string // valid if split
	split    bool
	stale    bool // the record must be put together from the fields
	cells    map[int]value
	nf       int
	regexps  map[string]*matcher
	streams  map[string]*stream
	order    []string
	arg      int
	main     *reader
	seed     uint64
	lastSeed float64
	slots    struct{ fs, ofs, ors, rs, nr, fnr, nf, filename, subsep, rstart, rlength, convfmt, ofmt, environ, argc, argv int }
	opened   bool
}

// stream is a file or a pipe the program has open.
type stream struct {
	fd    int
	r     *reader
	child *proc.Proc
	buf   []byte
	reads bool
}

// reader reads records.
type reader struct {
	src io.Reader
	buf []byte
	eof bool
	fd  int
}

// Run runs a program and returns its exit status.
func Run(p *proc.Proc, c Config) (status int) {
	in := &interp{p: p, c: c, prog: &program{funcs: map[string]*function{}, globals: map[string]int{}}, regexps: map[string]*matcher{}, streams: map[string]*stream{}, seed: 1}
	if p.GNU {
		in.dialect = mawk
	} else {
		in.lastSeed = 1
	}
	g := in.prog.global
	s := &in.slots
	s.fs, s.ofs, s.ors, s.rs, s.nr, s.fnr, s.nf, s.filename = g("FS"), g("OFS"), g("ORS"), g("RS"), g("NR"), g("FNR"), g("NF"), g("FILENAME")
	s.subsep, s.rstart, s.rlength, s.convfmt, s.ofmt, s.environ, s.argc, s.argv = g("SUBSEP"), g("RSTART"), g("RLENGTH"), g("CONVFMT"), g("OFMT"), g("ENVIRON"), g("ARGC"), g("ARGV")
	for _, src := range c.Sources {
		if err := parse(in.prog, src[0], src[1], !p.GNU); err != nil {
			p.Errorf("%s: %v\n", c.Name, err)
			return in.failed()
		}
	}
	if missing := in.undefined(); len(missing) > 0 {
		if p.GNU {
			last := c.Sources[len(c.Sources)-1][1]
			p.Errorf("%s: line %d: function %s never defined\n", c.Name, strings.Count(last, "\n")+2, missing[0])
			return in.failed()
		}
		p.Errorf("%s: %s:%d: Call to undefined function\n", c.Name, c.Sources[0][0], 1)
		return 1
	}
	in.globals = make([]value, len(in.prog.names)+64)
	set := func(slot int, v value) { in.globals[slot] = v }
	set(s.fs, str(" "))
	set(s.ofs, str(" "))
	set(s.ors, str("\n"))
	set(s.rs, str("\n"))
	set(s.nr, num(0))
	set(s.fnr, num(0))
	set(s.nf, num(0))
	set(s.subsep, str("\x1c"))
	set(s.rlength, num(-1))
	set(s.convfmt, str("%.6g"))
	set(s.ofmt, str("%.6g"))
	env := newTable()
	for _, e := range p.Env {
		if k, v, ok := strings.Cut(e, "="); ok {
			*env.get(k) = outside(v)
		}
	}
	in.globals[s.environ].arr = env
	argv := newTable()
	*argv.get("0") = str("awk")
	for i, a := range c.Args {
		*argv.get(strconv.Itoa(i + 1)) = outside(a)
	}
	in.globals[s.argv].arr = argv
	set(s.argc, num(float64(len(c.Args)+1)))
	if c.HasFS {
		set(s.fs, str(unescape(c.FS)))
	}
	for _, a := range c.Assigns {
		k, v, _ := strings.Cut(a, "=")
		in.assignArg(k, v)
	}
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(*failure)
			if !ok {
				panic(r)
			}
			in.flushAll()
			p.Errorf("%s: %v\n", c.Name, f)
			status = in.failed()
		}
	}()
	in.run()
	in.closeAll()
	return in.status
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i += escape(&b, s[i+1:], false)
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (in *interp) assignArg(k, v string) {
	slot := in.prog.global(k)
	for slot >= len(in.globals) {
		in.globals = append(in.globals, value{})
	}
	in.setGlobal(slot, outside(unescape(v)))
}

// failed is the exit status of a program that fails.
func (in *interp) failed() int {
	if in.p.GNU {
		return 2
	}
	return 1
}

// undefined names the functions that are called and not there, in order.
func (in *interp) undefined() []string {
	var names []string
	for _, f := range in.prog.funcs {
		if !f.defined {
			names = append(names, f.name)
		}
	}
	slices.Sort(names)
	return names
}

func (in *interp) fail(format string, a ...any) {
	name := "cmd. line"
	if len(in.c.Sources) > 0 {
		name = in.c.Sources[0][0]
	}
	panic(&failure{fmt.Sprintf("%s:%d", name, max(in.line, 1)), fmt.Sprintf(format, a...)})
}

func (in *interp) global(slot int) string { return in.globals[slot].text(in.convfmt()) }

func (in *interp) convfmt() format {
	return format{in.globals[in.slots.convfmt].s, in.dialect}
}

func (in *interp) setGlobal(slot int, v value) {
	if slot == in.slots.nf {
		n := int(v.number(in.dialect))
		in.resize(max(n, 0))
		in.stale = true
		return
	}
	arr := in.globals[slot].arr
	in.globals[slot] = v
	in.globals[slot].arr = arr
}

// cell returns the value a variable node stands for.
func (in *interp) cell(n *node) *value {
	if n.op == "local" {
		v := &in.stack[len(in.stack)-1][n.slot]
		for v.ref != nil && v.ref.arr != nil {
			return v.ref
		}
		return v
	}
	return &in.globals[n.slot]
}

func (in *interp) array(n *node) *table {
	v := in.cell(n)
	if v.arr == nil {
		if v.ref != nil {
			if v.ref.arr == nil {
				v.ref.arr = newTable()
			}
			return v.ref.arr
		}
		v.arr = newTable()
	}
	return v.arr
}

func (in *interp) key(sub *node) string {
	if len(sub.kids) == 1 {
		v := in.eval(sub.kids[0])
		return v.text(in.convfmt())
	}
	parts := make([]string, len(sub.kids))
	for i, k := range sub.kids {
		v := in.eval(k)
		parts[i] = v.text(in.convfmt())
	}
	return strings.Join(parts, in.global(in.slots.subsep))
}

func (in *interp) assign(n *node, v value) {
	v.arr, v.ref = nil, nil
	switch n.op {
	case "var":
		in.setGlobal(n.slot, v)
	case "local":
		c := &in.stack[len(in.stack)-1][n.slot]
		v.arr = c.arr
		*c = v
	case "index":
		*in.array(n.kids[0]).get(in.key(n.kids[1])) = v
	case "$":
		i := in.eval(n.kids[0])
		in.setField(int(i.number(in.dialect)), v)
	case "group":
		in.assign(n.kids[0], v)
	}
}

func (in *interp) eval(n *node) value {
	switch n.op {
	case "num":
		return num(n.num)
	case "str":
		return str(n.text)
	case "ere":
		return truth(in.regexp(n).Match(in.rec(), 0, false) != nil)
	case "var":
		if n.slot == in.slots.nf {
			in.divide()
		}
		return in.globals[n.slot]
	case "local":
		return *in.cell(n)
	case "group":
		return in.eval(n.kids[0])
	case "$":
		i := in.eval(n.kids[0])
		return in.field(int(i.number(in.dialect)))
	case "index":
		t := in.array(n.kids[0])
		return *t.get(in.key(n.kids[1]))
	case "=":
		v := in.eval(n.kids[1])
		in.assign(n.kids[0], v)
		v.arr, v.ref = nil, nil
		return v
	case "+=", "-=", "*=", "/=", "%=", "^=":
		b := in.eval(n.kids[1])
		a := in.eval(n.kids[0])
		v := num(in.arith(n.op[:1], a.number(in.dialect), b.number(in.dialect)))
		in.assign(n.kids[0], v)
		return v
	case "?":
		if in.test(n.kids[0]) {
			return in.eval(n.kids[1])
		}
		return in.eval(n.kids[2])
	case "||":
		return truth(in.test(n.kids[0]) || in.test(n.kids[1]))
	case "&&":
		return truth(in.test(n.kids[0]) && in.test(n.kids[1]))
	case "!":
		return truth(!in.test(n.kids[0]))
	case "in":
		k := ""
		if n.kids[0].op == "subscript" {
			k = in.key(n.kids[0])
		} else {
			v := in.eval(n.kids[0])
			k = v.text(in.convfmt())
		}
		return truth(in.array(n.kids[1]).has(k))
	case "~", "!~":
		v := in.eval(n.kids[0])
		m := in.regexp(n.kids[1]).Match(v.text(in.convfmt()), 0, false) != nil
		return truth(m == (n.op == "~"))
	case "<", "<=", "==", "!=", ">=", ">":
		return truth(in.compare(n))
	case "concat":
		a := in.eval(n.kids[0])
		left := a.text(in.convfmt())
		b := in.eval(n.kids[1])
		return str(left + b.text(in.convfmt()))
	case "+", "-", "*", "/", "%", "^":
		a := in.eval(n.kids[0])
		x := a.number(in.dialect)
		b := in.eval(n.kids[1])
		in.line = n.line
		return num(in.arith(n.op, x, b.number(in.dialect)))
	case "neg":
		v := in.eval(n.kids[0])
		return num(-v.number(in.dialect))
	case "plus":
		v := in.eval(n.kids[0])
		return num(v.number(in.dialect))
	case "pre++", "pre--", "post++", "post--":
		v := in.eval(n.kids[0])
		old := v.number(in.dialect)
		now := old + 1
		if n.op[len(n.op)-1] == '-' {
			now = old - 1
		}
		in.assign(n.kids[0], num(now))
		if n.op[1] == 'o' {
			return num(old)
		}
		return num(now)
	case "getline":
		return in.getline(n)
	case "call":
		return in.call(n)
	case "builtin":
		return in.builtin(n)
	}
	in.fail("Unexpected token")
	return value{}
}

// regexp returns the expression a node stands for: a constant, or any value.
func (in *interp) regexp(n *node) *matcher {
	for n.op == "group" {
		n = n.kids[0]
	}
	if n.op == "ere" {
		if in.folds() {
			return in.compile(n.text)
		}
		if n.re == nil {
			n.re = in.compile(n.text)
		}
		return n.re
	}
	v := in.eval(n)
	return in.compile(v.text(in.convfmt()))
}

// folds reports whether IGNORECASE is set, which busybox knows.
func (in *interp) folds() bool {
	if in.p.GNU {
		return false
	}
	slot, ok := in.prog.globals["IGNORECASE"]
	return ok && in.globals[slot].truth(in.dialect)
}

func (in *interp) arith(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		if b == 0 && in.dialect == busybox {
			in.fail("Division by zero")
		}
		return a / b
	case "%":
		if b == 0 && in.dialect == busybox {
			in.fail("Division by zero")
		}
		if b == 0 {
			return math.Copysign(math.NaN(), -1)
		}
		return math.Mod(a, b)
	}
	in.math()
	return math.Pow(a, b)
}

func (in *interp) math() {
	if in.c.NoMath {
		in.fail("Math support is not compiled in")
	}
}

func (in *interp) compare(n *node) bool {
	a := in.eval(n.kids[0])
	b := in.eval(n.kids[1])
	d := 0
	if a.isNumber(in.dialect) && b.isNumber(in.dialect) {
		x, y := a.number(in.dialect), b.number(in.dialect)
		switch {
		case in.dialect == busybox && (x != x || y != y):
			return n.op == "!=" // nothing equals what is no number
		case x < y:
			d = -1
		case x > y:
			d = 1
		}
	} else {
		d = strings.Compare(a.text(in.convfmt()), b.text(in.convfmt()))
	}
	switch n.op {
	case "<":
		return d < 0
	case "<=":
		return d <= 0
	case "==":
		return d == 0
	case "!=":
		return d != 0
	case ">=":
		return d >= 0
	}
	return d > 0
}
