package shell_test

import (
	"context"
	"strings"
	"testing"

	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// image returns a small tree whose /bin/sh is of the given kind.
func image(kind string) *vfs.Editor {
	e := vfs.New(1_700_000_000_000_000_000).Edit()
	for _, d := range []string{"/bin", "/usr/bin", "/dev", "/proc", "/sys", "/etc", "/root", "/tmp", "/opt", "/home"} {
		e.MkdirAll(d, 0o755, 0, 0)
	}
	e.Chmod("/tmp", 0o1777)
	e.WriteFile("/etc/passwd", vfs.String("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"), 0o644, 0, 0)
	e.WriteFile("/etc/group", vfs.String("root:x:0:\nnogroup:x:65534:\n"), 0o644, 0, 0)
	tools := strings.Fields("cat ls cp mv rm mkdir rmdir touch chmod chown ln head tail wc tee sort uniq cut tr grep sed awk find xargs env id seq sleep true false printf test expr basename dirname readlink date stat sha256sum dd yes timeout kill tar gzip echo pwd rev tac diff mktemp install od shuf")
	if kind == "busybox" {
		e.WriteFile("/bin/busybox", vfs.String("\x7fELF busybox"), 0o755, 0, 0)
		for _, t := range append(tools, "sh", "ash") {
			e.Create("/bin/"+t, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "busybox"}, nil)
		}
		return e
	}
	for _, t := range append(tools, "apt-get", "mystery", kind) {
		e.WriteFile("/bin/"+t, vfs.String("\x7fELF "+t), 0o755, 0, 0)
	}
	e.Create("/bin/sh", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: kind}, nil)
	return e
}

// run runs a line and returns stdout and stderr together, in order.
func run(t testing.TB, e *vfs.Editor, c shell.Config, line string) (out string, res shell.Result, err error) {
	t.Helper()
	var b strings.Builder
	if c.Argv == nil {
		c.Argv = []string{"/bin/sh", "-c", line}
	}
	if c.Env == nil {
		c.Env = []string{"PATH=/usr/bin:/bin", "HOME=/root"}
	}
	c.Output = func(_ int, data []byte) { b.Write(data) }
	res, err = shell.Run(context.Background(), e, c)
	return b.String(), res, err
}
