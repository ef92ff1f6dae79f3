// Package awk interprets AWK programs as the awk of busybox 1.35 does, on a
// process of package proc.
//
// Follows POSIX.1-2017 XCU awk with busybox's additions: the bit functions,
// strftime, mktime, systime, nextfile, ** and an FS or RS that is a regular
// expression.
package awk
