// Package compare sets two images side by side: which of their instructions
// and layers are the same, where they part, and how their files differ.
package compare
