package words

import "fmt"

// Strata holds the words of the stack: its slabs, stages, and the lens over
// them.
type Strata struct {
	Lens           string
	LensHint       string
	NothingBuilt   string
	LayersFromTo   func(from, to int) string
	OpenWithArrow  string
	CloseWithArrow string
	BrokenAt       string
	BrokenAfter    func(layers int) string
	NotBuilt       string
	OfLastBuild    string
	LastGood       string
	OfBase         string
	StageNamed     func(name string) string
	TakenFrom      func(stage string) string
	CountOf        func(n int, what, size string) string
}

var strataEnglish = Strata{
	Lens:           "What is looked at",
	LensHint:       "The lines below are instructions. Each becomes a stratum when the engine has built it.",
	NothingBuilt:   "Nothing is built yet",
	LayersFromTo:   func(from, to int) string { return fmt.Sprintf("Layers %d to %d", from, to) },
	OpenWithArrow:  "closed, Right arrow opens",
	CloseWithArrow: "open, Left arrow closes",
	BrokenAt:       "The build broke off here",
	BrokenAfter: func(n int) string {
		if n == 0 {
			return "Broke off before the first layer"
		}
		return "Broke off after " + plural(n, "new layer", "new layers")
	},
	NotBuilt:    "not built",
	OfLastBuild: "of the last good build, not built again",
	LastGood:    "Last good build",
	OfBase:      "from the base image",
	StageNamed:  func(name string) string { return "stage " + name },
	TakenFrom:   func(stage string) string { return "from " + stage },
	CountOf:     func(n int, what, size string) string { return Count(n) + " " + what + brackets(size) },
}

var strataKorean = Strata{
	Lens:           "지금 보는 지층",
	LensHint:       "아래 줄은 명령입니다. 엔진이 빌드하면 하나하나가 지층이 됩니다.",
	NothingBuilt:   "아직 빌드된 것이 없음",
	LayersFromTo:   func(from, to int) string { return fmt.Sprintf("레이어 %d~%d", from, to) },
	OpenWithArrow:  "접힘, 오른쪽 화살표로 펼치기",
	CloseWithArrow: "펼침, 왼쪽 화살표로 접기",
	BrokenAt:       "빌드가 여기서 멈춤",
	BrokenAfter: func(n int) string {
		if n == 0 {
			return "첫 레이어 전에 멈춤"
		}
		return fmt.Sprintf("새 레이어 %d개를 만든 뒤 멈춤", n)
	},
	NotBuilt:    "빌드되지 않음",
	OfLastBuild: "마지막으로 성공한 빌드의 것, 다시 빌드되지 않음",
	LastGood:    "마지막으로 성공한 빌드",
	OfBase:      "베이스 이미지에서 옴",
	StageNamed:  func(name string) string { return "스테이지 " + name },
	TakenFrom:   func(stage string) string { return stage + "에서 가져옴" },
	CountOf:     func(n int, what, size string) string { return what + " " + Count(n) + "개" + brackets(size) },
}

func brackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
