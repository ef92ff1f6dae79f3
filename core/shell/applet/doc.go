// Package applet holds the commands a RUN line can call: those of busybox
// 1.35, byte for byte as far as they go, and the same under the names of GNU
// coreutils with coreutils' most common messages.
//
// An applet is a function of a process: it reads and changes nothing but what
// the process can reach, and returns the exit status.
package applet
