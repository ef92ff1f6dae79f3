// Package replay runs recorded docker sessions on a simulated host: files with
// one step a line, as tests/sessions/README.md describes them. References to ids
// of earlier outputs are resolved against what our own commands printed, and the
// clock is that of the rows.
package replay
