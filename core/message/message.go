package message

import (
	"errors"
	"fmt"
	"strings"
)

// Message is a sentence with its values. The zero Message says nothing.
type Message struct {
	// Key names the form; "" for a text that is not translated. A message
	// without key that has Args is these, one after the other.
	Key  string
	Args []Message
	// Text is the whole in English.
	Text string
}

// String gives the English text.
func (m Message) String() string { return m.Text }

// IsZero tells whether m says nothing.
func (m Message) IsZero() bool { return m.Text == "" && m.Key == "" }

// Plain is a text that is the same in every language: a name, a number, what
// another program said.
func Plain(text string) Message { return Message{Text: text} }

// Join puts messages behind each other, as they are.
func Join(parts ...Message) Message {
	m := Message{Args: parts}
	for _, p := range parts {
		m.Text += p.Text
	}
	return m
}

// Form is the wording of a sentence. Forms are declared as variables of the
// package that says them.
type Form struct {
	key      string
	one, all string
}

var forms []Form

// New declares a form. The English wording is a format of package fmt with %s
// for every value.
func New(key, english string) Form { return declare(Form{key: key, all: english}) }

// Plural declares a form whose first value is a number: one is the English
// wording for 1, many for all others.
func Plural(key, one, many string) Form { return declare(Form{key: key, one: one, all: many}) }

func declare(f Form) Form {
	for _, other := range forms {
		if other.key == f.key {
			panic("message: two forms with the key " + f.key)
		}
	}
	forms = append(forms, f)
	return f
}

// All gives every form that the program can say, in the order of declaration.
func All() []Form { return append([]Form(nil), forms...) }

// Key is the name of the form.
func (f Form) Key() string { return f.key }

// English is the wording, with %s for every value.
func (f Form) English() string { return f.all }

// With makes a message of the form. Values are Messages; others are written as
// fmt.Sprint does.
func (f Form) With(values ...any) Message {
	m := Message{Key: f.key}
	text := make([]any, len(values))
	for i, v := range values {
		arg, ok := v.(Message)
		if !ok {
			arg = Plain(fmt.Sprint(v))
		}
		m.Args, text[i] = append(m.Args, arg), arg.Text
	}
	wording := f.all
	if f.one != "" && len(m.Args) > 0 && m.Args[0].Text == "1" {
		wording = f.one
	}
	m.Text = fmt.Sprintf(wording, text...)
	return m
}

// Error makes an error of the form.
func (f Form) Error(values ...any) error { return &said{m: f.With(values...)} }

// Wrap makes an error of the form whose last value is err, which it wraps.
func (f Form) Wrap(err error, values ...any) error {
	return &said{f.With(append(values, Of(err))...), err}
}

// said is an error that is a message.
type said struct {
	m   Message
	err error
}

func (e *said) Error() string { return e.m.Text }

func (e *said) Message() Message { return e.m }

func (e *said) Unwrap() error { return e.err }

// Of gives the message that an error is: the outermost with a method Message. Of an error around a message, what
// stands before it is kept as it is; any other error is plain.
func Of(err error) Message {
	if err == nil {
		return Message{}
	}
	var m interface {
		error
		Message() Message
	}
	if !errors.As(err, &m) {
		return Plain(err.Error())
	}
	before, found := strings.CutSuffix(err.Error(), m.Error())
	switch {
	case !found:
		return Plain(err.Error())
	case before == "":
		return m.Message()
	}
	return Join(Plain(before), m.Message())
}
