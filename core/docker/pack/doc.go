// Package pack makes archives of the client's files as docker's client does: the
// context of a build with its size, and what `docker cp` sends.
package pack
