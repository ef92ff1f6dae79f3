package assist

import (
	"slices"
	"strings"
	"unicode"

	"layerlab.dev/core/message"
)

// arguments offers what the words behind keyword and flags may be.
func (k *cursor) arguments() (Completion, bool) {
	at := Completion{From: k.last.from}
	n := len(k.args)
	switch k.keyword {
	case "FROM":
		switch {
		case n == 1:
			at.Options = append(at.Options, k.stages(false)...)
			at.Options = append(at.Options, k.images()...)
			at.Options = append(at.Options, Option{Label: "scratch", Kind: Base, Doc: docScratch.With()})
		case n == 2:
			as := "AS"
			if lower(k.f) {
				as = "as"
			}
			at.Options = []Option{{Label: as, Insert: as + " ", Kind: Keyword}}
		}
	case "COPY", "ADD":
		return k.copyPath(), true
	case "WORKDIR", "VOLUME":
		return k.stagePaths(k.last.text, true), true
	case "USER":
		return k.users(k.last.text), true
	case "RUN":
		return k.shellWord(), true
	case "CMD", "ENTRYPOINT", "SHELL":
		return k.execWord(), true
	case "EXPOSE":
		if port, _, ok := strings.Cut(k.last.text, "/"); ok {
			return Completion{From: k.last.from + len(port) + 1, Options: values("tcp", "udp", "sctp")}, true
		}
		at.Options = values("80", "443", "8080", "3000", "5432", "6379")
	case "STOPSIGNAL":
		at.Options = values("SIGTERM", "SIGINT", "SIGQUIT", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGWINCH")
	case "HEALTHCHECK":
		if n == 1 {
			at.Options = []Option{{Label: "CMD", Insert: "CMD ", Kind: Keyword, More: true}, {Label: "NONE", Kind: Keyword}}
		}
	case "ARG":
		if !strings.Contains(k.last.text, "=") && k.stage != nil {
			for _, v := range globals(k.f, k.c, k.first).list() {
				at.Options = append(at.Options, Option{Label: v.name, Kind: Variable, Detail: message.Plain(short(v.value, 40)), Doc: v.origin})
			}
		}
	case "LABEL":
		if !strings.Contains(k.last.text, "=") {
			for _, key := range labelKeys {
				at.Options = append(at.Options, Option{Label: key, Insert: key + "=", Kind: Value})
			}
		}
	default:
		return at, false
	}
	return at, true
}

// labelKeys are the annotation keys of the OCI image specification.
var labelKeys = func() []string {
	var keys []string
	for _, k := range []string{"authors", "base.digest", "base.name", "created", "description", "documentation", "licenses",
		"ref.name", "revision", "source", "title", "url", "vendor", "version"} {
		keys = append(keys, "org.opencontainers.image."+k)
	}
	return keys
}()

// copyPath offers sources and destinations. Which of the two the last word
// will be is not known before the line is complete: behind the first word, both
// are offered.
func (k *cursor) copyPath() Completion {
	typed, from := k.jsonElement()
	nth := len(k.args)
	if from != k.last.from {
		nth += strings.Count(k.last.text[:from-k.last.from], `"`) / 2
	}
	var sources []Option
	at := Completion{From: pathStart(typed, from)}
	switch name, given := k.flag("from"); {
	case given:
		if t, ok := k.filesOf(name); ok {
			sources = entries(t, "/", typed, false)
		}
	case !strings.HasPrefix(typed, "/") || nth == 1:
		sources = entries(k.c.Files, "/", typed, false)
	}
	at.Options = sources
	if nth > 1 {
		at.Options = slices.Concat(k.stagePaths(typed, true).Options, sources)
		if typed == "" {
			at.Options = slices.Concat([]Option{{Label: ".", Kind: PathDir, Detail: message.Plain(k.scope().dir)}, {Label: "/", Kind: PathDir, More: true}}, at.Options)
		}
		at.Options = slices.CompactFunc(at.Options, func(a, b Option) bool { return a.Label == b.Label && a.Kind == b.Kind })
	}
	return at
}

// jsonElement gives the part of the last word that is typed, inside the quotes
// of a JSON array.
func (k *cursor) jsonElement() (string, int) {
	text := k.last.text
	if i := strings.LastIndexAny(text, `"[`); i >= 0 && (strings.HasPrefix(k.args[0].text, "[") || strings.HasPrefix(text, "[")) {
		return text[i+1:], k.last.from + i + 1
	}
	return text, k.last.from
}

// shellWord offers what a word of a shell command may be: a program where a
// command begins, else a path.
func (k *cursor) shellWord() Completion {
	if strings.HasPrefix(k.args[0].text, "[") {
		return k.execWord()
	}
	typed, from := k.last.text, k.last.from
	if i := strings.LastIndexAny(typed, "=:;|&<>()\"'"); i >= 0 {
		typed, from = typed[i+1:], from+i+1
	}
	if strings.ContainsRune(typed, '/') || strings.HasPrefix(typed, ".") {
		return Completion{From: pathStart(typed, from), Options: k.stagePaths(typed, false).Options}
	}
	if k.commandBegins() {
		return Completion{From: from, Options: k.commands()}
	}
	return Completion{From: from, Options: k.stagePaths(typed, false).Options}
}

// commandBegins tells whether the last word is the first of a command.
func (k *cursor) commandBegins() bool {
	if strings.ContainsAny(k.last.text, ";|&(") {
		return true
	}
	if len(k.args) == 1 {
		return true
	}
	before := k.args[len(k.args)-2].text
	return slices.Contains([]string{"&&", "||", "|", ";", "then", "do", "else", "!", "{", "("}, before) || strings.HasSuffix(before, ";")
}

// execWord offers the elements of a JSON array.
func (k *cursor) execWord() Completion {
	if !strings.HasPrefix(k.args[0].text, "[") {
		if k.keyword == "SHELL" {
			return Completion{From: k.last.from, Options: values(`["/bin/sh", "-c"]`, `["/bin/bash", "-o", "pipefail", "-c"]`)}
		}
		if k.keyword != "RUN" && len(k.args) == 1 {
			return Completion{From: k.last.from, Options: append([]Option{{Label: `[""]`, Kind: Value}}, k.commands()...)}
		}
		return Completion{From: k.at}
	}
	typed, from := k.jsonElement()
	if strings.IndexFunc(typed, unicode.IsSpace) >= 0 || from == k.last.from {
		return Completion{From: k.at}
	}
	if strings.ContainsRune(typed, '/') || strings.HasPrefix(typed, ".") {
		return Completion{From: pathStart(typed, from), Options: k.stagePaths(typed, false).Options}
	}
	if len(k.args) == 1 && strings.Count(k.last.text, `"`) == 1 {
		return Completion{From: from, Options: k.commands()}
	}
	return Completion{From: from}
}
