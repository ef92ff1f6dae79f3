package sessions_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"encoding/json"
	"io"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/session"
	"layerlab.dev/core/session/replay"
	"layerlab.dev/core/vfs"
	"layerlab.dev/tests/sessions"
)

//go:embed testdata/sessions testdata/bases
var data embed.FS

// busybox is the program in the recorded base images, which their facts only
// name: some of what is on the daemon's disk depends on its bytes.
func busybox(d digest.Digest) *vfs.Blob {
	for _, name := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		if text, err := os.ReadFile(name); err == nil && digest.FromBytes(text) == d {
			return vfs.Bytes(text)
		}
	}
	return nil
}

func bases(t *testing.T) (list []session.Base, whole bool) {
	files, err := data.ReadDir("testdata/bases")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := data.ReadFile("testdata/bases/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		b, err := session.ReadBase(bytes.NewReader(text), busybox)
		if err != nil {
			t.Fatal(f.Name(), err)
		}
		list = append(list, b)
	}
	return list, busybox("sha256:3d9f2889d6782537624a4e1a10e68a2ddd53e0ee8bac02676f27308f42ec6bf6") != nil
}

// needBusybox are the rows that show bytes of the recorded busybox, by session:
// sizes and contents of the tar-split of a base's layer.
var needBusybox = map[string][]int{"000": {28, 30}}

// saves are the sessions that save and export images, which takes the bytes of
// the recorded busybox from the start.
var saves = map[string]bool{"commands": true, "images": true}

func TestSessions(t *testing.T) {
	images, whole := bases(t)
	files, err := data.ReadDir("testdata/sessions")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".jsonl.gz")
		t.Run(name, func(t *testing.T) {
			text, err := data.ReadFile(path.Join("testdata/sessions", f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if saves[name] && !whole {
				t.Skip("its archives hold the recorded busybox (Debian 1:1.35.0-4+deb12u1), which is not installed here")
			}
			recorded := rows(t, text)
			steps, err := replay.Read(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			ours := map[int]sessions.Row{}
			err = replay.Run(context.Background(), steps, replay.Options{Bases: images, Seed: 1}, func(a replay.Answer) error {
				ours[a.Step] = sessions.Row{Post: a.Post, Step: a.Step, Stdout: a.Stdout, Stderr: a.Stderr, Exit: a.Exit}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			differ := sessions.Judge(recorded, ours)
			if !whole {
				for _, step := range needBusybox[name] {
					delete(differ, step)
				}
			}
			judged := 0
			for _, r := range recorded {
				if !r.Judged() {
					continue
				}
				judged++
				if why, bad := differ[r.Step]; bad {
					t.Errorf("step %d: $ %s: %s", r.Step, r.Command, why)
				}
			}
			t.Logf("%d of %d rows of session %s equal", judged-len(differ), judged, name)
		})
	}
}

func rows(t *testing.T, packed []byte) (list []sessions.Row) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var r sessions.Row
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r.Kind == "row" {
			list = append(list, r)
		}
	}
	return list
}
