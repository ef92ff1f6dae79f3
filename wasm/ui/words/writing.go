package words

// Writing holds the words around writing a file: the editor's tools, its keys,
// and the history of the workspace.
type Writing struct {
	Redo             string
	UndoOf           func(what string) string
	RedoOf           func(what string) string
	Undone           func(what string) string
	Redone           func(what string) string
	ChangeEdited     func(path string) string
	ChangeAdded      func(path string) string
	ChangeOfMany     string
	ChangeOfSettings string
	Fixes            string
	Keys             string
	KeysTitle        string
	KeyGroups        []KeyGroup
	// Island are the texts of the editor's own island, by name.
	Island map[string]string
	// Phrases are those of CodeMirror, by what it says in English.
	Phrases map[string]string
}

// KeyGroup is a list of keys with what they do.
type KeyGroup struct {
	Name string
	Keys []Key
}

// Key is a key, or several, with what it does. Mod stands for Ctrl, or Cmd on
// a Mac.
type Key struct{ Key, Does string }

var writingEnglish = Writing{
	Redo:             "Redo",
	UndoOf:           func(what string) string { return "Undo: " + what },
	RedoOf:           func(what string) string { return "Redo: " + what },
	Undone:           func(what string) string { return "Undone: " + what },
	Redone:           func(what string) string { return "Redone: " + what },
	ChangeEdited:     func(path string) string { return path + " edited" },
	ChangeAdded:      func(path string) string { return path + " added" },
	ChangeOfMany:     "many files",
	ChangeOfSettings: "settings",
	Fixes:            "Ways to mend it",
	Keys:             "Keys",
	KeysTitle:        "Keys of the page",
	KeyGroups: []KeyGroup{
		{"Writing", []Key{
			{"Ctrl+Space", "complete"},
			{"Mod+.", "mend the problem at the cursor"},
			{"F8", "next problem"},
			{"F2", "rename the stage at the cursor"},
			{"Alt+K", "explain the word at the cursor"},
			{"Shift+Alt+F", "format the file"},
			{"Mod+F", "find"},
			{"Mod+/", "comment"},
			{"Ctrl+Shift+[ ]", "fold and unfold"},
			{"Esc, Tab", "leave the editor"},
		}},
		{"Everywhere", []Key{
			{"Mod+Z", "undo, in whichever file it was"},
			{"Mod+Shift+Z", "redo"},
			{"?", "this list, outside of texts"},
		}},
		{"Core sample", []Key{
			{"↑ ↓", "choose a layer"},
			{"Enter", "look into it"},
			{"Alt+↑ ↓", "move the instruction"},
		}},
		{"Files", []Key{
			{"F2", "rename"},
			{"Del", "delete"},
		}},
	},
	Island: map[string]string{
		"form": "Form of the instruction", "format": "Format", "formatHint": "Format the file (Shift+Alt+F)", "keys": "Keys",
		"rename": "New name of the stage", "apply": "Rename", "nothing": "Nothing to mend here", "noStage": "No stage's name here",
		"noNote": "Nothing to explain here", "reference": "Reference",
	},
	Phrases: same(phrasesKorean),
}

var writingKorean = Writing{
	Redo:             "다시 하기",
	UndoOf:           func(what string) string { return "되돌리기: " + what },
	RedoOf:           func(what string) string { return "다시 하기: " + what },
	Undone:           func(what string) string { return "되돌림: " + what },
	Redone:           func(what string) string { return "다시 함: " + what },
	ChangeEdited:     func(path string) string { return path + " 편집" },
	ChangeAdded:      func(path string) string { return path + " 추가" },
	ChangeOfMany:     "여러 파일",
	ChangeOfSettings: "설정",
	Fixes:            "고치는 방법",
	Keys:             "단축키",
	KeysTitle:        "단축키",
	KeyGroups: []KeyGroup{
		{"쓰기", []Key{
			{"Ctrl+Space", "자동 완성"},
			{"Mod+.", "커서 자리의 문제 고치기"},
			{"F8", "다음 문제"},
			{"F2", "커서 자리의 스테이지 이름 바꾸기"},
			{"Alt+K", "커서 자리의 단어 설명"},
			{"Shift+Alt+F", "파일 정리"},
			{"Mod+F", "찾기"},
			{"Mod+/", "주석"},
			{"Ctrl+Shift+[ ]", "접기와 펴기"},
			{"Esc, Tab", "편집기 벗어나기"},
		}},
		{"어디서나", []Key{
			{"Mod+Z", "되돌리기 (어느 파일이든)"},
			{"Mod+Shift+Z", "다시 하기"},
			{"?", "이 목록 (글 입력 중이 아닐 때)"},
		}},
		{"코어 샘플", []Key{
			{"↑ ↓", "레이어 고르기"},
			{"Enter", "살펴보기"},
			{"Alt+↑ ↓", "명령 옮기기"},
		}},
		{"파일", []Key{
			{"F2", "이름 바꾸기"},
			{"Del", "삭제"},
		}},
	},
	Island: map[string]string{
		"form": "명령의 형식", "format": "정리", "formatHint": "파일 정리 (Shift+Alt+F)", "keys": "단축키",
		"rename": "스테이지의 새 이름", "apply": "이름 바꾸기", "nothing": "여기에는 고칠 것이 없습니다", "noStage": "여기에는 스테이지 이름이 없습니다",
		"noNote": "여기에는 설명할 것이 없습니다", "reference": "레퍼런스",
	},
	Phrases: phrasesKorean,
}

var phrasesKorean = map[string]string{
	"Find": "찾기", "Replace": "바꾸기", "next": "다음", "previous": "이전", "all": "모두", "match case": "대소문자 구분",
	"by word": "단어 단위", "regexp": "정규식", "replace": "바꾸기", "replace all": "모두 바꾸기", "close": "닫기",
	"current match": "지금 위치", "replaced $ matches": "$개 바꿈", "replaced match on line $": "$행에서 바꿈", "on line": "행",
	"Go to line": "행으로 가기", "go": "가기", "Completions": "완성 목록", "Diagnostics": "문제", "No diagnostics": "문제 없음",
	"Fold line": "접기", "Unfold line": "펴기", "folded code": "접힌 줄", "unfold": "펴기", "Folded lines": "접은 행",
	"Unfolded lines": "편 행", "to": "–", "Control character": "제어 문자", "Selection deleted": "선택한 글을 지움",
}

// same are phrases as they come.
func same(phrases map[string]string) map[string]string {
	out := map[string]string{}
	for name := range phrases {
		out[name] = name
	}
	return out
}
