package vfs_test

import (
	"fmt"

	"layerlab.dev/core/vfs"
)

func Example() {
	e := vfs.New(0).Edit()
	e.MkdirAll("/etc", 0o755, 0, 0)
	e.WriteFile("/etc/motd", vfs.String("hello\n"), 0o644, 0, 0)
	before := e.Tree()

	e.Remove("/etc/motd")

	for p := range before.Walk("/etc") {
		fmt.Println("before", p)
	}
	for p := range e.Tree().Walk("/etc") {
		fmt.Println("after", p)
	}
	// Output:
	// before /etc
	// before /etc/motd
	// after /etc
}
