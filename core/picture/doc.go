// Package picture holds the numbers of the core sample: how high a stratum is,
// into which parts it is divided, the blocks that stand for a digest, and sizes
// as text.
//
// The page and the drawing of package drawing take them from here, so that both
// show the same. It knows no other package.
package picture
