package wire

// Message is a sentence of the engine, to be worded in the page's language.
type Message struct {
	// Key names the wording; "" for what stays as it is (a name, a number, what
	// BuildKit or a command said). Without key, Args stand one after the other.
	Key  string    `json:"key,omitempty"`
	Args []Message `json:"args,omitempty"`
	Text string    `json:"text,omitempty"` // the whole in English
}

// Plain is a text that is the same in every language.
func Plain(text string) Message { return Message{Text: text} }

// IsZero tells whether nothing is said.
func (m Message) IsZero() bool { return m.Key == "" && m.Text == "" }

// String is the English text.
func (m Message) String() string { return m.Text }
