package dockerfile_test

import (
	"fmt"

	"layerlab.dev/core/dockerfile"
)

func Example() {
	src := `FROM alpine:3.20 as build
WORKDIR src
COPY --fro=tools /bin/make \
     /usr/bin/
RUN <<EOF
make all
EOF
`
	f := dockerfile.Parse("Dockerfile", []byte(src), dockerfile.Options{AllStages: true})
	for _, in := range f.Instructions {
		fmt.Printf("%-8s %v\n", in.Keyword, in.Range)
	}
	for _, d := range f.Diagnostics {
		fmt.Println(d)
	}
	fmt.Println(f.Err())
	// Output:
	// FROM     1:1-1:26
	// WORKDIR  2:1-2:12
	// COPY     3:1-4:15
	// RUN      5:1-7:4
	// 1:1: warning: FromAsCasing: 'as' and 'FROM' keywords' casing do not match
	// 3:6: error: unknown flag: --fro (did you mean from?)
	// 2:1: warning: WorkdirRelativePath: Relative workdir "src" can have unexpected results if the base image changes
	// Dockerfile:3: unknown flag: --fro (did you mean from?)
}

func ExampleFile_Lex() {
	f := dockerfile.Parse("Dockerfile", []byte("# escape=`\nFROM scratch\n"), dockerfile.Options{})
	env := dockerfile.NewEnv("NAME=layer")
	word, unset, err := f.Lex().ProcessWord("${NAME}-${TAG:-dev} `$NAME", env)
	fmt.Println(word, len(unset), err)
	// Output: layer-dev $NAME 1 <nil>
}
