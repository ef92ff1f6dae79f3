package conformance_test

import (
	"context"
	"testing"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// TestEncoderGuard fails loudly where a toolchain brings another gzip encoder:
// every compressed digest would silently stop being BuildKit's. The value was
// made with Go 1.26; Go 1.19 to 1.26 agree.
func TestEncoderGuard(t *testing.T) {
	text := vfs.Random(1<<20, 1)
	raw, err := text.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw { // compressible, so that matches and trees are exercised
		raw[i] = "etaoin shrdlu\n"[raw[i]%14]
	}
	e := vfs.New(0).Edit()
	if err := e.WriteFile("/text", vfs.Bytes(raw), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	changes, err := layer.Diff(vfs.New(0), e.Tree())
	if err != nil {
		t.Fatal(err)
	}
	l, err := layer.New(context.Background(), layer.BuildKit{}.Entries(changes))
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Blob(context.Background(), layer.Gzip)
	if err != nil {
		t.Fatal(err)
	}
	const want = "sha256:675dd1b76b217c904616706b228a82a73d84801a253af9f2d47423b4208060eb"
	if b.Digest != want {
		t.Errorf("gzip of a fixed megabyte is %s (%d bytes), recorded %s: the encoder of compress/gzip has changed; build with the toolchain go.mod names", b.Digest, b.Size, want)
	}
}
