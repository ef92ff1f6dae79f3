package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
)

// rendererScript reads, out of the source of the module Vugu, the script that
// its renderer evaluates at start. The page loads it as a file instead, since
// its policy forbids eval.
func rendererScript(vugu string) ([]byte, error) {
	file := filepath.Join(vugu, "domrender", "renderer-js-script.go")
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var script string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || spec.Names[0].Name != "jsHelperScript" || len(spec.Values) != 1 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			script, err = strconv.Unquote(literal.Value)
		}
		return false
	})
	if err != nil || script == "" {
		return nil, fmt.Errorf("%s: no string constant jsHelperScript: has Vugu changed? (%v)", file, err)
	}
	return []byte(script), nil
}
