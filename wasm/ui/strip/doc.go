// Package strip turns a digest into the small picture that stands beside it
// everywhere: eight blocks whose hue and height come from its first eight
// bytes, and its first twelve hexadecimal digits.
package strip
