// Package sessions holds recorded docker sessions and what makes one row equal to
// another: see README.md.
package sessions

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Row is what a command printed.
type Row struct {
	Post    string `json:"post"`
	Step    int    `json:"step"`
	Kind    string `json:"kind"`
	Command string `json:"command"`
	Stdout  string `json:"stdout"`
	Stderr  string `json:"stderr"`
	Exit    int    `json:"exit_code"`
	Stable  bool   `json:"stable"`
	Flicker bool   `json:"flicker"`
	Repeats *bool  `json:"repeats"`
}

// Judged reports whether docker itself repeats the row.
func (r *Row) Judged() bool { return r.Repeats == nil || *r.Repeats }

const age = `(?:Less than a second|\d+ seconds?|About a minute|\d+ minutes?|About an hour|\d+ hours?|\d+ days?|\d+ weeks?|\d+ months?|\d+ years?)`

// masks are what is random or dependent on time, in the order of replacement.
var masks = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`), ""},
	{regexp.MustCompile(`\r`), ""},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)`), "<TIME>"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4} [A-Z]+`), "<TIME>"},
	{regexp.MustCompile(`\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] +\d+ \d\d:\d\d:\d\d \d{4}`), "<TIME>"},
	{regexp.MustCompile(`\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d+ +(?:\d\d:\d\d|\d{4})\b`), "<DATE>"},
	{regexp.MustCompile(`\bUp ` + age), "Up <AGE>"},
	{regexp.MustCompile(age + ` ago`), "<AGE>"},
	{regexp.MustCompile(`(?m)\b[a-z]+_[a-z]+\d?(\s*)$`), "<NAME>$1"},
	{regexp.MustCompile(`\b\d+\.\d+s\b`), "<SECONDS>"},
	{regexp.MustCompile(`[ \t]+`), " "},
	{regexp.MustCompile(`(?m) +$`), ""},
}

var (
	id       = regexp.MustCompile(`\b(?:sha256:)?(?:[0-9a-f]{64}|[0-9a-f]{12}|[0-9a-z]{25}|[0-9A-Z]{26})\b`)
	progress = regexp.MustCompile(`^[0-9a-f]{12}: (?:Pulling fs layer|Waiting|Downloading.*|Verifying Checksum|Download complete|Extracting.*|Preparing|Pushing.*)$`)
	number   = regexp.MustCompile(`<\d+>`)
)

// side is one side of a comparison: ids met so far, by first appearance, so that
// the same id must stay the same id through a session.
type side map[string]int

func (s side) mask(text string) string {
	for _, m := range masks {
		text = m.pattern.ReplaceAllString(text, m.by)
	}
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return progress.MatchString(strings.TrimSpace(l)) })
	return id.ReplaceAllStringFunc(strings.Join(lines, "\n"), func(found string) string {
		key := strings.ReplaceAll(found, "sha256:", "")[:12]
		if _, known := s[key]; !known {
			s[key] = len(s) + 1
		}
		return fmt.Sprintf("<%d>", s[key])
	})
}

// sorted is a text whose lines' order and ids do not matter.
func sorted(text string) string {
	lines := strings.Split(number.ReplaceAllString(text, "<>"), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Judge compares one session's rows, in order, and returns why each that is not
// equal is not, by step.
func Judge(recorded []Row, ours map[int]Row) map[int]string {
	differ := map[int]string{}
	theirs, mine := side{}, side{}
	for i := range recorded {
		r := &recorded[i]
		o, ok := ours[r.Step]
		why := ""
		switch {
		case !ok:
			why = "no answer"
		case o.Exit != r.Exit:
			why = fmt.Sprintf("exit code %d, recorded %d: %s", o.Exit, r.Exit, cmp.Or(strings.TrimSpace(o.Stderr), o.Stdout))
		default:
			for _, stream := range []struct{ name, recorded, ours string }{{"stdout", r.Stdout, o.Stdout}, {"stderr", r.Stderr, o.Stderr}} {
				x, y := stream.recorded, stream.ours
				equal := x == y
				if !r.Stable || r.Flicker {
					x, y = theirs.mask(x), mine.mask(y)
					equal = x == y || sorted(x) == sorted(y)
				}
				if !equal {
					why = fmt.Sprintf("%s\nrecorded %q\nours     %q", stream.name, stream.recorded, stream.ours)
					break
				}
			}
		}
		if why != "" && r.Judged() {
			differ[r.Step] = why
		}
	}
	return differ
}
