package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"layerlab.dev/core/host"
	"layerlab.dev/core/session"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

func begin(t *testing.T) *session.Session {
	t.Helper()
	bases, err := session.Standins()
	if err != nil {
		t.Fatal(err)
	}
	reached, err := session.Network(context.Background(), bases, start)
	if err != nil {
		t.Fatal(err)
	}
	net := host.NewNet(reached)
	tree, err := session.Root(start)
	if err != nil {
		t.Fatal(err)
	}
	return session.New(host.New(host.NewState(1, start), net), net, tree)
}

// at runs a line and returns what it printed on both streams, and its status.
func at(t *testing.T, s *session.Session, text string) (string, int) {
	t.Helper()
	var out strings.Builder
	status, err := s.Run(context.Background(), session.Command{Text: text, Env: []string{"DOCKER_BUILDKIT=0"},
		Output: func(_ int, b []byte) { out.Write(b) }})
	if err != nil {
		t.Fatalf("$ %s: %v", text, err)
	}
	return out.String(), status
}

const prepare = `mkdir -p lesson; cd lesson; echo second > second.txt
printf 'FROM alpine:latest\nCOPY second.txt /\nCMD ["cat", "/second.txt"]\n' > Dockerfile
docker build -q -t first . > /root/id; docker pull -q centos`

// Pipes, loops and files of the host work around docker, and docker around them.
func TestRun(t *testing.T) {
	s := begin(t)
	if out, status := at(t, s, prepare); status != 0 {
		t.Fatalf("exit code %d: %s", status, out)
	}
	for _, test := range []struct {
		name, command, want string
		status              int
	}{
		{"a pipe", "docker images | grep -c latest", "3\n", 0},
		{"a loop", `for i in alpine centos; do docker tag $i x:$i; done; docker images -q x | wc -l`, "2\n", 0},
		{"substitution", `[ "$(docker images -q --no-trunc first)" = "$(cat id)" ] && echo same`, "same\n", 0},
		{"both streams in order", "docker images nosuch 2>&1; docker rmi nosuch 2>&1 | cat; docker tag first",
			"REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\nError: No such image: nosuch\n\"docker tag\" requires exactly 2 arguments.\nSee 'docker tag --help'.\n\nUsage:  docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]\n\nCreate a tag TARGET_IMAGE that refers to SOURCE_IMAGE\n", 1},
		{"a container reads a pipe", "echo piped | docker run -i --rm alpine cat", "piped\n", 0},
		{"a container writes to a file", "docker run --rm first > out; cat out", "second\n", 0},
		{"stdin is left for the shell", "printf 'a\\nb\\n' | while read x; do docker images -q alpine > /dev/null; echo $x; done", "a\nb\n", 0},
		{"an archive", "docker save first | tar -t | grep -c layer.tar", "2\n", 0},
		{"an archive's document", "docker save first -o i.tar; tar -xOf i.tar manifest.json | jq -r '.[0].RepoTags[0]'", "first:latest\n", 0},
		{"inspect and jq", "docker inspect first | jq -c '.[0].Config.Cmd'", "[\"cat\",\"/second.txt\"]\n", 0},
		{"push, curl and jq", "docker tag first localhost:5000/a/b:1; docker push -q localhost:5000/a/b:1; curl -s http://localhost:5000/v2/a/b/tags/list | jq -r .tags[]", "localhost:5000/a/b:1\n1\n", 0},
		{"exit code of a container", "docker run --rm alpine sh -c 'exit 3'; echo $?", "3\n", 0},
		{"unknown command", "docker nosuch", "docker: 'nosuch' is not a docker command.\nSee 'docker --help'\n", 1},
		{"not installed", "kubectl get pods", "bash: line 1: kubectl: command not found\n", 127},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, status := at(t, s, test.command)
			if got != test.want || status != test.status {
				t.Errorf("$ %s: exit code %d\n%q\nwant %d\n%q", test.command, status, got, test.status, test.want)
			}
		})
	}
}

// Two hosts share a registry: what one pushes the other pulls, and what it has
// of it already stays put.
func TestSharedRegistry(t *testing.T) {
	bases, err := session.Standins()
	if err != nil {
		t.Fatal(err)
	}
	reached, err := session.Network(context.Background(), bases, start)
	if err != nil {
		t.Fatal(err)
	}
	net := host.NewNet(reached)
	tree, err := session.Root(start)
	if err != nil {
		t.Fatal(err)
	}
	here := session.New(host.New(host.NewState(1, start), net), net, tree)
	there := session.New(host.New(host.NewState(2, start), net), net, tree)
	if out, status := at(t, here, prepare+"; docker tag first localhost:5000/a/first; docker push -q localhost:5000/a/first"); status != 0 {
		t.Fatal(out)
	}
	out, status := at(t, there, "docker pull -q alpine; docker pull localhost:5000/a/first; docker run --rm localhost:5000/a/first")
	if status != 0 || strings.Count(out, "Already exists") != 1 || strings.Count(out, "Pull complete") != 1 || !strings.HasSuffix(out, "\nsecond\n") {
		t.Errorf("exit code %d: %s", status, out)
	}
	mine, _ := at(t, here, "docker images -q --no-trunc first")
	if theirs, _ := at(t, there, "docker images -q --no-trunc localhost:5000/a/first"); theirs != mine {
		t.Errorf("the image is %s here and %s there", mine, theirs)
	}
}

// Restoring a snapshot takes commands back: files, images, containers, registry.
func TestRestore(t *testing.T) {
	s := begin(t)
	at(t, s, prepare)
	look := `ls /root; docker images -a --no-trunc; docker ps -a; curl -s http://localhost:5000/v2/_catalog`
	was, _ := at(t, s, look)
	before := s.Snapshot()
	change := `echo x > /root/new; docker rmi first; docker run --name web alpine true; docker tag alpine localhost:5000/n/n; docker push -q localhost:5000/n/n`
	first, _ := at(t, s, change)
	after, _ := at(t, s, look)
	if after == was {
		t.Fatal("the commands changed nothing")
	}
	s.Restore(before)
	if now, _ := at(t, s, look); now != was {
		t.Errorf("after going back:\n%s\nwant\n%s", now, was)
	}
	s.Restore(before)
	again, _ := at(t, s, change)
	if again != first {
		t.Errorf("the same commands from the same state:\n%s\nwant\n%s", again, first)
	}
}

// A command that is stopped, or comes to a limit, leaves everything as it was.
func TestStopped(t *testing.T) {
	s := begin(t)
	at(t, s, prepare)
	before := s.Snapshot()
	_, err := s.Run(context.Background(), session.Command{Text: "echo x > f; docker rmi first; while true; do :; done", Limits: shell.Limits{Steps: 10000}})
	var limit *shell.LimitError
	if !errors.As(err, &limit) {
		t.Errorf("an endless loop: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Run(ctx, session.Command{Text: "docker rmi first"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped command: %v", err)
	}
	if out, _ := at(t, s, "ls /root/f; docker images -q first | wc -l"); !strings.HasSuffix(out, "\n1\n") || !strings.Contains(out, "No such file") {
		t.Errorf("what is left: %s", out)
	}
	if s.Snapshot().Tree.Now() < before.Tree.Now() {
		t.Error("the clock went back")
	}
}

// Files that an editor changes are those of the shell, and the other way round.
func TestEdit(t *testing.T) {
	s := begin(t)
	if err := s.Edit(func(e *vfs.Editor) error { return e.WriteFile("/root/f", vfs.String("edited\n"), 0o644, 0, 0) }); err != nil {
		t.Fatal(err)
	}
	if out, _ := at(t, s, "cat f; echo typed > f; mkdir d"); out != "edited\n" {
		t.Errorf("the shell sees %q", out)
	}
	tree, err := s.Tree()
	if err != nil {
		t.Fatal(err)
	}
	n, err := tree.Stat("/root/f")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := n.Blob().Bytes(); err != nil || string(text) != "typed\n" {
		t.Errorf("the editor sees %q, %v", text, err)
	}
	if err := s.Chdir("/root/d"); err != nil {
		t.Fatal(err)
	}
	if out, _ := at(t, s, "pwd"); out != "/root/d\n" {
		t.Errorf("working directory %q", out)
	}
	if err := s.Chdir("/root/f"); !errors.Is(err, vfs.ENOTDIR) {
		t.Errorf("a file as working directory: %v", err)
	}
}

// On a terminal lines end as terminals end them, and programs know it. Without -i
// the host's terminal is not raw: it ends the lines of the container's once more.
func TestTerminal(t *testing.T) {
	s := begin(t)
	var out strings.Builder
	if _, err := s.Run(context.Background(), session.Command{Text: "[ -t 1 ] && echo yes; docker run --rm -t alpine sh -c '[ -t 1 ] && echo inside'; docker ps -q | cat; ls /etc/docker",
		Terminal: &session.Terminal{Cols: 80, Rows: 24}, Output: func(_ int, b []byte) { out.Write(b) }}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "yes\r\n") || !strings.Contains(out.String(), "inside\r\r\n") || !strings.HasSuffix(out.String(), "daemon.json\r\n") {
		t.Errorf("%q", out.String())
	}
}

func TestJQ(t *testing.T) {
	s := begin(t)
	for _, test := range []struct {
		command, want string
		status        int
	}{
		{`echo '{"b":1,"a":{"z":[1,2],"y":null}}' | jq .`, "{\n  \"b\": 1,\n  \"a\": {\n    \"z\": [\n      1,\n      2\n    ],\n    \"y\": null\n  }\n}\n", 0},
		{`echo '{"b":1,"a":2}' | jq -c .`, "{\"b\":1,\"a\":2}\n", 0},
		{`echo '{"b":1,"a":2}' | jq -cS .`, "{\"a\":2,\"b\":1}\n", 0},
		{`echo '{"b":1,"a":2}' | jq -c '{x: .a, b}'`, "{\"x\":2,\"b\":1}\n", 0},
		{`echo '["a","b"]' | jq -r '.[]'`, "a\nb\n", 0},
		{`echo '["a","b"]' | jq -rj '.[]'`, "ab", 0},
		{`printf '1 2\n3' | jq -cs .`, "[1,2,3]\n", 0},
		{`jq -n --arg x 1 --argjson y '{"k":2}' -c '[$x,$y.k]'`, "[\"1\",2]\n", 0},
		{`printf 'a\nb\n' | jq -R .`, "\"a\"\n\"b\"\n", 0},
		{`echo 10000000000000000000 | jq .`, "10000000000000000000\n", 0},
		{`echo '{}' | jq -e .x`, "null\n", 1},
		{`echo '[]' | jq --tab -c 'length'`, "0\n", 0},
		{`echo '{"a":1}' | jq '.a.b'`, "jq: error (at <stdin>:0): expected an object but got: number (1)\n", 5},
		{`echo '{' | jq . 2>/dev/null`, "", 2},
		{`jq`, "", 0},
	} {
		text := test.command
		if text == "jq" {
			text = "jq < /dev/null"
		}
		if got, status := at(t, s, text); got != test.want || status != test.status {
			t.Errorf("$ %s: exit code %d\n%q\nwant %d\n%q", text, status, got, test.status, test.want)
		}
	}
}
