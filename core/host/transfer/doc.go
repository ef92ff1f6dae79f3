// Package transfer plays how several blobs go over one link: which wait, how far
// each has come when, and which is done first. It is arithmetic: time is a
// number, and nothing is sent.
package transfer
