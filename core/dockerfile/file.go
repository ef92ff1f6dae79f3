package dockerfile

import (
	"fmt"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// File is a Dockerfile that was read. It is not changed after [Parse].
type File struct {
	// Name is how messages call the file.
	Name string
	// Source is the text as given.
	Source []byte
	// Escape is the escape token: a backslash, or the backtick after
	// `# escape=`.
	Escape rune
	// Syntax is the value of the `# syntax=` directive, "" without one.
	Syntax string
	// Check is what the `# check=` directive asks for.
	Check Check
	// Instructions holds every instruction in source order, also those that
	// could not be read.
	Instructions []*Instruction
	// MetaArgs holds the ARG instructions before the first FROM.
	MetaArgs []*Instruction
	// Stages holds the build stages. A stage whose FROM could not be read is
	// kept, with an empty BaseName, so that what follows it has its place.
	Stages []*Stage
	// Diagnostics holds errors and warnings in the order in which BuildKit
	// comes upon them: the file, its instructions, stage names and casing,
	// then stage by stage.
	Diagnostics []Diagnostic

	index *source
}

// Check is the configuration of the build checks: the `# check=` directive, or
// the build argument BUILDKIT_DOCKERFILE_CHECK, which replaces it.
type Check struct {
	// Skip names rules that are off; SkipAll turns all off.
	Skip    []string
	SkipAll bool
	// Experimental names experimental rules that are on; ExperimentalAll
	// turns all on.
	Experimental    []string
	ExperimentalAll bool
	// Error makes any warning fail the build.
	Error bool
	// Range is the directive's place, zero when there is none.
	Range Range
}

// Stage is a FROM and what follows it up to the next.
type Stage struct {
	// Index counts from 0.
	Index int
	// Name is the name after AS in lower case, as BuildKit keeps it, or "".
	Name string
	// BaseName is what follows FROM, variables not expanded.
	BaseName string
	// Platform is the value of --platform, variables not expanded.
	Platform string
	// Doc is the description in the comment above FROM (`# NAME text`).
	Doc string
	// From is the FROM instruction.
	From *Instruction
	// Instructions holds the instructions after FROM that could be read.
	Instructions []*Instruction
	// Range reaches from FROM to the end of the last instruction.
	Range Range

	// broken: FROM or an instruction of the stage could not be read, so what
	// the stage defines is not known.
	broken bool
}

// Instruction is one instruction of the file.
type Instruction struct {
	// Keyword is in upper case ("COPY"), whatever the source says.
	Keyword string
	// Original is the instruction on one line, as BuildKit joins it:
	// continuation marks, comments and here documents are not in it.
	Original string
	// Range reaches from the first character of the keyword to the last of
	// the instruction, continuation lines and here documents included.
	Range Range
	// KeywordRange is the place of the keyword.
	KeywordRange Range
	// Command is BuildKit's typed instruction. It is nil for FROM, which is
	// a [Stage], and for an instruction that could not be read. Expanding
	// variables changes a command in place: take [Instruction.NewCommand]
	// for that.
	Command instructions.Command
	// Flags holds the --name=value flags in source order.
	Flags []Flag
	// Heredocs holds the here documents in source order.
	Heredocs []Heredoc
	// Comments holds the lines of the comment directly above, without the
	// number sign.
	Comments []string

	first, last int          // lines, as BuildKit counts them
	node        *parser.Node // nil when the syntax could not be read
}

// Flag is a flag of an instruction.
type Flag struct {
	// Name is without dashes.
	Name string
	// Value is what follows the equals sign; HasValue tells whether there
	// was one.
	Value    string
	HasValue bool
	// Range is the whole flag, ValueRange the value as written (quotes
	// included); ValueRange is zero when there is no value.
	Range      Range
	ValueRange Range
}

// Heredoc is a here document of ADD, COPY or RUN.
type Heredoc struct {
	// Name is the delimiter word without quotes.
	Name string
	// FileDescriptor is the number before <<.
	FileDescriptor uint
	// Expand tells that the word was not quoted: ADD and COPY expand
	// variables in the body.
	Expand bool
	// Chomp tells that <<- was written: leading tabs go.
	Chomp bool
	// Content is the body as written, without the closing line.
	Content string
	// Range is the operator and the word (`<<EOF`), Body the lines of the
	// body, Close the closing word.
	Range Range
	Body  Range
	Close Range
}

// Location gives the lines of in as BuildKit counts them, first and last.
func (in *Instruction) Location() (first, last int) {
	return in.first, in.last
}

// NewCommand reads the instruction again and gives a command of its own to the
// caller, who may expand its variables in place. It is nil where
// [Instruction.Command] is.
func (in *Instruction) NewCommand() instructions.Command {
	if in.Command == nil {
		return nil
	}
	cmd, err := parseCommand(in.node)
	if err != nil {
		return nil // cannot be: it was read before
	}
	return cmd
}

// At gives the instruction at p, nil when there is none.
func (f *File) At(p Position) *Instruction {
	for _, in := range f.Instructions {
		if in.Range.Contains(p) {
			return in
		}
	}
	return nil
}

// Err gives the first error diagnostic as `NAME:LINE: text`, nil when there is
// none. It is the error with which BuildKit would refuse the file.
func (f *File) Err() error {
	for _, d := range f.Diagnostics {
		if d.Severity != Error {
			continue
		}
		if d.Range.Start.Line == 0 {
			return fmt.Errorf("%s: %s", f.Name, d.Text)
		}
		return fmt.Errorf("%s:%d: %s", f.Name, d.Range.Start.Line, d.Text)
	}
	return nil
}

// Dump gives the syntax tree in the notation of BuildKit's parser tests, one
// instruction a line as (keyword "argument" …). The file must be without
// errors of syntax.
func (f *File) Dump() (string, error) {
	root := &parser.Node{}
	for _, in := range f.Instructions {
		if in.node == nil {
			return "", fmt.Errorf("%s:%d: the instruction could not be read", f.Name, in.first)
		}
		root.Children = append(root.Children, in.node)
	}
	return root.Dump(), nil
}

func (f *File) source() *source {
	if f.index == nil {
		return newSource(f.Source)
	}
	return f.index
}
