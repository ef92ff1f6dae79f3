package applet

import (
	"math/big"
	"slices"
	"strings"

	"layerlab.dev/core/shell/proc"
)

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
		data, _ := gather(p, nil, -1)
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
					if !p.GNU {
						p.Exit(1)
					}
					continue
				}
				r = cutScale(new(big.Rat).Quo(a, b), scale)
			case '%':
				if b.Sign() == 0 {
					p.Errorf("dc: divide by zero\n")
					if !p.GNU {
						p.Exit(1)
					}
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
