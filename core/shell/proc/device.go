package proc

import (
	"io"

	"layerlab.dev/core/vfs"
)

// device is a character device the kernel has.
type device int

const (
	devNull device = iota
	devZero
	devFull
	devRandom
)

// deviceOf returns what is behind a character device node.
func deviceOf(n *vfs.Node) (device, error) {
	switch {
	case n.Major == 1 && n.Minor == 3:
		return devNull, nil
	case n.Major == 1 && n.Minor == 5:
		return devZero, nil
	case n.Major == 1 && n.Minor == 7:
		return devFull, nil
	case n.Major == 1 && (n.Minor == 8 || n.Minor == 9):
		return devRandom, nil
	}
	return 0, vfs.ENXIO
}

func (d device) read(p *Proc, _ *File, b []byte) (int, error) {
	switch d {
	case devNull:
		return 0, io.EOF
	case devRandom:
		p.m.random++
		return vfs.Random(int64(len(b)), p.m.random).ReadAt(b, 0)
	}
	clear(b)
	return len(b), nil
}

func (d device) write(_ *Proc, _ *File, b []byte) (int, error) {
	if d == devFull {
		return 0, vfs.ENOSPC
	}
	return len(b), nil
}

func (device) close(*File) {}

// blob returns the next n bytes of the device as a Blob, nil if it has none.
func (d device) blob(m *Machine, n int64) *vfs.Blob {
	if n <= 0 {
		return nil
	}
	switch d {
	case devZero, devFull:
		return vfs.Zeros(n)
	case devRandom:
		if n >= 4096 {
			m.random++
			return vfs.Random(n, m.random)
		}
	}
	return nil
}
