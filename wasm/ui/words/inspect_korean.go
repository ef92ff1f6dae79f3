package words

import (
	"fmt"
	"strings"
)

var inspectKorean = Inspect{
	GoBack:    "링크가 있던 곳으로",
	LookingAt: "보고 있는 것",

	Scope:        "비교 대상",
	ThisLayer:    "이 레이어",
	SinceBase:    "베이스 이후",
	SinceBaseHow: "여기까지의 모든 레이어가 베이스 이미지에서 바꾼 것",
	FoldAll:      "디렉터리 모두 접기",
	UnfoldAll:    "디렉터리 모두 펼치기",
	RemovedBelow: "아래에 가려진 파일도",
	NoKind:       "고른 종류의 변경이 없습니다.",
	NoFilesYet:   "이 단계에는 파일이 없습니다.",
	GoneBy:       func(layer string) string { return "레이어 " + layer + "에서 삭제" },
	GoneWith:     func(dir string) string { return dir + "와 함께 사라짐" },
	ReplacedBy:   func(layer string) string { return "레이어 " + layer + "에서 대체" },
	VersionsOf:   func(n int) string { return "버전 " + Count(n) + "개" },

	ShowThat:       "그 레이어 보기",
	ShowMore:       "더 보기",
	NotText:        "텍스트가 아닙니다. 16진수로 보세요.",
	PictureTooBig:  "4 MB가 넘는 그림은 그리지 않습니다.",
	EmptyFile:      "빈 파일입니다.",
	NoVersionBelow: "아래 레이어에 이 파일이 없어 비교할 대상이 없습니다.",
	NoDiff: map[string]string{
		"same":   "아래 버전과 바이트가 같습니다. 메타데이터만 바뀌었습니다.",
		"binary": "두 버전이 텍스트가 아닙니다. 16진수로 비교하세요.",
		"big":    "512 kB가 넘는 파일은 줄 단위로 비교하지 않습니다.",
		"absent": "한 버전은 다이제스트만 알려져 있습니다.",
		"type":   "두 버전 중 하나가 일반 파일이 아닙니다.",
	},
	DiffOf: func(layer string, removed, added int) string {
		return fmt.Sprintf("레이어 %s 대비: %s줄 빠지고 %s줄 들어옴", layer, Count(removed), Count(added))
	},
	VersionsHow: "각 레이어가 이 경로에 한 일, 최신이 위. 아래 버전도 이미지에 남아 있습니다.",
	Seen:        "보이는 것",
	OpenIt:      "열기",
	OpenVersion: func(layer string) string { return layer + "의 버전 열기" },

	AllEntries:   "모든 항목",
	HeaderBytes:  "헤더의 바이트",
	HeaderFields: "헤더의 필드",
	HeaderAt: func(offset int64, bytes int) string {
		return fmt.Sprintf("%s번째 바이트부터 %s바이트", Count(int(offset)), Count(bytes))
	},
	Checksum: func(stored, computed int64, sound bool) string {
		if sound {
			return fmt.Sprintf("체크섬 맞음: %d", computed)
		}
		return fmt.Sprintf("체크섬 틀림: 기록 %d, 계산 %d", stored, computed)
	},
	NothingFollows: "뒤따르는 내용이 없습니다.",
	Follows: func(size string, zeros int64) string {
		return fmt.Sprintf("내용 %s가 뒤따르고, 0으로 된 %s바이트가 블록을 채웁니다.", size, Count(int(zeros)))
	},
	PaxRecord:    "PAX 레코드: 아래 필드를 대신함",
	WhiteoutName: "화이트아웃: 아래 레이어에서 .wh. 뒤의 이름을 가림",
	FieldMeaning: map[string]string{
		"name": "앞에 /가 없는 경로", "mode": "권한 비트, 8진수", "uid": "소유자", "gid": "그룹", "size": "내용의 바이트 수",
		"mtime": "수정 시각", "chksum": "이 블록 전체 바이트의 합, 8진수", "typeflag": "항목 종류", "linkname": "링크 대상",
		"magic": "형식", "version": "형식 버전", "uname": "소유자 이름, 레이어에서는 비움", "gname": "그룹 이름, 레이어에서는 비움",
		"devmajor": "장치 번호", "devminor": "장치 번호", "prefix": "이름 앞에 붙음", "pad": "블록 끝까지 0", "unused": "0",
		"atime": "접근 시각", "ctime": "변경 시각", "offset": "여러 볼륨 아카이브용", "longnames": "쓰이지 않음", "sparse": "희소 파일 지도",
		"isextended": "희소 파일용", "realsize": "희소 파일용", "longname": "전체 경로", "unreadable": "PAX 레코드가 아님",
	},
	TypeFlag: func(flag string) string {
		return map[string]string{"0": "파일", "1": "하드 링크", "2": "심볼릭 링크", "3": "문자 장치", "4": "블록 장치",
			"5": "디렉터리", "6": "파이프", "x": "다음 헤더의 PAX 레코드", "g": "전체의 PAX 레코드", "L": "긴 이름", "K": "긴 링크 이름"}[flag]
	},

	ProofTitle:   "전체 사슬",
	ProofHow:     "모든 다이제스트는 여기 있는 바이트의 sha256입니다. 다시 계산하거나, 바이트 하나를 바꿔 무엇이 어긋나는지 보세요.",
	RecomputeAll: "모두 다시 계산",
	RecomputeIt:  func(what string) string { return what + " 다시 계산" },
	ComputedFrom: func(bytes int64, ms float64) string {
		return fmt.Sprintf("%s바이트의 sha256, %s ms", Count(int(bytes)), milliseconds(ms))
	},
	EqualDigest: "일치",
	SameDigest:  "그대로",
	OtherDigest: "불일치",
	NotComputed: "계산 못 함",
	FlipByte:    func(layer int) string { return fmt.Sprintf("레이어 %d의 바이트 하나 바꾸기", layer) },
	Unflip:      "바이트 되돌리기",
	Flipped: func(layer int, offset int64, was, is, entry string) string {
		text := fmt.Sprintf("레이어 %d, tar의 %s번째 바이트: %s → %s", layer, Count(int(offset)), was, is)
		if entry != "" {
			text += " (" + entry + "의 첫 바이트)"
		}
		return text
	},

	CacheOfBase: "베이스 이미지에서 옴",
	CacheHow: map[string]string{
		"base":   "베이스의 레이어는 빌드하지 않고 그대로 가져옵니다.",
		"built":  "이 키로 보관된 결과가 없어 명령을 실행했습니다.",
		"hit":    "정확히 이 키로 보관된 결과가 있어 아무것도 실행하지 않았습니다.",
		"parent": "아래 단계의 키가 이 키의 일부입니다. 그것이 바뀌어 이것도 바뀌었습니다.",
	},
	CacheKeyTitle: "캐시 키",
	CacheFormula:  "키 = sha256(기준 시각, 아래 단계의 키, 명령, 명령이 읽는 모든 것)",
	PartsTitle: func(n, changed int, first bool) string {
		switch {
		case first:
			return "키의 구성 요소 " + Count(n) + "개"
		case changed == 0:
			return "키의 구성 요소 " + Count(n) + "개: 지난 빌드와 모두 같음"
		}
		return fmt.Sprintf("키의 구성 요소 %s개: 지난 빌드와 %s개가 다름", Count(n), Count(changed))
	},
	PartName:  partKorean,
	PartState: map[string]string{"same": "같음", "changed": "바뀜", "new": "새로 생김", "gone": "없어짐"},
	MoreParts: func(n int) string { return "그 밖에 " + Count(n) + "개, 지난 빌드와 같음" },

	WastedOf:    func(size, percent string) string { return size + " 중 쓸모없음: " + percent },
	Useful:      "쓰이는 것",
	HiddenPart:  "가려진 것",
	CopiesPart:  "중복",
	HiddenTitle: "나중 레이어에 가려진 것",
	HiddenHow: func(n int, size string) string {
		return fmt.Sprintf("파일 %s개, %s: 내려받고 저장하지만 보이지 않습니다.", Count(n), size)
	},
	NothingHidden: "아래 레이어의 바이트를 가리는 레이어가 없습니다.",
	LostHow: func(layer, by string, removed bool) string {
		if removed {
			return "레이어 " + layer + "에 있고 레이어 " + by + "에서 삭제"
		}
		return "레이어 " + layer + "에 있고 레이어 " + by + "에서 대체"
	},
	CopiesTitle: "두 번 이상 들어 있는 같은 바이트",
	CopiesHow: func(size string) string {
		return "사본 N개는 N−1개가 낭비: 모두 " + size + ". 가려진 파일은 다시 세지 않습니다."
	},
	NoCopies:        "보이는 파일 중 내용이 같은 것이 없습니다.",
	CopiesOf:        func(n int, size string) string { return fmt.Sprintf("%s짜리 사본 %s개", size, Count(n)) },
	ShowAll:         func(n int) string { return Count(n) + "개 모두 보기" },
	ShowFewer:       "줄여 보기",
	SecretsTitle:    "남아 있는 비밀",
	SecretsHow:      "나중 레이어에서 지워도 이미지에서 없어지지 않습니다. 이미지를 가진 사람은 누구나 읽을 수 있습니다.",
	NoSecrets:       "비밀로 보이는 파일이나 변수가 없습니다.",
	SecretRule:      secretRulesKorean,
	StillSeen:       "지금도 보임",
	StillThere:      "바이트는 이미지에 그대로 있습니다.",
	SettingHow:      map[string]string{"ENV": "이미지 설정에 있어 누구나 읽을 수 있습니다.", "ARG": "이미지 히스토리에 있어 누구나 읽을 수 있습니다."},
	HowToExtract:    "누구나 꺼내는 방법",
	EfficiencyTitle: "dive 방식의 효율",
	EfficiencyFormula: func(minimum, discovered string) string {
		return "Σ 경로의 가장 작은 크기 / Σ 경로의 모든 크기 = " + minimum + " / " + discovered
	},
	EfficiencyHow: "dive/filetree/efficiency.go: 모든 레이어의 tar에 있는 모든 경로에 대해. 화이트아웃은 0으로 세고, 지운 디렉터리는 손해로 치지 않습니다.",

	MoveTitle:     "풀과 푸시",
	MoveOf:        func(size, percent string) string { return size + " 중 전송: " + percent },
	MoveHow:       "블롭은 같은 다이제스트가 상대에게 없을 때만 전송됩니다. 풀하는 쪽이나 푸시받는 레지스트리에 이미 있는 것을 표시하세요.",
	OtherSideHas:  "이미 있는 것",
	HasNothing:    "없음",
	HasBase:       "베이스",
	HasAll:        "모든 레이어",
	DocumentsMove: "매니페스트와 설정",
	AgainBlob:     "아래 레이어와 같은 블롭",
	SharedWith:    func(tags string) string { return tags + " 이미지와 공유" },
	DiskTitle:     "디스크에서, 여기의 다른 이미지와 함께",
	DiskHow: func(size string) string {
		return "압축하지 않은 크기. 레이어는 ChainID마다 한 번만 저장됩니다: 모든 이미지를 합쳐 " + size + "."
	},
	SizeColumn:    "크기",
	SharedColumn:  "공유",
	UniqueColumn:  "단독",
	ChainTitle:    "이어진 베이스와 공통 베이스",
	ChainHow:      "이미지 하나가 더한 레이어를 다시 빌드했을 때 모든 이미지를 가진 쪽이 다시 풀해야 하는 양: 지금처럼 이어져 있을 때와, 모두 공통 베이스 위에 바로 있을 때.",
	ChangedColumn: "바뀐 것",
	AboveColumn:   "위의 수",
	ChainColumn:   "이어짐",
	CommonColumn:  "공통",
}

var secretRulesKorean = map[string]string{
	"env-file": "환경 변수 파일", "ssh-key": "SSH 키", "private-key": "개인 키", "credentials": "자격 증명", "key-store": "키 저장소",
	"aws-key": "AWS 액세스 키", "github-token": "GitHub 토큰", "gitlab-token": "GitLab 토큰", "slack-token": "Slack 토큰",
	"stripe-key": "Stripe 키", "google-key": "Google API 키", "npm-token": "npm 토큰",
}

var partsKorean = map[string]string{"parent": "아래 단계의 키", "instruction": "명령", "user": "사용자", "working directory": "작업 디렉터리",
	"limits": "실행 한도", "seed": "시드", "secret": "비밀"}

// partKorean names a part of a cache key; paths stay as they are.
func partKorean(name string) string {
	if word := partsKorean[name]; word != "" {
		return word
	}
	for _, p := range []struct{ english, korean string }{
		{"variable ", "변수 "}, {"here document ", "히어 도큐먼트 "}, {"mount ", "마운트 "}, {"files mounted at ", "마운트된 파일 "},
	} {
		if rest, ok := strings.CutPrefix(name, p.english); ok {
			return p.korean + rest
		}
	}
	return name
}
