package main

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// references finds, by the kind of a file, what names another file; group 1
// is the name.
var references = map[string]*regexp.Regexp{
	".css":         regexp.MustCompile(`url\(\s*["']?([^"')]+?)["']?\s*\)`),
	".webmanifest": regexp.MustCompile(`"src"\s*:\s*"([^"]+)"`),
}

var (
	pageReference = regexp.MustCompile(`\b(?:src|href)="([^"]+)"`)
	pageAssets    = regexp.MustCompile(`<script type="application/json" id="assets">([^<]*)</script>`)
)

// programs are the files that scripts load by themselves, under the keys by
// which the page's script finds them in the element #assets.
var programs = []struct{ key, logical string }{
	{"ui", "ui.wasm"},
	{"engine", "engine.wasm"},
	{"worker", "worker.js"},
	{"wasmExec", "wasm_exec.js"},
	{"renderer", "renderer.js"},
}

// rewrite replaces the logical names in a style sheet or web manifest, which
// lies in the same folder as what it names.
func rewrite(logical, text string, known map[string]string) (string, error) {
	return replace(logical, text, references[path.Ext(logical)], func(name string) (string, bool) {
		final, ok := known[strings.TrimPrefix(name, "./")]
		return path.Base(final), ok
	})
}

// rewritePage replaces the logical names in the page and fills #assets.
func rewritePage(text string, known map[string]string) (string, error) {
	text, err := replace("index.html", text, pageReference, func(name string) (string, bool) {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "./"), "site/web/")
		final, ok := known[name]
		return final, ok
	})
	if err != nil {
		return "", err
	}
	list := map[string]string{"offline": workerName}
	for _, p := range programs {
		if known[p.logical] == "" {
			return "", fmt.Errorf("%s is not in the stage", p.logical)
		}
		list[p.key] = known[p.logical]
	}
	return fillAssets(text, list)
}

// fillAssets writes the element #assets.
func fillAssets(text string, list map[string]string) (string, error) {
	filled, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	found := pageAssets.FindAllStringSubmatchIndex(text, -1)
	if len(found) != 1 {
		return "", fmt.Errorf(`want one <script type="application/json" id="assets"></script>, found %d`, len(found))
	}
	return text[:found[0][2]] + string(filled) + text[found[0][3]:], nil
}

// replace puts the final name for each local name that pattern finds. A local
// name that nothing stands for is an error: it would be a 404 on the page.
func replace(where, text string, pattern *regexp.Regexp, final func(string) (string, bool)) (string, error) {
	var b strings.Builder
	end := 0
	for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
		name := text[at[2]:at[3]]
		if !local(name) {
			continue
		}
		to, ok := final(name)
		if !ok {
			return "", fmt.Errorf("%s: refers to %s, which is not among the built files", where, name)
		}
		b.WriteString(text[end:at[2]])
		b.WriteString(to)
		end = at[3]
	}
	b.WriteString(text[end:])
	return b.String(), nil
}

// local tells a file of ours from fragments, data and other origins.
func local(name string) bool {
	return !strings.HasPrefix(name, "#") && !strings.HasPrefix(name, "data:") && !strings.Contains(name, "://")
}
