package container_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"layerlab.dev/core/container"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

func files(t *testing.T) container.Files {
	img, err := standin.Image("alpine")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := img.Tree()
	if err != nil {
		t.Fatal(err)
	}
	return container.NewFiles(tree.At(1700000000e9))
}

func listed(changes []layer.Change) string {
	var out []string
	for _, c := range changes {
		out = append(out, c.Kind.String()[:1]+c.Path)
	}
	return strings.Join(out, " ")
}

func TestMerge(t *testing.T) {
	image := &container.Config{Env: []string{"A=1", "B=2"}, Cmd: []string{"sh"}, Entrypoint: []string{"/e"}, User: "u", WorkingDir: "/w", Labels: map[string]string{"l": "i", "m": "i"}}
	for _, c := range []struct {
		name      string
		own, want container.Config
	}{
		{"empty", container.Config{}, container.Config{Env: []string{"A=1", "B=2"}, Cmd: []string{"sh"}, Entrypoint: []string{"/e"}, User: "u", WorkingDir: "/w", Labels: map[string]string{"l": "i", "m": "i"}}},
		{"own first", container.Config{Env: []string{"B=3", "C=4"}, Cmd: []string{"x"}, User: "v", WorkingDir: "/x", Labels: map[string]string{"l": "o"}},
			container.Config{Env: []string{"B=3", "C=4", "A=1"}, Cmd: []string{"x"}, Entrypoint: []string{"/e"}, User: "v", WorkingDir: "/x", Labels: map[string]string{"l": "o", "m": "i"}}},
		{"an entrypoint drops the image's command", container.Config{Entrypoint: []string{"/f"}},
			container.Config{Env: []string{"A=1", "B=2"}, Entrypoint: []string{"/f"}, User: "u", WorkingDir: "/w", Labels: map[string]string{"l": "i", "m": "i"}}},
	} {
		container.Merge(&c.own, image)
		if !reflect.DeepEqual(c.own, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, c.own, c.want)
		}
	}
}

// The init layer is no part of the read-write layer, nor is what was mounted.
func TestRun(t *testing.T) {
	f := files(t)
	volume := vfs.New(0).Edit()
	if err := volume.WriteFile("/kept", vfs.String("k\n"), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	m := &container.Mount{Path: "/data/v", Node: volume.Tree().Root()}
	var out strings.Builder
	p := container.Process{Argv: []string{"/bin/sh", "-c", `echo "$HOSTNAME $A"; cat /etc/hostname; echo x > /data/v/new; echo 1 >> /etc/hosts; touch /tmp/t; exit 3`},
		Env: []string{"A=1"}, Hostname: "0123456789ab", Mounts: []*container.Mount{m}, Output: func(_ int, b []byte) { out.Write(b) }}
	after, exit, err := f.Run(t.Context(), p)
	if err != nil || exit.Code != 3 {
		t.Fatalf("%d %v", exit.Code, err)
	}
	if out.String() != "0123456789ab 1\n0123456789ab\n" {
		t.Errorf("%q", out.String())
	}
	if got := listed(after.Changes()); got != "a/data a/data/v p/tmp a/tmp/t" && got != "a/data a/data/v m/tmp a/tmp/t" {
		t.Errorf("changes %s", got)
	}
	if m.Left == nil || m.Left.Child("new") == nil || m.Left.Child("kept") == nil {
		t.Errorf("the volume lost something: %v", m.Left)
	}
	if listed(f.Changes()) != "" {
		t.Error("the files before were changed")
	}
}

func TestStartErrors(t *testing.T) {
	f := files(t)
	const prefix = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	for _, c := range []struct {
		argv []string
		user string
		want string
		code int
	}{
		{[]string{"nosuch"}, "", prefix + `exec: "nosuch": executable file not found in $PATH: unknown`, 127},
		{[]string{"/nosuch"}, "", prefix + `exec: "/nosuch": stat /nosuch: no such file or directory: unknown`, 127},
		{[]string{"/etc/passwd"}, "", prefix + `exec: "/etc/passwd": permission denied: unknown`, 126},
		{[]string{"sh"}, "nobody2", "unable to find user nobody2: no matching entries in passwd file", 126},
		{[]string{"sh"}, "root:nogroup2", "unable to find group nogroup2: no matching entries in group file", 126},
	} {
		said := ""
		_, _, err := f.Run(t.Context(), container.Process{Argv: c.argv, User: c.user, Output: func(_ int, b []byte) { said += string(b) }})
		var failed *container.StartError
		if !errors.As(err, &failed) || failed.Message != c.want || failed.Code != c.code || said != "" {
			t.Errorf("%q as %q: %v, said %q", c.argv, c.user, err, said)
		}
	}
}

func TestMakeWorkdir(t *testing.T) {
	f := files(t)
	g, err := f.MakeWorkdir("/a/b")
	if err != nil || listed(g.Changes()) != "a/a a/a/b" {
		t.Errorf("%v %s", err, listed(g.Changes()))
	}
	if g, err = g.MakeWorkdir("/a/b"); err != nil || listed(g.Changes()) != "a/a a/a/b" {
		t.Errorf("%v %s", err, listed(g.Changes()))
	}
	if _, err := f.MakeWorkdir("/etc/passwd"); err == nil || err.Error() != "Cannot mkdir: /etc/passwd is not a directory" {
		t.Errorf("%v", err)
	}
}

func TestCommit(t *testing.T) {
	config := &container.Config{Cmd: []string{"a", "b"}}
	img, err := container.Commit(nil, nil, container.Child{Author: "me", Comment: "why", ContainerConfig: config, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"architecture":"amd64","author":"me","config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["a","b"],"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"container_config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["a","b"],"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"created":"0001-01-01T00:00:00Z","docker_version":"20.10.24+dfsg1","history":[{"created":"0001-01-01T00:00:00Z","author":"me","created_by":"a b","comment":"why","empty_layer":true}],"os":"linux","rootfs":{"type":"layers"}}`
	if got := string(img.ConfigJSON()); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
