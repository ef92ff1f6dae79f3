package words

import "fmt"

// Bases holds the texts about base images from outside.
type Bases struct {
	BaseImages   string
	ImagesHint   string
	ImagesPass   string // where nothing outlasts the page
	ImportImage  string
	ImportThis   string // beside a problem
	PullThe      func(name string) string
	PullReal     string // beside a stand-in
	PullIt       string
	LeaveIt      string
	PullCost     string
	Cost         func(fetch, size string) string
	AskingFor    func(name string) string
	OnlineOnly   string
	ReadingImage string
	SizeOf       func(done, total string) string
	LayerHere    string
	ImageNamed   string
	RenameImage  func(name string) string
	RemoveImage  func(name string) string
	StandInHere  string
	KeptFrom     map[string]string // by wire.KeptImage.Source
	InUse        string
	SaysOffer    func(name, size string) string
	SaysKept     func(names string) string
	TookImage    func(file string) string
	ChoiceOf     func(n int, file string) string
	TakeIt       string
	TakeThe      func(name string) string
	TakeAll      string
	AddAsFile    string
}

var englishBases = Bases{
	BaseImages:   "Base images",
	ImagesHint:   "FROM finds these by name. Drop an archive of docker save or an OCI layout anywhere on the page; it stays in this browser, compressed, until you remove it.",
	ImagesPass:   "This browser keeps no data for this page: these images are gone when it is closed.",
	ImportImage:  "Import archive",
	ImportThis:   "Import an archive",
	PullThe:      func(name string) string { return "Pull " + name },
	PullReal:     "Pull the real one",
	PullIt:       "Pull",
	LeaveIt:      "Not now",
	PullCost:     "What pulling costs",
	Cost:         func(fetch, size string) string { return fetch + " to fetch, of " + size },
	AskingFor:    func(name string) string { return "Asking the registry about " + name },
	OnlineOnly:   "Only while online",
	ReadingImage: "reading",
	SizeOf:       func(done, total string) string { return done + " of " + total },
	LayerHere:    "here already",
	ImageNamed:   "Name and tag for FROM",
	RenameImage:  func(name string) string { return "Rename " + name },
	RemoveImage:  func(name string) string { return "Remove " + name },
	StandInHere:  "stand-in, not the real image",
	KeptFrom:     map[string]string{"archive": "imported", "pull": "pulled"},
	InUse:        "in use",
	SaysOffer:    func(name, size string) string { return name + ": " + size + " to fetch" },
	SaysKept:     func(names string) string { return "Here now: " + names },
	TookImage:    func(file string) string { return file + " holds an image and was taken as a base." },
	ChoiceOf: func(n int, file string) string {
		return fmt.Sprintf("%s holds %d images: which are to be taken?", file, n)
	},
	TakeIt:    "Take",
	TakeThe:   func(name string) string { return "Take " + name },
	TakeAll:   "Take all",
	AddAsFile: "Add it as a file instead",
}

var koreanBases = Bases{
	BaseImages:   "베이스 이미지",
	ImagesHint:   "FROM이 이름으로 찾습니다. docker save나 OCI 레이아웃 아카이브를 페이지 아무 데나 끌어다 놓으세요. 지울 때까지 압축된 채 이 브라우저에 남습니다.",
	ImagesPass:   "이 브라우저는 이 페이지의 데이터를 보관하지 않습니다. 페이지를 닫으면 이 이미지들은 사라집니다.",
	ImportImage:  "아카이브 가져오기",
	ImportThis:   "아카이브로 가져오기",
	PullThe:      func(name string) string { return name + " 내려받기" },
	PullReal:     "진짜 이미지 내려받기",
	PullIt:       "내려받기",
	LeaveIt:      "나중에",
	PullCost:     "내려받는 비용",
	Cost:         func(fetch, size string) string { return "전체 " + size + " 중 " + fetch + " 내려받기" },
	AskingFor:    func(name string) string { return "레지스트리에 " + name + " 조회 중" },
	OnlineOnly:   "온라인일 때만 됩니다",
	ReadingImage: "읽는 중",
	SizeOf:       func(done, total string) string { return total + " 중 " + done },
	LayerHere:    "이미 있음",
	ImageNamed:   "FROM에 쓸 이름과 태그",
	RenameImage:  func(name string) string { return name + " 이름 바꾸기" },
	RemoveImage:  func(name string) string { return name + " 지우기" },
	StandInHere:  "대역, 진짜 이미지가 아님",
	KeptFrom:     map[string]string{"archive": "가져옴", "pull": "내려받음"},
	InUse:        "사용 중",
	SaysOffer:    func(name, size string) string { return name + ": 내려받을 양 " + size },
	SaysKept:     func(names string) string { return "이제 쓸 수 있음: " + names },
	ChoiceOf: func(n int, file string) string {
		return fmt.Sprintf("%s에 이미지가 %d개 있습니다. 어느 것을 가져올까요?", file, n)
	},
	TakeIt:  "가져오기",
	TakeThe: func(name string) string { return name + " 가져오기" },
	TakeAll: "모두 가져오기",
	TookImage: func(file string) string {
		return file + ": 이미지 아카이브라서 베이스로 가져왔습니다."
	},
	AddAsFile: "대신 파일로 추가",
}
