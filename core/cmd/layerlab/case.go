package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"layerlab.dev/core/recorded"
)

// runCase builds cases, prints an outcome a line, and last how many were equal
// to what was recorded.
func runCase(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("case", flag.ContinueOnError)
	folder := flags.String("bases", "", "folder with base images, NAME.json, NAME.tar or an OCI layout NAME (default: bases beside the cases' folder)")
	verbose := flags.Bool("v", false, "say on standard error what differs")
	files := blobs{}
	flags.Var(files, "blob", "file whose content a base image described by facts lacks (may be given several times)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	equal, unequal, asExpected := 0, 0, true
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for _, name := range flags.Args() {
		b := bases{folder: *folder, files: files}
		if b.folder == "" {
			b.folder = filepath.Join(filepath.Dir(name), "..", "bases")
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		cases, err := recorded.ReadCases(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, c := range cases {
			o := c.Build(ctx, b.find, c.ContextMTime, nil)
			if err := out.Encode(o); err != nil {
				return err
			}
			if (o.Err != nil) != (c.Error != nil) {
				asExpected = false
			}
			report := func(variant string, diffs []string) {
				if len(diffs) == 0 {
					equal++
					return
				}
				unequal++
				for _, d := range diffs {
					if *verbose {
						fmt.Fprintf(os.Stderr, "%s%s: %s\n", c.Name, variant, d)
					}
				}
			}
			if c.BuildKit != nil || c.Error != nil {
				report("", c.Compare(o, c.BuildKit))
			}
			if c.NewContext != nil {
				o := c.Build(ctx, b.find, c.NewContextMTime, nil)
				report(" (newer context)", c.Compare(o, c.NewContext))
			}
		}
	}
	if equal+unequal > 0 {
		fmt.Printf("{\"equal\":%d,\"unequal\":%d}\n", equal, unequal)
	}
	if !asExpected {
		return fmt.Errorf("some cases were not built, or failed otherwise than recorded")
	}
	return nil
}
