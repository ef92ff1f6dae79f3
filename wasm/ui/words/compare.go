package words

import (
	"fmt"
	"strconv"
)

// Compare are the texts of comparing two images and of moving instructions.
type Compare struct {
	CompareLeft     string // label of a side
	CompareRight    string
	CompareNow      string // the image of a Dockerfile as it is now
	CompareBuild    func(n int) string
	ComparePin      string
	CompareUnpin    string
	ComparePinned   string
	CompareSwap     string
	CompareNothing  string // there is only one image
	CompareSame     string
	CompareReading  string
	CompareRows     string // caption of the two histories
	CompareStates   map[string]string
	CompareFirst    string // before an instruction
	CompareShared   func(n int, size string) string
	CompareBlobs    func(n int) string
	ComparePull     string // caption: what a pull moves
	CompareAlone    string
	CompareWithLeft string
	CompareOnLeft   string // what a side has
	CompareLayers   string
	CompareSize     string
	CompareCache    string
	CompareHits     func(hits, built int) string
	CompareConfig   string // caption of the keys that differ
	CompareMissing  string
	CompareFiles    string // caption of the paths that differ
	CompareCounts   func(left, right, both int) string
	CompareNoFiles  string
	CompareMore     func(shown, total int) string
	CompareWhat     map[string]string // by wire.CompareFile.What
	CompareEdits    string
	CompareEditHow  string
	CompareEdit     func(layers int, size string) string
	CompareDigests  string

	Moved    func(text string) string
	MoveUp   string
	MoveDown string
	MoveHint string
}

var compareEnglish = Compare{
	CompareLeft:    "Before",
	CompareRight:   "After",
	CompareNow:     "now",
	CompareBuild:   func(n int) string { return "build " + strconv.Itoa(n) },
	ComparePin:     "Keep this build",
	CompareUnpin:   "Let it go",
	ComparePinned:  "kept",
	CompareSwap:    "Swap the sides",
	CompareNothing: "There is one image so far. Change a line: the image before it stays at hand here.",
	CompareSame:    "The two are the same image, byte for byte.",
	CompareReading: "Comparing",
	CompareRows:    "Instructions, the base at the bottom",
	CompareStates: map[string]string{
		"same":    "same layer on the same layers",
		"rebased": "same layer on other ones",
		"changed": "changed",
		"moved":   "moved",
		"left":    "only before",
		"right":   "only after",
	},
	CompareFirst: "They part at",
	CompareShared: func(n int, size string) string {
		return plural(n, "layer", "layers") + " shared from the bottom, " + size
	},
	CompareBlobs:    func(n int) string { return plural(n, "layer", "layers") + " above that with the same DiffID" },
	ComparePull:     "What a pull moves",
	CompareAlone:    "with nothing there",
	CompareWithLeft: "with the other one there",
	CompareOnLeft:   "Image",
	CompareLayers:   "Layers",
	CompareSize:     "Content",
	CompareCache:    "Cache",
	CompareHits:     func(hits, built int) string { return fmt.Sprintf("%d from cache, %d built", hits, built) },
	CompareConfig:   "Config",
	CompareMissing:  "not there",
	CompareFiles:    "Files",
	CompareCounts: func(left, right, both int) string {
		return fmt.Sprintf("%s only before, %s only after, %s changed", Count(left), Count(right), Count(both))
	},
	CompareNoFiles: "No file differs.",
	CompareMore: func(shown, total int) string {
		return fmt.Sprintf("The first %s of %s. A filter finds the others.", Count(shown), Count(total))
	},
	CompareWhat: map[string]string{
		"type": "type", "content": "content", "mode": "mode", "owner": "owner", "target": "target", "device": "device", "mtime": "mtime", "xattrs": "capabilities",
	},
	CompareEdits:   "If what it reads changes",
	CompareEditHow: "Layers that are built and pulled again after an edit of what the instruction reads",
	CompareEdit:    func(layers int, size string) string { return plural(layers, "layer", "layers") + ", " + size },
	CompareDigests: "Digests",

	Moved:    func(text string) string { return "Moved: " + text },
	MoveUp:   "Move up",
	MoveDown: "Move down",
	MoveHint: "Drag, or Alt with an arrow key, to move the instruction",
}

var compareKorean = Compare{
	CompareLeft:    "이전",
	CompareRight:   "이후",
	CompareNow:     "현재",
	CompareBuild:   func(n int) string { return "빌드 " + strconv.Itoa(n) },
	ComparePin:     "이 빌드 보관",
	CompareUnpin:   "보관 해제",
	ComparePinned:  "보관됨",
	CompareSwap:    "좌우 바꾸기",
	CompareNothing: "아직 이미지가 하나뿐입니다. 한 줄을 고치면 고치기 전의 이미지가 여기에 남습니다.",
	CompareSame:    "두 이미지는 바이트까지 같은 이미지입니다.",
	CompareReading: "비교 중",
	CompareRows:    "명령, 맨 아래가 베이스",
	CompareStates: map[string]string{
		"same":    "같은 레이어, 아래도 같음",
		"rebased": "같은 레이어, 아래가 다름",
		"changed": "바뀜",
		"moved":   "옮겨짐",
		"left":    "이전에만 있음",
		"right":   "이후에만 있음",
	},
	CompareFirst: "갈라지는 곳:",
	CompareShared: func(n int, size string) string {
		return fmt.Sprintf("아래부터 레이어 %s개 공유, %s", Count(n), size)
	},
	CompareBlobs:    func(n int) string { return fmt.Sprintf("그 위에 DiffID가 같은 레이어 %s개", Count(n)) },
	ComparePull:     "pull로 옮기는 양",
	CompareAlone:    "아무것도 없을 때",
	CompareWithLeft: "다른 쪽이 이미 있을 때",
	CompareOnLeft:   "이미지",
	CompareLayers:   "레이어",
	CompareSize:     "내용",
	CompareCache:    "캐시",
	CompareHits:     func(hits, built int) string { return fmt.Sprintf("캐시 %d, 빌드 %d", hits, built) },
	CompareConfig:   "설정(config)",
	CompareMissing:  "없음",
	CompareFiles:    "파일",
	CompareCounts: func(left, right, both int) string {
		return fmt.Sprintf("이전에만 %s개, 이후에만 %s개, 바뀜 %s개", Count(left), Count(right), Count(both))
	},
	CompareNoFiles: "다른 파일이 없습니다.",
	CompareMore: func(shown, total int) string {
		return fmt.Sprintf("%s개 중 처음 %s개. 나머지는 필터로 찾습니다.", Count(total), Count(shown))
	},
	CompareWhat: map[string]string{
		"type": "종류", "content": "내용", "mode": "모드", "owner": "소유자", "target": "대상", "device": "장치", "mtime": "mtime", "xattrs": "capability",
	},
	CompareEdits:   "읽는 파일이 바뀌면",
	CompareEditHow: "명령이 읽는 파일을 고친 뒤 다시 빌드하고 다시 pull해야 하는 레이어",
	CompareEdit:    func(layers int, size string) string { return fmt.Sprintf("레이어 %s개, %s", Count(layers), size) },
	CompareDigests: "다이제스트",

	Moved:    func(text string) string { return "옮김: " + text },
	MoveUp:   "위로 옮기기",
	MoveDown: "아래로 옮기기",
	MoveHint: "끌거나 Alt와 화살표 키로 명령을 옮깁니다",
}
