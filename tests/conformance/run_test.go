package conformance_test

import (
	"testing"
)

// TestRunLines builds every recorded RUN case and compares what the commands
// wrote, how they ended and the DiffIDs of the layers they made with what
// BuildKit recorded on the real busybox.
func TestRunLines(t *testing.T) {
	find := bases(t)
	equal, total := 0, 0
	for _, c := range readCases(t, "run/cases.jsonl") {
		total++
		t.Run(c.Name, func(t *testing.T) {
			o := c.Build(t.Context(), find, c.ContextMTime, nil)
			diffs := c.Compare(o, c.BuildKit)
			for _, d := range diffs {
				t.Error(d)
			}
			if len(diffs) == 0 {
				equal++
			}
		})
	}
	t.Logf("%d of %d RUN cases equal BuildKit's", equal, total)
}
