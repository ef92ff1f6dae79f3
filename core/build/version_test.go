package build_test

import (
	"os"
	"strings"
	"testing"

	"layerlab.dev/core/build"
)

// TestVersion holds that the version whose builds are equalled is that of the
// module whose frontend reads the Dockerfile, and that the documentation names
// it.
func TestVersion(t *testing.T) {
	for file, want := range map[string]string{
		"../../go.mod":            "github.com/moby/buildkit " + build.BuildKit + "\n",
		"../../README.md":         "BuildKit " + build.BuildKit,
		"README.md":               "BuildKit " + build.BuildKit + " with Dockerfile frontend " + build.Frontend,
		"../dockerfile/README.md": build.BuildKit,
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), want) {
			t.Errorf("%s does not say %q", file, want)
		}
	}
}
