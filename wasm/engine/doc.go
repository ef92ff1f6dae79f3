// Command engine is the program of the page's Web Worker: it carries messages
// between the page and a session.
//
// The Worker's script gives it two functions under the name layerlab, see
// wasm/island/worker.js.
package main
