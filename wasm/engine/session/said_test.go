package session_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"layerlab.dev/core/message"
	"layerlab.dev/wasm/ui/words"
)

var valueMark = regexp.MustCompile(`\{(\d+)\}`)

// The page must have words for all that the engine can say, in every language:
// what it cannot say, nothing translates.
func TestEverySentenceIsWorded(t *testing.T) {
	forms := message.All()
	if len(forms) < 150 {
		t.Fatalf("the engine declares only %d sentences", len(forms))
	}
	var keys []string
	for _, f := range forms {
		keys = append(keys, f.Key())
		if strings.TrimSpace(f.English()) == "" {
			t.Errorf("%s has no English wording", f.Key())
		}
		values := strings.Count(strings.ReplaceAll(f.English(), "%%", ""), "%s")
		for _, lang := range words.Langs() {
			if lang == words.English {
				continue // what the engine brings
			}
			wording, ok := words.Wording(lang, f.Key())
			if !ok || wording == "" {
				t.Errorf("%s: no words for %s: %s", lang, f.Key(), f.English())
				continue
			}
			seen := map[int]bool{}
			for _, m := range valueMark.FindAllStringSubmatch(wording, -1) {
				n, err := strconv.Atoi(m[1])
				if err != nil || n >= values {
					t.Errorf("%s: %s has no value {%s}", lang, f.Key(), m[1])
				}
				seen[n] = true
			}
			if len(seen) != values {
				t.Errorf("%s: %s tells %d values of %d: %s", lang, f.Key(), len(seen), values, wording)
			}
		}
	}
	for _, lang := range words.Langs() {
		for _, key := range words.Keys(lang) {
			if !slices.Contains(keys, key) {
				t.Errorf("%s: nobody says %s", lang, key)
			}
		}
	}
}
