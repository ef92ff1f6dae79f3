// Package drawing draws the layers of a build as SVG: the core sample that the
// page shows, for places where nothing runs.
//
// The numbers are those of package picture and the colours those of the page.
// The same build gives the same bytes. Light and dark follow the reader's
// preference by the picture's own style sheet; a title and a description say
// what is seen.
package drawing
