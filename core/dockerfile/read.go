package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"layerlab.dev/core/message"
)

// checkArg is the build argument that replaces the `# check=` directive.
const checkArg = "BUILDKIT_DOCKERFILE_CHECK"

// Options are what a build is told besides the file. The zero Options build
// the last stage for linux/amd64.
type Options struct {
	// BuildArgs are the values of --build-arg.
	BuildArgs map[string]string
	// Target is the stage to build, "" for the last.
	Target string
	// Platform is the platform to build for, BuildPlatform the one that
	// builds: linux/amd64, and the same as Platform, when empty.
	Platform      string
	BuildPlatform string
	// AllStages checks the stages the target does not need too, as
	// `docker build --check` does without a target.
	AllStages bool
	// DockerIgnore holds the patterns of .dockerignore, as
	// moby/patternmatcher/ignorefile reads them.
	DockerIgnore []string
	// BaseImage tells what is known of the image a stage begins from, false
	// when nothing is. name is as written, variables expanded. Without the
	// function, an image is taken to set PATH and nothing else.
	BaseImage func(name, platform string) (BaseImage, bool)
}

// BaseImage is what the checks want to know of an image's config.
type BaseImage struct {
	// Platform is what the image was made for, "" when not known.
	Platform   string
	Env        []string
	WorkingDir string
	Shell      []string
	OnBuild    []string
}

// Parse reads a Dockerfile. It never fails: what is wrong stands in
// [File.Diagnostics], and the rest of the file is read all the same. name is
// how messages call the file, "Dockerfile" when empty. src is kept, not copied.
func Parse(name string, src []byte, opts Options) *File {
	if name == "" {
		name = "Dockerfile"
	}
	f := &File{Name: name, Source: src, index: newSource(src)}
	r := &reader{f: f, s: f.index, byLine: map[int]*Instruction{}}

	f.Syntax, _, _, _ = parser.DetectSyntax(src)
	r.configure(opts)
	r.tree(parseTree(f.index))
	r.instructions()
	if len(src) > 0 {
		r.check(opts)
	}
	return f
}

// reader makes a File.
type reader struct {
	f    *File
	s    *source
	lint *linter.Linter
	// byLine finds an instruction by its first line, for the linter's
	// locations.
	byLine map[int]*Instruction
	// lost: an instruction that could have begun a stage or declared an
	// argument was not understood.
	lost bool
}

// fail adds an error.
func (r *reader) fail(at Range, keyword, text string) {
	r.f.Diagnostics = append(r.f.Diagnostics, Diagnostic{
		Severity: Error, Range: at, Text: text, Suggestion: suggested(text), Detail: advice(text, keyword),
	})
}

// warn is the linter's LintWarnFunc.
func (r *reader) warn(rule, _, url, text string, location []parser.Range) {
	var detail message.Message
	if advice, ok := ruleAdvice[rule]; ok {
		detail = advice.With()
	}
	r.f.Diagnostics = append(r.f.Diagnostics, Diagnostic{
		Severity: Warning, Range: r.lines(location), Rule: rule, Text: text, Suggestion: suggested(text), URL: url,
		Detail: detail,
	})
}

// lines turns a location of BuildKit's into a range: that of the instruction
// which begins there, else of the lines.
func (r *reader) lines(location []parser.Range) Range {
	if len(location) == 0 {
		return Range{}
	}
	first := location[0].Start.Line
	if in := r.byLine[first]; in != nil {
		return in.Range
	}
	return r.lineRange(first, location[len(location)-1].End.Line)
}

// lineRange is the text of the lines first to last, without the space around.
func (r *reader) lineRange(first, last int) Range {
	from := r.s.start(first)
	line := string(r.s.line(first))
	if first == 1 {
		from += len(line) - len(strings.TrimPrefix(line, byteOrderMark))
		line = strings.TrimPrefix(line, byteOrderMark)
	}
	from += len(line) - len(strings.TrimLeft(line, " \t"))
	return r.s.span(from, max(from, lastByte(r.s, first, last)))
}

// configure sets up the linter from the directive or the build argument.
func (r *reader) configure(opts Options) {
	value, _, location, found := parser.ParseDirective("check", r.f.Source)
	check := &r.f.Check
	if found && len(location) > 0 {
		// The parser counts lines behind a #! line from there.
		line := location[0].Start.Line
		check.Range = r.lineRange(line, line)
	}
	if arg, ok := opts.BuildArgs[checkArg]; ok {
		value = arg
	}
	config, err := linter.ParseLintOptions(value)
	if err != nil {
		at := check.Range
		if at.Start.Line == 0 {
			at = r.lineRange(1, 1)
		}
		r.fail(at, "", "failed to parse check options: "+err.Error())
		config = &linter.Config{}
	}
	check.Skip, check.SkipAll = config.SkipRules, config.SkipAll
	check.Experimental, check.ExperimentalAll = config.ExperimentalRules, config.ExperimentalAll
	check.Error = config.ReturnAsError
	config.Warn = r.warn
	r.lint = linter.New(config)
}

// tree adds the instructions of the syntax tree, and its faults as errors.
func (r *reader) tree(t *tree) {
	r.f.Escape = t.escape
	faults := t.faults
	add := func(in *Instruction) {
		in.place(r.s, t.escape)
		r.f.Instructions = append(r.f.Instructions, in)
		r.byLine[in.first] = in
	}
	broken := func(until int) {
		for ; len(faults) > 0 && faults[0].first < until; faults = faults[1:] {
			fault := faults[0]
			at := r.lineRange(fault.first, fault.last)
			keyword := ""
			if fault.instruction {
				in := &Instruction{first: fault.first, last: fault.last}
				add(in)
				at, keyword = in.Range, in.Keyword
				if fault.text == errUnterminated {
					// The rest of the file need not be marked.
					at.End = r.s.position(lastByte(r.s, fault.first, join(r.s, fault.first, byte(t.escape)).last))
				}
			}
			r.fail(at, keyword, fault.text)
		}
	}
	for _, n := range t.nodes {
		broken(n.StartLine)
		add(&Instruction{first: n.StartLine, last: n.EndLine, node: n, Comments: n.PrevComment})
	}
	broken(len(r.f.Source) + 2)

	for _, w := range t.warnings {
		if w.URL == linter.RuleNoEmptyContinuation.URL {
			r.lint.Run(&linter.RuleNoEmptyContinuation, []parser.Range{*w.Location}, linter.RuleNoEmptyContinuation.Format())
		}
	}
	for _, in := range r.f.Instructions {
		if in.node != nil {
			in.Original = in.node.Original
		}
	}
}

// instructions reads the typed instructions and puts them into stages.
func (r *reader) instructions() {
	f := r.f
	var stage *Stage
	for _, in := range f.Instructions {
		cmd, ok := r.instruction(in)
		switch c := cmd.(type) {
		case *instructions.Stage:
			stage = r.stage(in)
			stage.Name, stage.BaseName, stage.Platform, stage.Doc = c.Name, c.BaseName, c.Platform, c.DocComment
		case instructions.Command:
			in.Command = c
			_, isArg := c.(*instructions.ArgCommand)
			switch {
			case stage != nil:
				stage.Instructions = append(stage.Instructions, in)
			case isArg:
				f.MetaArgs = append(f.MetaArgs, in)
			case !r.lost:
				r.fail(in.Range, in.Keyword, "no build stage in current context")
			}
		}
		if !ok {
			if in.Keyword == "FROM" {
				stage = r.stage(in)
			}
			if stage != nil {
				stage.broken = true
			}
			r.lost = true
		}
		if stage != nil {
			stage.Range.End = in.Range.End
		}
	}
}

func (r *reader) stage(from *Instruction) *Stage {
	stage := &Stage{Index: len(r.f.Stages), From: from, Range: from.Range}
	r.f.Stages = append(r.f.Stages, stage)
	return stage
}

// instruction reads one instruction; ok is false when it could not be read.
func (r *reader) instruction(in *Instruction) (cmd any, ok bool) {
	if in.node == nil {
		return nil, false
	}
	cmd, err := instructions.ParseInstructionWithLinter(in.node, r.lint)
	if err == nil {
		return cmd, true
	}
	text := errorText(err, in.Keyword)
	r.fail(in.blame(text), in.Keyword, text)
	return nil, false
}

// blame gives the part of the instruction an error is about.
func (in *Instruction) blame(text string) Range {
	if strings.HasPrefix(text, "unknown instruction: ") {
		return in.KeywordRange
	}
	for i := range in.Flags {
		// The last of equal names is the one too many.
		f := in.Flags[len(in.Flags)-1-i]
		flag, _, _ := strings.Cut(in.node.Flags[len(in.Flags)-1-i], "=")
		for _, prefix := range []string{
			"unknown flag: ", "duplicate flag specified: ", "missing a value on flag: ",
			"expecting boolean value for flag ",
		} {
			rest, found := strings.CutPrefix(text, prefix+flag)
			if found && (rest == "" || rest[0] == ' ' || rest[0] == ',') {
				return f.Range
			}
		}
	}
	return in.Range
}
