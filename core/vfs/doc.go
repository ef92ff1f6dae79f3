// Package vfs holds immutable file trees: a Tree is a value, an edit gives a
// new Tree that shares every untouched subtree with the old one.
//
// A snapshot is therefore free, a comparison of two trees can skip whatever
// they share by pointer, and going back in time is keeping an older value.
//
// Paths are slash-separated and absolute inside the tree; a relative path is
// read as if it began at the root. Symbolic links are resolved component by
// component as path_resolution(7) says, with the tree's root as "/", so that
// no link and no ".." leads out of the tree.
//
// Edits follow the rules of an overlayfs mount whose lower directory is the
// tree the edit began with, because that is what a build step runs on: see
// [Editor].
package vfs
