package classic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"layerlab.dev/core/container"
)

// changes are the instructions that --change may have.
var changes = []string{"cmd", "entrypoint", "healthcheck", "env", "expose", "label", "onbuild", "user", "volume", "workdir"}

// Change gives the config that instructions make of one, as --change of docker
// commit and docker import has them (builder/dockerfile BuildFromConfig). The
// config itself stays. Every error is the caller's: HTTP 400.
func Change(config *container.Config, instructions []string) (*container.Config, error) {
	if len(instructions) == 0 {
		return config, nil
	}
	lines, escape, _, err := splitLines(strings.Join(instructions, "\n"))
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("file with no instructions")
	}
	var nodes []*parser.Node
	for _, l := range lines {
		n, err := nodeOf(l.text, escape)
		if err != nil {
			return nil, err
		}
		n.StartLine = l.line
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		if !slices.Contains(changes, n.Value) {
			return nil, fmt.Errorf("%s is not a valid change command", n.Value)
		}
	}
	b := &builder{dry: true, args: newArgs(nil), res: &Result{}, escape: escape}
	st := &state{config: cloneConfig(config), args: b.args}
	var cmds []command
	for _, n := range nodes {
		cmd, err := parseCommand(n)
		if err != nil {
			return nil, err
		}
		cmds = append(cmds, command{cmd, n.Original, n.StartLine})
	}
	for _, c := range cmds {
		if err := b.dispatch(st, c.Command, &Step{}); err != nil {
			return nil, err
		}
	}
	return st.config, nil
}
