// Package lab is the state behind the page, without a browser: the files a
// person works on, the last build, what is chosen and lit, and which rows of
// which long list are on screen.
//
// What has to happen outside (a message to the engine, a save, a jump of the
// editor) goes through a Host, so that all of it is tested natively.
package lab
