//go:build !js

package dockerfile_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestDigestsLinked holds that every package which handles digests brings the
// hash they need. go-digest itself links none, so that a program which uses such
// a package alone would refuse every digest.
func TestDigestsLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "layerlab.dev/core/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if slices.Contains(words, "github.com/opencontainers/go-digest") && !slices.Contains(words, "crypto/sha256") {
			t.Errorf("%s handles digests but does not link crypto/sha256", words[0])
		}
	}
}
