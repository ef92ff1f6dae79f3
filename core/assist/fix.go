package assist

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/message"
)

// Fix is a way to mend a finding.
type Fix struct {
	Title message.Message
	Edits []Edit
	// Create is a file of the build context to make, empty.
	Create string
	// Except is a path for which .dockerignore needs an exception.
	Except string
}

var (
	fixReplace   = message.New("fix.replace", "Change to %s")
	fixRemove    = message.New("fix.remove", "Remove %s")
	fixLine      = message.New("fix.remove-line", "Remove the instruction")
	fixBlank     = message.New("fix.remove-blank", "Remove the empty line")
	fixDeclare   = message.New("fix.declare", "Declare ARG %s")
	fixArray     = message.New("fix.array", "Write as a JSON array")
	fixShell     = message.New("fix.shell", "Write the shell out")
	fixLabel     = message.New("fix.label", "Replace by LABEL")
	fixPair      = message.New("fix.pair", "Write NAME=VALUE")
	fixComment   = message.New("fix.comment", "Separate the comment")
	fixCreate    = message.New("fix.create", "Create %s")
	fixExcept    = message.New("fix.except", "Add !%s to .dockerignore")
	fixFrom      = message.New("fix.from", "Begin with FROM %s")
	fixLowercase = message.New("fix.lower", "Write in lower case")
)

// CreateFile is the fix for a file that is not in the build context.
func CreateFile(path string) Fix { return Fix{Title: fixCreate.With(path), Create: path} }

// Except is the fix for a file that .dockerignore leaves out.
func Except(path string) Fix { return Fix{Title: fixExcept.With(path), Except: path} }

// Fixes gives the ways to mend a diagnostic of the file, the best one first.
// None changes what is not part of the finding.
func Fixes(f *dockerfile.File, d dockerfile.Diagnostic, c Context) []Fix {
	in := f.At(d.Range.Start)
	m := mender{f: f, d: d, in: in, c: c}
	if d.Severity == dockerfile.Error {
		return m.ofError()
	}
	if mend, ok := mends[d.Rule]; ok && (in != nil || d.Rule == "NoEmptyContinuation") {
		return mend(&m)
	}
	return nil
}

type mender struct {
	f  *dockerfile.File
	d  dockerfile.Diagnostic
	in *dockerfile.Instruction
	c  Context
}

var mends = map[string]func(*mender) []Fix{
	"ConsistentInstructionCasing":     (*mender).keywordCasing,
	"FromAsCasing":                    (*mender).asCasing,
	"StageNameCasing":                 (*mender).stageCasing,
	"DuplicateStageName":              (*mender).stageName,
	"ReservedStageName":               (*mender).stageName,
	"MaintainerDeprecated":            (*mender).maintainer,
	"LegacyKeyValueFormat":            (*mender).keyValue,
	"JSONArgsRecommended":             (*mender).jsonArgs,
	"WorkdirRelativePath":             (*mender).workdir,
	"UndefinedVar":                    (*mender).undefined,
	"UndefinedArgInFrom":              (*mender).undefinedInFrom,
	"MultipleInstructionsDisallowed":  (*mender).removeInstruction,
	"NoEmptyContinuation":             (*mender).emptyLines,
	"RedundantTargetPlatform":         (*mender).removePlatform,
	"FromPlatformFlagConstDisallowed": (*mender).removePlatform,
	"ExposeProtoCasing":               (*mender).ports,
	"ExposeInvalidFormat":             (*mender).ports,
	"InvalidDefinitionDescription":    (*mender).description,
	"CopyIgnoredFile":                 (*mender).ignored,
}

func (m *mender) edit(r dockerfile.Range, text string) Edit {
	return Edit{From: m.f.Offset(r.Start), To: m.f.Offset(r.End), Text: text}
}

func one(title message.Message, edits ...Edit) []Fix { return []Fix{{Title: title, Edits: edits}} }

func (m *mender) ofError() []Fix {
	word := m.d.Suggestion
	if word == "" || m.in == nil {
		if strings.HasPrefix(m.d.Text, "dockerfile contains no stages") && len(m.f.Instructions) == 0 || len(m.f.Source) == 0 {
			base := "scratch"
			if len(m.c.Images) > 0 {
				base = m.c.Images[0]
			}
			at := len(m.f.Source)
			return one(fixFrom.With(base), Edit{From: at, To: at, Text: "FROM " + base + "\n"})
		}
		return nil
	}
	switch {
	case strings.HasPrefix(m.d.Text, "unknown instruction"):
		if lower(m.f) {
			word = strings.ToLower(word)
		}
		return one(fixReplace.With(word), m.edit(m.in.KeywordRange, word))
	case strings.HasPrefix(m.d.Text, "unknown flag"):
		for _, flag := range m.in.Flags {
			if flag.Range == m.d.Range {
				from := m.f.Offset(flag.Range.Start) + 2
				return one(fixReplace.With("--"+word), Edit{From: from, To: from + len(flag.Name), Text: word})
			}
		}
	}
	if wrong := quotedWord(m.d.Text); wrong != "" {
		if at := strings.Index(m.f.Text(m.in.Range), wrong); at >= 0 {
			from := m.f.Offset(m.in.Range.Start) + at
			return one(fixReplace.With(word), Edit{From: from, To: from + len(wrong), Text: word})
		}
	}
	return nil
}

var quotes = regexp.MustCompile(`"([^"]+)"`)

// quotedWord is what a text puts into quotes first.
func quotedWord(text string) string {
	if m := quotes.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

func (m *mender) keywordCasing() []Fix {
	word := strings.ToUpper(m.in.Keyword)
	if lower(m.f) {
		word = strings.ToLower(word)
	}
	return one(fixReplace.With(word), m.edit(m.in.KeywordRange, word))
}

func (m *mender) asCasing() []Fix {
	as := "AS"
	if keyword := m.f.Text(m.in.KeywordRange); keyword == strings.ToLower(keyword) {
		as = "as"
	}
	for _, w := range wordsOf(m.f, m.in)[1:] {
		if strings.EqualFold(w.text, "as") {
			return one(fixReplace.With(as), Edit{From: w.from, To: w.from + 2, Text: as})
		}
	}
	return nil
}

// nameOf is the word behind AS.
func (m *mender) nameOf() (word, bool) {
	words := wordsOf(m.f, m.in)
	if n := len(words); n >= 4 && strings.EqualFold(words[n-2].text, "as") {
		return words[n-1], true
	}
	return word{}, false
}

func (m *mender) stageCasing() []Fix {
	name, ok := m.nameOf()
	if !ok {
		return nil
	}
	low := strings.ToLower(name.text)
	return one(fixReplace.With(low), Edit{From: name.from, To: name.from + len(name.text), Text: low})
}

// stageName gives a stage a name that no other has.
func (m *mender) stageName() []Fix {
	name, ok := m.nameOf()
	if !ok {
		return nil
	}
	for n := 2; ; n++ {
		free := strings.ToLower(name.text) + "-" + strconv.Itoa(n)
		if CheckStageName(m.f, free, "").IsZero() {
			return one(fixReplace.With(free), Edit{From: name.from, To: name.from + len(name.text), Text: free})
		}
	}
}

func (m *mender) maintainer() []Fix {
	cmd, ok := m.in.NewCommand().(*instructions.MaintainerCommand)
	if !ok {
		return nil
	}
	keyword := "LABEL"
	if lower(m.f) {
		keyword = "label"
	}
	return one(fixLabel.With(), m.edit(m.in.Range, keyword+" org.opencontainers.image.authors="+quote(cmd.Maintainer)))
}

// quote writes a value in double quotes; variables in it stay variables.
func quote(value string) string {
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' && !strings.Contains(value[1:len(value)-1], `"`) {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

func (m *mender) keyValue() []Fix {
	var name, value string
	switch cmd := m.in.NewCommand().(type) {
	case *instructions.EnvCommand:
		name, value = cmd.Env[0].Key, cmd.Env[0].Value
	case *instructions.LabelCommand:
		name, value = cmd.Labels[0].Key, cmd.Labels[0].Value
	default:
		return nil
	}
	switch {
	case strings.ContainsAny(value, `"'\`):
		if strings.ContainsAny(value, " \t") {
			value = m.escapeBlanks(value)
		}
	case value == "" || strings.ContainsAny(value, " \t"):
		value = `"` + value + `"`
	}
	return one(fixPair.With(), m.edit(m.in.Range, m.f.Text(m.in.KeywordRange)+" "+name+"="+value))
}

// escapeBlanks makes one word of a text by escaping the blanks that are not in
// quotes.
func (m *mender) escapeBlanks(text string) string {
	var b strings.Builder
	quote := rune(0)
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
		case r == m.f.Escape && quote != '\'':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == ' ' || r == '\t':
			b.WriteRune(m.f.Escape)
		}
		b.WriteRune(r)
	}
	return b.String()
}

var simpleCommand = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./ -]+$`)

func (m *mender) jsonArgs() []Fix {
	var line []string
	switch cmd := m.in.NewCommand().(type) {
	case *instructions.CmdCommand:
		line = cmd.CmdLine
	case *instructions.EntrypointCommand:
		line = cmd.CmdLine
	}
	if len(line) != 1 || len(m.in.Heredocs) > 0 {
		return nil
	}
	text, keyword := strings.TrimSpace(line[0]), m.f.Text(m.in.KeywordRange)
	var fixes []Fix
	if words := strings.Fields(text); simpleCommand.MatchString(text) && !strings.Contains(words[0], "=") {
		fixes = one(fixArray.With(), m.edit(m.in.Range, keyword+" "+jsonArray(words)))
	}
	return append(fixes, one(fixShell.With(), m.edit(m.in.Range, keyword+" "+jsonArray([]string{"/bin/sh", "-c", text})))...)
}

// jsonArray writes an array on one line, with a blank behind each comma.
func jsonArray(words []string) string {
	parts := make([]string, len(words))
	for i, w := range words {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(w); err != nil {
			panic(err) // a string can always be written
		}
		parts[i] = strings.TrimSuffix(b.String(), "\n")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (m *mender) workdir() []Fix {
	words := wordsOf(m.f, m.in)
	if len(words) != 2 {
		return nil
	}
	k := newCursor(m.f, m.f.Offset(m.in.Range.Start), m.c)
	to := path.Join(k.scope().dir, words[1].text)
	return one(fixReplace.With(to), Edit{From: words[1].from, To: words[1].from + len(words[1].text), Text: to})
}

var undefinedName = regexp.MustCompile(`'\$?(\w+)'`)

// undefinedWord is the name that a finding is about.
func (m *mender) undefinedWord() string {
	if found := undefinedName.FindStringSubmatch(m.d.Text); found != nil {
		return found[1]
	}
	return ""
}

func (m *mender) undefined() []Fix {
	name := m.undefinedWord()
	if name == "" {
		return nil
	}
	fixes := m.rename(name, strings.TrimPrefix(m.d.Suggestion, "$"))
	at := m.f.Offset(dockerfile.Position{Line: m.in.Range.Start.Line})
	return append(fixes, Fix{Title: fixDeclare.With(name), Edits: []Edit{{From: at, To: at, Text: m.keyword("ARG") + " " + name + "\n"}}})
}

func (m *mender) undefinedInFrom() []Fix {
	name := m.undefinedWord()
	if name == "" {
		return nil
	}
	fixes := m.rename(name, strings.TrimPrefix(m.d.Suggestion, "$"))
	at := m.f.Offset(dockerfile.Position{Line: m.f.Stages[0].From.Range.Start.Line})
	return append(fixes, Fix{Title: fixDeclare.With(name), Edits: []Edit{{From: at, To: at, Text: m.keyword("ARG") + " " + name + "=latest\n"}}})
}

func (m *mender) keyword(word string) string {
	if lower(m.f) {
		return strings.ToLower(word)
	}
	return word
}

// rename writes another name for a variable, wherever the instruction uses it.
func (m *mender) rename(name, to string) []Fix {
	if to == "" {
		return nil
	}
	start, text := m.f.Offset(m.in.Range.Start), m.f.Text(m.in.Range)
	var edits []Edit
	for _, at := range variablePattern.FindAllStringSubmatchIndex(text, -1) {
		a, b := at[2], at[3]
		if a < 0 {
			a, b = at[4], at[5]
		}
		if text[a:b] == name {
			edits = append(edits, Edit{From: start + a, To: start + b, Text: to})
		}
	}
	if len(edits) == 0 {
		return nil
	}
	return one(fixReplace.With("$"+to), edits...)
}

// removeInstruction takes the lines of the instruction out.
func (m *mender) removeInstruction() []Fix {
	first, last := m.in.Location()
	from, to := m.f.Offset(dockerfile.Position{Line: first}), m.f.Offset(dockerfile.Position{Line: last + 1})
	return one(fixLine.With(), Edit{From: from, To: to})
}

// emptyLines takes out the empty lines of an instruction.
func (m *mender) emptyLines() []Fix {
	var edits []Edit
	for _, in := range m.f.Instructions {
		first, _ := in.Location()
		last := m.f.Join(first).Last
		if d := m.d.Range.Start.Line; d < first || d > last {
			continue
		}
		for n := first + 1; n < last; n++ {
			if strings.TrimSpace(m.f.Line(n)) == "" {
				edits = append(edits, Edit{From: m.f.Offset(dockerfile.Position{Line: n}), To: m.f.Offset(dockerfile.Position{Line: n + 1})})
			}
		}
	}
	if len(edits) == 0 {
		return nil
	}
	return one(fixBlank.With(), edits...)
}

func (m *mender) removePlatform() []Fix {
	for _, flag := range m.in.Flags {
		if flag.Name != "platform" {
			continue
		}
		e := m.edit(flag.Range, "")
		for e.To < len(m.f.Source) && isBlank(m.f.Source[e.To]) {
			e.To++
		}
		return one(fixRemove.With("--platform"), e)
	}
	return nil
}

// ports writes ports as EXPOSE takes them: without address and host port, the
// protocol in lower case.
func (m *mender) ports() []Fix {
	var edits []Edit
	for _, w := range wordsOf(m.f, m.in)[1:] {
		port, protocol, has := strings.Cut(w.text, "/")
		if m.d.Rule == "ExposeInvalidFormat" {
			port = port[strings.LastIndexByte(port, ':')+1:]
		} else {
			protocol = strings.ToLower(protocol)
		}
		if has {
			port += "/" + protocol
		}
		if port != w.text && port != "" {
			edits = append(edits, Edit{From: w.from, To: w.from + len(w.text), Text: port})
		}
	}
	if len(edits) == 0 {
		return nil
	}
	if m.d.Rule == "ExposeProtoCasing" {
		return one(fixLowercase.With(), edits...)
	}
	return one(fixReplace.With(edits[0].Text), edits...)
}

// description puts an empty comment line between a comment and what it does
// not describe.
func (m *mender) description() []Fix {
	at := m.f.Offset(dockerfile.Position{Line: m.in.Range.Start.Line})
	return one(fixComment.With(), Edit{From: at, To: at, Text: "#\n"})
}

func (m *mender) ignored() []Fix {
	name := quotedWord(m.d.Text)
	if name == "" || slices.Contains([]string{".", "/"}, name) {
		return nil
	}
	return []Fix{Except(strings.TrimPrefix(path.Clean("/"+name), "/"))}
}
