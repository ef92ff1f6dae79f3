package api_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/registry"
)

const recordedGarbage = "testdata/distribution-2.8.2.garbage"

// collections are what is asked for one after the other, on what the table
// leaves behind.
var collections = []struct {
	flags []string
	o     registry.Collect
}{
	{[]string{"--dry-run"}, registry.Collect{DryRun: true}},
	{[]string{"--dry-run", "--delete-untagged"}, registry.Collect{DryRun: true, Untagged: true}},
	{nil, registry.Collect{}},
	{[]string{"--delete-untagged"}, registry.Collect{Untagged: true}},
	{nil, registry.Collect{}},
}

// tidy puts the last lines, which the real command gives at random, in order.
func tidy(out string) string {
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "blob eligible") {
			slices.Sort(lines[i:])
			break
		}
	}
	return strings.Join(lines, "\n")
}

// TestCollect compares what the collection of garbage says and leaves with the
// real command, as recorded; with -update it records.
func TestCollect(t *testing.T) {
	var s registry.State
	table(t, ours(&s), func(step, answer) {})
	var got strings.Builder
	for _, c := range collections {
		next, out, err := s.CollectGarbage(c.o)
		if err != nil {
			out += err.Error()
		}
		s = next
		got.WriteString("$ garbage-collect " + strings.Join(c.flags, " ") + "\n" + tidy(out) + "\n")
	}
	got.WriteString(strings.Join(listTree(s.Disk()), "\n") + "\n")
	if *update {
		want := realCollect(t)
		if err := os.WriteFile(recordedGarbage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(recordedGarbage)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func realCollect(t *testing.T) string {
	address, dir := installed(t)
	if address == "" {
		t.Fatal("-update needs docker-registry")
	}
	table(t, real(t, address), func(step, answer) {})
	var all strings.Builder
	for _, c := range collections {
		cmd := exec.Command("docker-registry", append([]string{"garbage-collect", dir + "/config.yml"}, c.flags...)...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		t.Logf("%v: %v: %s", c.flags, err, stderr.String())
		all.WriteString("$ garbage-collect " + strings.Join(c.flags, " ") + "\n" + tidy(string(out)) + "\n")
	}
	return all.String() + strings.Join(listFolder(t, dir+"/data"), "\n") + "\n"
}
