package disk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/host"
	"layerlab.dev/core/host/disk"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/session"
)

const start = int64(1_800_000_000) * 1e9

// terminal returns a session on a host that can pull the stand-ins.
func terminal(t *testing.T) *session.Session {
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

// command runs a line and returns what it printed.
func command(t *testing.T, s *session.Session, text string) string {
	t.Helper()
	var out strings.Builder
	status, err := s.Run(context.Background(), session.Command{Text: text, Env: []string{"DOCKER_BUILDKIT=0"},
		Output: func(_ int, b []byte) { out.Write(b) }})
	if err != nil || status != 0 {
		t.Fatalf("%s: exit code %d, %v\n%s", text, status, err, out.String())
	}
	return out.String()
}

// What a command changes on the disk is told by path; ids and names that are drawn
// are cut to their first letter.
func TestChanges(t *testing.T) {
	for _, test := range []struct {
		name, before, command string
		want                  []string
	}{
		{"tag", "docker pull -q alpine", "docker tag alpine keep", []string{
			"added image/overlay2/imagedb/metadata/sha256/ID", "modified image/overlay2/repositories.json"}},
		{"nothing", "docker pull -q alpine", "docker images", nil},
		{"pull", "true", "docker pull -q alpine", []string{
			"added image/overlay2/distribution/diffid-by-digest", "added image/overlay2/distribution/v2metadata-by-diffid",
			"added image/overlay2/imagedb/content/sha256/ID", "added image/overlay2/layerdb/sha256/ID",
			"modified image/overlay2/repositories.json", "added overlay2/ID", "added overlay2/l/LINK"}},
		{"a container is made", "docker pull -q alpine", "docker create alpine", []string{
			"added containers/ID", "added image/overlay2/layerdb/mounts", "added overlay2/ID", "added overlay2/ID-init",
			"added overlay2/ID/committed", "added overlay2/l/LINK", "added overlay2/l/LINK"}},
		{"rmi", "docker pull -q alpine", "docker rmi alpine", []string{
			"removed image/overlay2/imagedb/content/sha256/ID", "removed image/overlay2/layerdb/sha256/ID",
			"modified image/overlay2/repositories.json", "removed overlay2/ID", "removed overlay2/l/LINK"}},
		{"a volume", "true", "docker volume create data", []string{"added volumes/data"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := terminal(t)
			command(t, s, test.before)
			before := s.Host().State()
			command(t, s, test.command)
			var got []string
			for _, c := range disk.Changes(before, s.Host().State()) {
				kind := map[layer.Kind]string{layer.Added: "added", layer.Modified: "modified", layer.Removed: "removed"}[c.Kind]
				got = append(got, kind+" "+nameless(strings.TrimPrefix(c.Path, "/var/lib/docker/")))
			}
			slices.SortFunc(got, func(a, b string) int { return strings.Compare(a[strings.Index(a, " "):], b[strings.Index(b, " "):]) })
			slices.SortFunc(test.want, func(a, b string) int { return strings.Compare(a[strings.Index(a, " "):], b[strings.Index(b, " "):]) })
			if !slices.Equal(got, test.want) {
				t.Errorf("changed:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// nameless puts words in the place of ids.
func nameless(p string) string {
	parts := strings.Split(p, "/")
	for i, x := range parts {
		id, init := strings.CutSuffix(x, "-init")
		switch {
		case len(id) == 64 && init:
			parts[i] = "ID-init"
		case len(id) == 64:
			parts[i] = "ID"
		case len(x) == 26 && strings.ToUpper(x) == x:
			parts[i] = "LINK"
		}
	}
	return strings.Join(parts, "/")
}

// The shell sees the disk as ls, cat and find show it.
func TestDisk(t *testing.T) {
	s := terminal(t)
	command(t, s, "mkdir d; cd d; echo hi > f; printf 'FROM alpine\\nCOPY f /\\nRUN rm /f\\n' > Dockerfile; docker build -t t .")
	for _, test := range []struct{ command, want string }{
		{`cd /var/lib/docker/image/overlay2; [ "$(cat repositories.json | jq -r '.Repositories.t["t:latest"]')" = "$(docker inspect -f '{{.Id}}' t)" ] && echo same`, "same\n"},
		{`cd /var/lib/docker/overlay2; stat -c '%F %t,%T' $(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' t)/f`, "character special file 0,0\n"},
		{`ls -A $(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' t)`, "f\n"},
		{`for d in /var/lib/docker/image/overlay2/layerdb/sha256/*; do [ -f $d/parent ] || cat $d/size; done`, "\n"},
		{`ls /var/lib/docker/overlay2/l | wc -l`, "3\n"},
	} {
		got := command(t, s, test.command)
		if test.want == "\n" {
			if strings.TrimSpace(got) == "" {
				t.Errorf("$ %s: nothing", test.command)
			}
			continue
		}
		if got != test.want {
			t.Errorf("$ %s: %q, want %q", test.command, got, test.want)
		}
	}
}

// Only what the daemon reads anew may be changed by hand.
func TestEdited(t *testing.T) {
	s := terminal(t)
	command(t, s, "docker pull -q alpine")
	if known := count(s.Host().State()); known != 1 {
		t.Fatalf("%d layers are known in a registry", known)
	}
	command(t, s, "rm -rf /var/lib/docker/image/overlay2/distribution/v2metadata-by-diffid")
	if known := count(s.Host().State()); known != 0 {
		t.Errorf("%d layers are known in a registry after that was removed", known)
	}
	before := s.Snapshot()
	_, err := s.Run(context.Background(), session.Command{Text: "rm -rf /var/lib/docker/image/overlay2/imagedb"})
	if err == nil || !strings.Contains(err.Error(), "/var/lib/docker/image/overlay2/imagedb was changed behind the daemon's back") {
		t.Errorf("removing the images by hand: %v", err)
	}
	if fmt.Sprint(s.Host().State().Store.ImageCount()) != "1" || s.Snapshot().Tree != before.Tree {
		t.Error("the refused command left something")
	}
}

func count(s host.State) (n int) {
	for range s.Store.AllSources() {
		n++
	}
	return n
}
