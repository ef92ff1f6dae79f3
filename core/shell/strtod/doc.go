// Package strtod reads decimal numbers from the beginning of a text, as
// strtod(3) of C does. Infinity, NaN and hexadecimal are for the caller: the
// programs that are interpreted disagree about them.
package strtod
