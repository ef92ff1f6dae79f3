package classic_test

import (
	"context"
	"fmt"

	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

// The five-line lesson of the posts this project grew from: an image for every
// instruction, and the hashes of the two files in the history.
func ExampleBuild() {
	e := vfs.New(0).Edit()
	for name, text := range map[string]string{
		"/Dockerfile": "FROM alpine\nRUN echo first\nCOPY ./second.txt .\nADD ./third.txt .\nCMD [\"echo\",\"fourth\"]\n",
		"/second.txt": "second\n", "/third.txt": "third\n",
	} {
		e.WriteFile(name, vfs.String(text), 0o644, 0, 0)
	}
	sent, err := classic.Send(e.Tree(), "Dockerfile")
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := classic.Build(context.Background(), sent, classic.Options{
		Remove: true,
		Image:  func(_ context.Context, w classic.Wanted) (*image.Image, error) { return standin.Image(w.Name) },
		Event: func(e classic.Event) {
			if c, ok := e.(*classic.Committed); ok {
				fmt.Printf("%q %v\n", c.Doc.History[len(c.Doc.History)-1].CreatedBy, c.Layer != nil)
			}
		},
	})
	fmt.Println(len(result.Steps), err)
	// Output:
	// "/bin/sh -c echo first" false
	// "/bin/sh -c #(nop) COPY file:932d2d37c43b3d371871bbb48fcd7dcd52ecdc943fd8744867b1a0c8afc4872e in . " true
	// "/bin/sh -c #(nop) ADD file:7db483be005ca26c63c049638c099eec9149931f526f8b4b2d93c25e85fc8b63 in . " true
	// "/bin/sh -c #(nop)  CMD [\"echo\" \"fourth\"]" false
	// 5 <nil>
}
