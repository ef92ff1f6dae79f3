package drawing_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/drawing"
	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/workspace"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

// built builds the workspace of a text.
func built(t testing.TB, text string) (*workspace.Workspace, *build.Result) {
	t.Helper()
	w, err := workspace.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := w.Plan()
	if err != nil {
		t.Fatal(err)
	}
	all := plan.Build(context.Background(), workspace.BuildOptions{
		Image: func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }})
	for _, b := range all {
		if b.Path == w.Dockerfile {
			if b.Err != nil {
				t.Fatal(b.Err)
			}
			return w, b.Result
		}
	}
	t.Fatal("nothing was built")
	return nil, nil
}

func draw(t testing.TB, text string, lang drawing.Language) string {
	t.Helper()
	w, res := built(t, text)
	s, err := drawing.Of(w.Name, res)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := drawing.SVG(&b, s, lang); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldens(t *testing.T) {
	texts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(texts) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, name := range texts {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []drawing.Language{drawing.English, drawing.Korean} {
			golden := strings.TrimSuffix(name, "txtar") + string(lang) + ".svg"
			t.Run(filepath.Base(golden), func(t *testing.T) {
				got := draw(t, string(text), lang)
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("the drawing is\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// What stands in a Dockerfile must not end the drawing's own text, nor make it
// no XML.
func TestAnyTextIsDrawn(t *testing.T) {
	hostile := "</text><script>alert(1)</script> & \x01 ]]> \" ' 한글이 아주 길게 이어지는 이름표입니다 " + strings.Repeat("long ", 80)
	got := draw(t, "name: <b>&\n-- Dockerfile --\nFROM scratch\nCOPY Dockerfile /\nLABEL a=\""+strings.ReplaceAll(hostile, `"`, `\"`)+"\"\n", drawing.English)
	d := xml.NewDecoder(strings.NewReader(got))
	var texts []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v\n%s", err, got)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "script" {
				t.Error("a script got in")
			}
		case xml.CharData:
			texts = append(texts, string(token))
		}
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{"<b>&", "LABEL a=\"</text><script>alert(1)", "…", "Layer 1, COPY Dockerfile /"} {
		if !strings.Contains(all, want) {
			t.Errorf("the drawing lacks %q", want)
		}
	}
}

func TestStagesAndFailures(t *testing.T) {
	_, res := built(t, "-- Dockerfile --\nFROM alpine AS a\nCOPY Dockerfile /x\nENV A=1\n\nFROM a\nRUN rm /x\n")
	s, err := drawing.Of("", res)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Strata) != 3 || !s.Strata[1].Base || !strings.HasPrefix(s.Strata[1].Text, "FROM a: COPY") || s.Strata[2].Base {
		t.Fatalf("strata %+v", s.Strata)
	}
	ids := res.Image.ChainIDs()
	for i, st := range s.Strata {
		if st.Number != i+1 || st.ChainID != string(ids[i]) || st.DiffID != string(res.Image.Layers[i].DiffID()) {
			t.Errorf("layer %d is %+v", i+1, st)
		}
	}
	if below, top := s.Strata[1], s.Strata[2]; below.HiddenBytes != below.Size || top.Removed != 1 || top.RemovedBytes != below.Size {
		t.Errorf("%+v below %+v", below, top)
	}
	if err := drawing.SVG(io.Discard, s, "fr"); err == nil {
		t.Error("French was drawn")
	}
	if _, err := drawing.Of("", &build.Result{}); err == nil {
		t.Error("a failed build was drawn")
	}
}

func ExampleOf() {
	w, err := workspace.Parse([]byte("-- Dockerfile --\nFROM scratch\nCOPY Dockerfile /\nCMD true\n"))
	if err != nil {
		panic(err)
	}
	plan, err := w.Plan()
	if err != nil {
		panic(err)
	}
	res := plan.Build(context.Background(), workspace.BuildOptions{})[0].Result
	s, err := drawing.Of("Three lines", res)
	if err != nil {
		panic(err)
	}
	for _, st := range s.Strata {
		os.Stdout.WriteString(st.Text + "\n")
	}
	// Output:
	// COPY Dockerfile /
	// CMD true
}
