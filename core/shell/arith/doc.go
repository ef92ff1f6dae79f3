// Package arith evaluates arithmetic expressions of the shells: $((…)), and in
// bash all else that is a number. Numbers have 64 bits and wrap around.
package arith
