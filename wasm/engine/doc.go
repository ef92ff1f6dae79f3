// Command engine is the program of the page's Web Worker: it carries messages
// between pages and a session of each. A Worker of its own has one page; one
// that embedded pages share has several.
//
// It gives the Worker's script a function under the name layerlab.converse, see
// wasm/island/worker.js.
package main
