// Package regex matches POSIX basic and extended regular expressions as the
// regcomp(3) of the C library does in the C locale: bytes, the leftmost
// longest match, and GNU's \w \W \s \S \b \B \< \> \+ \? \|.
//
// Expressions without back-references are translated to package regexp;
// those with them are matched by backtracking. Follows POSIX.1-2017 XBD 9.
package regex
