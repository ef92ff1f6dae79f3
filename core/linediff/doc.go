// Package linediff compares texts line by line: the shortest script of Myers'
// algorithm (An O(ND) Difference Algorithm, 1986).
package linediff
