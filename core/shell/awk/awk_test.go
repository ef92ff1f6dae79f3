package awk_test

import (
	"context"
	"fmt"
	"testing"

	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// run runs an AWK program as the awk of a busybox image.
func run(program, input string) string {
	e := vfs.New(0).Edit()
	e.MkdirAll("/bin", 0o755, 0, 0)
	e.WriteFile("/bin/busybox", vfs.String("\x7fELF"), 0o755, 0, 0)
	e.WriteFile("/in", vfs.String(input), 0o644, 0, 0)
	e.Create("/bin/awk", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "busybox"}, nil)
	out := ""
	shell.Run(context.Background(), e, shell.Config{Argv: []string{"/bin/awk", program, "/in"},
		Output: func(_ int, b []byte) { out += string(b) }})
	return out
}

func TestPrograms(t *testing.T) {
	for _, c := range []struct{ program, input, want string }{
		{`{ s += $2 } END { print s }`, "a 1\nb 2\n", "3\n"},
		{`NR==1, NR==2`, "x\ny\nz\n", "x\ny\n"},
		{`BEGIN { print 1e6, 0.1 + 0.2, 2^10, -5 % 3, "10" < "9", 10 < 9 }`, "", "1000000 0.3 1024 -2 1 0\n"},
		{`{ $2 = ""; print; print NF }`, "a b c\n", "a  c\n3\n"},
		{`BEGIN { n = split("a:b:c", p, ":"); print n, p[3]; print substr("hello", 2, 3), index("foobar", "bar") }`, "", "3 c\nell 4\n"},
		{`function f(n) { return n <= 1 ? 1 : n * f(n - 1) } BEGIN { print f(10) }`, "", "3628800\n"},
		{`{ gsub(/o/, "[&]"); print }`, "foo\n", "f[o][o]\n"},
		{`BEGIN { while ((getline l < "/in") > 0) print "got " l }`, "x\ny\n", "got x\ngot y\n"},
		{`BEGIN { printf "%5.2f|%-4s|%03d|%c\n", 3.14159, "ab", 7, 65 }`, "", " 3.14|ab  |007|A\n"},
		{`{`, "", "awk: cmd. line:1: Unexpected token\n"},
		{`BEGIN { print 1 / 0 }`, "", "awk: cmd. line:1: Division by zero\n"},
	} {
		if got := run(c.program, c.input); got != c.want {
			t.Errorf("%s: %q, want %q", c.program, got, c.want)
		}
	}
}

func Example() {
	fmt.Print(run(`/b/ { print NR ": " $1 }`, "a\nb\n"))
	// Output: 2: b
}
