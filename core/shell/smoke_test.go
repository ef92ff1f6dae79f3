package shell_test

import (
	"context"
	"testing"

	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

func TestSmoke(t *testing.T) {
	e := vfs.New(1e18).Edit()
	for _, d := range []string{"/bin", "/dev", "/proc", "/sys", "/etc", "/root", "/tmp", "/opt"} {
		e.Mkdir(d, 0o755, 0, 0)
	}
	e.WriteFile("/bin/busybox", vfs.String("\x7fELF"), 0o755, 0, 0)
	for _, n := range []string{"sh", "cat", "ls", "cp"} {
		e.Create("/bin/"+n, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "busybox"}, nil)
	}
	for _, line := range []string{"echo hi", "x=5; echo $((x*2)) > /opt/f; cat /opt/f; ls -l /opt /bin; nosuch; echo $?", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo $i", "cat /bin/busybox | cat > /opt/y; for i in a b c; do echo \"[$i]\" | cat; done; echo $(echo sub; (exit 3)) $?"} {
		r, err := shell.Run(context.Background(), e, shell.Config{Argv: []string{"/bin/sh", "-c", line}, Env: []string{"PATH=/bin"}, Output: func(fd int, b []byte) { t.Logf("%d %q", fd, b) }})
		t.Log(r.ExitCode, err, r.Writes, r.Steps)
	}
}
