package main

// Root is the whole page.
type Root struct{ Part }
