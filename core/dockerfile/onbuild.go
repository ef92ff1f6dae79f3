package dockerfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// ParseOnbuild reads an ONBUILD trigger of a base image, the text after the
// keyword, as BuildKit does (dockerfile2llb initOnBuildTriggers): as a file of
// one instruction, with the backslash as escape token whatever the file of the
// base image had.
func ParseOnbuild(expr string) (instructions.Command, error) {
	return parseTrigger(expr, 0, 0)
}

// parseTrigger gives the instruction the lines first to last for a location.
func parseTrigger(expr string, first, last int) (instructions.Command, error) {
	res, err := parser.Parse(strings.NewReader(expr))
	if err != nil {
		return nil, err
	}
	if len(res.AST.Children) != 1 {
		return nil, errors.New("onbuild trigger should be a single expression")
	}
	node := res.AST.Children[0]
	node.StartLine, node.EndLine = first, last
	cmd, err := parseCommand(node)
	if err != nil {
		return nil, errors.New(errorText(err, strings.ToUpper(node.Value)))
	}
	return cmd, nil
}

// silent is a linter that says nothing.
var silent = linter.New(&linter.Config{})

// parseCommand is instructions.ParseCommand, which panics on a `# check=`
// comment above the instruction because it has no linter to configure.
func parseCommand(node *parser.Node) (instructions.Command, error) {
	v, err := instructions.ParseInstructionWithLinter(node, silent)
	if err != nil {
		return nil, err
	}
	cmd, ok := v.(instructions.Command)
	if !ok {
		return nil, fmt.Errorf("%T is not a command type", v)
	}
	return cmd, nil
}
