// Package grammar reads a program token by token as the shells do, which
// settles two things mvdan.cc/sh's parser cannot say: at which token, and with
// which words, a shell gives up, and what ash and dash take for plain words
// where that parser sees bash. It follows the parsers of ash and dash, which
// are one program; where bash's differs, bash is asked for.
package grammar
