package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/workspace"
)

// runVerify builds a workspace and compares the image with one made elsewhere.
func runVerify(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	paths := pairs{}
	flags.Var(paths, "base", "base image NAME=PATH, an OCI layout, an archive or facts in JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return errors.New("verify wants IMAGE.tar and WORKSPACE.txtar")
	}
	theirs, err := readImage(flags.Arg(0), nil)
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(0), err)
	}
	text, err := os.ReadFile(flags.Arg(1))
	if err != nil {
		return err
	}
	w, err := workspace.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(1), err)
	}
	ours, err := buildWorkspace(ctx, w, (&bases{paths: paths}).find)
	if err != nil {
		return err
	}
	if diffs := image.Compare(ours, theirs); len(diffs) > 0 {
		for _, d := range diffs {
			fmt.Printf("%s\n  ours    %s\n  theirs  %s\n", d.Where, d.Ours, d.Theirs)
		}
		return fmt.Errorf("image IDs differ: ours %s, theirs %s", ours.ID(), theirs.ID())
	}
	a, err := ours.Manifest(ctx, image.Options{})
	if err != nil {
		return err
	}
	b, err := theirs.Manifest(ctx, image.Options{})
	if err != nil {
		return err
	}
	fmt.Printf("equal: image ID %s, %d layers\n", ours.ID(), len(ours.Layers))
	if a.Digest != b.Digest {
		fmt.Printf("the manifests differ, because the layers are compressed or described otherwise: ours %s, theirs %s\n", a.Digest, b.Digest)
	}
	return nil
}

// buildWorkspace builds a workspace and returns the image of the Dockerfile it
// shows.
func buildWorkspace(ctx context.Context, w *workspace.Workspace, find func(context.Context, string) (*image.Image, error)) (*image.Image, error) {
	res, err := buildShown(ctx, w, find)
	if err != nil {
		return nil, err
	}
	return res.Image, nil
}

// buildShown is buildWorkspace with all that the build found out.
func buildShown(ctx context.Context, w *workspace.Workspace, find func(context.Context, string) (*image.Image, error)) (*build.Result, error) {
	plan, err := w.Plan()
	if err != nil {
		return nil, err
	}
	for _, b := range plan.Build(ctx, workspace.BuildOptions{Image: find}) {
		if b.Path != w.Dockerfile {
			continue
		}
		if b.Err != nil {
			return nil, b.Err
		}
		return b.Result, nil
	}
	return nil, fmt.Errorf("the workspace has no %s", w.Dockerfile)
}
