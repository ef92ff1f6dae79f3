//go:build !js

package proc

// pause lets the host do something else. Only a browser needs it.
func pause() {}
