// Package cli is what all commands of docker's command line stand on: the
// surroundings they run in, the daemon as docker's client library words its
// errors, the tree of commands, their help and the checks of their arguments.
package cli
