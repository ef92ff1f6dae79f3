// Command report turns the event stream of go test -json into lines for
// people and a count for build.sh.
//
// Usage:
//
//	go test -json ./… | report --count FILE
//
// For each package it prints one line, and of what failed the output. The file
// gets "PASSED FAILED SKIPPED": tests and subtests that have no subtests of
// their own; a package that does not build or ends early is one failure. The
// exit code is 1 where something failed.
package main
