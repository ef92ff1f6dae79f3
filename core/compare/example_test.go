package compare_test

import (
	"fmt"

	"layerlab.dev/core/compare"
)

func ExampleAlign() {
	left := []compare.Line{{CreatedBy: "COPY package.json /app/"}, {CreatedBy: "RUN npm ci"}, {CreatedBy: "COPY src /app/src"}}
	right := []compare.Line{{CreatedBy: "COPY package.json /app/"}, {CreatedBy: "COPY src /app/src"}, {CreatedBy: "RUN npm ci"}}
	for _, p := range compare.Align(left, right) {
		fmt.Println(p.State, p.Left, p.Right)
	}
	// Output:
	// same 0 0
	// moved 1 -1
	// rebased 2 1
	// moved -1 2
}
