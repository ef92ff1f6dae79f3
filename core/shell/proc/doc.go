// Package proc is the machine that RUN lines run on: processes with file
// descriptors, a umask, ids, signals and a virtual clock, and the system calls
// they make on a [vfs.Editor].
//
// Nothing of it touches the host. Processes that wait for each other (stages
// of a pipeline, background jobs, the two ends of a fifo) are coroutines of
// which exactly one runs at a time; the next one is chosen in the order they
// were started, so the same line gives the same bytes on every machine. Time
// passes only when every process waits, by as much as the shortest sleep.
package proc
