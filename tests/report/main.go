package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	count := flag.String("count", "", "file to write the counts to")
	flag.Parse()
	total, err := read(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(2)
	}
	if *count != "" {
		text := fmt.Sprintf("%d %d %d\n", total.passed, total.failed, total.skipped)
		if err := os.WriteFile(*count, []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "report:", err)
			os.Exit(2)
		}
	}
	if total.failed > 0 {
		os.Exit(1)
	}
}
