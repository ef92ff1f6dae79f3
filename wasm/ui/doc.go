// Command ui is the page: Vugu components over the state of package lab, and
// the bridge between that state and the JavaScript islands. It runs on the
// main thread and knows package wire, never core.
//
// Built for anything but a browser, the same components print the page's first
// picture, which index.html carries so that the page is there before any
// program: see page.go.
package main

//go:generate go tool vugugen -skip-go-mod -skip-main .
