package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/wire"
)

func TestCommands(t *testing.T) {
	tests := []struct {
		name       string
		dockerfile string
		want       []string // text, files, first and last line
	}{
		{"one line", lines("FROM alpine", "RUN touch /a /b && echo x >/c"), []string{"touch /a /b 2 2-2", "echo x 1 2-2"}},
		{"continued lines with a comment between", lines("FROM alpine", "# why", "RUN touch /a && \\", "  # what", "  mkdir /d && \\", "", "  touch /d/e"),
			[]string{"touch /a 1 3-3", "mkdir /d 1 5-5", "touch /d/e 1 7-7"}},
		{"a command over two lines", lines("FROM alpine", "RUN touch /a \\", "  /b"), []string{"touch /a /b 2 2-3"}},
		{"here document as the script", lines("FROM alpine", "RUN <<EOF", "touch /a", "touch /b", "EOF"), []string{"touch /a 1 3-3", "touch /b 1 4-4"}},
		{"here document of a command", lines("FROM alpine", "RUN cat <<EOF >/a && touch /b", "x", "EOF"), []string{"cat 1 2-2", "touch /b 1 2-2"}},
		{"here document without its tabs", lines("FROM alpine", "RUN <<-EOF", "\ttouch /a", "\ttouch /b", "EOF"), []string{"touch /a 1 0-0", "touch /b 1 0-0"}},
		{"a loop is one place", lines("FROM alpine", "RUN for i in 1 2 3; do touch /f$i; done"), []string{"touch /f$i 3 2-2"}},
		{"a redirection alone", lines("FROM alpine", "RUN >/a"), []string{">/a 1 2-2"}},
		{"the last one counts", lines("FROM alpine", "RUN echo a >/a; touch /b; printf b >/a"), []string{"touch /b 1 2-2", "printf b 1 2-2"}},
		{"nothing left in the layer", lines("FROM alpine", "RUN touch /tmp/a && rm /tmp/a"), []string{}},
		{"the same words twice", lines("FROM alpine", "RUN touch a; cd /srv; touch a"), []string{"touch a 1 2-2", "touch a 1 2-2"}},
		{"words of the keyword in the script", lines("FROM alpine", "RUN --network=none touch RUN"), []string{"touch RUN 1 2-2"}},
		{"a shell of one's own", lines("FROM alpine", `SHELL ["/bin/ash", "-e", "-c"]`, "RUN touch /a"), []string{"touch /a 1 3-3"}},
		{"JSON", lines("FROM alpine", `RUN ["sh", "-c", "touch /a"]`), []string{"touch /a 1 2-2"}},
		{"no shell", lines("FROM alpine", `RUN ["touch", "/a"]`), []string{"touch /a 1 0-0"}},
		{"no RUN", lines("FROM alpine", "COPY Dockerfile /"), []string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPage(t)
			_, img := p.image(workspace(1, "Dockerfile", test.dockerfile))
			all := steps(img)
			c := ask[wire.Commands](p, wire.MethodCommands, wire.CommandsQuery{Step: all[len(all)-1].ID})
			got := []string{}
			for _, c := range c.Commands {
				got = append(got, fmt.Sprintf("%s %d %d-%d", c.Text, c.Files, c.StartLine, c.EndLine))
			}
			if !slices.Equal(got, test.want) || c.Total != len(test.want) {
				t.Errorf("commands\n%q\nwant\n%q", got, test.want)
			}
		})
	}
}

// Rows say who wrote them, and can be asked for by that.
func TestRowsOfACommand(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine AS a", "COPY Dockerfile /srv/d", "RUN touch /srv/y /xx; rm /srv/d", "FROM a", "RUN touch /z")))
	of := func(step wire.Step, list, command string) string {
		var out []string
		rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: step.ID, List: list, Command: command, Filter: map[string]string{"files": "xx"}[list], Count: 100})
		for _, r := range rows.Rows {
			out = append(out, strings.TrimSpace(r.Path+" "+r.Command+" "+r.By))
		}
		return strings.Join(out, ", ")
	}
	all := steps(img)
	run, last := all[2], all[len(all)-1]
	for _, test := range []struct{ what, got, want string }{
		{"changes", of(run, "changes", ""), "srv, srv/d rm /srv/d 1, srv/y touch /srv/y /xx 0, xx touch /srv/y /xx 0"},
		{"changes of touch", of(run, "changes", "0"), "srv/y touch /srv/y /xx 0, xx touch /srv/y /xx 0"},
		{"changes of rm", of(run, "changes", "1"), "srv/d rm /srv/d 1"},
		{"changes of a command that is not there", of(run, "changes", "7"), ""},
		{"tar", of(run, "tar", ""), "srv, srv/d rm /srv/d 1, srv/y touch /srv/y /xx 0, xx touch /srv/y /xx 0"},
		{"a file of a layer below", of(last, "files", ""), "usr/bin/xxd, xx touch /srv/y /xx"},
		{"changes of a command where there is no RUN", of(all[1], "changes", "0"), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s\n%q\nwant\n%q", test.what, test.got, test.want)
		}
	}
}
