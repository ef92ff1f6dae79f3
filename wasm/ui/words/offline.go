package words

// Network is what is said of the network and of the page's own copy.
type Network struct {
	OfflineIs   map[string]string // by lab.Offline.State
	OfflineWord string            // beside the sign
	BackOnline  string
	NewVersion  string
	TakeVersion string
	Later       string
}

var englishNetwork = Network{
	OfflineIs: map[string]string{
		"keeping": "Being kept in this browser for offline use",
		"kept":    "Works offline: this browser keeps the page",
		"failed":  "Not kept for offline use: this browser refused the space",
		"offline": "Offline. Everything but pulling images goes on.",
	},
	OfflineWord: "Offline",
	BackOnline:  "Online again",
	NewVersion:  "A new version is here. Your files stay.",
	TakeVersion: "Reload with it",
	Later:       "Later",
}

var koreanNetwork = Network{
	OfflineIs: map[string]string{
		"keeping": "오프라인에서 쓰도록 이 브라우저에 저장하는 중",
		"kept":    "오프라인에서도 동작합니다: 페이지가 이 브라우저에 저장되어 있습니다",
		"failed":  "오프라인용으로 저장하지 못했습니다: 브라우저가 공간을 내주지 않았습니다",
		"offline": "오프라인입니다. 이미지를 내려받는 것 말고는 모두 그대로 됩니다.",
	},
	OfflineWord: "오프라인",
	BackOnline:  "다시 온라인입니다",
	NewVersion:  "새 버전이 있습니다. 파일은 그대로 남습니다.",
	TakeVersion: "새 버전으로 새로 고침",
	Later:       "나중에",
}
