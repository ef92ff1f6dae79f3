// Package conformance holds Layerlab against the real builders: cases recorded
// from BuildKit must come out byte for byte, and other tools must read what is
// exported. testdata/README.md tells how the cases were made.
package conformance
