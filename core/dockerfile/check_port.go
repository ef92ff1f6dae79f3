package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
)

// expose checks the ports of EXPOSE (dockerfile2llb dispatchExpose): first all
// words are expanded, and a word may become several.
func (d *dispatcher) expose(cmd *instructions.ExposeCommand) {
	var words []string
	for _, word := range cmd.Ports {
		expanded, err := d.lex.ProcessWords(word, d.s.env)
		if err != nil {
			if _, always := d.lex.ProcessWords(word, everything{}); d.s.envKnown == known || always != nil {
				d.fail("%v", err)
			}
			return
		}
		words = append(words, expanded...)
	}
	for _, word := range words {
		p, err := parsePort(word)
		if p.proto != strings.ToLower(p.proto) {
			d.run(&linter.RuleExposeProtoCasing, linter.RuleExposeProtoCasing.Format(word))
		}
		if p.ip != "" || p.host != "" {
			d.run(&linter.RuleExposeInvalidFormat, linter.RuleExposeInvalidFormat.Format(word))
		}
		if err != nil {
			if d.s.envKnown == known || !strings.Contains(strings.Join(cmd.Ports, ""), "$") {
				d.fail("%v", err)
			}
			return
		}
	}
}
