package words

import (
	"strconv"
	"strings"

	"layerlab.dev/wasm/wire"
)

// messages are the wordings of the engine's sentences by key, {0}, {1} and so
// on standing for the values. English is what the engine brings itself.
var messages = map[Lang]map[string]string{Korean: union(koreanMessages, koreanHelp)}

// union puts catalogues together. A key in two of them would be a mistake.
func union(parts ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, part := range parts {
		for key, wording := range part {
			if _, taken := all[key]; taken {
				panic("words: two wordings of " + key)
			}
			all[key] = wording
		}
	}
	return all
}

// Say words a sentence of the engine.
func (w *Words) Say(m wire.Message) string {
	if m.Key == "" {
		if len(m.Args) == 0 {
			return m.Text
		}
		var b strings.Builder
		for _, a := range m.Args {
			b.WriteString(w.Say(a))
		}
		return b.String()
	}
	wording, ok := messages[w.Lang][m.Key]
	if !ok {
		return m.Text
	}
	return fill(wording, func(n int) string {
		if n < len(m.Args) {
			return w.Say(m.Args[n])
		}
		return ""
	})
}

// Reason writes out why a step was built again, with the part of its key that
// changed as PartName calls it.
func (w *Words) Reason(m wire.Message) string {
	if m.Key == "cache.changed" && len(m.Args) == 1 {
		m.Args = []wire.Message{wire.Plain(w.PartName(m.Args[0].Text))}
	}
	return w.Say(m)
}

// Wording gives the wording of a key in a language, false where that has none.
func Wording(l Lang, key string) (string, bool) {
	wording, ok := messages[l][key]
	return wording, ok
}

// Keys lists the keys that a language has wordings for, in no order.
func Keys(l Lang) []string {
	var keys []string
	for k := range messages[l] {
		keys = append(keys, k)
	}
	return keys
}

// fill puts values into a wording.
func fill(wording string, value func(n int) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(wording, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		number, after, closed := strings.Cut(rest, "}")
		n, err := strconv.Atoi(number)
		if !closed || err != nil {
			b.WriteByte('{')
			wording = rest
			continue
		}
		b.WriteString(value(n))
		wording = after
	}
}
