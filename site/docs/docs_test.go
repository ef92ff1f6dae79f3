package docs_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"layerlab.dev/core/drawing"
	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/workspace"
)

// A picture in the documentation shows digests, so it must be what the engine
// draws now.
func TestPictureIsWhatTheEngineDraws(t *testing.T) {
	text, err := os.ReadFile("core-sample.txtar")
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := w.Plan()
	if err != nil {
		t.Fatal(err)
	}
	built := plan.Build(context.Background(), workspace.BuildOptions{
		Image: func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }})
	if len(built) != 1 || built[0].Err != nil {
		t.Fatalf("built %+v", built)
	}
	sample, err := drawing.Of(w.Name, built[0].Result)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := drawing.SVG(&got, sample, drawing.English); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("core-sample.svg")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("core-sample.svg is older than the engine; run: go run ./core/cmd/layerlab render -o site/docs/core-sample.svg site/docs/core-sample.txtar")
	}
}
