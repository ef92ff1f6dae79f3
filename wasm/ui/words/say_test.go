package words_test

import (
	"fmt"
	"testing"

	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

func TestSay(t *testing.T) {
	bytes := wire.Message{Key: "count.bytes", Args: []wire.Message{wire.Plain("12")}, Text: "12 bytes"}
	hides := wire.Message{Key: "change.hides", Args: []wire.Message{bytes, wire.Plain("4")}, Text: "hides 12 bytes of layer 4"}
	for _, test := range []struct {
		name    string
		m       wire.Message
		english string
		korean  string
	}{
		{"nothing", wire.Message{}, "", ""},
		{"not ours", wire.Plain("unknown instruction: FRUM"), "unknown instruction: FRUM", "unknown instruction: FRUM"},
		{"values in another order", hides, "hides 12 bytes of layer 4", "레이어 4의 12바이트 가림"},
		{"a row of messages", wire.Message{Args: []wire.Message{wire.Plain("a: "), hides}, Text: "a: hides"}, "a: hides 12 bytes of layer 4", "a: 레이어 4의 12바이트 가림"},
		{"a key of a newer engine", wire.Message{Key: "no.such", Text: "as it comes"}, "as it comes", "as it comes"},
		{"braces that are no value", wire.Message{Key: "advice.expansion", Text: "Mend"}, "Mend",
			"변수나 따옴표를 고치세요: ${NAME}, ${NAME:-DEFAULT}. 달러 기호 자체를 쓰려면 앞에 이스케이프 문자를 두세요."},
		{"values missing", wire.Message{Key: "change.mode", Text: "mode"}, "mode", "권한  → "},
	} {
		if got := words.For(words.English).Say(test.m); got != test.english {
			t.Errorf("%s: %q, want %q", test.name, got, test.english)
		}
		if got := words.For(words.Korean).Say(test.m); got != test.korean {
			t.Errorf("%s: %q, want %q", test.name, got, test.korean)
		}
	}
}

func ExampleWords_Reason() {
	m := wire.Message{Key: "cache.changed", Args: []wire.Message{wire.Plain("instruction")}, Text: "instruction changed"}
	fmt.Println(words.For(words.English).Reason(m))
	fmt.Println(words.For(words.Korean).Reason(m))
	// Output:
	// instruction changed
	// 명령 바뀜
}

func ExampleWords_Say() {
	m := wire.Message{Key: "cache.changed", Args: []wire.Message{wire.Plain("/src/app.js")}, Text: "/src/app.js changed"}
	fmt.Println(words.For(words.English).Say(m))
	fmt.Println(words.For(words.Korean).Say(m))
	// Output:
	// /src/app.js changed
	// /src/app.js 바뀜
}
