package words

import "fmt"

// Settings are the texts of the settings of a build.
type Settings struct {
	SettingsTitle   string
	SettingsNote    string
	Platform        string
	PlatformOther   string
	Target          string
	TargetLast      string
	Compression     string
	CompressionNote map[string]string // by name
	Seed            string
	SeedNote        string
	SeedBad         string
	EpochBad        string
	BuildArgs       string
	BuildArgsNote   string
	BuildArgDefault func(value string) string
	BuildArgAdd     string
	BuildArgBad     string
	BuildArgDrop    func(name string) string
	BuildArgCount   func(n int) string
	BuildArgUnused  string
	Defaults        string

	RefusedBases       string
	RefusedBasesRefuse string
	RefusedBasesTake   string
	LenientShort       string
	GoOnLenient        string
}

var settingsEnglish = Settings{
	SettingsTitle: "Settings",
	SettingsNote:  "They are part of the workspace and of a link to it.",
	Platform:      "Platform",
	PlatformOther: "as its base says",
	Target:        "Target stage",
	TargetLast:    "the last one",
	Compression:   "Compression",
	CompressionNote: map[string]string{
		"gzip":         "as BuildKit does by default",
		"zstd":         "smaller and faster",
		"uncompressed": "the blob is the tar",
	},
	Seed:            "Seed",
	SeedNote:        "What /dev/urandom, $RANDOM, mktemp and shuf begin from in a RUN",
	SeedBad:         "The seed is a whole number from 0 to 9007199254740991.",
	EpochBad:        "The epoch is a date such as 2022-01-09T00:00:00Z, or seconds since 1970.",
	BuildArgs:       "Build arguments",
	BuildArgsNote:   "As docker build --build-arg",
	BuildArgDefault: func(value string) string { return "default " + value },
	BuildArgAdd:     "Add NAME=VALUE",
	BuildArgBad:     "A build argument has the form NAME=VALUE.",
	BuildArgDrop:    func(name string) string { return "Back to the default of " + name },
	BuildArgCount:   func(n int) string { return plural(n, "argument", "arguments") },
	BuildArgUnused:  "not declared in this Dockerfile",
	Defaults:        "All as at first",

	RefusedBases:       "Bases that BuildKit refuses",
	RefusedBasesRefuse: "refused, as BuildKit does",
	RefusedBasesTake:   "taken, as umoci and crane do: the digests are none of BuildKit's",
	LenientShort:       "refused bases",
	GoOnLenient:        "Go on as umoci and crane do",
}

var settingsKorean = Settings{
	SettingsTitle: "설정",
	SettingsNote:  "작업 공간과 공유 링크에 함께 저장됩니다.",
	Platform:      "플랫폼",
	PlatformOther: "베이스를 따름",
	Target:        "대상 스테이지",
	TargetLast:    "마지막 스테이지",
	Compression:   "압축",
	CompressionNote: map[string]string{
		"gzip":         "BuildKit의 기본값",
		"zstd":         "더 작고 빠름",
		"uncompressed": "tar 그대로",
	},
	Seed:            "시드",
	SeedNote:        "RUN에서 /dev/urandom, $RANDOM, mktemp, shuf가 시작하는 값",
	SeedBad:         "시드는 0부터 9007199254740991까지의 정수입니다.",
	EpochBad:        "기준 시각은 2022-01-09T00:00:00Z 같은 날짜나 1970년부터의 초입니다.",
	BuildArgs:       "빌드 인자",
	BuildArgsNote:   "docker build --build-arg와 같음",
	BuildArgDefault: func(value string) string { return "기본값 " + value },
	BuildArgAdd:     "NAME=VALUE 추가",
	BuildArgBad:     "빌드 인자는 NAME=VALUE 형식입니다.",
	BuildArgDrop:    func(name string) string { return name + "을(를) 기본값으로" },
	BuildArgCount:   func(n int) string { return fmt.Sprintf("인자 %d개", n) },
	BuildArgUnused:  "이 Dockerfile에 선언되지 않음",
	Defaults:        "모두 처음 값으로",

	RefusedBases:       "BuildKit이 거부하는 베이스",
	RefusedBasesRefuse: "BuildKit처럼 거부",
	RefusedBasesTake:   "umoci와 crane처럼 받음: 다이제스트는 BuildKit의 것이 아님",
	LenientShort:       "거부되는 베이스",
	GoOnLenient:        "umoci와 crane처럼 계속",
}
