//go:build js

package main

import (
	"strings"

	"layerlab.dev/wasm/ui/lab"
)

// configure takes what was put into a field of the settings or of a
// comparison.
func (d *Desk) configure(name, value string) {
	l := d.Lab
	complain := func(text string) { l.Notice = &lab.Notice{Text: text} }
	switch name {
	case "epoch":
		if seconds, ok := parseEpoch(value); ok {
			l.SetEpoch(seconds)
		} else {
			complain(l.W.EpochBad)
		}
	case "platform":
		l.SetPlatform(value)
	case "target":
		l.SetTarget(value)
	case "compression":
		l.SetCompression(value)
	case "lenient":
		l.SetLenient(value == "true")
	case "seed":
		if !l.SetSeed(value) {
			complain(l.W.SeedBad)
		}
	case "add-arg":
		if value == "" {
			l.ArgDraft = ""
		} else if !l.AddBuildArg(value) {
			complain(l.W.BuildArgBad)
		}
	case "compare-left", "compare-right":
		l.SetCompared(strings.TrimPrefix(name, "compare-"), value)
	default:
		if arg, ok := strings.CutPrefix(name, "arg:"); ok {
			l.SetBuildArg(arg, value)
		}
	}
}
