package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/workspace"
)

func plan(t *testing.T, text string) *workspace.Plan {
	t.Helper()
	w, err := workspace.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBuild(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string // path and layers, or path and error, in the order of building
	}{
		{"one that others need is built before them",
			"-- Dockerfile --\nFROM base\nCOPY Dockerfile /\n-- base.Dockerfile --\nFROM scratch\nCOPY base.Dockerfile /\n",
			[]string{"base.Dockerfile 1", "Dockerfile 2"}},
		{"COPY --from names one too",
			"-- a.Dockerfile --\nFROM scratch\nCOPY --from=b /x /y\n-- b.Dockerfile --\nFROM scratch\nCOPY x /\n-- x --\n",
			[]string{"b.Dockerfile 1", "a.Dockerfile 1"}},
		{"each has the folder it is in as its context",
			"-- v1/Dockerfile --\nFROM scratch\nCOPY only /\n-- v1/only --\n-- v2/Dockerfile --\nFROM v1\nCOPY only /\n",
			[]string{"v1/Dockerfile 1", `v2/Dockerfile v2/Dockerfile:2: COPY: only: "/only": not found`}},
		{"the target is that of the one that is shown",
			"dockerfile: Dockerfile\ntarget: first\n-- Dockerfile --\nFROM scratch AS first\nCOPY Dockerfile /\nFROM first\nCOPY Dockerfile /b\n-- x.Dockerfile --\nFROM scratch\nCOPY Dockerfile /\n",
			[]string{"Dockerfile 1", "x.Dockerfile 1"}},
		{"the one that is shown may have any name",
			"dockerfile: recipe\n-- Dockerfile --\nFROM scratch\nCOPY recipe /\n-- recipe --\nFROM image\nCOPY recipe /b\n",
			[]string{"Dockerfile 1", "recipe 2"}},
		{"its own tag is that of an image elsewhere",
			"-- a.Dockerfile --\nFROM a\n",
			[]string{`a.Dockerfile a.Dockerfile:1: FROM: base image "a" is not here`}},
		{"a failure keeps its place, and others are built",
			"-- a.Dockerfile --\nFROM scratch\n\nFROM b\n-- b.Dockerfile --\nFROM scratch\nCOPY none /\n-- c.Dockerfile --\nFROM scratch\nCOPY c.Dockerfile /\n",
			[]string{`b.Dockerfile b.Dockerfile:2: COPY: none: "/none": not found`,
				`a.Dockerfile a.Dockerfile:3: FROM: b.Dockerfile, which builds b, failed: b.Dockerfile:2: COPY: none: "/none": not found`,
				"c.Dockerfile 1"}},
		{"two that need each other",
			"-- a.Dockerfile --\nFROM b\n-- b.Dockerfile --\nFROM a\n",
			[]string{"b.Dockerfile b.Dockerfile:1: FROM: b.Dockerfile and a.Dockerfile need each other's images",
				"a.Dockerfile a.Dockerfile:1: FROM: b.Dockerfile, which builds b, failed: b.Dockerfile:1: FROM: b.Dockerfile and a.Dockerfile need each other's images"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, b := range plan(t, test.text).Build(t.Context(), workspace.BuildOptions{}) {
				if b.Err != nil {
					got = append(got, b.Path+" "+b.Err.Error())
					continue
				}
				got = append(got, fmt.Sprint(b.Path, " ", len(b.Result.Image.Layers)))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("built\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// A build within another has its own options, and one that is not good enough
// for who looks at it is none for the others.
func TestBuildIsCarriedOutByTheCaller(t *testing.T) {
	p := plan(t, "-- a.Dockerfile --\nFROM b\n-- b.Dockerfile --\nFROM scratch\nCOPY b.Dockerfile /\n")
	var steps []string
	refused := errors.New("not good enough")
	all := p.Build(t.Context(), workspace.BuildOptions{Build: func(ctx context.Context, s workspace.Source, o build.Options) (*build.Result, error) {
		o.Progress = func(now build.Progress) { steps = append(steps, s.Path+": "+now.Step) }
		res, err := s.Build(ctx, o)
		if err == nil {
			err = refused
		}
		return res, err
	}})
	if want := []string{"b.Dockerfile: COPY b.Dockerfile /"}; !slices.Equal(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}
	if len(all) != 2 || !errors.Is(all[0].Err, refused) || all[1].Err == nil || !strings.Contains(all[1].Err.Error(), "not good enough") {
		t.Errorf("builds: %v, %v", all[0].Err, all[1].Err)
	}
}

func TestBuildIsCancelled(t *testing.T) {
	p := plan(t, "-- a.Dockerfile --\nFROM scratch\nCOPY a.Dockerfile /\n-- b.Dockerfile --\nFROM scratch\nCOPY b.Dockerfile /\n")
	ctx, cancel := context.WithCancel(t.Context())
	all := p.Build(ctx, workspace.BuildOptions{Build: func(ctx context.Context, s workspace.Source, o build.Options) (*build.Result, error) {
		cancel()
		return s.Build(ctx, o)
	}})
	for _, b := range all {
		if b.Err == nil || b.Result != nil && b.Result.Image != nil {
			t.Errorf("%s was built: %v", b.Path, b.Err)
		}
	}
	if len(all) != 2 || !errors.Is(all[1].Err, context.Canceled) {
		t.Errorf("builds %+v", all)
	}
}
