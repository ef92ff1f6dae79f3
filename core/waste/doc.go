// Package waste finds what of an image's bytes is of no use to who runs it:
// what later layers hide, what is there more than once, and secrets that a
// later layer removes from sight but not from the image.
//
// Bytes are those of the contents of regular files, as `docker history` counts
// them; names of one inode (hard links) count once.
package waste
