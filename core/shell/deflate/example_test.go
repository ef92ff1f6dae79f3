package deflate_test

import (
	"fmt"

	"layerlab.dev/core/shell/deflate"
)

func Example() {
	fmt.Printf("%x\n", deflate.Gzip([]byte("a"), deflate.Small))
	// Output: 1f8b08000000000000034b040043beb7e801000000
}
