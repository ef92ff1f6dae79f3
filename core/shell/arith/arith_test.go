package arith_test

import (
	"fmt"
	"testing"

	"layerlab.dev/core/shell/arith"
	"layerlab.dev/core/shell/dialect"
)

// shell is variables alone; what fails panics with what was said.
type shell map[string]string

type refused struct{ why string }

func (s shell) Value(name string) string          { return s[name] }
func (s shell) Element(name, index string) string { return s[name+"["+index+"]"] }
func (s shell) Set(name, value string)            { s[name] = value }
func (s shell) SetElement(name, index, value string) {
	s[name+"["+index+"]"] = value
}
func (s shell) Fail(_, why string)     { panic(refused{why}) }
func (s shell) NotNumber(value string) { panic(refused{value + " is no number"}) }

// eval gives the value of an expression as text, or why there is none.
func eval(s shell, d dialect.Dialect, text string) (out string) {
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(refused)
			if !ok {
				panic(r)
			}
			out = "! " + bad.why
		}
	}()
	e := arith.New(s, d)
	return fmt.Sprint(e.Eval(text))
}

var tests = []struct{ text, ash, dash, bash string }{
	{"", "0", "! ", "0"},
	{"1 + 2 * 3 - 4", "3", "3", "3"},
	{"(1 + 2) * 3 % 5", "4", "4", "4"},
	{"7 / -2", "-3", "-3", "-3"},
	{"2 ** 3 ** 2", "512", "! ", "512"},
	{"2 ** -1", "0", "! ", "! exponent less than 0"},
	{"0x1f + 010", "39", "39", "39"},
	{"2#101", "5", "! expecting EOF", "5"},
	{"64#_", "63", "! expecting EOF", "63"},
	{"08", "! ", "! expecting EOF", `! value too great for base (error token is "08")`},
	{"1 << 65", "2", "2", "2"},
	{"9223372036854775807 + 1", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
	{"-9223372036854775807 - 1", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
	{"!0 + ~0", "0", "0", "0"},
	{"1 ? 2 : 3", "2", "2", "2"},
	{"0 && 1 / 0", "0", "0", "0"},
	{"1 || 1 / 0", "1", "1", "1"},
	{"1 / 0", "! divide by zero", "! division by zero", `! division by 0 (error token is "0")`},
	{"ten", "10", "10", "10"},
	{"expression", "7", "! 3 + 4 is no number", "7"},
	{"unset + 1", "1", "1", "1"},
	{"x = 5, x += 2, x", "7", "! expecting EOF", "7"},
	{"x = 5", "5", "5", "5"},
	{"ten++ + ten", "21", "20", "21"},
	{"--ten", "9", "10", "9"},
	{"a[1] + 1", "! expecting EOF", "! expecting EOF", "42"},
	{"loop", "! expression recursion loop detected", "! loop is no number", "! expression recursion loop detected"},
	{"1 +", "! ", "! ", `! syntax error: operand expected (error token is "+")`},
	{"(1", "! expecting ')'", "! expecting ')'", "! missing `)' (error token is \"1\")"},
}

func TestEval(t *testing.T) {
	for _, test := range tests {
		for d, want := range map[dialect.Dialect]string{dialect.Ash: test.ash, dialect.Dash: test.dash, dialect.Bash: test.bash} {
			s := shell{"ten": "10", "expression": "3 + 4", "loop": "loop", "a[1]": "41"}
			if got := eval(s, d, test.text); got != want {
				t.Errorf("dialect %d: %q is %q, want %q", d, test.text, got, want)
			}
		}
	}
}

func FuzzEval(f *testing.F) {
	for _, test := range tests {
		f.Add(test.text, 2)
	}
	f.Fuzz(func(t *testing.T, text string, d int) {
		if d < 0 || d > 2 {
			return
		}
		// Whatever it is, it ends with a number or with a reason.
		eval(shell{"ten": "10", "loop": "loop"}, dialect.Dialect(d), text)
	})
}

func ExampleEvaluator_Eval() {
	s := shell{"n": "20"}
	e := arith.New(s, dialect.Bash)
	fmt.Println(e.Eval("n += 1, n * 2"), s["n"])
	// Output: 42 21
}
