package shell_test

import (
	"strings"
	"testing"

	"layerlab.dev/core/shell"
)

// TestTrace checks which command is named as the last writer of a path: its
// words, and where in the line it stands.
func TestTrace(t *testing.T) {
	for _, c := range []struct {
		kind, line, path, argv, source string
	}{
		{"busybox", "echo a > /opt/f", "/opt/f", "echo a", "echo a > /opt/f"},
		{"busybox", "> /opt/f", "/opt/f", "", "> /opt/f"},
		{"busybox", "echo a > /opt/f; chmod 600 /opt/f", "/opt/f", "chmod 600 /opt/f", "chmod 600 /opt/f"},
		{"busybox", "f() { touch /opt/$1; }; f x; f y", "/opt/x", "touch /opt/x", "touch /opt/$1;"},
		{"busybox", "f() { touch /opt/$1; }; f x; f y", "/opt/y", "touch /opt/y", "touch /opt/$1;"},
		{"busybox", "f() { echo in; }; f > /opt/f", "/opt/f", "echo in", "echo in;"},
		{"busybox", "f() { echo in; } > /opt/f; f", "/opt/f", "echo in", "echo in;"},
		{"busybox", "for i in 1 2; do echo $i > /opt/$i; done", "/opt/2", "echo 2", "echo $i > /opt/$i;"},
		{"busybox", "for i in 1 2; do echo $i; done > /opt/f", "/opt/f", "echo 2", "echo $i;"},
		{"busybox", "while read x; do mkdir /opt/$x; done <<E\na\nb\nE", "/opt/b", "mkdir /opt/b", "mkdir /opt/$x;"},
		{"busybox", "(cd /opt && touch s)", "/opt/s", "touch s", "touch s"},
		{"busybox", "(echo a; echo b) > /opt/f", "/opt/f", "echo b", "echo b"},
		{"busybox", "{ echo a; } > /opt/f", "/opt/f", "echo a", "echo a;"},
		{"busybox", "{ :; } > /opt/f", "/opt/f", "", "{ :; } > /opt/f"},
		{"busybox", "echo a | tee /opt/f | cat", "/opt/f", "tee /opt/f", "tee /opt/f"},
		{"busybox", "seq 3 | while read n; do echo $n >> /opt/f; done", "/opt/f", "echo 3", "echo $n >> /opt/f;"},
		{"busybox", "if true; then touch /opt/t; fi", "/opt/t", "touch /opt/t", "touch /opt/t;"},
		{"busybox", "case a in a) touch /opt/c;; esac", "/opt/c", "touch /opt/c", "touch /opt/c"},
		{"busybox", "true && touch /opt/a || touch /opt/b", "/opt/a", "touch /opt/a", "touch /opt/a"},
		{"busybox", "x=$(touch /opt/x; echo y)", "/opt/x", "touch /opt/x", "touch /opt/x;"},
		{"busybox", "cat > /opt/f <<E\nhello\nE\ntrue", "/opt/f", "cat", "cat > /opt/f <<E\nhello\nE"},
		{"busybox", "eval 'touch /opt/e'", "/opt/e", "eval touch /opt/e", "eval 'touch /opt/e'"},
		{"busybox", "touch /opt/b & wait", "/opt/b", "touch /opt/b", "touch /opt/b &"},
		{"busybox", "trap 'touch /opt/t' EXIT; true", "/opt/t", "touch /opt/t", ""},
		{"busybox", "printf 'touch /opt/s\\n' > /opt/run; sh /opt/run", "/opt/s", "sh /opt/run", "sh /opt/run"},
		{"busybox", "printf '#!/bin/sh\\ntouch /opt/s\\n' > /opt/run; chmod +x /opt/run; /opt/run a", "/opt/s", "/opt/run a", "/opt/run a"},
		{"busybox", "printf 'touch /opt/s\\n' > /opt/run; . /opt/run", "/opt/s", ". /opt/run", ". /opt/run"},
		{"busybox", "find /etc -name passwd -exec cp {} /opt/p \\;", "/opt/p", "find /etc -name passwd -exec cp {} /opt/p ;", "find /etc -name passwd -exec cp {} /opt/p \\;"},
		{"busybox", "sed -i s/root/x/ /etc/passwd", "/etc/passwd", "sed -i s/root/x/ /etc/passwd", "sed -i s/root/x/ /etc/passwd"},
		{"busybox", "[[ a = a ]] && export A=1 && touch /opt/e", "/opt/e", "touch /opt/e", "touch /opt/e"},
		{"busybox", "time touch /opt/e; exec touch /opt/x", "/opt/x", "exec touch /opt/x", "exec touch /opt/x"},
		{"busybox", "((true) && touch /opt/n)", "/opt/n", "touch /opt/n", "touch /opt/n"},
		{"dash", "set -e\n\nmkdir -p /opt/a/b && \\\n  touch /opt/a/b/c", "/opt/a/b/c", "touch /opt/a/b/c", "touch /opt/a/b/c"},
		{"dash", "echo a &> /opt/f", "/opt/f", "", "> /opt/f"},
		{"bash", "a=(x y); for i in ${a[@]}; do touch /opt/$i; done", "/opt/y", "touch /opt/y", "touch /opt/$i;"},
		{"bash", "for ((i=0;i<2;i++)); do : > /opt/$i; done", "/opt/1", ":", ": > /opt/$i;"},
	} {
		_, res, err := run(t, image(c.kind), shell.Config{}, c.line)
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		found := false
		for _, w := range res.Writes {
			if w.Path != c.path {
				continue
			}
			found = true
			if argv, source := strings.Join(w.Argv, " "), c.line[w.Start:w.End]; argv != c.argv || source != c.source {
				t.Errorf("%s: %s: by %q at %q, want %q at %q", c.kind, c.line, argv, source, c.argv, c.source)
			}
		}
		if !found {
			t.Errorf("%s: %s: nobody wrote %s", c.kind, c.line, c.path)
		}
	}
}
