package build_test

import (
	"archive/tar"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/build"
	"layerlab.dev/core/vfs"
)

// usual are lines as Dockerfiles have them most: files made, moved, edited and
// taken away, text searched and cut, accounts, archives. tests/bench runs them
// in the browser.
//
//go:embed testdata/usual.txt
var usualText string

// usual returns the RUN instruction of each line.
func usual() []string {
	var list []string
	for l := range strings.Lines(usualText) {
		if l = strings.TrimSuffix(l, "\n"); strings.Contains(l, "<<'X'") {
			list = append(list, "RUN <<LINE\n"+l+"\n#!/bin/sh\nexec \"$@\"\nX\nLINE\n")
			continue
		}
		list = append(list, "RUN "+l+"\n")
	}
	return list
}

// BenchmarkUsualLines runs each usual RUN line on the stand-in of alpine, warm,
// and reports the median and the slowest.
func BenchmarkUsualLines(b *testing.B) {
	context, lines := files(b), usual()
	var times []time.Duration
	slowest, slow := time.Duration(0), ""
	for b.Loop() {
		times = times[:0]
		for _, line := range lines {
			o := options()
			source := []byte("FROM alpine\n" + line)
			start := time.Now()
			if _, err := build.Build(b.Context(), source, context, o); err != nil {
				b.Fatalf("%s: %v", line, err)
			}
			d := time.Since(start)
			times = append(times, d)
			if d > slowest {
				slowest, slow = d, line
			}
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(len(lines)), "lines")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	b.Logf("slowest: %s", slow)
}

// BenchmarkLoop counts to 100,000 in the shell.
func BenchmarkLoop(b *testing.B) {
	benchmarkBuild(b, "FROM alpine\nRUN i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done\n", files(b))
}

// BenchmarkTar extracts 50 MB in a RUN, and with archive/tar alone into memory,
// and reports how much longer the RUN takes.
func BenchmarkTar(b *testing.B) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for i := range 50 {
		text, err := vfs.Random(1<<20, uint64(i)).Bytes()
		if err != nil {
			b.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("f%d", i), Mode: 0o644, Size: 1 << 20, Typeflag: tar.TypeReg}); err != nil {
			b.Fatal(err)
		}
		w.Write(text)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	var native time.Duration // for one extraction
	b.Run("archive/tar", func(b *testing.B) {
		b.SetBytes(int64(archive.Len()))
		for b.Loop() {
			r := tar.NewReader(bytes.NewReader(archive.Bytes()))
			for {
				if _, err := r.Next(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadAll(r); err != nil {
					b.Fatal(err)
				}
			}
		}
		native = b.Elapsed() / time.Duration(b.N)
	})
	b.Run("RUN", func(b *testing.B) {
		e := files(b).Edit()
		if err := e.WriteFile("/a.tar", vfs.Bytes(archive.Bytes()), 0o644, 0, 0); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(archive.Len()))
		benchmarkBuild(b, "FROM alpine\nRUN --mount=type=bind,target=/m tar -xf /m/a.tar -C /tmp && rm /tmp/f*\n", e.Tree())
		b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(native), "x-archive/tar")
	})
}

// BenchmarkCopy copies 1,000 files of 100 MB in all.
func BenchmarkCopy(b *testing.B) {
	e := vfs.New(0).Edit()
	for i := range 1000 {
		p := fmt.Sprintf("/d%d/f%d", i/100, i)
		if _, err := e.MkdirAll(p[:strings.LastIndexByte(p, '/')], 0o755, 0, 0); err != nil {
			b.Fatal(err)
		}
		if err := e.WriteFile(p, vfs.Random(100<<10, uint64(i)), 0o644, 0, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(100 << 20)
	benchmarkBuild(b, "FROM scratch\nCOPY . /\n", e.Tree())
}

func benchmarkBuild(b *testing.B, dockerfile string, context vfs.Tree) {
	b.Helper()
	for b.Loop() {
		if _, err := build.Build(b.Context(), []byte(dockerfile), context, options()); err != nil {
			b.Fatal(err)
		}
	}
}
