package sessions_test

import (
	"bytes"
	"context"
	"embed"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/host"
	"layerlab.dev/core/session/replay"
	"layerlab.dev/tests/sessions"
)

//go:embed testdata/today
var todays embed.FS

// TestToday replays sessions recorded from Docker Engine 29.
func TestToday(t *testing.T) {
	images, _ := bases(t)
	files, err := todays.ReadDir("testdata/today")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".jsonl.gz")
		t.Run(name, func(t *testing.T) {
			text, err := todays.ReadFile(path.Join("testdata/today", f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			recorded := rows(t, text)
			steps, err := replay.Read(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if name == "linked" {
				withFiles(t, steps)
			}
			loose := map[int]bool{}
			for n := range recorded {
				r := &recorded[n]
				if strings.HasPrefix(r.Stderr, "#0 building") || strings.Contains(r.Command, "docker push") || strings.Contains(r.Command, "docker pull") {
					r.Stable, r.Stdout, r.Stderr = false, plain(r.Stdout), plain(r.Stderr)
					loose[r.Step] = true
				}
			}
			ours := map[int]sessions.Row{}
			err = replay.Run(context.Background(), steps, replay.Options{Bases: images, Seed: 1, Engine: host.Docker29}, func(a replay.Answer) error {
				o := sessions.Row{Post: a.Post, Step: a.Step, Stdout: a.Stdout, Stderr: a.Stderr, Exit: a.Exit}
				if loose[a.Step] {
					o.Stdout, o.Stderr = plain(o.Stdout), plain(o.Stderr)
				}
				ours[a.Step] = o
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			differ := sessions.Judge(recorded, ours)
			for _, r := range recorded {
				if why, bad := differ[r.Step]; bad {
					t.Errorf("step %d: $ %s: %s", r.Step, r.Command, why)
				}
			}
			t.Logf("%d of %d rows of session %s equal", len(recorded)-len(differ), len(recorded), name)
		})
	}
}

// withFiles gives the session's directory the files that a session of 20.10 has.
func withFiles(t *testing.T, steps []replay.Step) {
	text, err := data.ReadFile("testdata/sessions/001.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	from, err := replay.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(from, func(s replay.Step) bool { return s.Kind == "put" && s.Path == "/root/docker-layer-linked" })
	for n := range steps {
		if steps[n].Kind == "put" {
			steps[n].Entries = append(slices.Clone(from[at].Entries[:3]), append(steps[n].Entries, from[at].Entries[3:]...)...)
		}
	}
}

var (
	times   = regexp.MustCompile(` \d+\.\d+s`)
	done    = regexp.MustCompile(` done$`)
	amount  = regexp.MustCompile(` [\d.]+[kM]?B( / [\d.]+[kM]?B)?$`)
	logged  = regexp.MustCompile(`^#N \d+\.\d{2,3} `)
	numbers = regexp.MustCompile(`^#\d+ `)
	failure = regexp.MustCompile(`^\d+\.\d{2,3} `)
)

// plain takes from the progress of BuildKit what depends on time: durations, the
// numbers of the steps, and all reports of a status but the last.
func plain(text string) string {
	lines := strings.Split(text, "\n")
	last := map[string]int{}
	for n, l := range lines {
		if !numbers.MatchString(l) {
			lines[n] = failure.ReplaceAllString(l, "T ")
			continue
		}
		step, _, _ := strings.Cut(l, " ")
		lines[n] = logged.ReplaceAllString(numbers.ReplaceAllString(times.ReplaceAllString(l, ""), "#N "), "#N T ")
		key := step + amount.ReplaceAllString(done.ReplaceAllString(lines[n], ""), "")
		if before, ok := last[key]; ok {
			lines[before] = "\x00"
		}
		last[key] = n
	}
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return l == "\x00" }), "\n")
}
