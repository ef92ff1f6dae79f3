package layer

import (
	"fmt"

	"layerlab.dev/core/message"
)

// Refusal is what of a layer BuildKit does not take: the entry and the reason,
// in the words of containerd and Linux.
type Refusal struct {
	Entry  string
	Reason error
}

// RefusalError reports a layer that BuildKit refuses to extract, although it
// can be read.
type RefusalError struct{ Refusal }

func (e *RefusalError) Error() string { return e.Message().Text }

// Message is what is said of it.
func (e *RefusalError) Message() message.Message {
	return saysRefused.With(shorten(e.Entry), fmt.Sprint(e.Reason))
}

func (e *RefusalError) Unwrap() error { return e.Reason }

var saysRefused = message.New("layer.refused", "layer entry %s: %s")
