// Record runs the lines of core/shell/testdata/lines.txt in the real ash, dash
// and bash, each in a root of its own, and writes down what they did.
package main
