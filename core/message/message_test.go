package message_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"layerlab.dev/core/message"
)

var (
	gone  = message.New("test.gone", "%s is gone: %s was built again")
	bytes = message.Plural("test.bytes", "%s byte", "%s bytes")
	hides = message.New("test.hides", "hides %s of layer %s")
	wraps = message.New("test.wraps", "export of %s: %s")
)

func TestWith(t *testing.T) {
	for _, test := range []struct {
		m    message.Message
		key  string
		text string
	}{
		{gone.With("step 3", "it"), "test.gone", "step 3 is gone: it was built again"},
		{bytes.With(1), "test.bytes", "1 byte"},
		{bytes.With(int64(0)), "test.bytes", "0 bytes"},
		{hides.With(bytes.With(12), 4), "test.hides", "hides 12 bytes of layer 4"},
		{message.Plain("100%s"), "", "100%s"},
		{message.Join(message.Plain("a: "), bytes.With(1)), "", "a: 1 byte"},
	} {
		if test.m.Key != test.key || test.m.String() != test.text {
			t.Errorf("%q %q, want %q %q", test.m.Key, test.m, test.key, test.text)
		}
	}
	if m := hides.With(bytes.With(12), 4); len(m.Args) != 2 || m.Args[0].Key != "test.bytes" || m.Args[1].Text != "4" {
		t.Errorf("values %+v", m.Args)
	}
	if !(message.Message{}).IsZero() || message.Plain("x").IsZero() {
		t.Error("zero and not zero are mixed up")
	}
}

func TestOf(t *testing.T) {
	e := gone.Error("a", "b")
	for _, test := range []struct {
		name string
		err  error
		key  string
		text string
		args int
	}{
		{"none", nil, "", "", 0},
		{"other", io.EOF, "", "EOF", 0},
		{"message", e, "test.gone", "a is gone: b was built again", 2},
		{"wrapped", fmt.Errorf("file x: %w", e), "", "file x: a is gone: b was built again", 2},
		{"in the middle", fmt.Errorf("%w, alas", e), "", "a is gone: b was built again, alas", 0},
		{"around", wraps.Wrap(io.EOF, "x"), "test.wraps", "export of x: EOF", 2},
	} {
		m := message.Of(test.err)
		if m.Key != test.key || m.Text != test.text || len(m.Args) != test.args {
			t.Errorf("%s: %+v", test.name, m)
		}
	}
	if !errors.Is(wraps.Wrap(io.EOF, "x"), io.EOF) {
		t.Error("the error around hides the one within")
	}
}

func TestKeysAreUnique(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a key was taken twice")
		}
	}()
	message.New("test.gone", "again")
}

func ExampleForm_With() {
	m := hides.With(bytes.With(12), 4)
	fmt.Println(m.Key, m)
	// Output: test.hides hides 12 bytes of layer 4
}
