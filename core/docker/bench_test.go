package docker_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker"
	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// manyImages is a daemon with 1,000 images, each in a repository of its own.
type manyImages struct {
	emptyDaemon
	images []types.ImageSummary
}

func newManyImages() manyImages {
	m := manyImages{emptyDaemon: newEmptyDaemon().(emptyDaemon)}
	for i := range 1000 {
		m.images = append(m.images, types.ImageSummary{
			ID:       fmt.Sprintf("sha256:%064x", i),
			RepoTags: []string{fmt.Sprintf("localhost:5000/team/app%d:1.%d", i, i), fmt.Sprintf("app%d:latest", i)},
			RepoDigests: []string{
				fmt.Sprintf("localhost:5000/team/app%d@sha256:%064x", i, i),
			},
			Created: 1_700_000_000 - int64(i)*3600, Size: int64(i) * 12345, VirtualSize: int64(i) * 12345, SharedSize: -1, Containers: -1,
		})
	}
	return m
}

func (m manyImages) ImageList(types.ImageListOptions) ([]types.ImageSummary, error) {
	return m.images, nil
}

// cached is a daemon whose builds are all in the cache.
type cached struct{ emptyDaemon }

func (cached) ImageBuild(_ context.Context, _ host.Build, to host.Progress) error {
	for i := range 5 {
		to(host.Message{Stream: fmt.Sprintf("Step %d/5 : RUN echo first", i+1)})
		to(host.Message{Stream: "\n"})
		to(host.Message{Stream: " ---> Using cache\n"})
		to(host.Message{Stream: " ---> 11bd45af4299\n"})
	}
	return nil
}

func run(tb testing.TB, engine host.Engine, files docker.Files, args ...string) string {
	var out strings.Builder
	code := docker.Run(tb.Context(), docker.Env{
		Engine: engine, Args: args, Stdout: &out, Stderr: io.Discard, Files: files,
		Now: func() time.Time { return time.Unix(1_700_000_100, 0) },
	})
	if code != 0 {
		tb.Fatalf("docker %q: exit %d", args, code)
	}
	return out.String()
}

// BenchmarkImages lists 1,000 images with 2,000 tags.
func BenchmarkImages(b *testing.B) {
	engine := newManyImages()
	for b.Loop() {
		run(b, engine, nil, "images")
	}
}

// BenchmarkImagesTemplate lists them through a template that is no plain list of
// columns.
func BenchmarkImagesTemplate(b *testing.B) {
	engine := newManyImages()
	for b.Loop() {
		run(b, engine, nil, "images", "--format", "{{upper .Repository}} {{.Size}}")
	}
}

// BenchmarkBuildCached is the client's part of a build that is all in the cache.
func BenchmarkBuildCached(b *testing.B) {
	d := newDirectory("/root/lesson")
	for _, name := range []string{"Dockerfile", "second.txt", "third.txt"} {
		if err := d.editor.WriteFile("/root/lesson/"+name, vfs.String(name), 0o644, 0, 0); err != nil {
			b.Fatal(err)
		}
	}
	engine := cached{newEmptyDaemon().(emptyDaemon)}
	for b.Loop() {
		run(b, engine, d, "build", ".")
	}
}

// BenchmarkHelp is a command that asks nothing of the daemon.
func BenchmarkHelp(b *testing.B) {
	engine := newEmptyDaemon()
	for b.Loop() {
		run(b, engine, nil, "run", "--help")
	}
}
