// Package option holds the values that docker's flags take: lists with a check
// of each entry, filters, sizes, mounts, networks, limits, and the files of
// variables. Which values are taken, and what is said of others, are those of
// docker 20.10 (docker/cli, package opts).
package option
