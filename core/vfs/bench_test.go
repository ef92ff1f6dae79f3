package vfs_test

import (
	"fmt"
	"testing"

	"layerlab.dev/core/vfs"
)

// BenchmarkEdit changes one file in trees of growing size: the time must grow
// with the depth, not with the number of files.
func BenchmarkEdit(b *testing.B) {
	for _, shape := range []struct {
		name  string
		files int
		path  func(i int) string
	}{
		{"flat-100", 100, flat}, {"flat-10000", 10_000, flat},
		{"deep-100", 100, deep}, {"deep-10000", 10_000, deep},
	} {
		b.Run(shape.name, func(b *testing.B) {
			e := vfs.New(0).Edit()
			for i := range shape.files {
				must(b, make1(e, shape.path(i)))
			}
			tree := e.Tree()
			b.ReportAllocs()
			for b.Loop() {
				must(b, tree.Edit().WriteFile(shape.path(shape.files/2), vfs.String("new"), 0, 0, 0))
			}
		})
	}
}

func flat(i int) string { return fmt.Sprintf("/file%05d", i) }
func deep(i int) string { return fmt.Sprintf("/d%d/d%d/d%d/f%d", i/1000, i/100%10, i/10%10, i%10) }

func make1(e *vfs.Editor, p string) error {
	dir := p[:len(p)-len(p[lastSlash(p):])]
	if _, err := e.MkdirAll(dir, 0o755, 0, 0); err != nil {
		return err
	}
	return e.WriteFile(p, vfs.String(p), 0o644, 0, 0)
}

func lastSlash(p string) int {
	for i := len(p) - 1; ; i-- {
		if p[i] == '/' {
			return i
		}
	}
}
