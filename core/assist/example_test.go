package assist_test

import (
	"fmt"
	"strings"

	"layerlab.dev/core/assist"
	"layerlab.dev/core/dockerfile"
)

func ExampleComplete() {
	src := "FROM alpine AS build\nFROM scratch\nCOPY --from="
	f := dockerfile.Parse("Dockerfile", []byte(src), dockerfile.Options{})
	for _, o := range assist.Complete(f, len(src), assist.Context{}).Options {
		fmt.Println(o.Label, "-", o.Detail)
	}
	// Output: build - stage, from alpine
}

func ExampleTidy() {
	src := "from  alpine as build\nrun   make\nfrom scratch\ncopy --from=build   /a  \\\n  /a\n"
	f := dockerfile.Parse("Dockerfile", []byte(src), dockerfile.Options{})
	fmt.Print(strings.TrimSpace(string(assist.Tidy(f))))
	// Output:
	// FROM alpine AS build
	// RUN make
	//
	// FROM scratch
	// COPY --from=build /a \
	//     /a
}
