package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// flags are the attributes of a variable.
type flags uint8

const (
	exported flags = 1 << iota
	readonly
	integer
	lower
	upper
	nameref
)

// variable is a shell variable. A shell changes only those it owns; a subshell
// makes its own copy first.
type variable struct {
	name  string
	value string
	set   bool
	flags flags
	seq   int // when it was made
	owner *Shell
	list  map[int]string    // of an indexed array
	keys  map[string]string // of an associative array
	order []string          // the keys in the order they were made
}

func (v *variable) array() bool { return v.list != nil || v.keys != nil }

// scalar returns the value a plain $name has.
func (v *variable) scalar() (string, bool) {
	switch {
	case v.list != nil:
		s, ok := v.list[0]
		return s, ok
	case v.keys != nil:
		s, ok := v.keys["0"]
		return s, ok
	}
	return v.value, v.set
}

// indexes returns the subscripts of an array in order.
func (v *variable) indexes() []string {
	switch {
	case v.keys != nil:
		return v.order
	case v.list != nil:
		n := make([]int, 0, len(v.list))
		for i := range v.list {
			n = append(n, i)
		}
		slices.Sort(n)
		out := make([]string, len(n))
		for i, x := range n {
			out[i] = strconv.Itoa(x)
		}
		return out
	case v.set:
		return []string{"0"}
	}
	return nil
}

// values returns the elements of an array in the order of indexes.
func (v *variable) values() []string {
	switch {
	case v.keys != nil:
		out := make([]string, len(v.order))
		for i, k := range v.order {
			out[i] = v.keys[k]
		}
		return out
	case v.list != nil:
		out := v.indexes()
		for i, k := range out {
			n, _ := strconv.Atoi(k)
			out[i] = v.list[n]
		}
		return out
	case v.set:
		return []string{v.value}
	}
	return nil
}

func (v *variable) clone(owner *Shell) *variable {
	c := *v
	c.owner = owner
	if v.list != nil {
		c.list = make(map[int]string, len(v.list))
		for k, s := range v.list {
			c.list[k] = s
		}
	}
	if v.keys != nil {
		c.keys = make(map[string]string, len(v.keys))
		for k, s := range v.keys {
			c.keys[k] = s
		}
		c.order = slices.Clone(v.order)
	}
	return &c
}

// own returns the variable called name for changing, made if need be.
func (s *Shell) own(name string) *variable {
	v := s.vars[name]
	if v == nil {
		s.seq++
		v = &variable{name: name, seq: s.seq, owner: s}
		s.vars[name] = v
	} else if v.owner != s {
		v = v.clone(s)
		s.vars[name] = v
	}
	return v
}

// deref follows bash's name references.
func (s *Shell) deref(name string) string {
	for range 10 {
		v := s.vars[name]
		if v == nil || v.flags&nameref == 0 || v.value == "" {
			break
		}
		name = v.value
	}
	return name
}

// get returns the value of a variable.
func (s *Shell) get(name string) (string, bool) {
	if v := s.vars[name]; v != nil {
		if v.flags&nameref != 0 && v.value != "" {
			return s.element(v.value)
		}
		if v.array() {
			return v.scalar()
		}
		if v.set {
			return v.value, true
		}
		return "", false
	}
	return s.dynamic(name)
}

// element returns the value of name or of name[index].
func (s *Shell) element(ref string) (string, bool) {
	name, idx, ok := strings.Cut(ref, "[")
	if !ok {
		if v := s.vars[ref]; v != nil {
			return v.scalar()
		}
		return s.dynamic(ref)
	}
	v := s.vars[name]
	if v == nil {
		return "", false
	}
	return s.index(v, strings.TrimSuffix(idx, "]"))
}

// index returns one element of an array.
func (s *Shell) index(v *variable, idx string) (string, bool) {
	if v.keys != nil {
		x, ok := v.keys[idx]
		return x, ok
	}
	n := int(s.arith(idx))
	if v.list == nil {
		if n == 0 {
			return v.value, v.set
		}
		return "", false
	}
	if n < 0 && len(v.list) > 0 {
		ks := v.indexes()
		last, _ := strconv.Atoi(ks[len(ks)-1])
		n += last + 1
	}
	x, ok := v.list[n]
	return x, ok
}

// dynamic returns the variables the shell makes up when asked.
func (s *Shell) dynamic(name string) (string, bool) {
	switch name {
	case "LINENO":
		if s.dialect == Dash {
			return "", false // Debian's dash has none
		}
		return strconv.Itoa(s.lineno()), true
	case "RANDOM":
		if s.dialect == Dash {
			return "", false
		}
		s.random = s.random*1103515245 + 12345
		return strconv.Itoa(int(s.random >> 16 & 0x7fff)), true
	case "EPOCHSECONDS":
		if s.dialect != Dash {
			return strconv.FormatInt(s.p.Machine().Now()/1e9, 10), true
		}
	case "SECONDS":
		if s.dialect == Bash {
			return strconv.FormatInt((s.p.Machine().Now()-s.started)/1e9, 10), true
		}
	case "BASHPID":
		if s.dialect == Bash {
			return strconv.Itoa(s.p.PID), true
		}
	case "FUNCNAME":
		if s.dialect == Bash && len(s.frames) > 0 {
			return s.frames[len(s.frames)-1].name, true
		}
	}
	return "", false
}

// set gives a variable a value and fails where it is read-only.
func (s *Shell) set(name, value string) { s.assign(name, value, 0) }

// assign is set that also adds attributes.
func (s *Shell) assign(name, value string, add flags) {
	if v := s.vars[name]; v != nil && v.owner == s && v.flags&^exported == 0 && add == 0 && !v.array() && !s.opt.allexport {
		v.value, v.set = value, true
		if v.flags&exported != 0 {
			s.env = nil
		}
		s.assigned(name, value)
		return
	}
	if ref := s.deref(name); ref != name {
		if n, idx, ok := strings.Cut(ref, "["); ok {
			s.setIndex(n, strings.TrimSuffix(idx, "]"), value)
			return
		}
		name = ref
	}
	v := s.own(name)
	if v.flags&readonly != 0 {
		s.readonlyError(name)
	}
	if s.opt.allexport {
		add |= exported
	}
	if v.flags&integer != 0 {
		value = strconv.FormatInt(s.arith(value), 10)
	}
	switch {
	case v.flags&lower != 0:
		value = strings.ToLower(value)
	case v.flags&upper != 0:
		value = strings.ToUpper(value)
	}
	switch {
	case v.list != nil:
		v.list[0] = value
	case v.keys != nil:
		v.setKey("0", value)
	default:
		v.value = value
	}
	v.set = true
	v.flags |= add
	if v.flags&exported != 0 {
		s.env = nil
	}
	s.assigned(name, value)
}

func (v *variable) setKey(k, value string) {
	if _, ok := v.keys[k]; !ok {
		v.order = append(v.order, k)
	}
	v.keys[k] = value
}

// assigned looks after the variables that mean something to the shell.
func (s *Shell) assigned(name, value string) {
	switch name {
	case "IFS":
		s.ifs = value
	case "OPTIND":
		if n, err := strconv.Atoi(value); err == nil {
			s.optind, s.optoff = n, 0
		}
	case "RANDOM":
		n, _ := strconv.Atoi(value)
		s.random = uint32(n)
		delete(s.vars, name)
	case "PATH":
		s.hashed = nil
	case "LC_ALL", "LC_CTYPE", "LANG":
		s.locale()
	}
}

// locale finds out whether characters may be longer than a byte: only bash
// asks.
func (s *Shell) locale() {
	s.utf8 = false
	for _, k := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, _ := s.get(k); v != "" {
			v = strings.ToLower(v)
			s.utf8 = s.dialect == Bash && (strings.HasSuffix(v, "utf-8") || strings.HasSuffix(v, "utf8"))
			return
		}
	}
}

// setIndex gives an element of an array a value.
func (s *Shell) setIndex(name, idx, value string) {
	name = s.deref(name)
	v := s.own(name)
	if v.flags&readonly != 0 {
		s.readonlyError(name)
	}
	if v.flags&integer != 0 {
		value = strconv.FormatInt(s.arith(value), 10)
	}
	if v.keys != nil {
		v.setKey(idx, value)
		v.set = true
		return
	}
	n := int(s.arith(idx))
	if v.list == nil {
		v.list = map[int]string{}
		if v.set {
			v.list[0] = v.value
		}
	}
	if n < 0 && len(v.list) > 0 {
		ks := v.indexes()
		last, _ := strconv.Atoi(ks[len(ks)-1])
		n += last + 1
	}
	v.list[n] = value
	v.set = true
}

func (s *Shell) readonlyError(name string) {
	switch s.dialect {
	case Bash:
		built := s.builtin
		s.builtin = ""
		s.complain("%s: readonly variable", name)
		s.builtin = built
		panic(shellExit{s: s, status: 1, line: true})
	default:
		s.fail(2, "%s: is read only", name)
	}
}

// unset removes a variable.
func (s *Shell) unset(name string) {
	name = s.deref(name)
	if base, idx, ok := strings.Cut(name, "["); ok && s.vars[base] != nil {
		v := s.own(base)
		idx = strings.TrimSuffix(idx, "]")
		if v.keys != nil {
			delete(v.keys, idx)
			v.order = slices.DeleteFunc(v.order, func(k string) bool { return k == idx })
		} else if v.list != nil {
			delete(v.list, int(s.arith(idx)))
		}
		return
	}
	v := s.vars[name]
	if v == nil {
		return
	}
	if v.flags&readonly != 0 {
		if s.dialect == Bash {
			s.complain("%s: cannot unset: readonly variable", name)
			panic(shellExit{s: s, status: 1})
		}
		s.fail(2, "%s: is read only", name)
	}
	if v.flags&exported != 0 {
		s.env = nil
	}
	delete(s.vars, name)
	switch name {
	case "IFS":
		s.ifs = " \t\n"
	case "PATH":
		s.hashed = nil
	}
}

// environ returns the environment for a child.
func (s *Shell) environ() []string {
	if s.env != nil {
		return s.env
	}
	vs := make([]*variable, 0, len(s.vars))
	for _, v := range s.vars {
		if v.flags&exported != 0 && v.set && !v.array() {
			vs = append(vs, v)
		}
	}
	// The order is that of ash's and dash's hash table.
	slices.SortFunc(vs, func(a, b *variable) int {
		if s.dialect != Bash {
			if d := bucket(a.name) - bucket(b.name); d != 0 {
				return d
			}
		}
		return a.seq - b.seq
	})
	env := make([]string, len(vs))
	for i, v := range vs {
		env[i] = v.name + "=" + v.value
	}
	s.env = env
	return env
}

// bucket is where ash's hash table keeps a variable.
func bucket(name string) int {
	h := uint(name[0]) << 4
	for i := range len(name) {
		h += uint(name[i])
	}
	return int(h % 39)
}

// sorted returns the variables by name.
func (s *Shell) sorted() []*variable {
	vs := make([]*variable, 0, len(s.vars))
	for _, v := range s.vars {
		vs = append(vs, v)
	}
	slices.SortFunc(vs, func(a, b *variable) int { return strings.Compare(a.name, b.name) })
	return vs
}

// saved is what a variable was before it was made local.
type saved struct {
	name string
	v    *variable
}

// keep remembers a variable so that restore can put it back.
func (s *Shell) keep(name string) saved {
	v := s.vars[name]
	if v != nil {
		c := v.clone(v.owner)
		v = c
	}
	return saved{name, v}
}

func (s *Shell) restore(list []saved) {
	for _, x := range slices.Backward(list) {
		if x.v == nil {
			delete(s.vars, x.name)
			if x.name == "IFS" {
				s.ifs = " \t\n"
			}
		} else {
			s.vars[x.name] = x.v
			s.assigned(x.name, x.v.value)
		}
		s.env = nil
	}
}

// array assigns a list of elements to a bash array.
func (s *Shell) array(name string, a *syntax.ArrayExpr, add bool) {
	name = s.deref(name)
	v := s.own(name)
	if v.flags&readonly != 0 {
		s.readonlyError(name)
	}
	if v.keys != nil {
		if !add {
			v.keys, v.order = map[string]string{}, nil
		}
		for i := 0; i < len(a.Elems); i++ {
			el := a.Elems[i]
			if el.Index != nil {
				v.setKey(s.subscript(el.Index), s.word(el.Value))
			} else if i+1 < len(a.Elems) {
				v.setKey(s.word(el.Value), s.word(a.Elems[i+1].Value))
				i++
			}
		}
		v.set = true
		return
	}
	list := map[int]string{}
	next := 0
	if add {
		if v.list != nil {
			list = v.list
		} else if v.set {
			list[0] = v.value
		}
		for k := range list {
			next = max(next, k+1)
		}
	}
	for _, el := range a.Elems {
		if el.Index != nil {
			next = int(s.arith(s.subscript(el.Index)))
			list[next] = s.word(el.Value)
			next++
			continue
		}
		for _, f := range s.fields([]*syntax.Word{el.Value}) {
			if v.flags&integer != 0 {
				f = strconv.FormatInt(s.arith(f), 10)
			}
			list[next] = f
			next++
		}
	}
	v = s.own(name)
	v.list, v.set = list, true
}
