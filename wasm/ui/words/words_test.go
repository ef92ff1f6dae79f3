package words_test

import (
	"fmt"
	"reflect"
	"testing"

	"layerlab.dev/wasm/ui/words"
)

func TestEveryTextIsThere(t *testing.T) {
	first := reflect.ValueOf(*words.For(words.English))
	for _, lang := range words.Langs() {
		compare(t, lang, first, reflect.ValueOf(*words.For(lang)))
	}
}

// compare holds the texts of a language against the English ones, those of
// the areas that a catalogue embeds included.
func compare(t *testing.T, lang words.Lang, first, v reflect.Value) {
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		if f.Kind() == reflect.Struct {
			compare(t, lang, first.Field(i), f)
			continue
		}
		if f.IsZero() {
			t.Errorf("%s: %s has no text", lang, name)
			continue
		}
		if f.Kind() != reflect.Map {
			continue
		}
		for _, key := range first.Field(i).MapKeys() {
			if got := f.MapIndex(key); !got.IsValid() || got.String() == "" {
				t.Errorf("%s: %s has no text for %q", lang, name, key)
			}
		}
		if f.Len() != first.Field(i).Len() {
			t.Errorf("%s: %s has %d texts, the English one %d", lang, name, f.Len(), first.Field(i).Len())
		}
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		name       string
		remembered string
		preferred  []string
		want       words.Lang
	}{
		{"nothing known", "", nil, words.English},
		{"browser's first choice", "", []string{"ko-KR", "en"}, words.Korean},
		{"first choice without a catalogue", "", []string{"fr", "ko"}, words.Korean},
		{"remembered wins", "en", []string{"ko"}, words.English},
		{"remembered one unknown", "xx", []string{"ko"}, words.Korean},
		{"case", "KO", nil, words.Korean},
		{"longer tag that begins alike", "", []string{"kok"}, words.English},
	} {
		if got := words.Choose(test.remembered, test.preferred); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := words.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func ExampleFor() {
	fmt.Println(words.For(words.English).BuiltIn(12))
	fmt.Println(words.For(words.Korean).BuiltIn(12_345))
	// Output:
	// Built in 12 ms
	// 12.3 s 만에 빌드
}
