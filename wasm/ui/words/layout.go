package words

import "fmt"

// Layout holds the words of the page's frame: its panes, the tabs of open
// files, and the pane of output and log.
type Layout struct {
	OpenFiles      string
	CloseFile      func(path string) string
	Dock           string
	DockTabs       map[string]string
	PanesShown     string
	Splitters      map[string]string // by pane
	PaneNames      map[string]string // by pane: what folds away with it
	Took           func(micros int64) string
	ConfigOnly     string
	NothingPrinted string
	OutputCut      string
	LogColumns     []string
	LogSummary     func(ok bool, hits, made, errors, warnings int, ms int64) string
	ShowOutput     string
	SaveReport     string
}

// took writes microseconds as people say them.
func took(micros int64) string {
	switch {
	case micros < 100:
		return "0 ms"
	case micros < 10_000:
		return fmt.Sprintf("%.1f ms", float64(micros)/1000)
	case micros < 1_000_000:
		return fmt.Sprintf("%d ms", micros/1000)
	}
	return fmt.Sprintf("%.1f s", float64(micros)/1e6)
}

// lasted writes the milliseconds of a whole build, seconds where they are many.
func lasted(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return took(ms * 1000)
}

var layoutEnglish = Layout{
	OpenFiles:  "Open files",
	CloseFile:  func(path string) string { return "Close " + path },
	Dock:       "Output and log",
	DockTabs:   map[string]string{"output": "Output", "log": "Build log"},
	PanesShown: "Panes",
	Splitters: map[string]string{
		"files":  "Size of the files pane",
		"left":   "Size of the editor pane",
		"right":  "Size of the inspector",
		"bottom": "Size of the output pane",
	},
	PaneNames:      map[string]string{"left": "Editor", "bottom": "Output", "right": "Inspector"},
	Took:           took,
	ConfigOnly:     "config only",
	NothingPrinted: "No command of this build wrote to stdout or stderr.",
	OutputCut:      "The rest is not shown.",
	LogColumns:     []string{"Stage", "Instruction", "Result", "Why", "Time"},
	LogSummary: func(ok bool, hits, made, errors, warnings int, ms int64) string {
		if !ok {
			return "Not built: " + plural(errors, "error", "errors") + tail(", ", warnings, "warning", "warnings")
		}
		return fmt.Sprintf("%s from cache, %s built, %s", plural(hits, "layer", "layers"), Count(made), lasted(ms)) + tail(", ", warnings, "warning", "warnings")
	},
	ShowOutput: "Show what it printed",
	SaveReport: "Save a report",
}

func tail(comma string, n int, one, many string) string {
	if n == 0 {
		return ""
	}
	return comma + plural(n, one, many)
}

var layoutKorean = Layout{
	OpenFiles:  "열린 파일",
	CloseFile:  func(path string) string { return path + " 닫기" },
	Dock:       "출력과 로그",
	DockTabs:   map[string]string{"output": "실행 출력", "log": "빌드 로그"},
	PanesShown: "영역 표시",
	Splitters: map[string]string{
		"files":  "파일 영역 크기",
		"left":   "편집기 영역 크기",
		"right":  "돋보기 영역 크기",
		"bottom": "출력 영역 크기",
	},
	PaneNames:      map[string]string{"left": "편집기", "bottom": "출력", "right": "돋보기"},
	Took:           took,
	ConfigOnly:     "설정만 변경",
	NothingPrinted: "이 빌드의 명령은 stdout이나 stderr에 아무것도 쓰지 않았습니다.",
	OutputCut:      "나머지는 표시하지 않습니다.",
	LogColumns:     []string{"스테이지", "명령", "결과", "이유", "시간"},
	LogSummary: func(ok bool, hits, made, errors, warnings int, ms int64) string {
		end := ""
		if warnings > 0 {
			end = fmt.Sprintf(", 경고 %s개", Count(warnings))
		}
		if !ok {
			return fmt.Sprintf("빌드 실패: 오류 %s개", Count(errors)) + end
		}
		return fmt.Sprintf("캐시 사용 %s개, 새로 빌드 %s개, %s", Count(hits), Count(made), lasted(ms)) + end
	},
	ShowOutput: "출력 내용 보기",
	SaveReport: "보고서 저장",
}
