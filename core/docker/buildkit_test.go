package docker_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/vfs"
)

var elapsed = regexp.MustCompile(`\b\d+\.\ds`)

// frames gives the last drawing of a terminal, without the times, which are
// those of the clock.
func lastFrame(text string) string {
	return elapsed.ReplaceAllString(text[strings.LastIndex(text, "[+] Building")+1:], "N.Ns")
}

// blocks sorts the paragraphs of a plain build: docker leaves the order of steps
// that were done at the same time to chance, and which of those that run at the
// same time it shows before they are done.
func blocks(text string) string {
	list := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n")
	list = slices.DeleteFunc(list, func(b string) bool { return strings.HasSuffix(b, " ...") })
	slices.Sort(list)
	return strings.Join(list, "\n\n")
}

// TestBuildKit gives docker the traces of builds that the real BuildKit made,
// and holds the progress it shows to the real client's: all of the plain form,
// the last drawing of a terminal's, for which those before hang on the clock.
func TestBuildKit(t *testing.T) {
	good := 0
	all := rows(t, "buildkit.jsonl.gz")
	for _, r := range all {
		ok := t.Run(strings.Join(r.Args, " "), func(t *testing.T) {
			d := newDirectory("/root/w/k")
			for name, text := range map[string]string{"Dockerfile": "FROM x\n", "x": "x\n", "Bad": "x", "Bad2": "x", "Bad3": "x", "Par": "x"} {
				if err := d.editor.WriteFile("/root/w/k/"+name, vfs.String(text), 0o644, 0, 0); err != nil {
					t.Fatal(err)
				}
			}
			d.dir = "/root/w"
			stdout, stderr, exit := play(&recordedAPI{t: t, left: r.Exchanges, kit: true}, r, d)
			want := r.Stdout
			if r.Cols > 0 && strings.Contains(want, "[+] Building") {
				stdout, want = lastFrame(stdout), lastFrame(want)
			}
			if blocks(stdout) != blocks(want) || blocks(stderr) != blocks(r.Stderr) || exit != r.Exit {
				t.Errorf("exit %d, docker's %d\nstdout %q\ndocker %q\nstderr %s\ndocker %s", exit, r.Exit, stdout, want, stderr, r.Stderr)
			}
		})
		if ok {
			good++
		}
	}
	t.Logf("%d of %d builds are shown as docker 20.10.24 shows them", good, len(all))
}
