package curl_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"layerlab.dev/core/curl"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

// FuzzProgram runs curl with any arguments, which are cut at newlines. It ends
// with an exit code that curl has, whatever it was asked for.
func FuzzProgram(f *testing.F) {
	for _, l := range lines {
		if args, ok := strings.CutPrefix(l.command, "curl "); ok {
			f.Add(strings.NewReplacer("'", "", " ", "\n").Replace(args))
		}
	}
	for _, s := range []string{"x[9223372036854775807-9223372036854775807]", "[1-99999999999]", "{{a,b},c}", "[a-z][a-z][a-z][a-z]", "\\", "[::1]:80/", "http://@:/", "-w\n%{", "-r\n-\nlocalhost:5000/v2/", "-T\n-\nlocalhost:5000"} {
		f.Add(s)
	}
	img, err := standin.Image("debian")
	if err != nil {
		f.Fatal(err)
	}
	tree, err := img.Tree()
	if err != nil {
		f.Fatal(err)
	}
	e := tree.Edit()
	if err := e.WriteFile("/usr/bin/curl", vfs.String("curl"), 0o755, 0, 0); err != nil {
		f.Fatal(err)
	}
	tree = e.Tree()
	n := remote.New().Serve("localhost:5000", registry.New(0))
	f.Fuzz(func(t *testing.T, args string) {
		r, err := shell.Run(context.Background(), tree.Edit(), shell.Config{
			Argv: append([]string{"/usr/bin/curl"}, strings.Split(args, "\n")...), Env: []string{"PATH=" + proc.DefaultPath}, Dir: "/root",
			Programs: map[string]func(*proc.Proc) int{"/usr/bin/curl": curl.Program(&world{n})},
		})
		var limit *shell.LimitError
		var absent *vfs.AbsentError
		if err != nil && !errors.As(err, &limit) && !errors.As(err, &absent) {
			t.Fatal(err)
		}
		if err == nil && (r.ExitCode < 0 || r.ExitCode > 99) {
			t.Errorf("exit code %d", r.ExitCode)
		}
	})
}
