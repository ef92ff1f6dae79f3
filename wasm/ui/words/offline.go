package words

// Network is what is said of the network and of the page's own copy.
type Network struct {
	OfflineIs   map[string]string // by lab.Offline.State
	OfflineWord string            // beside the sign
	BackOnline  string
	NewVersion  string
	TakeVersion string
	Later       string

	NotKept   map[string]string // by lab.Lab.Unkept
	KeptAgain string
	SaveFiles string
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

	NotKept: map[string]string{
		"full":   "This browser has no space left: what you change now is not kept in it.",
		"denied": "This browser keeps nothing for the page: the window is private, or storage is off. Changes are gone when it closes.",
		"busy":   "An older page of Layerlab holds the storage. Until it is closed and this one loaded again, nothing is kept.",
	},
	KeptAgain: "Kept in this browser again",
	SaveFiles: "Save the files",
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

	NotKept: map[string]string{
		"full":   "브라우저의 저장 공간이 가득 차, 지금부터 바꾸는 내용은 저장되지 않습니다.",
		"denied": "이 브라우저는 페이지의 내용을 저장하지 않습니다(시크릿 창이거나 저장소가 꺼져 있음). 창을 닫으면 바꾼 내용이 사라집니다.",
		"busy":   "먼저 열린 Layerlab 페이지가 저장소를 쓰고 있습니다. 그 페이지를 닫고 이 페이지를 새로 고칠 때까지 저장되지 않습니다.",
	},
	KeptAgain: "다시 이 브라우저에 저장됩니다",
	SaveFiles: "파일로 내려받기",
}
