//go:build !js

package main

import (
	"fmt"
	"os"
)

// main fills the page named by its argument, index.html without one.
func main() {
	name := "index.html"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	if err := writePage(name); err != nil {
		fmt.Fprintln(os.Stderr, "ui:", err)
		os.Exit(1)
	}
}

func writePage(name string) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	filled, err := fillPage(string(page))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, []byte(filled), 0o644)
}
