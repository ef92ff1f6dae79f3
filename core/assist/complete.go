package assist

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/message"
)

// Kinds of options.
const (
	Keyword   = "keyword"
	Flag      = "flag"
	Stage     = "stage"
	Base      = "image"
	Variable  = "variable"
	PathFile  = "file"
	PathDir   = "dir"
	Command   = "command"
	User      = "user"
	Value     = "value"
	Directive = "directive"
)

// Option is something that can be written at a place.
type Option struct {
	Label string
	// Insert is what is written instead of the typed part; "" for Label.
	Insert string
	Kind   string
	// Detail is a word beside the label, Doc a sentence about it.
	Detail message.Message
	Doc    message.Message
	// More tells that typing goes on behind it, so that the next options should
	// be offered at once.
	More bool
}

// Completion is what can be written in the place of the bytes from From up to
// the cursor. Options holds all that could stand there, whatever is typed so
// far, in a sensible order.
type Completion struct {
	From    int
	Options []Option
}

// maxOptions bounds a completion.
const maxOptions = 500

// Complete tells what could be written at the byte offset at.
func Complete(f *dockerfile.File, at int, c Context) Completion {
	k := newCursor(f, at, c)
	out := k.complete()
	out.Options = out.Options[:min(len(out.Options), maxOptions)]
	return out
}

var openVariable = regexp.MustCompile(`\$(\{?)([A-Za-z_][A-Za-z0-9_]*)?$`)

func (k *cursor) complete() Completion {
	switch {
	case k.heredoc:
		return Completion{From: k.at}
	case k.comment:
		return k.directive()
	case k.keyword == "":
		return Completion{From: k.last.from, Options: keywords(k.f, k.onbuild)}
	}
	if k.onbuild && len(k.args) == 0 {
		return Completion{From: k.at}
	}
	if m := openVariable.FindStringSubmatch(k.last.text); m != nil && !strings.HasSuffix(strings.TrimSuffix(k.last.text, m[0]), `\`) {
		return Completion{From: k.at - len(m[2]), Options: k.variables(m[1] != "")}
	}
	if strings.HasPrefix(k.last.text, "--") && len(k.args) == 1 {
		return k.flagOrValue()
	}
	if at, done := k.arguments(); done {
		return at
	}
	return Completion{From: k.at}
}

// keywords offers the instructions, written as the file writes them.
func keywords(f *dockerfile.File, behindOnbuild bool) []Option {
	low := lower(f)
	var out []Option
	for _, kw := range dockerfile.Keywords {
		if behindOnbuild && slices.Contains([]string{"FROM", "MAINTAINER", "ONBUILD"}, kw.Name) {
			continue
		}
		if kw.Deprecated {
			continue
		}
		label := kw.Name
		if low {
			label = strings.ToLower(label)
		}
		out = append(out, Option{Label: label, Insert: label + " ", Kind: Keyword, Doc: kw.Summary.With(), Detail: message.Plain(""), More: true})
	}
	return out
}

// variables offers the names in scope; braced tells that ${ was typed.
func (k *cursor) variables(braced bool) []Option {
	var out []Option
	for _, v := range k.scope().list() {
		o := Option{Label: v.name, Kind: Variable, Doc: v.origin}
		if v.set {
			o.Detail = message.Plain(short(v.value, 40))
		}
		if braced {
			o.Insert = v.name + "}"
		}
		out = append(out, o)
	}
	return out
}

func (k *cursor) scope() *scope {
	if k.keyword == "FROM" || k.stage == nil {
		return globals(k.f, k.c, k.first)
	}
	return scopeOf(k.f, k.stage, k.nth, k.c)
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// flagOrValue offers flags of the instruction, or values of the one typed.
func (k *cursor) flagOrValue() Completion {
	kw, _ := dockerfile.LookupKeyword(k.keyword)
	name, value, valued := strings.Cut(strings.TrimPrefix(k.last.text, "--"), "=")
	if valued {
		return k.flagValue(name, value)
	}
	var out []Option
	for _, spec := range kw.Flags {
		given := false
		for _, w := range k.flags {
			n, _, _ := strings.Cut(strings.TrimPrefix(w.text, "--"), "=")
			given = given || n == spec.Name
		}
		if given && !spec.Repeat {
			continue
		}
		o := Option{Label: "--" + spec.Name, Insert: "--" + spec.Name + "=", Kind: Flag, Detail: message.Plain(spec.Value), Doc: spec.Summary.With(), More: true}
		if spec.Optional {
			o.Insert, o.More = "--"+spec.Name+" ", false
		}
		out = append(out, o)
	}
	return Completion{From: k.last.from, Options: out}
}

func (k *cursor) flagValue(name, value string) Completion {
	from := k.at - len(value)
	switch name {
	case "from":
		return Completion{From: from, Options: k.sources()}
	case "platform":
		return Completion{From: from, Options: values("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/s390x", "linux/riscv64", "$BUILDPLATFORM", "$TARGETPLATFORM")}
	case "network":
		return Completion{From: from, Options: values("default", "none", "host")}
	case "security":
		return Completion{From: from, Options: values("sandbox", "insecure")}
	case "link", "parents", "unpack", "keep-git-dir":
		return Completion{From: from, Options: values("true", "false")}
	case "chmod":
		return Completion{From: from, Options: values("644", "755", "600", "700", "u=rwX,go=rX", "+x")}
	case "chown":
		return k.users(value)
	case "checksum":
		return Completion{From: from, Options: values("sha256:")}
	case "mount":
		return k.mount(value)
	case "exclude":
		return k.contextPaths(value)
	}
	return Completion{From: k.at}
}

func values(list ...string) []Option {
	var out []Option
	for _, v := range list {
		out = append(out, Option{Label: v, Kind: Value})
	}
	return out
}

var (
	detailStage  = message.New("assist.stage", "stage, from %s")
	detailNumber = message.New("assist.stage-number", "stage %s, from %s")
)

// stages offers the stages before a place.
func (k *cursor) stages(numbers bool) []Option {
	var out []Option
	for _, s := range k.f.Stages {
		if s.From.Range.Start.Line >= k.first || k.keyword != "FROM" && s == k.stage {
			break
		}
		switch {
		case s.Name != "":
			out = append(out, Option{Label: s.Name, Kind: Stage, Detail: detailStage.With(s.BaseName)})
		case numbers:
			out = append(out, Option{Label: fmt.Sprint(s.Index), Kind: Stage, Detail: detailNumber.With(s.Index, s.BaseName)})
		}
	}
	slices.Reverse(out)
	return out
}

// sources offers what --from may name.
func (k *cursor) sources() []Option { return append(k.stages(true), k.images()...) }

func (k *cursor) images() []Option {
	var out []Option
	for _, name := range k.c.Images {
		o := Option{Label: name, Kind: Base}
		if img, ok := k.c.image(name); ok {
			o.Doc = img.Note
		}
		out = append(out, o)
	}
	return out
}

var (
	docDirectiveSyntax = message.New("assist.syntax", "Names the frontend that reads the file.")
	docDirectiveEscape = message.New("assist.escape", "Makes the backtick the escape character.")
	docDirectiveCheck  = message.New("assist.check", "Turns build checks off, or makes them errors.")
	docScratch         = message.New("assist.scratch", "The empty image: the stage begins without files.")
)

// directive offers the directives, which stand in comments at the head.
func (k *cursor) directive() Completion {
	none := Completion{From: k.at}
	for n := 1; n < k.line; n++ {
		if !strings.HasPrefix(strings.TrimSpace(k.f.Line(n)), "#") {
			return none
		}
	}
	start := k.f.Offset(dockerfile.Position{Line: k.line})
	typed := string(k.f.Source[start:k.at])
	body := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(typed, " \t"), "#"), " \t")
	name, value, valued := strings.Cut(body, "=")
	if valued && strings.TrimSpace(name) == "check" {
		if skip := strings.LastIndexAny(value, "=,"); skip >= 0 && strings.Contains(value, "skip=") {
			return Completion{From: k.at - len(value) + skip + 1, Options: rules()}
		}
		return Completion{From: k.at - len(value), Options: []Option{
			{Label: "skip=", Kind: Directive, More: true}, {Label: "error=true", Kind: Directive}, {Label: "skip=all", Kind: Directive}}}
	}
	if valued || body == "" && !strings.HasSuffix(typed, " ") {
		return none
	}
	return Completion{From: k.at - len(body), Options: []Option{
		{Label: "syntax=docker/dockerfile:1", Kind: Directive, Doc: docDirectiveSyntax.With()},
		{Label: "escape=`", Kind: Directive, Doc: docDirectiveEscape.With()},
		{Label: "check=", Kind: Directive, Doc: docDirectiveCheck.With(), More: true},
	}}
}

// rules offers the names of the build checks.
func rules() []Option {
	var out []Option
	for _, r := range dockerfile.Rules() {
		out = append(out, Option{Label: r.Name, Kind: Value, Doc: r.Advice})
	}
	return out
}
