package main

// HistoryButtons take the last change of the workspace back, whichever file or
// setting it was, and make it again.
type HistoryButtons struct{ Part }
