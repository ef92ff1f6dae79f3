package engine_test

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fresh serves a host of its own, and returns what DOCKER_HOST is to be.
func fresh(t *testing.T) string {
	t.Helper()
	h, _ := newHost(t, time.Now().UnixNano())
	return serve(t, h)
}

func same(t *testing.T, got answer, want string) {
	t.Helper()
	if got.Exit != 0 || got.Stdout != want {
		t.Errorf("exit code %d\n%s%s\nwant\n%s", got.Exit, got.Stdout, got.Stderr, want)
	}
}

//go:embed testdata/client.py.txt
var pythonSays string

func TestPython(t *testing.T) {
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import docker").Run() == nil {
			same(t, command(t, "testdata", []string{"DOCKER_HOST=" + fresh(t)}, python, "-B", "client.py"), pythonSays)
			return
		}
	}
	t.Skip("no Python has the module docker: it is in Debian's python3-docker")
}

const dockerodeSays = `OK 1.41
Status: Downloaded newer image for alpine:latest
4 out
 err

71
["alpine:latest","node:1"]
3
404 no such container
typed
 0
["Untagged","Deleted"]
`

func TestDockerode(t *testing.T) {
	if _, err := os.Stat("dockerode/node_modules"); err != nil {
		t.Skip("dockerode is not installed: npm ci in tests/engine/dockerode")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	same(t, command(t, "dockerode", nil, node, "client.mjs", strings.TrimPrefix(fresh(t), "unix://")), dockerodeSays)
}

// TestSkopeo copies an image from the daemon into a layout and back.
func TestSkopeo(t *testing.T) {
	skopeo, err := exec.LookPath("skopeo")
	if err != nil {
		t.Skip("skopeo is not installed")
	}
	if busybox(recorded) == nil {
		t.Skip("the content of the base's busybox is not on this machine: it has another one")
	}
	client := debian(t)
	daemon := fresh(t)
	env := []string{"DOCKER_HOST=" + daemon, "HOME=" + t.TempDir()}
	layout := "oci:" + filepath.Join(t.TempDir(), "layout") + ":it"
	for _, args := range [][]string{
		{client, "pull", "-q", "alpine"},
		{skopeo, "--insecure-policy", "copy", "--src-daemon-host", daemon, "docker-daemon:alpine:latest", layout},
		{skopeo, "--insecure-policy", "copy", "--dest-daemon-host", daemon, layout, "docker-daemon:back:1"},
	} {
		if a := command(t, ".", env, args[0], args[1:]...); a.Exit != 0 {
			t.Fatalf("%v: %s", args, a.Stderr)
		}
	}
	rootfs := func(name string) string {
		return command(t, ".", env, client, "inspect", "-f", "{{json .RootFS}} {{json .Config.Cmd}}", name).Stdout
	}
	if got, want := rootfs("back:1"), rootfs("alpine"); got != want {
		t.Errorf("image that came back: %s, want %s", got, want)
	}
}

// TestTerminal has the real client on a terminal, which script makes.
func TestTerminal(t *testing.T) {
	script, err := exec.LookPath("script")
	if err != nil {
		t.Skip("script, which makes a terminal, is not installed: it is in Debian's bsdutils")
	}
	client := debian(t)
	env := []string{"DOCKER_HOST=" + fresh(t), "HOME=" + t.TempDir(), "SHELL=/bin/sh", "PATH=/usr/bin:/bin"}
	if a := command(t, ".", env, client, "pull", "-q", "alpine"); a.Exit != 0 {
		t.Fatal(a.Stderr)
	}
	for _, row := range []struct {
		args, want string
		exit       int
	}{
		{`run -it --rm alpine sh -c "echo on; tty; exit 6"`, "on\r\n/dev/pts/0\r\n", 6},
		{`run -dit --name box alpine sh >/dev/null`, "", 0},
		{`exec -it box sh -c "echo in; exit 5"`, "in\r\n", 5},
		{`stop -t 1 box`, "box\r\n", 0},
	} {
		got := command(t, ".", env, script, "-qec", client+" "+row.args, "/dev/null")
		if got.Stdout != row.want || got.Exit != row.exit {
			t.Errorf("$ docker %s\nexit code %d, want %d\n%q\nwant\n%q", row.args, got.Exit, row.exit, got.Stdout, row.want)
		}
	}
}
