// Package oracle is the table of shell lines whose outcome was recorded in the
// real shells, and the root they ran in: what tests/record writes and the test
// of package shell replays.
package oracle
