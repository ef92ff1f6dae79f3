package shell_test

import (
	"context"
	"fmt"

	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

func Example() {
	// An image with nothing but busybox: its bytes are never looked at.
	e := vfs.New(0).Edit()
	e.MkdirAll("/bin", 0o755, 0, 0)
	e.MkdirAll("/opt", 0o755, 0, 0)
	e.WriteFile("/bin/busybox", vfs.String("\x7fELF"), 0o755, 0, 0)
	for _, name := range []string{"sh", "cat", "seq"} {
		e.Create("/bin/"+name, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "busybox"}, nil)
	}

	res, err := shell.Run(context.Background(), e, shell.Config{
		Argv:   []string{"/bin/sh", "-c", "seq 3 > /opt/n && cat /opt/n; curl example.com"},
		Env:    []string{"PATH=/bin"},
		Output: func(fd int, data []byte) { fmt.Printf("%d: %q\n", fd, data) },
	})
	fmt.Println(res.ExitCode, err)
	for _, w := range res.Writes {
		fmt.Println(w.Path, w.Argv)
	}
	// Output:
	// 1: "1\n2\n3\n"
	// 2: "/bin/sh: curl: not found\n"
	// 127 <nil>
	// /opt/n [seq 3]
}
