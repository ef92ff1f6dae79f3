// Package recorded holds builds against what real builders made of the same
// inputs: a case is a Dockerfile, a context and options together with, where
// it was recorded, the outcome.
package recorded
