package awk

import (
	"layerlab.dev/core/shell/proc"
)

// jump is how control leaves a statement.
type jump byte

func (in *interp) run() {
	for _, b := range in.prog.begin {
		if in.exec(b) == exits {
			goto end
		}
	}
	if len(in.prog.rules) == 0 && len(in.prog.end) == 0 {
		return
	}
	for {
		rec, ok := in.nextRecord()
		if !ok {
			break
		}
		in.setRecord(rec)
		j := in.rules()
		if j == exits {
			goto end
		}
		if j == nextFile {
			in.closeMain()
		}
	}
end:
	for _, b := range in.prog.end {
		if in.exec(b) == exits {
			return
		}
	}
}

func (in *interp) rules() jump {
	for _, r := range in.prog.rules {
		in.p.Step()
		ok := true
		switch {
		case r.to != nil:
			if !r.active {
				ok = in.test(r.from)
				r.active = ok
				if ok && in.test(r.to) {
					r.active = false
				}
			} else if in.test(r.to) {
				r.active = false
			}
		case r.from != nil:
			ok = in.test(r.from)
		}
		if !ok {
			continue
		}
		if r.body == nil {
			in.write(in.p.Out(), in.rec()+in.global(in.slots.ors))
			continue
		}
		switch j := in.exec(r.body); j {
		case nexts:
			return onward
		case nextFile, exits:
			return j
		}
	}
	return onward
}

func (in *interp) test(n *node) bool { v := in.eval(n); return v.truth(in.dialect) }

func (in *interp) exec(n *node) jump {
	in.p.Step()
	in.line = n.line
	switch n.op {
	case "block":
		for _, k := range n.kids {
			if j := in.exec(k); j != onward {
				return j
			}
		}
	case "expr":
		in.eval(n.kids[0])
	case "print", "printf":
		in.print(n)
	case "if":
		if in.test(n.kids[0]) {
			return in.exec(n.kids[1])
		}
		if len(n.kids) > 2 {
			return in.exec(n.kids[2])
		}
	case "while":
		for in.test(n.kids[0]) {
			if j := in.exec(n.kids[1]); j == breaks {
				break
			} else if j > continues {
				return j
			}
		}
	case "do":
		for {
			if j := in.exec(n.kids[0]); j == breaks {
				break
			} else if j > continues {
				return j
			}
			if !in.test(n.kids[1]) {
				break
			}
		}
	case "for":
		if n.kids[0] != nil {
			in.exec(n.kids[0])
		}
		for n.kids[1] == nil || in.test(n.kids[1]) {
			if j := in.exec(n.kids[3]); j == breaks {
				break
			} else if j > continues {
				return j
			}
			if n.kids[2] != nil {
				in.exec(n.kids[2])
			}
		}
	case "forin":
		t := in.array(n.kids[1])
		for _, k := range t.keys() {
			in.assign(n.kids[0], outside(k))
			if j := in.exec(n.kids[2]); j == breaks {
				break
			} else if j > continues {
				return j
			}
		}
	case "break":
		return breaks
	case "continue":
		return continues
	case "next":
		return nexts
	case "nextfile":
		return nextFile
	case "exit":
		if len(n.kids) > 0 {
			v := in.eval(n.kids[0])
			in.status = int(v.number(in.dialect)) & 0xff
		}
		return exits
	case "return":
		in.ret = value{}
		if len(n.kids) > 0 {
			in.ret = in.eval(n.kids[0])
		}
		return returns
	case "delete":
		t := in.array(n.kids[0])
		if len(n.kids) > 1 {
			t.remove(in.key(n.kids[1]))
		} else {
			t.clear()
		}
	}
	return onward
}

func (in *interp) call(n *node) value {
	f := n.fn
	if len(in.stack) > 1000 {
		in.p.Machine().Abort(&proc.LimitError{What: "depth", Limit: 1000, Text: proc.LimitCalls.With(f.name)})
	}
	frame := make([]value, max(len(f.params), len(n.kids)))
	for i, k := range n.kids {
		for k.op == "group" {
			k = k.kids[0]
		}
		if k.op == "var" || k.op == "local" {
			c := in.cell(k)
			switch {
			case c.arr != nil && !c.hasS && !c.hasN:
				frame[i].arr = c.arr
				continue
			case c.ref != nil && !c.hasS && !c.hasN:
				frame[i].ref = c.ref
				continue
			case !c.hasS && !c.hasN && k.slot != in.slots.nf:
				frame[i].ref = c
				continue
			}
		}
		v := in.eval(k)
		v.arr, v.ref = nil, nil
		frame[i] = v
	}
	in.stack = append(in.stack, frame)
	in.ret = value{}
	in.exec(f.body)
	in.stack = in.stack[:len(in.stack)-1]
	v := in.ret
	in.ret = value{}
	return v
}
