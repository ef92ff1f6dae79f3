package recorded_test

import (
	"testing"

	"layerlab.dev/core/recorded"
)

func TestSays(t *testing.T) {
	for _, c := range []struct {
		ours, recorded string
		want           bool
	}{
		{`Dockerfile:2: COPY: d: "/d": not found`, `failed to solve: failed to compute cache key: failed to calculate checksum of ref …: "/d": not found`, true},
		{`Dockerfile:2: COPY: d: "/e": not found`, `failed to solve: failed to compute cache key: failed to calculate checksum of ref …: "/d": not found`, false},
		{"Dockerfile:7: unknown instruction: c", "failed to solve: dockerfile parse error on line 7: unknown instruction: c", true},
		{"Dockerfile:3: COPY: cannot copy to non-directory: /bb", "failed to solve: cannot copy to non-directory: …", true},
		{"Dockerfile:3: COPY: cannot replace to directory /a with file", "failed to solve: cannot replace to directory … with file", true},
		{"Dockerfile:3: COPY: cannot replace to directory /a with link", "failed to solve: cannot replace to directory … with file", false},
		{"Dockerfile:2: ADD: mkdir /a: Not a directory", "failed to solve: mkdir /a: not a directory", true},
	} {
		if got := recorded.Says(c.ours, c.recorded); got != c.want {
			t.Errorf("Says(%q, %q) = %v", c.ours, c.recorded, got)
		}
	}
}
