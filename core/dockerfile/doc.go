// Package dockerfile reads the text of a Dockerfile into stages and typed
// instructions with exact source ranges, and tells what is wrong with it.
//
// The grammar is BuildKit's own: its parser, instructions, shell and linter
// packages (frontend/dockerfile, v0.34.2) do the reading, so that a file means
// here what it means to `docker build`. This package adds what an editor and a
// learner need on top: the exact place of every instruction, flag and here
// document, reading on after an error so that each bad line gets its own
// message, and the build checks which BuildKit makes only while it converts a
// file to a build graph (the same rules, the same words).
//
// Places are [Position] values: Line counts from 1, as BuildKit and every
// compiler message do; Column counts bytes from 0 within the line. Ranges are
// half open. [File.UTF16] and [File.Offset] convert for editors.
package dockerfile
