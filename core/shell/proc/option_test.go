package proc_test

import (
	"fmt"
	"slices"
	"testing"

	"layerlab.dev/core/shell/proc"
)

func TestParseOptions(t *testing.T) {
	for _, c := range []struct {
		args []string
		spec string
		rest []string
		err  string
	}{
		{[]string{"a", "-x", "b"}, "x", []string{"a", "b"}, ""},
		{[]string{"a", "-x", "b"}, "+x", []string{"a", "-x", "b"}, ""},
		{[]string{"-n5", "--", "-x"}, "n:", []string{"-x"}, ""},
		{[]string{"-q"}, "x", nil, "invalid option -- 'q'"},
		{[]string{"-n"}, "n:", nil, "option requires an argument -- 'n'"},
		{[]string{"--foo"}, "x", nil, "unrecognized option '--foo'"},
		{[]string{"--lines=3"}, "n:", nil, ""},
		{[]string{"--li", "3", "z"}, "n:", []string{"z"}, ""},
	} {
		o, err := proc.ParseOptions(c.args, c.spec, "lines=n")
		if (err == nil) != (c.err == "") || err != nil && err.Error() != c.err || err == nil && !slices.Equal(o.Rest, c.rest) {
			t.Errorf("%v: %v, %v", c.args, o.Rest, err)
		}
	}
}

func Example() {
	o, _ := proc.ParseOptions([]string{"-rf", "--mode=755", "dir"}, "rfm:", "mode=m")
	fmt.Println(o.Has('r'), o.Arg('m'), o.Rest)
	// Output: true 755 [dir]
}
