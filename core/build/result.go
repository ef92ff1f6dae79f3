package build

import (
	"fmt"
	"strconv"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// Result is everything a build found out. It is there, as far as the build
// came, where the build failed too.
type Result struct {
	File *dockerfile.File
	// Stages are those of the file, in its order. What the target does not
	// need is not built and has no steps.
	Stages []*Stage
	// Target is the stage that was asked for.
	Target *Stage
	// Bases are the images that FROM, COPY --from and mounts named, by the name
	// they used.
	Bases map[string]*image.Image
	// Image is nil where the build failed.
	Image *image.Image
	// Deviations say what of the base images BuildKit refuses; with any, the
	// image is another than BuildKit's, which makes none. Only where Lenient.
	Deviations []Deviation
}

// Stage is one FROM with what follows it.
type Stage struct {
	Index    int
	Name     string // of AS, in lower case; empty without
	BaseName string // of FROM, variables expanded
	// Base is the image the stage begins from; nil for scratch or another stage.
	Base *image.Image
	// Files are those of Base, extracted.
	Files *image.Files
	// Parent is the stage it begins from, if any.
	Parent *Stage
	// Used says that the target needs the stage, so that it was built.
	Used bool
	// Steps are the instructions that were carried out, triggers of the base
	// image first. The steps of Parent are not repeated.
	Steps []*Step
	// Image is what the stage would be as an image; nil where it failed.
	Image *image.Image

	state
}

// Layers returns the layers of the stage, bottom first: those of its base and
// those of its steps.
func (s *Stage) Layers() []*layer.Layer { return s.layers }

// Step is one instruction carried out.
type Step struct {
	// Instruction is where the step stands in the file; for a trigger of the
	// base image that is the FROM.
	Instruction *dockerfile.Instruction
	Trigger     bool   // came from an ONBUILD
	Keyword     string // in upper case
	// Text is the instruction as written, on one line.
	Text string
	// CreatedBy is the text in the image's history, empty for ONBUILD.
	CreatedBy string
	// Layer is nil where the instruction makes none.
	Layer *layer.Layer
	// Changes are what the layer holds, in its order.
	Changes []layer.Change
	// Before and After are the stage's files around the step.
	Before, After vfs.Tree
	// Source names the stage or image that COPY --from took from.
	Source string
	// Sources are the paths that COPY or ADD took, wildcards resolved, in the
	// context or in the files of Source.
	Sources []string
	Cache   Cached
	// Output, Writes and Notes tell of a RUN what it printed, which command
	// wrote which path last, and what is to be known about how it was done.
	Output []Output
	Writes []shell.Write
	Notes  []message.Message
	// Argv is the command line of a RUN, in which the offsets of Writes count.
	Argv []string
	// ExitCode is that of a RUN.
	ExitCode int
}

// Output is a piece of what a command wrote: to stdout (1) or stderr (2).
type Output struct {
	FD   int
	Text string
}

// Error is why a build failed, and where.
type Error struct {
	File    string
	Range   dockerfile.Range
	Keyword string
	// Text is the reason, in BuildKit's words where it has some.
	Text message.Message
	// Advice says what to do.
	Advice message.Message
	// Missing is the file of the context that was not found, Ignored one that
	// .dockerignore leaves out; slash-separated and relative.
	Missing, Ignored string
	// ExitCode is that of the failing RUN, nil where none was run.
	ExitCode *int
	Err      error
}

func (e *Error) Error() string { return e.Message().Text }

// Message is the place and the reason.
func (e *Error) Message() message.Message {
	at := e.File
	if e.Range.Start.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, e.Range.Start.Line)
		if e.Keyword != "" {
			at += ": " + e.Keyword
		}
	}
	return message.Join(message.Plain(at+": "), e.Text)
}

func (e *Error) Unwrap() error { return e.Err }

// NoBaseError reports that FROM, COPY --from or a mount names an image that is
// not here.
type NoBaseError struct{ Name string }

// Message is what is said of it.
func (e *NoBaseError) Message() message.Message { return saysNoBase.With(strconv.Quote(e.Name)) }

func (e *NoBaseError) Error() string { return e.Message().Text }

// noBase makes the error for a name, with what it is and what can be done.
func noBase(name string) error {
	full, err := dockerfile.NormalizeReference(name)
	if err != nil {
		return fmt.Errorf("failed to parse stage name %q: %w", name, err)
	}
	return refuse(adviseBase.With(full, dockerfile.Registry(full)), &NoBaseError{name})
}

// adviser is an error that knows what to do about it.
type adviser struct {
	error
	advice message.Message
	// What is not in the context, or left out of it: see Error.
	missing, ignored string
}

func (a adviser) Unwrap() error { return a.error }

// advise makes an error in BuildKit's words.
func advise(advice message.Message, format string, args ...any) error {
	return adviser{error: fmt.Errorf(format, args...), advice: advice}
}

// refuse makes an error in words of our own.
func refuse(advice message.Message, why error) error { return adviser{error: why, advice: advice} }
