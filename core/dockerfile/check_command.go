package dockerfile

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/buildkit/util/suggest"
	"github.com/opencontainers/go-digest"
	mode "github.com/tonistiigi/dchapes-mode"
)

// defaultPath is the PATH BuildKit sets where the base image sets none.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// dispatchStage goes through the commands of a stage.
func (c *checker) dispatchStage(s *state) {
	if b := s.base; b != nil {
		s.env, s.envKnown = &Env{}, unknown
		if b.env != nil {
			s.env, s.envKnown = b.env.Clone(), b.envKnown
		}
		s.platform, s.shell, s.workdirSet, s.dir = b.platform, b.shell, b.workdirSet, b.dir
		s.buildArgs = append(s.buildArgs, b.buildArgs...)
	}
	if s.stage.broken {
		s.envKnown = unknown
	}
	s.dispatched = true
	if s.env == nil {
		s.env = &Env{}
	}
	if _, ok := s.env.Get("PATH"); !ok {
		s.env.Set("PATH", defaultPath)
	}
	for _, cmd := range s.commands {
		d := &dispatcher{checker: c, s: s, cmd: cmd, lint: c.lint.WithMergedConfigFromComments(cmd.Comments())}
		if d.expand() {
			d.dispatch()
		}
	}
}

// dispatcher checks one command (dockerfile2llb dispatch).
type dispatcher struct {
	*checker
	s    *state
	cmd  command
	lint *linter.Linter
}

func (d *dispatcher) run(rule linter.LinterRuleI, text string) {
	d.lint.Run(rule, d.cmd.Location(), text)
}

func (d *dispatcher) fail(format string, args ...any) {
	d.checker.fail(d.cmd.at, strings.ToUpper(d.cmd.Name()), fmt.Sprintf(format, args...))
}

// expand expands the words of the command in place, as far as BuildKit does
// for all commands alike; false when that failed.
func (d *dispatcher) expand() bool {
	_, isArg := d.cmd.Command.(*instructions.ArgCommand)
	if ex, ok := d.cmd.Command.(instructions.SupportsSingleWordExpansion); ok && !isArg {
		if err := ex.Expand(d.expander(d.lex)); err != nil {
			d.failExpansion(err)
			return false
		}
	}
	if ex, ok := d.cmd.Command.(instructions.SupportsSingleWordExpansionRaw); ok {
		if err := ex.ExpandRaw(d.expander(HeredocLex())); err != nil {
			d.failExpansion(err)
			return false
		}
	}
	return true
}

// undecided is an expansion that fails or not depending on variables of which
// nothing is known.
type undecided struct{ error }

func (d *dispatcher) expander(lex *shell.Lex) instructions.SingleWordExpander {
	return func(word string) (string, error) { return d.word(lex, word) }
}

// word expands one word.
func (d *dispatcher) word(lex *shell.Lex, word string) (string, error) {
	result, unmatched, err := lex.ProcessWord(word, d.s.env)
	d.reportUnmatched(unmatched)
	if err != nil && d.s.envKnown != known {
		if _, _, always := lex.ProcessWord(word, everything{}); always == nil {
			return "", undecided{err}
		}
	}
	return result, err
}

func (d *dispatcher) failExpansion(err error) {
	var open undecided
	if !errors.As(err, &open) {
		d.fail("%s", errorText(err, ""))
	}
}

// reportUnmatched is BuildKit's reportUnmatchedVariables.
func (d *dispatcher) reportUnmatched(unmatched map[string]struct{}) {
	if d.s.envKnown == unknown {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(unmatched)) {
		if slices.Contains(d.s.buildArgs, name) || isScanArg(name) {
			continue
		}
		match, _ := suggest.Search(name, d.s.env.Keys(), true)
		d.run(&linter.RuleUndefinedVar, linter.RuleUndefinedVar.Format(name, match))
	}
}

// isScanArg tells the arguments that steer the SBOM scan and are no variables.
func isScanArg(name string) bool {
	return name == "BUILDKIT_SBOM_SCAN_CONTEXT" || name == "BUILDKIT_SBOM_SCAN_STAGE"
}

func (d *dispatcher) dispatch() {
	s := d.s
	switch cmd := d.cmd.Command.(type) {
	case *instructions.EnvCommand:
		for _, kv := range cmd.Env {
			d.keyValueFormat(kv)
			d.secretKey("ENV", kv.Key)
			s.env.Set(kv.Key, kv.Value)
		}
	case *instructions.LabelCommand:
		for _, kv := range cmd.Labels {
			d.keyValueFormat(kv)
		}
	case *instructions.ArgCommand:
		d.arg(cmd)
	case *instructions.WorkdirCommand:
		if !s.workdirSet && !path.IsAbs(cmd.Path) {
			d.run(&linter.RuleWorkdirRelativePath, linter.RuleWorkdirRelativePath.Format(cmd.Path))
		}
		s.workdirSet = true
		s.dir = inDir(s.dir, cmd.Path)
	case *instructions.CmdCommand:
		d.usedOnce()
		d.jsonArgs(cmd.PrependShell)
	case *instructions.EntrypointCommand:
		d.usedOnce()
		d.jsonArgs(cmd.PrependShell)
	case *instructions.HealthCheckCommand:
		d.usedOnce()
	case *instructions.ShellCommand:
		s.shell = len(cmd.Shell) > 0
	case *instructions.ExposeCommand:
		d.expose(cmd)
	case *instructions.StopSignalCommand:
		if !IsSignal(cmd.Signal) {
			d.fail("invalid signal: %s", cmd.Signal)
		}
	case *instructions.VolumeCommand:
		if slices.Contains(cmd.Volumes, "") {
			d.fail("VOLUME specified can not be an empty string")
		}
	case *instructions.AddCommand:
		d.copy(cmd.SourcePaths, cmd.Chmod, cmd.Checksum, "Add", true)
	case *instructions.CopyCommand:
		if len(d.cmd.sources) > 0 && !d.cmd.sources[0].ready() {
			d.fail("cannot copy from stage %q, it needs to be defined before current stage %q", cmd.From, s.name)
			return
		}
		d.copy(cmd.SourcePaths, cmd.Chmod, "", "Copy", cmd.From == "")
	case *instructions.RunCommand:
		for i, mount := range instructions.GetMounts(cmd) {
			if !d.mount(mount, d.cmd.sources[i]) {
				return
			}
		}
	}
}

// mount checks a mount of RUN (dockerfile2llb dispatchRunMounts).
func (d *dispatcher) mount(m *instructions.Mount, src *state) bool {
	from := m.From
	if from == "" && m.Type == instructions.MountTypeCache {
		from = scratch
	}
	if from != "" && !src.ready() {
		d.fail("cannot mount from stage %q to %q, stage needs to be defined before current command", from, m.Target)
		return false
	}
	if m.Type == instructions.MountTypeSecret || m.Type == instructions.MountTypeSSH {
		return true
	}
	target := m.Target
	if !path.IsAbs(path.Clean(target)) {
		if d.s.envKnown != known && !path.IsAbs(d.s.dir) {
			return true // the working directory is that of an unknown image
		}
		target = inDir(d.s.dir, target)
	}
	if target == "/" {
		d.fail("invalid mount target %q", target)
		return false
	}
	return true
}

// inDir is p seen from the directory dir. A relative dir is one below the
// unknown working directory of a base image.
func inDir(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

// ready tells whether the state can be read from: an image always can.
func (s *state) ready() bool { return s.stage == nil || s.dispatched }

func (d *dispatcher) keyValueFormat(kv instructions.KeyValuePair) {
	if kv.NoDelim {
		d.run(&linter.RuleLegacyKeyValueFormat, linter.RuleLegacyKeyValueFormat.Format(d.cmd.Name()))
	}
}

// usedOnce is BuildKit's validateUsedOnce: the earlier instruction is the one
// that has no effect, so the warning goes there.
func (d *dispatcher) usedOnce() {
	name := strings.ToLower(d.cmd.Name())
	if at, ok := d.s.used[name]; ok {
		d.lint.Run(&linter.RuleMultipleInstructionsDisallowed, at,
			linter.RuleMultipleInstructionsDisallowed.Format(d.cmd.Name()))
	}
	d.s.used[name] = d.cmd.Location()
}

func (d *dispatcher) jsonArgs(shellForm bool) {
	if shellForm && !d.s.shell {
		d.run(&linter.RuleJSONArgsRecommended, linter.RuleJSONArgsRecommended.Format(d.cmd.Name()))
	}
}

// arg is BuildKit's dispatchArg: a build argument wins over the default, the
// default over the argument of the same name before FROM.
func (d *dispatcher) arg(cmd *instructions.ArgCommand) {
	for _, arg := range cmd.Args {
		d.secretKey("ARG", arg.Key)
		value, set := d.opts.BuildArgs[arg.Key]
		switch {
		case set:
		case arg.Value == nil:
			value, set = d.global.Get(arg.Key)
		default:
			var err error
			if value, err = d.word(d.lex, *arg.Value); err != nil {
				d.failExpansion(err)
				return
			}
			set = true
		}
		if set && !isScanArg(arg.Key) {
			d.s.env.Set(arg.Key, value)
		}
		d.s.buildArgs = append(d.s.buildArgs, arg.Key)
	}
}

var (
	secretWord = regexp.MustCompile(`(?i)(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)`)
	openWord   = regexp.MustCompile(`(?i)(?:_|^)(?:public|file|version)(?:_|$)`)
)

// SecretName tells whether the name of a variable says that its value is not to
// be given away, as BuildKit's rule SecretsUsedInArgOrEnv has it.
func SecretName(name string) bool {
	return secretWord.MatchString(name) && !openWord.MatchString(name)
}

// secretKey is BuildKit's validateNoSecretKey.
func (d *dispatcher) secretKey(instruction, key string) {
	if SecretName(key) {
		d.run(&linter.RuleSecretsUsedInArgOrEnv, linter.RuleSecretsUsedInArgOrEnv.Format(instruction, key))
	}
}

// copy checks the sources and mode of ADD and COPY (dispatchCopy).
func (d *dispatcher) copy(sources []string, chmod, checksum, verb string, fromContext bool) {
	text := checkMode(chmod)
	if text == "" && checksum != "" {
		text = checkChecksum(checksum, sources)
	}
	if text != "" {
		d.fail("%s", text)
		return
	}
	for _, src := range sources {
		kind, err := Source(src)
		if err != nil {
			d.fail("%s", err)
			return
		}
		if kind == URLSource || kind == GitSource {
			if verb == "Copy" {
				d.fail("source can't be a %s for COPY", kind)
				return
			}
			continue
		}
		if fromContext {
			d.ignored(src, verb)
		}
	}
}

// checkChecksum gives the error of a --checksum, "" when it is sound.
func checkChecksum(checksum string, sources []string) string {
	if len(sources) != 1 {
		return "checksum can't be specified for multiple sources"
	}
	switch kind, _ := Source(sources[0]); kind {
	case FileSource:
		return "checksum requires HTTP(S) or Git sources"
	case URLSource:
		if _, err := digest.Parse(checksum); err != nil {
			return err.Error()
		}
	}
	return ""
}

// checkMode gives the error of a --chmod value, "" when it is sound.
func checkMode(chmod string) string {
	if chmod == "" {
		return ""
	}
	notOctal := fmt.Sprintf("invalid chmod parameter: '%v'. it should be octal string and between 0 and 07777", chmod)
	if p, err := strconv.ParseUint(chmod, 8, 32); err == nil {
		if p > 0o7777 {
			return notOctal
		}
		return ""
	}
	if _, err := mode.Parse(chmod); err != nil {
		var number *strconv.NumError
		if errors.As(err, &number) {
			return notOctal
		}
		return err.Error()
	}
	return ""
}

// ignored is BuildKit's validateCopySourcePath.
func (d *dispatcher) ignored(src, verb string) {
	if d.ignore == nil || d.ignore.Exclusions() {
		return
	}
	src = path.Clean(src)
	if src == "." || src == "/" {
		all := false
		for _, pattern := range d.ignore.Patterns() {
			switch pattern.String() {
			case "*", "**", "**/*":
				all = all || !pattern.Exclusion()
			}
		}
		if !all {
			return
		}
	}
	if ok, err := d.ignore.MatchesOrParentMatches(src); err == nil && ok {
		d.run(&linter.RuleCopyIgnoredFile, linter.RuleCopyIgnoredFile.Format(verb, src))
	}
}
