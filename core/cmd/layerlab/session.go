package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"layerlab.dev/core/host"
	"layerlab.dev/core/session"
	"layerlab.dev/core/session/replay"
)

// runSession replays a recorded docker session on a simulated host and prints
// the answer to every row, one JSON document a line.
func runSession(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("session", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: layerlab session [--bases DIR] SESSION.jsonl[.gz]")
		flags.PrintDefaults()
	}
	folder := flags.String("bases", "", "folder with the facts of base images (default: bases beside the session's folder)")
	seed := flags.Uint64("seed", 1, "what everything random begins from")
	engine := flags.String("engine", "", "the Docker Engine whose manners the host has: 20.10 or 29 (default 20.10)")
	only := flags.Int("to", 0, "stop after this step (0: all)")
	files := blobs{}
	flags.Var(files, "blob", "file whose content a base image described by facts lacks (may be given several times)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return flag.ErrHelp
	}
	name := flags.Arg(0)
	if *folder == "" {
		*folder = filepath.Join(filepath.Dir(name), "..", "bases")
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	steps, err := replay.Read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if *only > 0 {
		for i, s := range steps {
			if s.Step > *only {
				steps = steps[:i]
				break
			}
		}
	}
	o := replay.Options{Seed: *seed, Engine: host.Release(*engine)}
	if o.Bases, err = sessionBases(*folder, files); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	return replay.Run(ctx, steps, o, func(a replay.Answer) error { return out.Encode(a) })
}

// sessionBases reads the facts of base images in a folder.
func sessionBases(folder string, files blobs) (list []session.Base, err error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return nil, err
		}
		b, err := session.ReadBase(f, files.find)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("base image %s: %w", p, err)
		}
		list = append(list, b)
	}
	return list, nil
}
