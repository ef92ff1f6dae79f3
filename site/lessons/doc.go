// Package lessons holds the lessons as data: a folder each, with the words in
// Korean and English (the first line is the title) and the workspace the
// lesson begins with.
package lessons
