package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/patternmatcher"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// scratch is the name of the empty base image.
const scratch = "scratch"

// checker goes through the stages as BuildKit's dockerfile2llb does when it
// converts them, as far as that can be done without the images: it makes the
// build checks on the way and reports what would fail.
type checker struct {
	*reader
	opts   Options
	lex    *shell.Lex
	global *Env
	// declared are the names FROM may use: the arguments and the
	// predefined ones.
	declared []string
	target   ocispecs.Platform
	ignore   *patternmatcher.PatternMatcher

	states []*state
	byName map[string]*state
}

// knowledge tells how much of a stage's environment is known.
type knowledge int

const (
	// unknown: an instruction could not be read, or nothing is known of the
	// base image. Whether a variable is set cannot be told.
	unknown knowledge = iota
	// assumed: the base image is taken to set PATH only.
	assumed
	// known: all of it.
	known
)

// state is a stage on its way through the checks (dockerfile2llb
// dispatchState). A state without stage is an image named by --from.
type state struct {
	stage    *Stage
	name     string // as messages call it
	baseName string
	base     *state
	platform *ocispecs.Platform
	// at is where messages about the base image go.
	at       []parser.Range
	deps     []dependency
	commands []command
	onbuild  []string // triggers of the base image

	env        *Env
	envKnown   knowledge
	buildArgs  []string
	shell      bool // SHELL is set, here or below
	workdirSet bool
	dir        string // the working directory, relative below an unknown one
	used       map[string][]parser.Range
	dispatched bool
}

// dependency is a state a command reads from.
type dependency struct {
	state *state
	cmd   command
}

// command is an instruction of a state: one of the stage or a trigger of its
// base.
type command struct {
	instructions.Command
	at      Range
	sources []*state
}

// check makes the checks that need the whole file.
func (r *reader) check(opts Options) {
	if len(r.f.Stages) == 0 {
		if r.f.Err() == nil {
			r.fail(r.lineRange(1, r.s.lines()), "", "dockerfile contains no stages to build")
		}
		return
	}
	r.checkStageNames()
	r.checkCasing()

	c := &checker{reader: r, opts: opts, lex: r.f.Lex(), byName: map[string]*state{}}
	if !c.prepare() {
		return
	}
	c.checkDefaults()
	if !c.globals() {
		return
	}
	for _, stage := range r.f.Stages {
		c.from(stage)
	}
	target, ok := c.findTarget()
	if !ok {
		return
	}
	c.connect()
	reachable := c.resolve(target)
	for i := 0; i < len(c.states); i++ {
		s := c.states[i]
		if s.stage == nil || !c.opts.AllStages && !slices.Contains(reachable, s) {
			continue
		}
		c.dispatchStage(s)
	}
	c.failOnWarnings()
}

// failOnWarnings is error=true.
func (c *checker) failOnWarnings() {
	if !c.lint.ReturnAsError || len(*c.lint.CalledRules) == 0 || c.f.Err() != nil {
		return
	}
	rules := slices.Compact(slices.Sorted(slices.Values(*c.lint.CalledRules)))
	at := c.f.Check.Range
	if at.Start.Line == 0 {
		at = c.f.Stages[0].From.Range
	}
	c.fail(at, "", "lint violation found for rules: "+strings.Join(rules, ", "))
}

// checkStageNames is BuildKit's validateStageNames.
func (r *reader) checkStageNames() {
	seen := map[string]bool{}
	for _, stage := range r.f.Stages {
		if stage.Name == "" {
			continue
		}
		at := stage.From.node.Location()
		if stage.Name == "context" || stage.Name == scratch {
			r.lint.Run(&linter.RuleReservedStageName, at, linter.RuleReservedStageName.Format(stage.Name))
		}
		if seen[stage.Name] {
			r.lint.Run(&linter.RuleDuplicateStageName, at, linter.RuleDuplicateStageName.Format(stage.Name))
		}
		seen[stage.Name] = true
	}
}

// checkCasing is BuildKit's validateCommandCasing: the arguments before FROM
// do not take part.
func (r *reader) checkCasing() {
	var all []*parser.Node
	for _, stage := range r.f.Stages {
		if stage.BaseName != "" {
			all = append(all, stage.From.node)
		}
		for _, in := range stage.Instructions {
			all = append(all, in.node)
		}
	}
	lower, upper := 0, 0
	for _, n := range all {
		switch n.Value {
		case strings.ToLower(n.Value):
			lower++
		case strings.ToUpper(n.Value):
			upper++
		}
	}
	for _, n := range all {
		casing := ""
		switch {
		case lower > upper && n.Value != strings.ToLower(n.Value):
			casing = "lowercase"
		case lower <= upper && n.Value != strings.ToUpper(n.Value):
			casing = "uppercase"
		default:
			continue
		}
		r.lint.Run(&linter.RuleConsistentInstructionCasing, n.Location(),
			linter.RuleConsistentInstructionCasing.Format(n.Value, casing))
	}
}

// findTarget finds the stage to build.
func (c *checker) findTarget() (*state, bool) {
	if c.opts.Target == "" {
		return c.states[len(c.states)-1], true
	}
	if s, ok := c.byName[strings.ToLower(c.opts.Target)]; ok {
		return s, true
	}
	if c.lost {
		return nil, false // it may be one that could not be read
	}
	var names []string
	for _, s := range c.states {
		names = append(names, s.name)
	}
	c.fail(c.f.Stages[0].From.Range, "",
		withSuggestion(fmt.Sprintf("target stage %q could not be found", c.opts.Target), c.opts.Target, names, true))
	return nil, false
}

// add makes a state known, on a stage above it where it names one.
func (c *checker) add(s *state) {
	c.states = append(c.states, s)
	s.base = c.byName[s.baseName]
	if s.stage != nil && s.stage.Name != "" {
		c.byName[s.stage.Name] = s
	}
}

// connect finds what the commands read from (buildStageDependencyGraph).
func (c *checker) connect() {
	for _, s := range slices.Clone(c.states) {
		for _, in := range s.stage.Instructions {
			cmd := command{Command: in.NewCommand(), at: in.Range}
			c.sources(s, &cmd)
			s.commands = append(s.commands, cmd)
		}
	}
	c.checkCircles()
	if len(c.states) == 1 {
		c.states[0].name = ""
	}
}

// sources finds the states a command reads from and makes them dependencies.
func (c *checker) sources(s *state, cmd *command) {
	switch cc := cmd.Command.(type) {
	case *instructions.CopyCommand:
		if cc.From == "" {
			return
		}
		src, ok := c.source(cc.From, cmd)
		if !ok {
			return
		}
		cmd.sources = []*state{src}
	case *instructions.RunCommand:
		for _, mount := range instructions.GetMounts(cc) {
			from := mount.From
			if from == "" {
				from = scratch
			}
			src, ok := c.byName[strings.ToLower(from)]
			if !ok {
				src = &state{baseName: from, at: cmd.Location()}
			}
			cmd.sources = append(cmd.sources, src)
		}
	}
	for _, src := range cmd.sources {
		s.deps = append(s.deps, dependency{src, *cmd})
		if src.stage == nil && !slices.Contains(c.states, src) {
			c.add(src)
		}
	}
}

// source finds the state --from names: a stage by number or name, an image.
func (c *checker) source(from string, cmd *command) (*state, bool) {
	res, err := c.lex.ProcessWordWithMatches(from, &Env{})
	if err != nil {
		c.fail(cmd.at, "COPY", err.Error())
		return nil, false
	}
	if res.Result != from {
		c.fail(cmd.at, "COPY", "variable expansion is not supported for --from, "+
			"define a new stage with FROM using ARG from global scope as a workaround")
		return nil, false
	}
	if i, err := strconv.Atoi(from); err == nil {
		if i >= 0 && i < len(c.states) {
			return c.states[i], true
		}
		if !c.lost {
			c.fail(cmd.at, "COPY", fmt.Sprintf("invalid stage index %d", i))
		}
		return nil, false
	}
	if src, ok := c.byName[strings.ToLower(from)]; ok {
		return src, true
	}
	return &state{baseName: from, at: cmd.Location()}, true
}

// checkCircles is BuildKit's validateCircularDependency.
func (c *checker) checkCircles() {
	const walking, done = 1, 2
	seen := map[*state]int{}
	var visit func(s *state) (command, bool)
	visit = func(s *state) (command, bool) {
		if seen[s] == done {
			return command{}, false
		}
		seen[s] = walking
		defer func() { seen[s] = done }()
		for _, dep := range s.deps {
			if seen[dep.state] == walking {
				return dep.cmd, true
			}
			if cmd, found := visit(dep.state); found {
				return cmd, true
			}
		}
		return command{}, false
	}
	for _, s := range c.states {
		if cmd, found := visit(s); found {
			c.fail(cmd.at, "", "circular dependency detected on stage: "+s.name)
			return
		}
	}
}

// reach gives the states s needs, itself first.
func reach(s *state, found []*state) []*state {
	if s == nil || slices.Contains(found, s) {
		return found
	}
	found = append(found, s)
	found = reach(s.base, found)
	for _, dep := range s.deps {
		found = reach(dep.state, found)
	}
	return found
}

// resolve looks at the base images and adds the triggers they bring, until no
// trigger needs another stage (resolveStages). It gives the states the target
// needs.
func (c *checker) resolve(target *state) []*state {
	triggered := map[*state]bool{}
	resolved := map[*state]bool{}
	for {
		reachable := reach(target, nil)
		for i := 0; i < len(c.states); i++ {
			s := c.states[i]
			if s.base == nil && !resolved[s] {
				resolved[s] = true
				c.image(s, c.opts.AllStages || slices.Contains(reachable, s))
			}
		}
		more := false
		for _, s := range c.states {
			if !slices.Contains(reachable, s) || triggered[s] || s.stage == nil {
				continue
			}
			triggered[s] = true
			more = c.triggers(s) || more
		}
		if !more {
			return reach(target, nil)
		}
	}
}

// triggers puts the ONBUILD triggers of the base before the commands of s; it
// tells whether they read from other states (initOnBuildTriggers).
func (c *checker) triggers(s *state) bool {
	exprs := slices.Clone(s.onbuild)
	if s.base != nil {
		for _, cmd := range s.base.commands {
			if onbuild, ok := cmd.Command.(*instructions.OnbuildCommand); ok {
				exprs = append(exprs, onbuild.Expression)
			}
		}
	}
	var commands []command
	more := false
	for _, expr := range exprs {
		from := s.stage.From
		ic, err := parseTrigger(expr, from.first, from.last)
		if err != nil {
			c.fail(from.Range, "ONBUILD", err.Error())
			s.stage.broken = true
			continue
		}
		cmd := command{Command: ic, at: from.Range}
		c.sources(s, &cmd)
		more = more || len(cmd.sources) > 0
		commands = append(commands, cmd)
	}
	s.commands = append(commands, s.commands...)
	return more
}
