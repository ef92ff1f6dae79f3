package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is one line of go test -json; see go doc test2json.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output and build-fail
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

// totals counts results.
type totals struct{ passed, failed, skipped int }

func (t *totals) add(o totals) {
	t.passed += o.passed
	t.failed += o.failed
	t.skipped += o.skipped
}

// running is a package whose tests are under way.
type running struct {
	totals
	parents map[string]bool             // tests that have subtests
	results map[string]string           // last action by test
	output  map[string]*strings.Builder // by test, "" for the package's own
}

// read consumes a stream and writes a report of it to out. An error means that
// the stream could not be read, not that a test failed.
func read(in io.Reader, out io.Writer) (totals, error) {
	var total totals
	packages := map[string]*running{}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				// Not an event: a message of the go command itself.
				fmt.Fprint(out, line)
			} else {
				total.add(take(packages, e, out))
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return total, err
		}
	}
	for name := range packages {
		fmt.Fprintf(out, "FAIL %s: the stream ended before its tests did\n", name)
		total.failed++
	}
	return total, nil
}

// take handles one event and returns what a package that has ended counts.
func take(packages map[string]*running, e event, out io.Writer) totals {
	if e.Action == "build-output" {
		fmt.Fprint(out, e.Output)
		return totals{}
	}
	if e.Package == "" {
		return totals{}
	}
	p := packages[e.Package]
	if p == nil {
		p = &running{parents: map[string]bool{}, results: map[string]string{}, output: map[string]*strings.Builder{}}
		packages[e.Package] = p
	}
	switch e.Action {
	case "output":
		if p.output[e.Test] == nil {
			p.output[e.Test] = &strings.Builder{}
		}
		p.output[e.Test].WriteString(e.Output)
	case "run":
		if at := strings.LastIndexByte(e.Test, '/'); at >= 0 {
			p.parents[e.Test[:at]] = true
		}
	case "pass", "fail", "skip":
		if e.Test != "" {
			p.results[e.Test] = e.Action
			if e.Action == "fail" && p.output[e.Test] != nil {
				fmt.Fprint(out, p.output[e.Test])
			}
			break
		}
		delete(packages, e.Package)
		return p.end(e, out)
	}
	return totals{}
}

// end prints a package's line and counts its tests.
func (p *running) end(e event, out io.Writer) totals {
	for test, result := range p.results {
		switch {
		case result == "fail" && p.parents[test] && p.failedBelow(test):
			// The subtest that failed counts.
		case result == "fail":
			p.failed++
		case p.parents[test]:
		case result == "pass":
			p.passed++
		default:
			p.skipped++
		}
	}
	if e.Action == "fail" && p.failed == 0 {
		p.failed++
		if own := p.output[""]; own != nil {
			fmt.Fprint(out, own)
		}
	}
	switch {
	case e.Action == "fail":
		fmt.Fprintf(out, "FAIL %s  %d passed, %d failed  %.1f s\n", e.Package, p.passed, p.failed, e.Elapsed)
	case p.passed+p.skipped > 0:
		fmt.Fprintf(out, "ok   %s  %d passed", e.Package, p.passed)
		if p.skipped > 0 {
			fmt.Fprintf(out, ", %d skipped", p.skipped)
		}
		fmt.Fprintf(out, "  %.1f s\n", e.Elapsed)
	}
	p.sayings(out)
	return p.totals
}

// saying marks a line of a passing test's log that belongs into the report:
// how many of how many, or why a test was skipped.
var saying = regexp.MustCompile(`^\s+\w+_test\.go:\d+: (\d+ of \d+ .*)$`)

func (p *running) sayings(out io.Writer) {
	for _, test := range slices.Sorted(maps.Keys(p.output)) {
		for line := range strings.Lines(p.output[test].String()) {
			line = strings.TrimRight(line, "\n")
			if m := saying.FindStringSubmatch(line); m != nil {
				fmt.Fprintf(out, "     %s\n", m[1])
			} else if p.results[test] == "skip" && strings.Contains(line, "_test.go:") {
				fmt.Fprintf(out, "     skipped %s:%s\n", test, line[strings.Index(line, ": ")+1:])
			}
		}
	}
}

// failedBelow tells whether a subtest of test failed.
func (p *running) failedBelow(test string) bool {
	for name, result := range p.results {
		if result == "fail" && strings.HasPrefix(name, test+"/") {
			return true
		}
	}
	return false
}
