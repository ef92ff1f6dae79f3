// Package swarm holds the commands that need a swarm, plugins of the daemon or a
// server of signatures. None of them is there: they say so as docker's daemon
// does on a machine that is in no swarm.
package swarm
