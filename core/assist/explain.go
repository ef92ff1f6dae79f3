package assist

import (
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// Note tells what a word of the file means.
type Note struct {
	From, To int
	Title    string // as code
	Lines    []message.Message
	URL      string // of the reference, "" where there is none
}

const reference = "https://docs.docker.com/reference/dockerfile/#"

var (
	noteDeprecated = message.New("explain.deprecated", "Deprecated.")
	noteStage      = message.New("explain.stage", "Build stage %s, lines %s to %s, from %s")
	noteUsed       = message.New("explain.used", "Used on %s")
	noteUnused     = message.New("explain.unused", "No other stage uses it.")
	noteLine       = message.New("explain.line", "line %s")
	noteImage      = message.New("explain.image", "An image")
	noteNoImage    = message.New("explain.no-image", "This image is not here: import it as an archive.")
	noteEnv        = message.New("explain.env", "Sets %s")
	noteWorkdir    = message.New("explain.workdir", "Working directory %s")
	noteUnset      = message.New("explain.unset", "Without a value")
	noteUndefined  = message.New("explain.undefined", "Not declared here: it is empty.")
	noteFile       = message.New("explain.file", "File of %s in the build context")
	noteFolder     = message.New("explain.folder", "Directory with %s in the build context")
	filesOf        = message.Plural("explain.files", "%s file, %s", "%s files, %s")
	noteNothing    = message.New("explain.nothing", "Not in the build context")
)

// Explain tells what the word at the byte offset at means; false where there
// is nothing to say.
func Explain(f *dockerfile.File, at int, c Context) (Note, bool) {
	p := f.Position(at)
	in := f.At(p)
	if in == nil || strings.HasPrefix(strings.TrimSpace(f.Line(p.Line)), "#") {
		return Note{}, false
	}
	if in.KeywordRange.Contains(p) {
		return explainKeyword(f, in)
	}
	k := newCursor(f, at, c)
	if k.heredoc && in.Keyword != "RUN" && in.Keyword != "COPY" {
		return Note{}, false
	}
	if name, from, to, ok := variableAt(f, at); ok {
		return k.explainVariable(name, from, to)
	}
	if k.heredoc {
		return Note{}, false
	}
	for _, flag := range in.Flags {
		if flag.Range.Contains(p) {
			return k.explainFlag(in, flag, p)
		}
	}
	text, from, to := k.wordAround()
	if text == "" {
		return Note{}, false
	}
	switch in.Keyword {
	case "FROM":
		return k.explainFrom(in, text, from, to)
	case "ENV", "ARG":
		name, _, _ := strings.Cut(text, "=")
		if at > from+len(name) {
			return Note{}, false
		}
		n := k.nth + 1
		s := globals(f, c, 1<<30)
		if k.stage != nil && in.Range.Start.Line > k.stage.From.Range.Start.Line {
			s = scopeOf(f, k.stage, n, c)
		}
		if v, ok := s.vars[name]; ok {
			return variableNote(v, from, from+len(name)), true
		}
	case "COPY", "ADD":
		if _, given := k.flag("from"); !given {
			return k.explainPath(text, from, to)
		}
	}
	return Note{}, false
}

func explainKeyword(f *dockerfile.File, in *dockerfile.Instruction) (Note, bool) {
	kw, ok := dockerfile.LookupKeyword(in.Keyword)
	if !ok {
		return Note{}, false
	}
	n := Note{From: f.Offset(in.KeywordRange.Start), To: f.Offset(in.KeywordRange.End), Title: kw.Usage,
		Lines: []message.Message{kw.Summary.With()}, URL: reference + strings.ToLower(kw.Name)}
	if kw.Deprecated {
		n.Lines = append(n.Lines, noteDeprecated.With())
	}
	return n, true
}

// wordAround is the whole word at the cursor.
func (k *cursor) wordAround() (text string, from, to int) {
	start := k.f.Offset(dockerfile.Position{Line: k.line})
	line := k.f.Line(k.line)
	at := min(k.at-start, len(line))
	a, b := at, at
	for a > 0 && !isBlank(line[a-1]) {
		a--
	}
	for b < len(line) && !isBlank(line[b]) {
		b++
	}
	a += len(line[a:b]) - len(strings.TrimLeft(line[a:b], `["`))
	text = strings.TrimRight(line[a:max(a, b)], `",]\`)
	return text, start + a, start + a + len(text)
}

func (k *cursor) explainVariable(name string, from, to int) (Note, bool) {
	v, ok := k.scope().vars[name]
	if !ok {
		if k.keyword == "RUN" || k.keyword == "CMD" || k.keyword == "ENTRYPOINT" {
			return Note{}, false // it may be the shell's
		}
		return Note{From: from, To: to, Title: name, Lines: []message.Message{noteUndefined.With()}}, true
	}
	return variableNote(v, from, to), true
}

func variableNote(v variable, from, to int) Note {
	n := Note{From: from, To: to, Title: v.name + "=" + short(v.value, 200)}
	if !v.set {
		n.Title = v.name
		n.Lines = append(n.Lines, noteUnset.With())
	}
	n.Lines = append(n.Lines, v.origin)
	return n
}

func (k *cursor) explainFlag(in *dockerfile.Instruction, flag dockerfile.Flag, p dockerfile.Position) (Note, bool) {
	f := k.f
	if flag.HasValue && flag.ValueRange.Contains(p) && p != flag.ValueRange.Start {
		from, to := f.Offset(flag.ValueRange.Start), f.Offset(flag.ValueRange.End)
		switch flag.Name {
		case "from":
			return k.explainSource(flag.Value, from, to)
		case "mount":
			return k.explainMount(flag, from)
		}
	}
	kw, _ := dockerfile.LookupKeyword(in.Keyword)
	for _, spec := range kw.Flags {
		if spec.Name == flag.Name {
			return Note{From: f.Offset(flag.Range.Start), To: f.Offset(flag.Range.End), Title: spec.String(),
				Lines: []message.Message{spec.Summary.With()}, URL: reference + strings.ToLower(kw.Name) + "---" + spec.Name}, true
		}
	}
	return Note{}, false
}

func (k *cursor) explainMount(flag dockerfile.Flag, from int) (Note, bool) {
	text := k.f.Text(flag.ValueRange)
	at := k.at - from
	start := strings.LastIndexByte(text[:min(at, len(text))], ',') + 1
	end := len(text)
	if i := strings.IndexByte(text[start:], ','); i >= 0 {
		end = start + i
	}
	name, value, _ := strings.Cut(text[start:end], "=")
	if name == "from" {
		return k.explainSource(value, from+start+len("from="), from+end)
	}
	for _, t := range mountTypes {
		if name == "type" && t.name == value && at > start+len("type") {
			return Note{From: from + start, To: from + end, Title: text[start:end], Lines: []message.Message{t.doc.With()}, URL: reference + "run---mounttype" + value}, true
		}
	}
	for _, o := range mountOptions {
		if o.name == mountName(name) {
			return Note{From: from + start, To: from + end, Title: o.name, Lines: []message.Message{o.doc.With()}, URL: reference + "run---mount"}, true
		}
	}
	return Note{}, false
}

// explainSource tells of what --from names.
func (k *cursor) explainSource(name string, from, to int) (Note, bool) {
	for _, s := range k.f.Stages {
		if s.Name != "" && strings.EqualFold(s.Name, name) || name == stageNumber(s) {
			return k.stageNote(s, from, to), true
		}
	}
	return k.imageNote(name, from, to), true
}

func (k *cursor) explainFrom(in *dockerfile.Instruction, text string, from, to int) (Note, bool) {
	if k.stage == nil || k.stage.From != in {
		return Note{}, false
	}
	if strings.EqualFold(text, "AS") && len(k.args) == 2 {
		return Note{}, false
	}
	if strings.EqualFold(text, k.stage.Name) && len(k.args) > 2 {
		return k.stageNote(k.stage, from, to), true
	}
	if below := stageNamed(k.f, text, k.stage.Index); below != nil {
		return k.stageNote(below, from, to), true
	}
	return k.imageNote(text, from, to), true
}

func (k *cursor) stageNote(s *dockerfile.Stage, from, to int) Note {
	name := s.Name
	if name == "" {
		name = stageNumber(s)
	}
	n := Note{From: from, To: to, Title: name,
		Lines: []message.Message{noteStage.With(name, s.Range.Start.Line, s.Range.End.Line, s.BaseName)}}
	var uses []message.Message
	for _, p := range places(k.f, s) {
		if line := k.f.Position(p.From).Line; line != s.From.Range.Start.Line {
			if len(uses) > 0 {
				uses = append(uses, message.Plain(", "))
			}
			uses = append(uses, noteLine.With(line))
		}
	}
	if len(uses) == 0 && s.Index < len(k.f.Stages)-1 {
		n.Lines = append(n.Lines, noteUnused.With())
	} else if len(uses) > 0 {
		n.Lines = append(n.Lines, noteUsed.With(message.Join(uses...)))
	}
	return n
}

func (k *cursor) imageNote(name string, from, to int) Note {
	n := Note{From: from, To: to, Title: name}
	if name == "scratch" {
		n.Lines = []message.Message{docScratch.With()}
		return n
	}
	img, ok := k.c.image(name)
	switch {
	case !ok:
		n.Lines = append(n.Lines, noteNoImage.With())
	case img.Note.IsZero():
		n.Lines = append(n.Lines, noteImage.With())
	default:
		n.Lines = append(n.Lines, img.Note)
	}
	if k.c.Options.BaseImage != nil && ok {
		if base, known := k.c.Options.BaseImage(name, ""); known {
			if len(base.Env) > 0 {
				n.Lines = append(n.Lines, noteEnv.With(short(strings.Join(base.Env, " "), 160)))
			}
			if base.WorkingDir != "" && base.WorkingDir != "/" {
				n.Lines = append(n.Lines, noteWorkdir.With(base.WorkingDir))
			}
		}
	}
	return n
}

// explainPath tells of a source in the build context.
func (k *cursor) explainPath(text string, from, to int) (Note, bool) {
	if k.c.Files.Root() == nil || strings.ContainsAny(text, "*?[$") || strings.Contains(text, "://") || strings.HasPrefix(text, "<<") {
		return Note{}, false
	}
	// The last word is the destination.
	in := k.in
	if in == nil || strings.HasSuffix(strings.TrimRight(k.f.Text(in.Range), "\"] \t"), text) && k.f.Offset(in.Range.End)-to < 3 {
		return Note{}, false
	}
	n := Note{From: from, To: to, Title: path.Clean("/" + text)}
	node, err := k.c.Files.Stat(n.Title)
	switch {
	case err != nil:
		n.Lines = []message.Message{noteNothing.With()}
	case node.IsDir():
		files, size := node.Total()
		n.Lines = []message.Message{noteFolder.With(filesOf.With(files, bytesOf.With(size)))}
	case node.Kind == vfs.File:
		n.Lines = []message.Message{noteFile.With(bytesOf.With(node.Size()))}
	default:
		n.Lines = []message.Message{linkTo.With(node.Target)}
	}
	return n, true
}

// Shape is the form of an instruction, with the part that is being typed.
type Shape struct {
	Parts []string
	// Active is the index of the part at the cursor, -1 where that is none.
	Active int
	// Doc tells of the active part, else of the instruction.
	Doc message.Message
}

// Form tells how the instruction at the byte offset at is formed.
func Form(f *dockerfile.File, at int, c Context) (Shape, bool) {
	k := newCursor(f, at, c)
	name := k.keyword
	if name == "" && k.in != nil && !k.comment {
		name = k.in.Keyword
	}
	kw, ok := dockerfile.LookupKeyword(name)
	if !ok || k.comment {
		return Shape{}, false
	}
	s := Shape{Active: -1, Doc: kw.Summary.With()}
	s.Parts = append(s.Parts, kw.Name)
	for _, flag := range kw.Flags {
		text := "[" + flag.String() + "]"
		if flag.Repeat {
			text += "…"
		}
		s.Parts = append(s.Parts, text)
	}
	flags := len(s.Parts)
	s.Parts = append(s.Parts, operands[kw.Name]...)
	switch {
	case k.heredoc:
	case k.keyword == "":
		s.Active = 0
	case strings.HasPrefix(k.last.text, "--") && len(k.args) == 1:
		typed, _, _ := strings.Cut(strings.TrimPrefix(k.last.text, "--"), "=")
		i := slices.IndexFunc(kw.Flags, func(spec dockerfile.FlagSpec) bool { return spec.Name == typed })
		if i < 0 && typed != "" {
			i = slices.IndexFunc(kw.Flags, func(spec dockerfile.FlagSpec) bool { return strings.HasPrefix(spec.Name, typed) })
		}
		if i >= 0 {
			s.Active, s.Doc = i+1, kw.Flags[i].Summary.With()
		}
	default:
		s.Active = flags + min(len(k.args), len(s.Parts)-flags) - 1
	}
	return s, true
}

// operands are the parts behind the flags.
var operands = map[string][]string{
	"ADD":         {"SOURCE…", "DESTINATION"},
	"ARG":         {"NAME[=DEFAULT]…"},
	"CMD":         {`["PROGRAM", "ARGUMENT"…]`},
	"COPY":        {"SOURCE…", "DESTINATION"},
	"ENTRYPOINT":  {`["PROGRAM", "ARGUMENT"…]`},
	"ENV":         {"NAME=VALUE…"},
	"EXPOSE":      {"PORT[/PROTOCOL]…"},
	"FROM":        {"IMAGE", "[AS", "NAME]"},
	"HEALTHCHECK": {"CMD COMMAND | NONE"},
	"LABEL":       {"KEY=VALUE…"},
	"MAINTAINER":  {"NAME"},
	"ONBUILD":     {"INSTRUCTION"},
	"RUN":         {"COMMAND"},
	"SHELL":       {`["PROGRAM", "ARGUMENT"…]`},
	"STOPSIGNAL":  {"SIGNAL"},
	"USER":        {"USER[:GROUP]"},
	"VOLUME":      {"PATH…"},
	"WORKDIR":     {"PATH"},
}
