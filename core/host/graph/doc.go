// Package graph tells how a build by the BuildKit of docker 20.10 went: the
// vertexes of its graph with their names and numbers, what was transferred, what
// was cached, what failed, in the order and the words of the real one. Package
// build made the build; nothing is built here.
package graph
