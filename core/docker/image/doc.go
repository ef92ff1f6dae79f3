// Package image holds the commands of `docker image` and their older names,
// `docker build` among them.
package image
