// Package archive reads tar archives as ADD and docker cp take them: plain or
// compressed with gzip, bzip2, xz or zstd, extracted into a file tree.
package archive
