// Package glob matches shell patterns as fnmatch(3) does, and expands them to
// path names.
//
// Follows POSIX.1-2017 XCU 2.13, and bash's extended patterns on request.
package glob
