//go:build !unix

package main

import "io/fs"

type fileID struct{}

// linkedFile knows no hard links on this system: each name is a file.
func linkedFile(fs.FileInfo) (fileID, bool) { return fileID{}, false }
