// Package message holds the sentences that the engine says of its own accord,
// so that a program around it can say them in another language.
//
// A [Form] is declared once, with a key and its English wording; a [Message] is
// a form with its values. It travels as data: the key, the values, and the
// English text for who has no other. What others said (BuildKit's errors, the
// output of a command) is [Plain]: it has no key and stays as it is.
package message
