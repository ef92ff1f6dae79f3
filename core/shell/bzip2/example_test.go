package bzip2_test

import (
	"fmt"

	"layerlab.dev/core/shell/bzip2"
)

func Example() {
	fmt.Printf("%s…\n", bzip2.Compress(nil)[:4])
	// Output: BZh9…
}
