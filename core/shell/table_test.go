//go:build !js

package shell_test

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"layerlab.dev/core/shell"
)

// TestTable runs the table of mvdan.cc/sh's own interpreter, read out of the
// module cache, in the bash dialect. The entries that do not agree are listed
// with reasons in testdata/exceptions.txt.
func TestTable(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "mvdan.cc/sh/v3").Output()
	if err != nil {
		t.Skip("the module cache cannot be asked: ", err)
	}
	src := filepath.Join(strings.TrimSpace(string(out)), "interp", "interp_test.go")
	table := readTable(t, src)
	known := map[string]string{}
	if f, err := os.Open("testdata/exceptions.txt"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if q, why, ok := strings.Cut(s.Text(), "\t"); ok {
				in, err := strconv.Unquote(q)
				if err != nil {
					t.Fatalf("exceptions.txt: %s: %v", q, err)
				}
				known[in] = why
			}
		}
	}
	agree, total := 0, 0
	var report strings.Builder
	for _, c := range table {
		if strings.Contains(c.want, "#IGNORE") {
			continue // what is wanted there is not what bash does
		}
		total++
		got := tableOutput(t, c.in)
		want, justErr := strings.CutSuffix(c.want, " #JUSTERR")
		same := got == want
		if justErr {
			same = strings.Contains(got, "exit status") == strings.Contains(want, "exit status")
		}
		switch {
		case same:
			agree++
			if why, ok := known[c.in]; ok {
				t.Errorf("%q agrees but is listed: %s", c.in, why)
			}
		case known[c.in] == "":
			t.Errorf("%q\n got %q\nwant %q", c.in, got, want)
			fmt.Fprintf(&report, "%q\t\n", c.in)
		}
	}
	t.Logf("%d of %d agree, %d exceptions", agree, total, len(known))
	if name := os.Getenv("TABLE_REPORT"); name != "" {
		os.WriteFile(name, []byte(report.String()), 0o644)
	}
}

// tableOutput runs one entry as the table's own test does: output, and the
// status behind it where it is not 0.
func tableOutput(t *testing.T, in string) string {
	e := image("bash")
	e.MkdirAll("/here", 0o777, 0, 0)
	c := shell.Config{Dir: "/here", Argv: []string{"/bin/bash", "-c", in},
		Env:    []string{"PATH=/bin", "HOME=/root", "INTERP_GLOBAL=value", "MULTILINE_INTERP_GLOBAL=\nwith\nnewlines\n\n", "MIXEDCASE_INTERP_GLOBAL=value", "PATH_PROG=bash", "LANG=C.UTF-8", "ENV_PROG=env"},
		Limits: shell.Limits{Steps: 200_000}}
	out, res, err := run(t, e, c, "")
	switch {
	case err != nil:
		return out + err.Error()
	case res.ExitCode != 0:
		return out + fmt.Sprintf("exit status %d", res.ExitCode)
	}
	return out
}

type tableEntry struct{ in, want string }

// readTable returns the literals of the variable runTests.
func readTable(t *testing.T, name string) []tableEntry {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Skip("the table is not there: ", err)
	}
	var list []tableEntry
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || v.Names[0].Name != "runTests" || len(v.Values) != 1 {
			return true
		}
		for _, el := range v.Values[0].(*ast.CompositeLit).Elts {
			lit, ok := el.(*ast.CompositeLit)
			if !ok || len(lit.Elts) != 2 {
				continue
			}
			in, ok1 := constant(lit.Elts[0])
			want, ok2 := constant(lit.Elts[1])
			if ok1 && ok2 {
				list = append(list, tableEntry{in, want})
			}
		}
		return false
	})
	if len(list) < 500 {
		t.Fatalf("only %d entries in %s", len(list), name)
	}
	return list
}

// constant evaluates string literals and their concatenation.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok1 := constant(e.X)
		b, ok2 := constant(e.Y)
		return a + b, ok1 && ok2
	case *ast.ParenExpr:
		return constant(e.X)
	}
	return "", false
}
