// Package assist helps a person write a Dockerfile: what could come next, what
// a word means, how an instruction is formed, how a finding is mended, how the
// file looks when it is tidy.
//
// Its functions are pure: a file as package dockerfile reads it, a place in it
// as a byte offset, and what is known around it (Context). They give values
// and edits, and change nothing. Files that cannot be built, or even read, are
// their usual input.
package assist
