package dockerfile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/buildkit/util/suggest"
	"github.com/moby/patternmatcher"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// platforms gives the platform to build for and the one that builds.
func (o Options) platforms() (target, build ocispecs.Platform, err error) {
	target, build = defaultPlatform, defaultPlatform
	if o.Platform != "" {
		if target, err = ParsePlatform(o.Platform); err != nil {
			return target, build, err
		}
		target = NormalizePlatform(target)
		build = target
	}
	if o.BuildPlatform != "" {
		if build, err = ParsePlatform(o.BuildPlatform); err != nil {
			return target, build, err
		}
		build = NormalizePlatform(build)
	}
	return target, build, nil
}

// defaultArgs gives the predefined arguments FROM may use (dockerfile2llb
// defaultArgs); targetStage is the name of the stage to build.
func defaultArgs(opts Options, targetStage string) (*Env, error) {
	target, build, err := opts.platforms()
	if err != nil {
		return nil, err
	}
	if targetStage == "" {
		targetStage = "default"
	}
	plain := build
	plain.OSVersion, plain.OSFeatures = "", nil
	env := &Env{}
	for _, arg := range [][2]string{
		{"BUILDPLATFORM", FormatPlatform(plain)},
		{"BUILDOS", build.OS},
		{"BUILDOSVERSION", build.OSVersion},
		{"BUILDARCH", build.Architecture},
		{"BUILDVARIANT", build.Variant},
		{"TARGETPLATFORM", FormatPlatform(target)},
		{"TARGETOS", target.OS},
		{"TARGETOSVERSION", target.OSVersion},
		{"TARGETARCH", target.Architecture},
		{"TARGETVARIANT", target.Variant},
		{"TARGETSTAGE", targetStage},
	} {
		name, value := arg[0], arg[1]
		if v, ok := opts.BuildArgs[name]; ok {
			value = v
		}
		env.Set(name, value)
	}
	return env, nil
}

// argError is an error in the value of an argument before FROM.
type argError struct {
	at *Instruction
	error
}

// GlobalArgs gives the arguments FROM may use, in order: the predefined ones
// of the platforms and the ARG instructions before the first FROM, with the
// values of opts.BuildArgs (dockerfile2llb buildMetaArgs). An ARG of a stage
// that has no default takes its value from here. The error names the line.
func (f *File) GlobalArgs(opts Options) (*Env, error) {
	env, _, err := f.globalArgs(opts, opts.BuildArgs)
	var bad *argError
	if errors.As(err, &bad) {
		return nil, fmt.Errorf("%s:%d: ARG: %w", f.Name, bad.at.Range.Start.Line, bad.error)
	}
	return env, err
}

// globalArgs also gives the names that are declared, with or without value.
func (f *File) globalArgs(opts Options, buildArgs map[string]string) (*Env, []string, error) {
	stage := opts.Target
	if stage == "" && len(f.Stages) > 0 {
		stage = f.Stages[len(f.Stages)-1].Name
	}
	env, err := defaultArgs(opts, stage)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	lex := f.Lex()
	for _, in := range f.MetaArgs {
		for _, arg := range in.NewCommand().(*instructions.ArgCommand).Args {
			names = append(names, arg.Key)
			if value, ok := buildArgs[arg.Key]; ok {
				env.Set(arg.Key, value)
			} else if arg.Value != nil {
				res, err := lex.ProcessWordWithMatches(*arg.Value, env)
				if err != nil {
					return nil, nil, &argError{in, err}
				}
				env.Set(arg.Key, res.Result)
			}
		}
	}
	return env, names, nil
}

// prepare reads the options.
func (c *checker) prepare() bool {
	var err error
	if c.target, _, err = c.opts.platforms(); err != nil {
		c.fail(c.f.Stages[0].From.Range, "", "failed to parse platform: "+err.Error())
		return false
	}
	if len(c.opts.DockerIgnore) > 0 {
		c.ignore, err = patternmatcher.New(c.opts.DockerIgnore)
		if err != nil {
			c.fail(c.f.Stages[0].From.Range, "", err.Error())
			return false
		}
	}
	return true
}

// checkDefaults is BuildKit's validateBaseImagesWithDefaultArgs: the base names
// must be sound without any --build-arg.
func (c *checker) checkDefaults() {
	args, _, err := c.f.globalArgs(c.opts, nil)
	if err != nil || c.lost {
		return // the same error is reported with the build arguments, or was
	}
	for _, stage := range c.f.Stages {
		res, err := c.lex.ProcessWordWithMatches(stage.BaseName, args)
		if err != nil {
			return
		}
		if _, err := NormalizeReference(res.Result); err != nil {
			c.lint.Run(&linter.RuleInvalidDefaultArgInFrom, stage.From.node.Location(),
				linter.RuleInvalidDefaultArgInFrom.Format(stage.BaseName))
		}
	}
}

// globals evaluates the arguments before FROM.
func (c *checker) globals() bool {
	env, names, err := c.f.globalArgs(c.opts, c.opts.BuildArgs)
	if err != nil {
		at := c.f.Stages[0].From.Range
		var bad *argError
		if errors.As(err, &bad) {
			at = bad.at.Range
		}
		c.fail(at, "ARG", err.Error())
		return false
	}
	c.global = env
	c.declared = slices.Compact(slices.Sorted(slices.Values(append(names, env.Keys()...))))
	return true
}

// from checks a FROM and adds the state of its stage (buildDispatchStates).
func (c *checker) from(stage *Stage) {
	s := &state{stage: stage, name: stage.Name, used: map[string][]parser.Range{}}
	if s.name == "" {
		s.name = fmt.Sprintf("stage-%d", stage.Index)
	}
	if stage.BaseName == "" {
		c.states = append(c.states, s)
		return
	}
	s.at = stage.From.node.Location()
	lint := c.lint.WithMergedConfigFromComments(stage.From.Comments)

	base, err := c.lex.ProcessWordWithMatches(stage.BaseName, c.global)
	c.reportUndeclared(base.Unmatched, s.at, lint)
	switch {
	case err != nil:
		c.fail(stage.From.Range, "FROM", err.Error())
		stage.broken = true
	case base.Result == "":
		c.failFrom(stage, fmt.Sprintf("base name (%s) should not be blank", stage.BaseName))
	}
	s.baseName = base.Result
	if stage.Platform != "" {
		c.fromPlatform(s, lint)
	}
	c.add(s)
}

// failFrom reports an error that a lost ARG may have caused only when none was
// lost.
func (c *checker) failFrom(stage *Stage, text string) {
	stage.broken = true
	if !c.lost {
		c.fail(stage.From.Range, "FROM", text)
	}
}

func (c *checker) fromPlatform(s *state, lint *linter.Linter) {
	stage := s.stage
	word := stage.Platform
	res, err := c.lex.ProcessWordWithMatches(word, c.global)
	c.reportUndeclared(res.Unmatched, s.at, lint)
	c.reportRedundant(word, res, s.at, lint)
	reportConstant(stage.Name, res, s.at, lint)

	text := ""
	switch {
	case err != nil:
		text = fmt.Sprintf("failed to process arguments for platform %s: %v", res.Result, err)
		c.fail(stage.From.Range, "FROM", text)
		stage.broken = true
		return
	case res.Result == "":
		text = "empty platform value from expression " + word
	default:
		p, err := ParsePlatform(res.Result)
		if err == nil {
			s.platform = &p
			return
		}
		text = fmt.Sprintf("failed to parse platform %s: %v", word, err)
	}
	keys := c.global.Keys()
	for _, name := range slices.Sorted(maps.Keys(res.Unmatched)) {
		if match, ok := suggest.Search(name, keys, true); ok {
			text += " (did you mean " + match + "?)"
			break
		}
	}
	c.failFrom(stage, text)
}

// reportUndeclared is BuildKit's reportUnusedFromArgs.
func (c *checker) reportUndeclared(unmatched map[string]struct{}, at []parser.Range, lint *linter.Linter) {
	if c.lost {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(unmatched)) {
		if slices.Contains(c.declared, name) {
			continue
		}
		match, _ := suggest.Search(name, c.declared, true)
		lint.Run(&linter.RuleUndefinedArgInFrom, at, linter.RuleUndefinedArgInFrom.Format(name, match))
	}
}

// reportRedundant is BuildKit's reportRedundantTargetPlatform.
func (c *checker) reportRedundant(word string, res shell.ProcessWordResult, at []parser.Range, lint *linter.Linter) {
	if len(res.Matched) != 1 || len(res.Unmatched) != 0 {
		return
	}
	const name = "TARGETPLATFORM"
	if _, ok := res.Matched[name]; !ok {
		return
	}
	if value, _ := c.global.Get(name); value == res.Result {
		lint.Run(&linter.RuleRedundantTargetPlatform, at, linter.RuleRedundantTargetPlatform.Format(word))
	}
}

// reportConstant is BuildKit's reportConstPlatformDisallowed: a constant is
// fine in a stage that names it.
func reportConstant(stageName string, res shell.ProcessWordResult, at []parser.Range, lint *linter.Linter) {
	if len(res.Matched) > 0 || len(res.Unmatched) > 0 {
		return
	}
	p, err := ParsePlatform(res.Result)
	if err != nil || strings.Contains(stageName, p.OS) || strings.Contains(stageName, p.Architecture) {
		return
	}
	lint.Run(&linter.RuleFromPlatformFlagConstDisallowed, at,
		linter.RuleFromPlatformFlagConstDisallowed.Format(res.Result))
}

// image looks at the base image of a state (resolveBaseImage).
func (c *checker) image(s *state, reachable bool) {
	s.env = &Env{}
	switch {
	case s.baseName == "":
		return
	case s.baseName == scratch:
		s.envKnown = known
		s.dir = "/"
		s.platform = &c.target
		return
	}
	if _, err := NormalizeReference(s.baseName); err != nil {
		c.fail(c.lines(s.at), "", fmt.Sprintf("failed to parse stage name %q: %v", s.baseName, err))
		return
	}
	if s.platform == nil {
		s.platform = &c.target
	}
	if !reachable {
		return
	}
	if c.opts.BaseImage == nil {
		s.envKnown = assumed
		return
	}
	image, ok := c.opts.BaseImage(s.baseName, FormatPlatform(*s.platform))
	if !ok {
		return
	}
	s.envKnown = known
	s.env = NewEnv(image.Env...)
	s.dir = inDir("/", image.WorkingDir)
	s.shell = len(image.Shell) > 0
	s.onbuild = image.OnBuild
	if p, err := ParsePlatform(image.Platform); err == nil {
		if p.OS != s.platform.OS || p.Architecture != s.platform.Architecture {
			c.lint.Run(&linter.RuleInvalidBaseImagePlatform, s.at, linter.RuleInvalidBaseImagePlatform.Format(
				s.baseName, FormatPlatform(NormalizePlatform(*s.platform)), FormatPlatform(NormalizePlatform(p))))
		}
	}
}
