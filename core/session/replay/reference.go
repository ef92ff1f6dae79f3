package replay

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	ids       = regexp.MustCompile(`\b(?:sha256:)?(?:[0-9a-f]{64}|[0-9a-f]{12})\b`)
	names     = regexp.MustCompile(`\b[a-z]+_[a-z]+[0-9]?\b`)
	reference = regexp.MustCompile(`@\{(\d+):(?:(name):)?(\d+)(?::(\d+):(\d+))?\}`)
)

// resolve puts ids of our own earlier outputs in the place of references. An id
// of a build is counted from the end where the step says so, because how many
// lines of progress come before it differs from run to run.
func resolve(text string, refs []Ref, outputs map[int]string) (string, error) {
	var failed error
	text = reference.ReplaceAllStringFunc(text, func(whole string) string {
		m := reference.FindStringSubmatch(whole)
		step, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[3])
		pattern := ids
		if m[2] != "" {
			pattern = names
		}
		found := pattern.FindAllString(outputs[step], -1)
		for _, r := range refs {
			if r.Ref == whole && strings.HasPrefix(r.Source, "docker build") && r.FromEnd < 0 && len(found)+r.FromEnd >= 0 {
				n = len(found) + r.FromEnd
			}
		}
		if n >= len(found) {
			failed = fmt.Errorf("reference %s: step %d printed %d ids", whole, step, len(found))
			return whole
		}
		id := found[n]
		if m[4] == "" {
			return id
		}
		id = strings.TrimPrefix(id, "sha256:")
		from, _ := strconv.Atoi(m[4])
		to, _ := strconv.Atoi(m[5])
		if from > to || to > len(id) {
			failed = fmt.Errorf("reference %s: %q is too short", whole, id)
			return whole
		}
		return id[from:to]
	})
	return text, failed
}
