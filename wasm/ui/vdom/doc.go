// Package vdom leaves out of a render what the page shows already. Vugu keeps
// no tree of its last render and sends the whole page each time, which took
// longer than a frame lasts; a render that changes a line now sends a line.
package vdom
