package applet

import (
	"math/big"
	"strings"
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
