package build_test

import (
	"errors"
	"strings"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/shell"
)

// TestNoInterpreter checks that a program that cannot be interpreted ends the
// build at its line, however the line would take a failure.
func TestNoInterpreter(t *testing.T) {
	for _, c := range []struct{ base, line, says string }{
		{"debian", "apt-get update && apt-get install -y nginx", "apt-get installs packages"},
		{"debian", "apt-get update && apt-get install -y x || true", "apt-get installs packages"},
		{"debian", "(apt-get update); echo after", "apt-get installs packages"},
		{"debian", "apt-get update 2>/dev/null >&2; echo after", "apt-get installs packages"},
		{"debian", "if apt-get update; then echo a; else echo b; fi", "apt-get installs packages"},
		{"debian", "x=$(apt-get --version) || :", "apt-get installs packages"},
		{"debian", "apt-get update | cat", "apt-get installs packages"},
		{"debian", "apt-get update & wait", "apt-get installs packages"},
		{"debian", "! apt-get update", "apt-get installs packages"},
		{"debian", "while ! apt-get update; do sleep 1; done", "apt-get installs packages"},
		{"debian", "set +e; f() { apt-get update; }; f; true", "apt-get installs packages"},
		{"debian", "trap 'apt-get clean' EXIT; true", "apt-get installs packages"},
		{"debian", "sh -c 'apt-get update || true'", "apt-get installs packages"},
		{"debian", "bash -c 'apt-get update || true'", "apt-get installs packages"},
		{"debian", "echo curl | xargs apt-get install -y || true", "apt-get installs packages"},
		{"debian", "find /etc -maxdepth 0 -exec apt-get update \\; || true", "apt-get installs packages"},
		{"debian", "env DEBIAN_FRONTEND=noninteractive apt-get install -y curl", "apt-get installs packages"},
		{"debian", "timeout 5 apt-get update || true", "apt-get installs packages"},
		{"debian", "echo 'apt-get update || true' > /s && sh /s || true", "apt-get installs packages"},
		{"ubuntu", "apt install -y vim", "apt installs packages"},
		{"debian", "dpkg -i x.deb || true", "dpkg unpacks"},
		{"alpine", "apk add --no-cache curl || true", "apk installs packages"},
		{"alpine", "apk update && apk upgrade", "apk installs packages"},
		{"alpine", "wget -q https://example.com/f || true", "no network"},
		{"centos", "yum install -y httpd", "yum installs packages"},
		{"centos", "dnf -y install git", "dnf installs packages"},
		{"centos", "rpm -q bash", "rpm unpacks"},
		{"centos", "curl -fsSL https://example.com | sh", "no network"},
		{"node", "npm ci --omit=dev || true", "npm needs Node.js"},
		{"node", "npx tsc", "npx needs Node.js"},
		{"node", "yarn install", "yarn needs Node.js"},
		{"node", "node -e 1", "JavaScript"},
		{"node", "git clone https://example.com/x", "git"},
		{"node", "python3 -m venv /v", "Python"},
		{"node", "make", "make"},
		{"node", "g++ a.cc", "compilers"},
		{"nginx", "nginx -t", "nginx is a server"},
		{"httpd", "httpd -v || true", "compiled program"},
		{"debian", "printf '\\177ELF' > /x && chmod +x /x && /x || true", "compiled program"},
	} {
		res, err := build.Build(t.Context(), []byte("FROM "+c.base+"\nRUN "+c.line+"\nRUN touch /after\n"), files(t), options())
		var e *build.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %s: %v", c.base, c.line, err)
			continue
		}
		if !strings.Contains(e.Error(), c.says) || e.Advice.IsZero() || strings.Contains(e.Error(), e.Advice.Text) || e.ExitCode == nil || *e.ExitCode != 126 || e.Range.Start.Line != 2 {
			t.Errorf("%s: %s: %v", c.base, c.line, e)
		}
		if res.Image != nil {
			t.Errorf("%s: %s: the build went on", c.base, c.line)
		}
	}
	// What the real image does not have fails as it does there.
	for _, c := range []struct {
		line string
		ok   bool
	}{{"curl -fsSL x || true", true}, {"curl -fsSL x", false}, {"npm ci", false}, {"apk add curl", false}} {
		_, err := build.Build(t.Context(), []byte("FROM debian\nRUN "+c.line+"\n"), files(t), options())
		var e *build.Error
		if c.ok != (err == nil) || err != nil && (!errors.As(err, &e) || *e.ExitCode != 127 || !strings.Contains(e.Advice.Text, "not found")) {
			t.Errorf("%s: %v", c.line, err)
		}
	}
}

// TestLimits checks that a command that takes too much is stopped, with what
// happened and what to do apart.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		line         string
		limits       shell.Limits
		says, advice string
	}{
		{"while :; do :; done", shell.Limits{Steps: 1000}, "took more than 1000 steps", "Let the loop end"},
		{"head -c 5000 /dev/urandom > /f", shell.Limits{Disk: 4096}, "wrote more than", "Let the command do less"},
		{"f() { f; }; f", shell.Limits{}, "1000 deep", "Let the command do less"},
	} {
		o := options()
		o.Limits = c.limits
		_, err := build.Build(t.Context(), []byte("FROM debian\nRUN "+c.line+"\n"), files(t), o)
		var e *build.Error
		if !errors.As(err, &e) || !strings.Contains(e.Error(), c.says) || !strings.Contains(e.Advice.Text, c.advice) || e.Range.Start.Line != 2 {
			t.Errorf("%s: %v", c.line, err)
		}
	}
}
