// Package bzip2 compresses bit for bit as bzip2 and busybox do; package
// compress/bzip2 only reads.
//
// Follows the format as bzip2 1.0 writes it: blocks of 900,000 bytes, two to
// six code tables found in four rounds.
package bzip2
