package dockerfile_test

import (
	"strings"
	"testing"

	"layerlab.dev/core/dockerfile"
)

func TestReferenceParts(t *testing.T) {
	sum := "sha256:" + strings.Repeat("ab", 32)
	for _, test := range []struct{ name, short, registry, repository, reference string }{
		{"alpine", "alpine:latest", "docker.io", "library/alpine", "latest"},
		{"docker.io/library/alpine:3.20", "alpine:3.20", "docker.io", "library/alpine", "3.20"},
		{"somebody/app:1", "somebody/app:1", "docker.io", "somebody/app", "1"},
		{"ghcr.io/a/b/c", "ghcr.io/a/b/c:latest", "ghcr.io", "a/b/c", "latest"},
		{"localhost:5000/a:1", "localhost:5000/a:1", "localhost:5000", "a", "1"},
		{"alpine:3.20@" + sum, "alpine:3.20@" + sum, "docker.io", "library/alpine", sum},
		{"quay.io/a/b@" + sum, "quay.io/a/b@" + sum, "quay.io", "a/b", sum},
	} {
		full, err := dockerfile.NormalizeReference(test.name)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := dockerfile.FamiliarReference(full); got != test.short {
			t.Errorf("%s is written %s, want %s", full, got, test.short)
		}
		if again, err := dockerfile.NormalizeReference(test.short); again != full {
			t.Errorf("%s becomes %s, want %s (%v)", test.short, again, full, err)
		}
		if got := dockerfile.Registry(full); got != test.registry {
			t.Errorf("%s: registry %s, want %s", full, got, test.registry)
		}
		if repository, reference := dockerfile.SplitReference(full); repository != test.repository || reference != test.reference {
			t.Errorf("%s: %s and %s, want %s and %s", full, repository, reference, test.repository, test.reference)
		}
	}
}
