package engine_test

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/host"
	"layerlab.dev/core/session"
)

// rows are lines for a shell, one after the other on one host.
//
//go:embed testdata/rows.txt
var rows string

// TestTwoOracles has the simulated shell with core/docker, and bash with the real
// client against the handler, do the same on hosts that are the same: what they print
// and how they end is the same.
func TestTwoOracles(t *testing.T) {
	client := debian(t)
	// The real client reads this machine's clock. Both hosts begin a row at the same
	// whole second, as files of the same second make the same layers.
	const apart = int64(10 * time.Second)
	now := time.Now().Add(-40 * time.Minute).Truncate(time.Second).UnixNano()
	ours, shared := newHost(t, now)
	tree, err := session.Root(now)
	if err != nil {
		t.Fatal(err)
	}
	s := session.New(ours, shared, tree)
	served, _ := newHost(t, now)
	home := filepath.Join(t.TempDir(), "root")
	bin := filepath.Join(home, ".bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(client, filepath.Join(bin, "docker")); err != nil {
		t.Fatal(err)
	}
	env := []string{"DOCKER_HOST=" + serve(t, served), "DOCKER_BUILDKIT=0", "HOME=" + home, "PATH=" + bin + ":/usr/sbin:/usr/bin:/sbin:/bin"}
	mask := [2]masker{{home: "/root"}, {home: home}}
	whole := busybox(recorded) != nil
	if !whole {
		t.Log("rows that need the content of busybox are left out: this machine has another one")
	}
	count, equal := 0, 0
	for line := range strings.Lines(rows) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "bytes: "); ok {
			if line = rest; !whole {
				continue
			}
		}
		count++
		for _, h := range []*host.Host{ours, served} {
			h.SetClock(max(h.State().Clock, now+int64(count)*apart))
		}
		var out [2]strings.Builder
		status, err := s.Run(context.Background(), session.Command{Text: line, Env: []string{"DOCKER_BUILDKIT=0"},
			Output: func(stream int, data []byte) { out[stream-1].Write(data) }})
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got := mask[0].answer(answer{out[0].String(), out[1].String(), status})
		want := mask[1].answer(command(t, home, env, "/bin/bash", "-c", line))
		if got == want {
			equal++
			continue
		}
		t.Errorf("$ %s\n--- core/docker: exit code %d\n%s%s--- the real client: exit code %d\n%s%s", line,
			got.Exit, got.Stdout, got.Stderr, want.Exit, want.Stdout, want.Stderr)
	}
	t.Logf("%d of %d rows equal", equal, count)
}

// masker takes out of an answer what depends on the moment: times, and ids, which
// follow from them. An id becomes the number of its first appearance, so that it is
// still the same wherever it is the same.
type masker struct {
	home  string
	known map[string]string
}

var (
	hexID  = regexp.MustCompile(`\b[0-9a-f]{12}(?:[0-9a-f]{52})?\b`)
	moment = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d(?: [A-Z]+)?)?`)
	spaces = regexp.MustCompile(`  +`)
	// The real client says it when it comes to it before it ends.
	waiting = regexp.MustCompile(`time="TIME" level=error msg="error waiting for container: context canceled"\n`)
	ago     = regexp.MustCompile(`(?:Less than a second|About a minute|\d+ (?:seconds?|minutes))( ago)? *`)
)

func (m *masker) answer(a answer) answer {
	a.Stdout, a.Stderr = m.text(a.Stdout), m.text(a.Stderr)
	return a
}

func (m *masker) text(s string) string {
	if m.home != "" {
		s = strings.ReplaceAll(s, m.home, "/root")
	}
	s = moment.ReplaceAllString(s, "TIME")
	s = waiting.ReplaceAllString(s, "")
	if ago.MatchString(s) {
		// Columns are as wide as what is in them.
		s = spaces.ReplaceAllString(ago.ReplaceAllString(s, "SHORT$1  "), "  ")
	}
	return hexID.ReplaceAllStringFunc(s, func(id string) string {
		if m.known == nil {
			m.known = map[string]string{}
		}
		short := id[:12]
		name, ok := m.known[short]
		if !ok {
			name = fmt.Sprintf("%012d", len(m.known))
			m.known[short] = name
		}
		return fmt.Sprintf("%s/%d", name, len(id))
	})
}
