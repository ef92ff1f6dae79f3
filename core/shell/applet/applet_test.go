package applet_test

import (
	"fmt"
	"slices"
	"testing"

	"layerlab.dev/core/shell/applet"
)

func TestMode(t *testing.T) {
	for _, c := range []struct {
		text      string
		old, want uint32
		dir       bool
	}{
		{"644", 0, 0o644, false}, {"u+x", 0o644, 0o744, false}, {"go-rwx", 0o755, 0o700, false}, {"a=r", 0o755, 0o444, false},
		{"+t", 0o755, 0o1755, true}, {"u=rwX,g=rX,o=", 0o644, 0o640, false}, {"u=rwX,g=rX,o=", 0o755, 0o750, true},
		{"g=u", 0o640, 0o660, false}, {"u+s,g+s", 0o755, 0o6755, false}, {"o+t", 0o755, 0o755, false},
	} {
		if got, err := applet.Mode(c.text, c.old, c.dir, 0o022); err != nil || got != c.want {
			t.Errorf("%s of %o: %o, %v, want %o", c.text, c.old, got, err, c.want)
		}
	}
	if _, err := applet.Mode("u+q", 0, false, 0); err == nil {
		t.Error("u+q is taken")
	}
}

// TestList checks that every applet that is interpreted is one busybox has.
func TestList(t *testing.T) {
	plain, full := applet.List(true), applet.List(false)
	if slices.Contains(plain, "adduser") || !slices.Contains(full, "adduser") {
		t.Error("the two builds are not told apart")
	}
	n := 0
	for _, name := range full {
		if applet.Busybox(name) != nil {
			n++
		}
	}
	if n < 140 {
		t.Errorf("only %d applets are interpreted", n)
	}
}

func Example() {
	fmt.Printf("%q\n", applet.Echo([]string{"-e", `a\tb`}, false))
	// Output: "a\tb\n"
}
