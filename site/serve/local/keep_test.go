package local_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/iotest"
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

// Blobs under way have their room: what lies in the folder is never more than
// it may hold, whether they end or not, and they leave half of it to what is
// there.
func TestBlobsCountWhatIsUnderWay(t *testing.T) {
	const most, size = 4000, 500
	folder := t.TempDir()
	blobs, err := local.OpenBlobs(folder, most)
	if err != nil {
		t.Fatal(err)
	}
	lies := func() (sum int64) {
		t.Helper()
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			info, err := entry.Info()
			if err != nil {
				t.Fatal(err)
			}
			sum += info.Size()
		}
		return sum
	}
	content := func(i int) string { return strings.Repeat(fmt.Sprintf("%04d", i), size/4) }
	begin := func(i int) io.ReadCloser {
		s := content(i)
		r := blobs.Pass(t.Context(), io.NopCloser(iotest.OneByteReader(strings.NewReader(s))), edge.Passage{Digest: digestOf(s), Size: size, Stall: time.Minute})
		if _, err := io.ReadFull(r, make([]byte, size-1)); err != nil {
			t.Fatal(err)
		}
		return r
	}
	kept := func(i int) bool {
		part, err := blobs.Open(t.Context(), digestOf(content(i)), edge.Range{})
		if err != nil {
			t.Fatal(err)
		}
		if part != nil {
			part.Body.Close()
		}
		return part != nil
	}
	finish := func(r io.ReadCloser) {
		if _, err := io.ReadAll(r); err != nil {
			t.Error(err)
		}
		r.Close()
	}
	for i := range 8 {
		finish(begin(i))
	}
	// Twenty stay unfinished, one of them asked for twice: four find room.
	var late []io.ReadCloser
	for i := range 20 {
		late = append(late, begin(100+i))
		if sum := lies(); sum > most {
			t.Fatalf("%d bytes lie in a folder for %d, with %d under way", sum, most, i+1)
		}
	}
	late = append(late, begin(100))
	for i := range 8 {
		if want := i >= 4; kept(i) != want {
			t.Errorf("blob %d of those that were there: kept is %t", i, !want)
		}
	}
	late[0].Close() // breaks off
	for _, r := range late[1:] {
		finish(r)
	}
	for i := range 20 {
		if want := i >= 1 && i < 4; kept(100+i) != want {
			t.Errorf("blob %d of those under way: kept is %t", i, !want)
		}
	}
	if sum := lies(); sum != 7*size {
		t.Errorf("%d bytes lie in the folder, want %d", sum, 7*size)
	}
	// The room of what broke off is free again.
	finish(begin(200))
	if !kept(200) || !kept(4) || lies() != most {
		t.Errorf("after all: %d bytes", lies())
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
