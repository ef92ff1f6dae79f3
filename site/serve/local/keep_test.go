package local_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"layerlab.dev/site/edge"
	"layerlab.dev/site/serve/local"
)

func digestOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func TestBlobsKeepWhatIsVerified(t *testing.T) {
	folder := t.TempDir()
	blobs, err := local.OpenBlobs(folder, 400)
	if err != nil {
		t.Fatal(err)
	}
	kept := func(s string) bool {
		part, err := blobs.Open(t.Context(), digestOf(s), edge.Range{})
		if err != nil {
			t.Fatal(err)
		}
		if part == nil {
			return false
		}
		defer part.Body.Close()
		body, err := io.ReadAll(part.Body)
		return err == nil && string(body) == s
	}
	pass := func(digest, body string, size int64) error {
		r := blobs.Pass(t.Context(), io.NopCloser(strings.NewReader(body)), edge.Passage{Digest: digest, Size: size, Stall: time.Minute})
		defer r.Close()
		got, err := io.ReadAll(r)
		if err != nil && string(got) == body && int64(len(body)) == size {
			t.Errorf("%q was given whole, then %v", body, err)
		}
		return err
	}
	good := strings.Repeat("a", 60)
	for _, test := range []struct {
		name, digest, body string
		size               int64
		ok                 bool
	}{
		{"other bytes", digestOf(good), strings.Repeat("b", 60), 60, false},
		{"too short", digestOf(good), good[:30], 60, false},
		{"too long", digestOf(good), good + "a", 60, false},
		{"right", digestOf(good), good, 60, true},
	} {
		if err := pass(test.digest, test.body, test.size); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
		if kept(good) != test.ok {
			t.Errorf("%s: kept is %v", test.name, !test.ok)
		}
	}
	// Others push it out, the least asked for first.
	for i := range 6 {
		s := strings.Repeat(string(rune('c'+i)), 70)
		if err := pass(digestOf(s), s, 70); err != nil {
			t.Fatal(err)
		}
	}
	if kept(good) || !kept(strings.Repeat("h", 70)) {
		t.Error("the oldest blob did not make room for the latest")
	}
	// A new run knows what the last one kept, and removes what it left unfinished.
	if err := os.WriteFile(folder+"/sha256-x.1.part", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if blobs, err = local.OpenBlobs(folder, 400); err != nil || !kept(strings.Repeat("h", 70)) {
		t.Errorf("opened again: %v", err)
	}
	if _, err := os.Stat(folder + "/sha256-x.1.part"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an unfinished file is still there: %v", err)
	}
}

func TestSharesStay(t *testing.T) {
	folder := t.TempDir()
	id := strings.Repeat("ab", 16)
	shares, err := local.OpenShares(folder, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shares.Get(t.Context(), id); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent text: %v", err)
	}
	if err := shares.Put(t.Context(), id, []byte("12345678")); err != nil {
		t.Fatal(err)
	}
	if shares, err = local.OpenShares(folder, 10); err != nil {
		t.Fatal(err)
	}
	if text, err := shares.Get(t.Context(), id); err != nil || string(text) != "12345678" {
		t.Errorf("after a new start: %q, %v", text, err)
	}
	if err := shares.Put(t.Context(), strings.Repeat("cd", 16), []byte("123")); !errors.Is(err, edge.ErrFull) {
		t.Errorf("more than there is room for: %v", err)
	}
}
