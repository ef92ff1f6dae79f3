// Package deflate compresses bit for bit as the gzip of busybox does, which is
// what a .gz file made during a build must equal. Package compress/gzip finds
// other matches and makes other blocks.
//
// Follows RFC 1951 and 1952, with the search of gzip 1.2.4 (lazy matching over
// hash chains in a sliding window) and its choice of block ends.
package deflate
