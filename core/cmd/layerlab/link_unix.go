//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// fileID names an inode of the host.
type fileID struct{ dev, ino uint64 }

// linkedFile returns the inode of a file with several names.
func linkedFile(info fs.FileInfo) (fileID, bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || s.Nlink < 2 {
		return fileID{}, false
	}
	return fileID{uint64(s.Dev), s.Ino}, true
}
