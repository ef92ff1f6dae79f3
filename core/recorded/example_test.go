package recorded_test

import (
	"context"
	"fmt"
	"strings"

	"layerlab.dev/core/recorded"
)

func Example() {
	cases, err := recorded.ReadCases(strings.NewReader(`{"name":"one file",
"dockerfile":"FROM scratch\nCOPY hello.txt /\n", "source_date_epoch":1700000000,
"context":[{"path":"hello.txt","type":"file","mode":"644","text":"hello\n"}], "buildkit_context_mtime":1690000000,
"buildkit":{"diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000000"],
 "layers":[{"entries":[{"name":"hello.txt","typeflag":"0","mode":"0600","size":6,"mtime":1690000000}]}]}}`))
	if err != nil {
		panic(err)
	}
	c := cases[0]
	outcome := c.Build(context.Background(), nil, c.ContextMTime, nil)
	fmt.Println(c.Compare(outcome, c.BuildKit)[0])
	// Output: layer 0, entry hello.txt, mode: 0644, recorded 0600
}
