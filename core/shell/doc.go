// Package shell interprets the command of a RUN instruction on a file tree:
// it is the /bin/sh of an image, in the dialect that image has, and everything
// the command finds on PATH that is known here as an applet.
//
// Scripts are parsed by mvdan.cc/sh and evaluated here. Three dialects are
// told apart: busybox ash, dash and bash. A command exists only where the
// image has it; a program that cannot be interpreted gives an
// [UnsupportedError] and never a guess. See README.md for what is interpreted
// and where it differs.
package shell
