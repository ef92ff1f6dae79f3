package formatter

import (
	"bytes"
	"encoding/json"
	"strings"
	"text/template"
)

// functions are what docker adds to Go's templates.
var functions = template.FuncMap{
	"json":  toJSON,
	"split": strings.Split,
	"join":  strings.Join,
	//lint:ignore SA1019 it is what docker has
	"title": strings.Title,
	"lower": strings.ToLower,
	"upper": strings.ToUpper,
	"pad": func(s string, before, after int) string {
		if s == "" {
			return s
		}
		return strings.Repeat(" ", before) + s + strings.Repeat(" ", after)
	},
	"truncate": func(s string, n int) string {
		if len(s) < n {
			return s
		}
		return s[:n]
	},
}

// headerFunctions keep the heading of a column as it is.
var headerFunctions = template.FuncMap{
	"json":     func(s string) string { return s },
	"split":    func(s, _ string) string { return s },
	"join":     func(s, _ string) string { return s },
	"title":    func(s string) string { return s },
	"lower":    func(s string) string { return s },
	"upper":    func(s string) string { return s },
	"truncate": func(s string, _ int) string { return s },
}

func toJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // as docker does: what cannot be encoded is empty
	return strings.TrimSpace(b.String())
}

// Parse reads a template of --format.
func Parse(format string) (*template.Template, error) {
	return template.New("").Funcs(functions).Parse(format)
}
