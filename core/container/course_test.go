package container_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"layerlab.dev/core/container"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

const second = int64(1e9)

func start(t *testing.T) container.Files {
	t.Helper()
	i, err := standin.Image("busybox")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := i.Tree()
	if err != nil {
		t.Fatal(err)
	}
	return container.NewFiles(tree.At(1000 * second))
}

// follow tells a course: what was written when, in seconds after the start, and
// how it ended.
func follow(t *testing.T, p container.Process, events ...container.Event) (*container.Course, string) {
	t.Helper()
	f := start(t)
	began := f.Tree.Now()
	for i := range events {
		events[i].At += began
	}
	c, err := f.Follow(context.Background(), p, container.Recorded(events), nil)
	if err != nil {
		return nil, err.Error()
	}
	var b strings.Builder
	told := func(name string, output []container.Chunk, end *container.End) {
		for _, x := range output {
			fmt.Fprintf(&b, "%s%d@%d:%s", name, x.FD, (x.At-began)/second, strings.ReplaceAll(string(x.Data), "\n", "|"))
		}
		if end == nil {
			b.WriteString(name + " runs\n")
		} else {
			fmt.Fprintf(&b, "%s=%d@%d\n", name, end.Code, (end.At-began)/second)
		}
	}
	told("", c.Output, c.End)
	for _, e := range events {
		if e.Exec != nil {
			o := c.Execs[e.Exec.ID]
			told(e.Exec.ID, o.Output, o.End)
		}
	}
	return c, b.String()
}

func sh(script string) []string { return []string{"/bin/sh", "-c", script} }

func exec(at int64, script string) container.Event {
	return container.Event{At: at * second, Exec: &container.Exec{ID: "x", Process: container.Process{Argv: sh(script), Env: container.Env(nil, "h")}}}
}

func TestFollow(t *testing.T) {
	for _, x := range []struct {
		name    string
		process container.Process
		events  []container.Event
		want    string
	}{
		{"ends at once", container.Process{Argv: sh("echo a; echo b >&2; exit 3")}, nil, "1@0:a|2@0:b|=3@0\n"},
		{"sleeps", container.Process{Argv: sh("echo a; sleep 5; echo b")}, nil, "1@0:a|1@5:b|=0@5\n"},
		{"waits for input for ever", container.Process{Argv: []string{"/bin/cat"}, Open: true}, nil, " runs\n"},
		{"input", container.Process{Argv: []string{"/bin/cat"}, Open: true}, []container.Event{
			{At: 2 * second, Input: &container.Input{Data: []byte("x\n")}}, {At: 3 * second, Input: &container.Input{End: true}}}, "1@2:x|=0@3\n"},
		{"a terminal shows what is typed", container.Process{Argv: []string{"/bin/cat"}, Open: true, Screen: &proc.Screen{}}, []container.Event{
			{At: second, Input: &container.Input{Data: []byte("ab\x7fc\n\x04")}}},
			"1@1:a1@1:b1@1:\b \b1@1:c1@1:\r|1@1:ac\r|=0@1\n"},
		{"ctrl-C spares process 1", container.Process{Argv: []string{"/bin/cat"}, Open: true, Screen: &proc.Screen{}}, []container.Event{
			{At: second, Input: &container.Input{Data: []byte("\x03")}}}, "1@1:^C runs\n"},
		{"TERM without a handler", container.Process{Argv: sh("sleep 9; echo late")}, []container.Event{{At: second, Signal: proc.SIGTERM}}, "1@9:late|=0@9\n"},
		{"TERM with a handler", container.Process{Argv: sh("trap 'echo bye; exit 4' TERM; while :; do sleep 1; done")},
			[]container.Event{{At: 2500e6, Signal: proc.SIGTERM}}, "1@3:bye|=4@3\n"},
		{"KILL", container.Process{Argv: sh("sleep 9; echo late")}, []container.Event{{At: 2 * second, Signal: proc.SIGKILL}}, "=137@2\n"},
		{"a command joins", container.Process{Argv: sh("sleep 9; cat /f")}, []container.Event{exec(2, "echo hi > /f; sleep 1; echo out; exit 6")},
			"1@9:hi|=0@9\nx1@3:out|x=6@3\n"},
		{"and is ended with process 1", container.Process{Argv: sh("sleep 3")}, []container.Event{exec(1, "sleep 9; echo never")}, "=0@3\nx=137@3\n"},
		{"what it lets go on", container.Process{Argv: sh("while [ ! -e /go ]; do sleep 1; done; echo went")}, []container.Event{exec(4, ": > /go")},
			"1@4:went|=0@4\nx=0@4\n"},
		{"an edit from outside", container.Process{Argv: sh("sleep 5; cat /f")}, []container.Event{{At: second, Edit: func(e *vfs.Editor) error {
			return e.WriteFile("/f", vfs.String("put\n"), 0o644, 0, 0)
		}}}, "1@5:put|=0@5\n"},
		{"a command that is missing", container.Process{Argv: []string{"nosuch"}}, nil,
			`failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown`},
		{"a user that is missing", container.Process{Argv: sh(":"), User: "nosuch"}, nil, "unable to find user nosuch: no matching entries in passwd file"},
		{"computes without end", container.Process{Argv: sh("while :; do :; done"), Limits: shell.Limits{Steps: 10_000}}, nil, " runs\n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if _, got := follow(t, x.process, x.events...); got != x.want {
				t.Errorf("got\n%q, want\n%q", got, x.want)
			}
		})
	}
}

// The same files, command and events give the same course.
func TestFollowAgain(t *testing.T) {
	f := start(t)
	p := container.Process{Argv: sh("for i in 1 2 3; do echo $RANDOM > /f$i; date; sleep 1; done"), Seed: 7}
	var first string
	for range 2 {
		c, err := f.Follow(context.Background(), p, container.Recorded(nil), nil)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(c.Output, c.End.At)
		for _, point := range c.Points {
			text += fmt.Sprint(point.From, point.Tree.Root().Len(), point.Written)
		}
		if first == "" {
			first = text
		} else if text != first {
			t.Errorf("%s\nis not\n%s", text, first)
		}
	}
}

// A course tells what is there at any time.
func TestCourseAt(t *testing.T) {
	c, _ := follow(t, container.Process{Argv: sh("echo 1 > /f; sleep 10; echo 2 > /f; sleep 10")})
	began := c.Points[0].From
	for at, want := range map[int64]string{0: "1\n", 9: "1\n", 11: "2\n", 19: "2\n", 99: "2\n"} {
		n, err := c.At(began + at*second).Tree.Stat("/f")
		if err != nil {
			t.Fatal(at, err)
		}
		if data, _ := n.Blob().Bytes(); string(data) != want {
			t.Errorf("after %d s: %q, want %q", at, data, want)
		}
	}
	if next := c.Next(began + second); (next-began)/second != 10 {
		t.Errorf("next after %d s", (next-began)/second)
	}
	if _, err := c.Points[0].Tree.Stat("/proc/1"); err == nil {
		t.Error("what is mounted is in the container's files")
	}
}

// A program that cannot be interpreted says so and has ended.
func TestFollowUnsupported(t *testing.T) {
	f := start(t)
	e := f.Tree.Edit()
	if err := e.WriteFile("/bin/real", vfs.String("\x7fELF and machine code"), 0o755, 0, 0); err != nil {
		t.Fatal(err)
	}
	f.Tree = e.Tree()
	c, err := f.Follow(context.Background(), container.Process{Argv: []string{"real"}}, container.Recorded(nil), nil)
	if err != nil || c.End == nil || c.End.Code == 0 || len(c.Output) != 1 || !strings.HasPrefix(string(c.Output[0].Data), "layerlab: ") {
		t.Errorf("%+v, %v", c, err)
	}
}
