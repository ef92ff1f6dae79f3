// Package wire holds the messages between the page and the engine's Web
// Worker, as Go structs that travel as JSON; it is the only thing the two
// share.
//
// The page sends a Request, the engine answers with one Response of the same
// ID. Builds are different: the page sends its workspace with a revision, and
// the engine posts Events for it (progress, then Built). A newer revision
// cancels an older build; the engine never posts Built for a revision below
// the newest it has seen. Large bytes do not travel in the JSON: a message has
// a list of ArrayBuffers beside it, transferred, and refers to them by index.
package wire
