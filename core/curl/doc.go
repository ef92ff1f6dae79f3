// Package curl is the command of that name for a shell whose network is a
// remote.Network: it asks the registries there, and nothing else is to be found.
//
// Options, words and exit codes are those of curl 7.88.1. What curl has and this
// has not is refused by name.
package curl
