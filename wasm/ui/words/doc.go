// Package words holds every text of the page, one catalogue per language, and
// the ways to write sizes and counts in it.
//
// A text is a field of Words, so that a template that names a text which does
// not exist fails to compile; a test makes sure that no catalogue leaves a
// field empty. Phrases with a value in them are functions, because languages
// order their words differently.
package words
