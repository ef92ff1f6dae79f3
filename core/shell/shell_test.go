package shell_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func TestDialects(t *testing.T) {
	for _, c := range []struct {
		kind, line, want string
		exit             int
	}{
		{"busybox", "[[ abc == a* ]] && echo yes; x=hello; echo ${x:1:3} ${x/l/L}", "yes\nell heLlo\n", 0},
		{"busybox", "echo a; a=(1 2)", "/bin/sh: syntax error: unexpected \"(\"\n", 2},
		{"busybox", "echo a\nif true; then", "a\n/bin/sh: syntax error: unexpected end of file (expecting \"fi\")\n", 2},
		{"busybox", "echo $((08))", "/bin/sh: arithmetic syntax error\n", 2},
		{"busybox", "set -e; f() { false; echo no; }; f; echo never", "", 1},
		{"dash", "[[ a = a ]] && echo yes; echo done", "/bin/sh: 1: [[: not found\ndone\n", 0},
		{"dash", "x=abc; echo ${x:1}", "/bin/sh: 1: Bad substitution\n", 2},
		{"dash", "echo -e 'a\\tb'", "-e a\tb\n", 0},
		{"dash", "source /etc/passwd", "/bin/sh: 1: source: not found\n", 127},
		{"dash", "nosuch; echo $?", "/bin/sh: 1: nosuch: not found\n127\n", 0},
		{"dash", "cd /nope", "/bin/sh: 1: cd: can't cd to /nope\n", 2},
		{"bash", "a=(x y z); echo ${a[1]} ${#a[@]}; declare -A m=([k]=v); echo ${m[k]}; echo {1..3}", "y 3\nv\n1 2 3\n", 0},
		{"bash", "nosuch; echo $?", "/bin/sh: line 1: nosuch: command not found\n127\n", 0},
		{"bash", "for ((i=0;i<3;i++)); do echo -n $i; done; echo; [[ foo =~ f(o+) ]] && echo ${BASH_REMATCH[1]}", "012\noo\n", 0},
		{"bash", "false | true; echo ${PIPESTATUS[0]}; cat <<< here", "1\nhere\n", 0},
	} {
		out, res, err := run(t, image(c.kind), shell.Config{}, c.line)
		if err != nil || out != c.want || res.ExitCode != c.exit {
			t.Errorf("%s: %s:\n got %q, exit %d, %v\nwant %q, exit %d", c.kind, c.line, out, res.ExitCode, err, c.want, c.exit)
		}
	}
}

func TestUnsupported(t *testing.T) {
	for line, want := range map[string]string{
		"apt-get update": "packages",
		"mystery --x":    "compiled program",
	} {
		_, _, err := run(t, image("dash"), shell.Config{}, line)
		var u *shell.UnsupportedError
		if !errors.As(err, &u) || !strings.Contains(u.Reason.Text, want) || u.Advice.IsZero() || u.ExitCode != 126 {
			t.Errorf("%s: %v", line, err)
		}
	}
	// What is not in the image fails as it would in Docker.
	out, res, err := run(t, image("busybox"), shell.Config{}, "apt-get update")
	if err != nil || res.ExitCode != 127 || out != "/bin/sh: apt-get: not found\n" {
		t.Errorf("%q %d %v", out, res.ExitCode, err)
	}
}

func TestScratch(t *testing.T) {
	e := vfs.New(0).Edit()
	out, res, err := run(t, e, shell.Config{}, "echo hi")
	want := "runc run failed: unable to start container process: exec: \"/bin/sh\": stat /bin/sh: no such file or directory\n"
	if err != nil || res.ExitCode != 1 || out != want {
		t.Errorf("%q %d %v", out, res.ExitCode, err)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		line, what string
		limits     shell.Limits
	}{
		{"while :; do :; done", "steps", shell.Limits{Steps: 10_000}},
		{"yes | while read x; do :; done", "steps", shell.Limits{Steps: 10_000}},
		{"f() { f; }; f", "depth", shell.Limits{}},
		{"yes > /opt/f", "disk", shell.Limits{Disk: 1 << 16}},
		{"awk 'BEGIN { while (1) i++ }'", "steps", shell.Limits{Steps: 10_000}},
		{"awk 'function f(x) { return f(x) } BEGIN { f(1) }'", "depth", shell.Limits{}},
	} {
		_, _, err := run(t, image("busybox"), shell.Config{Limits: c.limits}, c.line)
		var l *shell.LimitError
		if !errors.As(err, &l) || l.What != c.what {
			t.Errorf("%s: %v", c.line, err)
		}
	}
	out, res, err := run(t, image("busybox"), shell.Config{Limits: shell.Limits{Output: 10}}, "yes | head -100")
	if err != nil || len(res.Notes) != 1 || !strings.HasPrefix(out, "y\ny\ny\ny\ny\n\n[output clipped") {
		t.Errorf("%q %v %v", out, res.Notes, err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := shell.Run(ctx, image("busybox"), shell.Config{Argv: []string{"/bin/sh", "-c", "while :; do :; done"}, Limits: shell.Limits{Steps: 1 << 60}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestTime checks that waiting costs none.
func TestTime(t *testing.T) {
	start := time.Now()
	out, _, err := run(t, image("busybox"), shell.Config{}, "a=$(date +%s); sleep 1000; b=$(date +%s); echo $((b-a)); timeout 5 sleep 100; echo $?; (sleep 3; echo late) & sleep 1; echo early; wait")
	if err != nil || out != "1000\nTerminated\n143\nearly\nlate\n" {
		t.Errorf("%q %v", out, err)
	}
	if time.Since(start) > 5*time.Second {
		t.Error("it took", time.Since(start))
	}
}

func TestWrites(t *testing.T) {
	line := "echo a > /opt/a && cp /opt/a /opt/b\nmkdir /opt/d; rm /opt/a"
	_, res, err := run(t, image("busybox"), shell.Config{}, line)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, w := range res.Writes {
		got[w.Path] = line[w.Start:w.End]
	}
	for path, want := range map[string]string{"/opt/a": "rm /opt/a", "/opt/b": "cp /opt/a /opt/b", "/opt/d": "mkdir /opt/d;"} {
		if strings.TrimSuffix(got[path], ";") != strings.TrimSuffix(want, ";") {
			t.Errorf("%s: written by %q, want %q", path, got[path], want)
		}
	}
}

func TestPermissions(t *testing.T) {
	c := shell.Config{UID: 65534, GID: 65534, Mounts: []*proc.Mount{{Path: "/etc/passwd", Node: image("busybox").Tree().Root().Child("etc").Child("passwd"), ReadOnly: true}}}
	out, _, err := run(t, image("busybox"), c, "touch /opt/x; echo $?; touch /tmp/y && ls -l /tmp | tail -1 | cut -c1-25; cat /etc/passwd > /dev/null && echo read")
	want := "touch: /opt/x: Permission denied\n1\n-rw-r--r--    1 nobody   \nread\n"
	if err != nil || out != want {
		t.Errorf("%q %v", out, err)
	}
	c.UID, c.GID = 0, 0
	out, _, _ = run(t, image("busybox"), c, "echo x >> /etc/passwd; rm /etc/passwd")
	want = "/bin/sh: can't create /etc/passwd: Read-only file system\nrm: can't remove '/etc/passwd': Device or resource busy\n"
	if out != want {
		t.Errorf("%q", out)
	}
}

// TestNoTrace checks that what is mounted for the run is gone afterwards.
func TestNoTrace(t *testing.T) {
	e := image("busybox")
	before := e.Tree()
	out, _, err := run(t, e, shell.Config{}, "echo x > /dev/shm/x; ls /dev | head -3; cat /dev/null /proc/1/cgroup")
	if err != nil || !strings.HasPrefix(out, "core\nfd\nfull\n") {
		t.Errorf("%q %v", out, err)
	}
	for _, dir := range []string{"/dev", "/proc", "/sys"} {
		a, _ := before.Lstat(dir)
		b, _ := e.Tree().Lstat(dir)
		if a != b {
			t.Errorf("%s changed", dir)
		}
	}
}

// TestLarge checks that zeros and random bytes take no memory.
func TestLarge(t *testing.T) {
	e := image("busybox")
	_, _, err := run(t, e, shell.Config{}, "dd if=/dev/zero of=/opt/z bs=1M count=5000 2>/dev/null; head -c 300000000 /dev/urandom > /opt/r; cp /opt/r /opt/c")
	if err != nil {
		t.Fatal(err)
	}
	for path, size := range map[string]int64{"/opt/z": 5000 << 20, "/opt/r": 300000000, "/opt/c": 300000000} {
		n, err := e.Tree().Stat(path)
		if err != nil || n.Size() != size {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAbsent(t *testing.T) {
	e := image("busybox")
	e.WriteFile("/opt/far", vfs.Absent(5, "sha256:0000000000000000000000000000000000000000000000000000000000000000"), 0o644, 0, 0)
	if _, _, err := run(t, e, shell.Config{}, "cp /opt/far /opt/copy && mv /opt/copy /opt/moved"); err != nil {
		t.Error(err)
	}
	if n, err := e.Tree().Stat("/opt/moved"); err != nil || !n.Blob().Absent() {
		t.Error("not copied:", err)
	}
	_, _, err := run(t, e, shell.Config{}, "cat /opt/far")
	var a *vfs.AbsentError
	if !errors.As(err, &a) {
		t.Error(err)
	}
}

// TestSame checks that a line gives the same tree every time.
func TestSame(t *testing.T) {
	line := "for i in 1 2 3; do (echo $i; sleep $i; echo $i >> /opt/l) & done; wait; mktemp -d; head -c 9999 /dev/urandom > /opt/r; find / -xdev | sort | tee /opt/f | wc -l; echo $RANDOM"
	sums := map[string]bool{}
	for range 3 {
		e := image("busybox")
		out, _, err := run(t, e, shell.Config{}, line)
		if err != nil {
			t.Fatal(err)
		}
		for p, n := range e.Tree().Walk("/") {
			out += p
			if n.Kind == vfs.File {
				d, _ := n.Blob().Digest()
				out += d.String()
			}
		}
		sums[out] = true
	}
	if len(sums) != 1 {
		t.Error("runs differ")
	}
}

// TestSeed checks that everything random follows the seed, and only that.
func TestSeed(t *testing.T) {
	for _, line := range []string{"echo $RANDOM", "mktemp -u", "head -c 8 /dev/urandom | od -An -tx1", "seq 20 | shuf | tr '\n' ' '"} {
		seen := map[string]bool{}
		for _, seed := range []uint64{0, 1, 2, 1 << 52, 1} {
			out, _, err := run(t, image("busybox"), shell.Config{Seed: seed}, line)
			if err != nil {
				t.Fatal(err)
			}
			seen[out] = true
		}
		if len(seen) != 4 {
			t.Errorf("%s: four seeds give %q", line, slices.Collect(maps.Keys(seen)))
		}
	}
}

func FuzzRun(f *testing.F) {
	for _, s := range []string{"echo $((1+2))", "a | b", "x=${y:-$(z)}", "case x in y) ;; esac", "f() { :; }; f", "sed s/a/b/ <<E\na\nE", "awk '{print $1}' /etc/passwd", "find / -name x", "[[ a =~ b ]]", "printf %5.2f 1", "tr a-z A-Z", "for i in {1..3}; do :; done", "grep '\\(a*\\)\\1' /etc/passwd", "set -- a b; shift 5", "trap x EXIT", "${x/a/b}", "date -d x", "tar cf - /etc | tar tf -", "dd bs=0", "expr a : b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, kind := range []string{"busybox", "dash", "bash"} {
			_, _, err := run(t, image(kind), shell.Config{Limits: shell.Limits{Steps: 20_000, Disk: 1 << 20, Output: 1 << 16}}, line)
			var u *shell.UnsupportedError
			var l *shell.LimitError
			if err != nil && !errors.As(err, &u) && !errors.As(err, &l) && !errors.Is(err, fs.ErrInvalid) {
				var in *proc.InternalError
				if errors.As(err, &in) {
					t.Log(in.Stack)
				}
				t.Fatalf("%s: %q: %v", kind, line, err)
			}
		}
	})
}

func BenchmarkLoop(b *testing.B) {
	for b.Loop() {
		run(b, image("busybox"), shell.Config{}, "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")
	}
}

func BenchmarkLine(b *testing.B) {
	e := image("busybox")
	for b.Loop() {
		run(b, e, shell.Config{}, "mkdir -p /opt/a && echo hi > /opt/a/b && chmod 600 /opt/a/b && cat /opt/a/b | tr a-z A-Z && rm -rf /opt/a")
	}
}

// The container runtime looks a command up as Go's LookPath does: what may not be
// executed is passed over on PATH, and refused where it is named by its path.
func TestNotStarted(t *testing.T) {
	e := image("busybox")
	if err := e.WriteFile("/bin/prog", vfs.String("text"), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"prog":        `exec: "prog": executable file not found in $PATH`,
		"/bin/prog":   `exec: "/bin/prog": permission denied`,
		"nosuch":      `exec: "nosuch": executable file not found in $PATH`,
		"/bin/nosuch": `exec: "/bin/nosuch": stat /bin/nosuch: no such file or directory`,
	} {
		res, err := shell.Run(context.Background(), e, shell.Config{Argv: []string{name}})
		if err != nil || res.NotStarted != want || res.ExitCode != 1 {
			t.Errorf("%s: exit code %d, %v, %q, want %q", name, res.ExitCode, err, res.NotStarted, want)
		}
	}
}
