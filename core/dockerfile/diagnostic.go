package dockerfile

import (
	"errors"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/util/suggest"

	"layerlab.dev/core/message"
)

// Severity tells an error, which fails the build, from a warning.
type Severity int

const (
	// Error fails the build.
	Error Severity = iota + 1
	// Warning is a build check that found something.
	Warning
)

// String gives "error" or "warning".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "none"
}

// Diagnostic is something wrong with the file.
type Diagnostic struct {
	Severity Severity
	// Range is the place. BuildKit names lines only: Range begins and ends
	// on its lines or, where it is known, marks the flag or word within.
	Range Range
	// Rule is the name of the build check, "" for an error.
	Rule string
	// Text is what BuildKit says, without the "dockerfile parse error on
	// line N: " before the errors of instructions.
	Text string
	// URL is the page about the rule, "" where there is none.
	URL string
	// Suggestion is the word that was probably meant, "" where there is none.
	Suggestion string
	// Detail says what to do.
	Detail message.Message
}

// String gives the diagnostic as a compiler prints it.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.Range.Start.String())
	b.WriteString(": ")
	b.WriteString(d.Severity.String())
	b.WriteString(": ")
	if d.Rule != "" {
		b.WriteString(d.Rule + ": ")
	}
	b.WriteString(d.Text)
	return b.String()
}

// errorText is the text of an error of BuildKit's. Its "did you mean" looks
// through a Go map, so that of two words equally near now this, now that is
// named: the search is done again here in a fixed order.
func errorText(err error, keyword string) string {
	text := err.Error()
	base, _, found := strings.Cut(text, " (did you mean ")
	if !found {
		return text
	}
	var unknown *instructions.UnknownInstructionError
	switch {
	case errors.As(err, &unknown):
		return withSuggestion(base, unknown.Instruction, keywordNames(), false)
	case strings.HasPrefix(base, "unknown flag: --"):
		return withSuggestion(base, strings.TrimPrefix(base, "unknown flag: --"), flagNames(keyword), true)
	case strings.HasPrefix(base, "unsupported mount type "):
		return withSuggestion(base, quoted(base), []string{"bind", "cache", "secret", "ssh", "tmpfs"}, true)
	case strings.HasPrefix(base, "unsupported sharing value "):
		return withSuggestion(base, quoted(base), []string{"locked", "private", "shared"}, true)
	}
	return text
}

// withSuggestion adds the word of options nearest to word, if one is near.
func withSuggestion(text, word string, options []string, caseSensitive bool) string {
	if match, ok := suggest.Search(word, options, caseSensitive); ok {
		return text + " (did you mean " + match + "?)"
	}
	return text
}

// quoted is what stands between the first and the last quotation mark.
func quoted(text string) string {
	from, to := strings.IndexByte(text, '"'), strings.LastIndexByte(text, '"')
	if from < 0 || to <= from {
		return ""
	}
	return text[from+1 : to]
}

// suggested is the word a text proposes, "" when it proposes none.
func suggested(text string) string {
	_, word, _ := strings.Cut(text, "(did you mean ")
	word, _, found := strings.Cut(word, "?)")
	if !found {
		return ""
	}
	return word
}
