package session_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/docker/distribution/reference"

	"layerlab.dev/core/docker"
	"layerlab.dev/core/host"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/session"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// start is the time at which the hosts of the benchmarks begin.
const start = int64(1_800_000_000) * 1e9

// crowded returns a State with n tagged images of five layers each, none shared.
func crowded(b *testing.B, n int) host.State {
	s := host.NewState(1, start)
	for i := range n {
		var layers []*layer.Layer
		doc := store.Document{Created: time.Unix(1_700_000_000+int64(i), 0).UTC(), Architecture: "amd64", OS: "linux", RootFS: &store.RootFS{Type: "layers"}}
		for k := range 5 {
			l, err := layer.New(context.Background(), []layer.Entry{{Name: fmt.Sprintf("f%d-%d", i, k), Type: '0', Mode: 0o644, Size: 5, Content: vfs.String("hello")}})
			if err != nil {
				b.Fatal(err)
			}
			layers = append(layers, l)
			doc.RootFS.DiffIDs = append(doc.RootFS.DiffIDs, l.DiffID())
			doc.History = append(doc.History, store.History{Created: doc.Created, CreatedBy: "/bin/sh -c true"})
		}
		text, err := json.Marshal(doc)
		if err != nil {
			b.Fatal(err)
		}
		img, err := image.Existing(text, []byte("{}"), layers)
		if err != nil {
			b.Fatal(err)
		}
		var made *store.Image
		if s.Store, made, err = s.Store.Create(img, &s.Random, s.Now()); err != nil {
			b.Fatal(err)
		}
		named, err := reference.ParseNormalizedNamed(fmt.Sprintf("team/image%04d:1.0", i))
		if err != nil {
			b.Fatal(err)
		}
		if s.Store, err = s.Store.Refer(named, made.ID, false); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func run(b *testing.B, h *host.Host, args ...string) {
	status := docker.Run(context.Background(), docker.Env{Engine: h, Args: args, Stdout: io.Discard, Stderr: io.Discard,
		Now: func() time.Time { return time.Unix(0, start).UTC() }})
	if status != 0 {
		b.Fatalf("docker %v: exit code %d", args, status)
	}
}

// BenchmarkImages is `docker images` on a host of 1,000 images and 5,000 layers.
func BenchmarkImages(b *testing.B) {
	h := host.New(crowded(b, 1000), nil)
	for b.Loop() {
		run(b, h, "images")
	}
}

// BenchmarkRemove is `docker rmi` of all images of a host, by their number.
func BenchmarkRemove(b *testing.B) {
	for _, n := range []int{500, 1000, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			full := crowded(b, n)
			args := []string{"rmi"}
			for i := range n {
				args = append(args, fmt.Sprintf("team/image%04d:1.0", i))
			}
			for b.Loop() {
				run(b, host.New(full, nil), args...)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/image")
		})
	}
}

// lesson returns a session in which the five lines of the lesson were built.
func lesson(b *testing.B) *session.Session {
	bases, err := session.Standins()
	if err != nil {
		b.Fatal(err)
	}
	reached, err := session.Network(context.Background(), bases, start)
	if err != nil {
		b.Fatal(err)
	}
	net := host.NewNet(reached)
	tree, err := session.Root(start)
	if err != nil {
		b.Fatal(err)
	}
	s := session.New(host.New(host.NewState(1, start), net), net, tree)
	command(b, s, `mkdir lesson; cd lesson; echo second > second.txt; echo third > third.txt
printf 'FROM alpine:latest\nRUN echo first\nCOPY ./second.txt .\nADD ./third.txt .\nCMD ["echo", "fourth"]\n' > Dockerfile
docker build -t first .`)
	return s
}

func command(b *testing.B, s *session.Session, text string) {
	status, err := s.Run(context.Background(), session.Command{Text: text, Env: []string{"DOCKER_BUILDKIT=0"}})
	if err != nil || status != 0 {
		b.Fatalf("%s: exit code %d, %v", text, status, err)
	}
}

// BenchmarkCachedBuild is `docker build` of the five lines, all cached, with the
// shell around it.
func BenchmarkCachedBuild(b *testing.B) {
	s := lesson(b)
	for b.Loop() {
		command(b, s, "cd lesson; docker build -t first .")
	}
}
