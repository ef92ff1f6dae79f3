package applet

import (
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

func factor(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	args := p.Args[1:]
	if len(args) == 0 {
		data, _ := gather(p, nil)
		args = strings.Fields(string(data))
	}
	for _, a := range args {
		n, err := strconv.ParseUint(a, 10, 64)
		if err != nil {
			return usage(p)
		}
		line := a + ":"
		for d := uint64(2); d <= n/d; d++ {
			if d&0xffff == 0 {
				p.Step()
			}
			for n%d == 0 {
				line += fmt.Sprintf(" %d", d)
				n /= d
			}
		}
		if n > 1 {
			line += fmt.Sprintf(" %d", n)
		}
		p.Puts(line + "\n")
	}
	return 0
}

// exprParser is expr.
type exprParser struct {
	p    *proc.Proc
	args []string
}

func (e *exprParser) fail(text string) {
	e.p.Errorf("expr: %s\n", text)
	e.p.Exit(2)
}

func (e *exprParser) accept(ops ...string) string {
	if len(e.args) > 0 && slices.Contains(ops, e.args[0]) {
		op := e.args[0]
		e.args = e.args[1:]
		return op
	}
	return ""
}

func null(v string) bool {
	return v == "" || strings.TrimLeft(v, "0") == "" && v != "" && !strings.HasPrefix(v, "-")
}

func (e *exprParser) or() string {
	l := e.and()
	for e.accept("|") != "" {
		r := e.and()
		if null(l) {
			l = r
			if null(l) && l == "" {
				l = "0"
			}
		}
	}
	return l
}

func (e *exprParser) and() string {
	l := e.compare()
	for e.accept("&") != "" {
		if r := e.compare(); null(l) || null(r) {
			l = "0"
		}
	}
	return l
}

func (e *exprParser) compare() string {
	l := e.sum()
	for {
		op := e.accept("<", "<=", "=", "==", "!=", ">=", ">")
		if op == "" {
			return l
		}
		r := e.sum()
		x, err1 := strconv.ParseInt(l, 10, 64)
		y, err2 := strconv.ParseInt(r, 10, 64)
		d := strings.Compare(l, r)
		if err1 == nil && err2 == nil {
			d = 0
			if x < y {
				d = -1
			} else if x > y {
				d = 1
			}
		}
		l = strconv.Itoa(truth(op == "<" && d < 0 || op == "<=" && d <= 0 || (op == "=" || op == "==") && d == 0 || op == "!=" && d != 0 || op == ">=" && d >= 0 || op == ">" && d > 0))
	}
}

func (e *exprParser) integer(v string) int64 {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		e.fail("non-numeric argument")
	}
	return n
}

func (e *exprParser) sum() string {
	l := e.product()
	for {
		op := e.accept("+", "-")
		if op == "" {
			return l
		}
		a, b := e.integer(l), e.integer(e.product())
		if op == "-" {
			b = -b
		}
		l = strconv.FormatInt(a+b, 10)
	}
}

func (e *exprParser) product() string {
	l := e.match()
	for {
		op := e.accept("*", "/", "%")
		if op == "" {
			return l
		}
		a, b := e.integer(l), e.integer(e.match())
		if op != "*" && b == 0 {
			e.fail("division by zero")
		}
		switch op {
		case "*":
			a *= b
		case "/":
			a /= b
		default:
			a %= b
		}
		l = strconv.FormatInt(a, 10)
	}
}

func (e *exprParser) anchored(s, pat string) string {
	re, err := regex.Compile(pat, 0)
	if err != nil {
		e.fail(fmt.Sprintf("bad regex '%s': %v", pat, err))
	}
	m := re.Match(s, 0, false)
	if m == nil || m[0] != 0 {
		if re.Groups() > 0 {
			return ""
		}
		return "0"
	}
	if re.Groups() > 0 {
		if m[2] < 0 {
			return ""
		}
		return s[m[2]:m[3]]
	}
	return strconv.Itoa(m[1])
}

func (e *exprParser) match() string {
	l := e.word()
	for e.accept(":") != "" {
		l = e.anchored(l, e.word())
	}
	return l
}

func (e *exprParser) word() string {
	if len(e.args) == 0 {
		if e.p.GNU {
			e.fail("syntax error: missing argument")
		}
		e.fail("syntax error")
	}
	op := e.args[0]
	e.args = e.args[1:]
	switch op {
	case "(":
		v := e.or()
		if e.accept(")") == "" {
			e.fail("syntax error")
		}
		return v
	case "match":
		s := e.word()
		return e.anchored(s, e.word())
	case "length":
		return strconv.Itoa(len(e.word()))
	case "index":
		s := e.word()
		return strconv.Itoa(strings.IndexAny(s, e.word()) + 1)
	case "substr":
		s := e.word()
		i, n := e.integer(e.word()), e.integer(e.word())
		if i < 1 || n < 1 || i > int64(len(s)) {
			return ""
		}
		return s[i-1 : min(i-1+n, int64(len(s)))]
	case "+":
		return e.word()
	case ")":
		e.fail("syntax error")
	}
	return op
}

func expr(p *proc.Proc) int {
	args := p.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		p.Errorf("expr: too few arguments\n")
		return 2
	}
	e := &exprParser{p, args}
	v := e.or()
	if len(e.args) > 0 {
		e.fail("syntax error")
	}
	p.Puts(v + "\n")
	return truth(null(v))
}

func cal(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "jymn:")
	now := time.Unix(p.Machine().Now()/1e9, 0).UTC()
	year, month := now.Year(), int(now.Month())
	whole := o.Has('y')
	switch len(o.Rest) {
	case 1:
		year, whole = mustInt(p, o.Rest[0]), true
	case 2:
		month, year = mustInt(p, o.Rest[0]), mustInt(p, o.Rest[1])
	}
	block := func(m int, withYear bool) []string {
		title := time.Month(m).String()
		if withYear {
			title += fmt.Sprintf(" %d", year)
		}
		left := (20 - len(title)) / 2
		lines := []string{strings.Repeat(" ", left) + title, "Su Mo Tu We Th Fr Sa"}
		first := int(time.Date(year, time.Month(m), 1, 0, 0, 0, 0, time.UTC).Weekday())
		days := time.Date(year, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
		line := strings.Repeat("   ", first)
		for d := 1; d <= days; d++ {
			line += fmt.Sprintf("%2d ", d)
			if (first+d)%7 == 0 || d == days {
				lines = append(lines, strings.TrimRight(line, " "))
				line = ""
			}
		}
		for len(lines) < 8 {
			lines = append(lines, "")
		}
		return lines
	}
	if !whole {
		for _, l := range block(month, true) {
			if l == "" {
				l = strings.Repeat(" ", 21) // the last week of a month of five
			}
			p.Puts(l + "\n")
		}
		return 0
	}
	p.Printf("%s%d\n\n", strings.Repeat(" ", 30), year)
	for q := 1; q <= 12; q += 3 {
		a, b, c := block(q, false), block(q+1, false), block(q+2, false)
		for i := range a {
			p.Puts(strings.TrimRight(fmt.Sprintf("%-22s%-22s%s", a[i], b[i], c[i]), " ") + "\n")
		}
	}
	return 0
}

func split(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "l:b:a:dn:C:", "lines=l", "bytes=b", "suffix-length=a", "numeric-suffixes=d", "number=n", "additional-suffix=\x81")
	width := 2
	if o.Has('a') {
		width = mustInt(p, o.Arg('a'))
	}
	names := o.Rest
	in, prefix := "-", "x"
	if len(names) > 0 {
		in = names[0]
	}
	if len(names) > 1 {
		prefix = names[1]
	}
	data, status := gather(p, []string{in})
	if status != 0 {
		return status
	}
	n := 0
	next := func(part []byte) {
		s := make([]byte, width)
		x := n
		base := 26
		if o.Has('d') {
			base = 10
		}
		for i := width - 1; i >= 0; i-- {
			if base == 10 {
				s[i] = byte('0' + x%10)
			} else {
				s[i] = byte('a' + x%26)
			}
			x /= base
		}
		if x > 0 {
			p.Die("suffixes exhausted")
		}
		n++
		if err := p.WriteFile(prefix+string(s), part, 0o666); err != nil {
			p.Die("can't open '%s': %s", prefix+string(s), proc.Text(err))
		}
	}
	if o.Has('b') {
		size := int(mustSize(p, o.Arg('b')))
		for len(data) > 0 {
			k := min(size, len(data))
			next(data[:k])
			data = data[k:]
		}
		return 0
	}
	if o.Has('n') {
		k := mustInt(p, o.Arg('n'))
		each := len(data) / k
		for i := range k {
			end := (i + 1) * each
			if i == k-1 {
				end = len(data)
			}
			next(data[i*each : end])
		}
		return 0
	}
	lines := 1000
	if o.Has('l') {
		lines = int(mustSize(p, o.Arg('l')))
	}
	for len(data) > 0 {
		end, count := 0, 0
		for end < len(data) && count < lines {
			if data[end] == '\n' {
				count++
			}
			end++
		}
		next(data[:end])
		data = data[end:]
	}
	return 0
}

func shuf(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "ei:n:o:zr", "echo=e", "input-range=i", "head-count=n", "output=o")
	var lines []string
	switch {
	case o.Has('e'):
		lines = append(lines, o.Rest...)
	case o.Has('i'):
		a, b, _ := strings.Cut(o.Arg('i'), "-")
		for i := mustInt(p, a); i <= mustInt(p, b); i++ {
			lines = append(lines, strconv.Itoa(i))
		}
	default:
		data, status := gather(p, o.Rest)
		if status != 0 {
			return status
		}
		if len(data) > 0 {
			lines = strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		}
	}
	seed := uint64(88172645463325252)
	for i := len(lines) - 1; i > 0; i-- {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		j := int(seed % uint64(i+1))
		lines[i], lines[j] = lines[j], lines[i]
	}
	p.Machine().Note("shuf: the order is the same in every run here")
	if o.Has('n') {
		lines = lines[:min(mustInt(p, o.Arg('n')), len(lines))]
	}
	if o.Has('o') {
		if err := p.OpenAt(1, o.Arg('o'), proc.Write|proc.Create|proc.Trunc, 0o666); err != nil {
			p.Die("can't open '%s': %s", o.Arg('o'), proc.Text(err))
		}
	}
	for _, l := range lines {
		p.Puts(l + "\n")
	}
	return 0
}

func more(p *proc.Proc) int {
	return inputs(p, p.Args[1:], func(_ string, r *proc.Reader) { io.Copy(p.Out(), r) })
}

func dos2unix(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "du")
	unix := p.Name() == "dos2unix"
	if o.Has('u') {
		unix = true
	}
	if o.Has('d') {
		unix = false
	}
	convert := func(data []byte) []byte {
		t := strings.ReplaceAll(string(data), "\r\n", "\n")
		if unix {
			return []byte(strings.ReplaceAll(t, "\r\n", "\n"))
		}
		return []byte(strings.ReplaceAll(t, "\n", "\r\n"))
	}
	if len(o.Rest) == 0 {
		data, _ := gather(p, nil)
		p.Out().Write(convert(data))
		return 0
	}
	for _, name := range o.Rest {
		n, err := p.Stat(name)
		if err != nil {
			p.Die("can't open '%s': %s", name, proc.Text(err))
		}
		data, err := p.ReadFile(name)
		if err != nil {
			p.Die("can't open '%s': %s", name, proc.Text(err))
		}
		tmp := name + "XXXXXX"
		old := p.Umask
		p.Umask = 0
		p.WriteFile(tmp, convert(data), n.Mode)
		p.Umask = old
		p.Chown(tmp, n.UID, n.GID)
		p.Rename(tmp, name)
	}
	return 0
}

func dd(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	in, out := "", ""
	ibs, obs := int64(512), int64(512)
	count, skip, seek := int64(-1), int64(0), int64(0)
	conv := map[string]bool{}
	status := ""
	countBytes, skipBytes, seekBytes := false, false, false
	for _, a := range p.Args[1:] {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			if a == "--" {
				continue
			}
			if p.GNU {
				p.Errorf("dd: unrecognized operand ‘%s’\nTry 'dd --help' for more information.\n", a)
				return 1
			}
			return usage(p)
		}
		num := func() int64 {
			total := int64(1)
			for f := range strings.SplitSeq(v, "x") {
				n, ok := size(f)
				if !ok {
					p.Die("invalid number '%s'", v)
				}
				total *= n
			}
			return total
		}
		switch k {
		case "if":
			in = v
		case "of":
			out = v
		case "bs":
			ibs = num()
			obs = ibs
		case "ibs":
			ibs = num()
		case "obs":
			obs = num()
		case "count":
			count = num()
		case "skip", "iseek":
			skip = num()
		case "seek", "oseek":
			seek = num()
		case "conv":
			for c := range strings.SplitSeq(v, ",") {
				conv[c] = true
				if !has([]string{"notrunc", "sync", "noerror", "fsync", "swab", "ucase", "lcase", "fdatasync", "excl", "nocreat", "sparse", "block", "unblock"}, c) {
					p.Die("invalid argument '%s' to '%s'", c, "conv")
				}
			}
		case "iflag", "oflag":
			for c := range strings.SplitSeq(v, ",") {
				switch c {
				case "count_bytes":
					countBytes = true
				case "skip_bytes":
					skipBytes = true
				case "seek_bytes":
					seekBytes = true
				}
			}
		case "status":
			status = v
		default:
			return usage(p)
		}
	}
	if ibs <= 0 || obs <= 0 {
		p.Die("number %s is not in 1..2147483647 range", "0")
	}
	fdIn, fdOut := 0, 1
	if in != "" {
		fd, err := p.Open(in, proc.Read, 0)
		if err != nil {
			if p.GNU {
				p.Die("failed to open '%s': %s", in, proc.Text(err))
			}
			p.Die("can't open '%s': %s", in, proc.Text(err))
		}
		fdIn = fd
	}
	if out != "" {
		flags := proc.Write | proc.Create
		if seek == 0 && !conv["notrunc"] {
			flags |= proc.Trunc
		}
		fd, err := p.Open(out, flags, 0o666)
		if err != nil {
			if p.GNU {
				p.Die("failed to open '%s': %s", out, proc.Text(err))
			}
			p.Die("can't open '%s': %s", out, proc.Text(err))
		}
		fdOut = fd
		if seek > 0 {
			at := seek * obs
			if seekBytes {
				at = seek
			}
			if !conv["notrunc"] {
				p.Truncate(fd, at)
			}
			p.Seek(fd, at, 0)
		}
	}
	if skip > 0 {
		at := skip * ibs
		if skipBytes {
			at = skip
		}
		if _, err := p.Seek(fdIn, at, 1); err != nil {
			buf := make([]byte, ibs)
			for left := at; left > 0; {
				n, err := p.ReadFD(fdIn, buf[:min(left, ibs)])
				if err != nil || n == 0 {
					break
				}
				left -= int64(n)
			}
		}
	}
	var inFull, inPart, outFull, outPart, total int64
	plainCopy := !conv["sync"] && !conv["swab"] && !conv["ucase"] && !conv["lcase"]
	_, regularIn := p.IsRegular(fdIn)
	device := has([]string{"/dev/zero", "/dev/urandom", "/dev/random"}, in)
	if plainCopy && ibs == obs && (device && count >= 0 || regularIn) {
		// Whole stretches need not be copied block by block.
		want := int64(-1)
		if count >= 0 {
			want = count * ibs
			if countBytes {
				want = count
			}
		}
		n, err := p.Splice(fdIn, fdOut, want)
		if err != nil {
			p.Die("write error: %s", proc.Text(err))
		}
		total = n
		inFull, outFull = n/ibs, n/ibs
		if n%ibs != 0 {
			inPart, outPart = 1, 1
		}
	} else {
		buf := make([]byte, ibs)
		var pending []byte
		for i := int64(0); count < 0 || i < count; i++ {
			chunk := buf
			if countBytes {
				if total >= count {
					break
				}
				chunk = buf[:min(ibs, count-total)]
			}
			n, err := p.ReadFD(fdIn, chunk)
			if n == 0 || err != nil {
				break
			}
			if int64(n) == ibs {
				inFull++
			} else {
				inPart++
			}
			b := slices.Clone(buf[:n])
			if conv["sync"] {
				b = append(b, make([]byte, int(ibs)-n)...)
			}
			if conv["swab"] {
				for j := 0; j+1 < len(b); j += 2 {
					b[j], b[j+1] = b[j+1], b[j]
				}
			}
			if conv["ucase"] {
				b = []byte(strings.ToUpper(string(b)))
			}
			if conv["lcase"] {
				b = []byte(strings.ToLower(string(b)))
			}
			if ibs == obs {
				w, err := p.WriteFD(fdOut, b)
				total += int64(w)
				if err != nil {
					p.Die("write error: %s", proc.Text(err))
				}
				if int64(w) == obs {
					outFull++
				} else {
					outPart++
				}
				continue
			}
			pending = append(pending, b...)
			for int64(len(pending)) >= obs {
				w, err := p.WriteFD(fdOut, pending[:obs])
				total += int64(w)
				if err != nil {
					p.Die("write error: %s", proc.Text(err))
				}
				pending = pending[obs:]
				outFull++
			}
		}
		if len(pending) > 0 {
			w, _ := p.WriteFD(fdOut, pending)
			total += int64(w)
			outPart++
		}
	}
	if status == "none" {
		return 0
	}
	p.Errorf("%d+%d records in\n%d+%d records out\n", inFull, inPart, outFull, outPart)
	if status != "noxfer" {
		p.Errorf("%d bytes (%s) copied, 0.000000 seconds, 0.0B/s\n", total, human(total, false)+"B")
	}
	return 0
}

// dc is the calculator with reverse Polish notation, integers and decimals.
func dc(p *proc.Proc) int {
	args := p.Args[1:]
	var text string
	for i := 0; i < len(args); i++ {
		if args[i] == "-e" && i+1 < len(args) {
			i++
			text += args[i] + "\n"
			continue
		}
		data, err := p.ReadFile(args[i])
		if err != nil {
			text += strings.Join(args[i:], " ")
			break
		}
		text += string(data)
	}
	if len(args) == 0 {
		data, _ := gather(p, nil)
		text = string(data)
	}
	var stack []*big.Rat
	scale := 0
	pop := func() *big.Rat {
		if len(stack) == 0 {
			p.Errorf("dc: stack has too few elements\n")
			return nil
		}
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		return v
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == ' ' || c == '\n' || c == '\t':
		case c >= '0' && c <= '9' || c == '.' || c == '_':
			j := i + 1
			for j < len(text) && (text[j] >= '0' && text[j] <= '9' || text[j] == '.') {
				j++
			}
			v, ok := new(big.Rat).SetString(strings.Replace(text[i:j], "_", "-", 1))
			if ok {
				stack = append(stack, v)
			}
			i = j - 1
		case strings.IndexByte("+-*/%^", c) >= 0:
			b, a := pop(), (*big.Rat)(nil)
			if b != nil {
				a = pop()
			}
			if a == nil {
				continue
			}
			r := new(big.Rat)
			switch c {
			case '+':
				r.Add(a, b)
			case '-':
				r.Sub(a, b)
			case '*':
				r.Mul(a, b)
			case '/':
				if b.Sign() == 0 {
					p.Errorf("dc: divide by zero\n")
					continue
				}
				r = cutScale(new(big.Rat).Quo(a, b), scale)
			case '%':
				if b.Sign() == 0 {
					p.Errorf("dc: divide by zero\n")
					continue
				}
				q := cutScale(new(big.Rat).Quo(a, b), scale)
				r.Sub(a, q.Mul(q, b))
			case '^':
				r.SetInt64(1)
				for n := cutScale(b, 0).Num().Int64(); n > 0; n-- {
					r.Mul(r, a)
				}
			}
			stack = append(stack, r)
		case c == 'p':
			if len(stack) > 0 {
				p.Puts(ratText(stack[len(stack)-1]) + "\n")
			} else {
				p.Errorf("dc: stack has too few elements\n")
			}
		case c == 'n':
			if v := pop(); v != nil {
				p.Puts(ratText(v))
			}
		case c == 'f':
			for _, v := range slices.Backward(stack) {
				p.Puts(ratText(v) + "\n")
			}
		case c == 'c':
			stack = nil
		case c == 'd':
			if len(stack) > 0 {
				stack = append(stack, stack[len(stack)-1])
			}
		case c == 'r':
			if n := len(stack); n > 1 {
				stack[n-1], stack[n-2] = stack[n-2], stack[n-1]
			}
		case c == 'k':
			if v := pop(); v != nil {
				scale = int(v.Num().Int64())
			}
		case c == 'v':
			if v := pop(); v != nil {
				stack = append(stack, ratSqrt(v, scale))
			}
		case c == 'q':
			return 0
		}
	}
	return 0
}

// cutScale drops the digits behind the scale.
func cutScale(v *big.Rat, scale int) *big.Rat {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	n := new(big.Int).Mul(v.Num(), ten)
	n.Quo(n, v.Denom())
	return new(big.Rat).SetFrac(n, ten)
}

func ratSqrt(v *big.Rat, scale int) *big.Rat {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(2*scale)), nil)
	n := new(big.Int).Mul(v.Num(), ten)
	n.Quo(n, v.Denom())
	n.Sqrt(n)
	return new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
}

// ratText writes a decimal as bc does: no zero before the point.
func ratText(v *big.Rat) string {
	if v.IsInt() {
		return v.Num().String()
	}
	for n := 1; n < 1000; n++ {
		s := v.FloatString(n)
		if r, _ := new(big.Rat).SetString(s); r != nil && r.Cmp(v) == 0 {
			if strings.HasPrefix(s, "0.") {
				return s[1:]
			}
			return strings.Replace(s, "-0.", "-.", 1)
		}
	}
	return v.FloatString(20)
}

// ascii prints the table of characters.
func ascii(p *proc.Proc) int {
	const control = "NULSOHSTXETXEOTENQACKBELBS HT NL VT FF CR SO SI DLEDC1DC2DC3DC4NAKSYNETBCANEM SUBESCFS GS RS US "
	p.Puts("Dec Hex    Dec Hex    Dec Hex  Dec Hex  Dec Hex  Dec Hex   Dec Hex   Dec Hex\n")
	for i := range 16 {
		p.Printf("%3d %02x %.3s%4d %02x %.3s", i, i, control[3*i:], i+16, i+16, control[3*(i+16):])
		for j := i + 32; j < 128; j += 16 {
			if j == 127 {
				p.Printf("%4d %02x DEL", j, j)
			} else {
				w := 4
				if j >= 96 {
					w = 5
				}
				p.Printf("%*d %02x %c", w, j, j, j)
			}
		}
		p.Puts("\n")
	}
	return 0
}
