// Package container holds the commands of `docker container` and their older
// names, `docker run` among them.
package container
