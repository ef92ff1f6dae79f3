// Package dialect names the languages of the shells that are interpreted, and
// holds what these have in common: keywords and names.
package dialect
