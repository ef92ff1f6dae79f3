package words

import "fmt"

// Sharing holds the texts of links and of workspaces that came by one.
type Sharing struct {
	Share        string
	ShareTitle   string
	ShareHint    string
	ShareWithout func(images string) string // what a link does not hold
	ShareLink    string                     // label of the field with the link
	CopyLink     string
	LinkLength   func(n, most int) string
	LinkTooLong  func(n, most int) string
	// LinkTooLongHere and EmbedFromSite are said where there is no site.
	LinkTooLongHere func(n, most int) string
	EmbedFromSite   string
	LinkWaiting     string
	TooMuch         func(most string) string
	WithView        string
	ShortLink       string
	MakeShort       string
	ShortHint       func(most string) string
	ShortSending    string
	Unstored        map[string]string // why there is no short link
	EmbedTitle      string
	EmbedHint       string
	EmbedCode       string // label of the snippet
	CopyEmbed       string

	TheirsReplaced string // another tab opened another workspace
	TheirsClash    func(paths string) string

	OpeningLink string
	GuestOf     func(name string) string
	GuestFrom   func(host string) string
	GuestLink   string
	GuestKept   string
	KeepThis    string
	BackToMine  string
	OpenInLab   string
	LinkFault   map[string]string // what is wrong with a link
}

var sharingEnglish = Sharing{
	Share:      "Share",
	ShareTitle: "Share this workspace",
	ShareHint:  "The link itself holds all files and settings. Nothing is sent anywhere, and whoever opens it sees the same digests.",
	ShareWithout: func(images string) string {
		return "Images brought into this browser are not in the link: whoever opens it needs " + images + " as well."
	},
	ShareLink:  "Link",
	CopyLink:   "Copy the link",
	LinkLength: func(n, most int) string { return Count(n) + " of " + Count(most) + " characters" },
	LinkTooLong: func(n, most int) string {
		return fmt.Sprintf("As a link it would have %s characters; addresses are safe up to %s. Make a short link instead.", Count(n), Count(most))
	},
	LinkTooLongHere: func(n, most int) string {
		return fmt.Sprintf("As a link it would have %s characters; addresses are safe up to %s. Open it on a site to make a short link.", Count(n), Count(most))
	},
	EmbedFromSite: "Put the address of a Layerlab site in the place of layerlab.example: this page is a single file, which others cannot load it from.",
	LinkWaiting:   "Writing the link",
	TooMuch: func(most string) string {
		return "The workspace has more than the " + most + " of text that can be shared. Generated files count almost nothing."
	},
	WithView:  "Open it at the chosen step and tab",
	ShortLink: "Short link",
	MakeShort: "Make a short link",
	ShortHint: func(most string) string {
		return "Stores the workspace on this site under the digest of its content, up to " + most + ". Whoever has the link can read it."
	},
	ShortSending: "Storing",
	Unstored: map[string]string{
		"offline":  "There is no connection. The long link works without one.",
		"unstored": "This site stores no workspaces. The long link needs no site at all.",
		"full":     "The site takes no more workspaces at the moment. Try again later, or use the long link.",
	},
	EmbedTitle: "In a page of documentation",
	EmbedHint:  "Without JavaScript the text stays a listing.",
	EmbedCode:  "HTML to embed it",
	CopyEmbed:  "Copy the HTML",

	TheirsReplaced: "Another tab opened another workspace, so this one shows it too. Your former files were put aside.",
	TheirsClash: func(paths string) string {
		return "Another tab changed the same place in " + paths + ". Both texts are there: keep what you need."
	},

	OpeningLink: "Opening the shared workspace",
	GuestOf:     func(name string) string { return orWord("Shared workspace", name) },
	GuestFrom:   func(host string) string { return "from " + host },
	GuestLink:   "from a link",
	GuestKept:   "Your own is kept.",
	KeepThis:    "Keep this one",
	BackToMine:  "Back to mine",
	OpenInLab:   "Open in Layerlab",
	LinkFault: map[string]string{
		"broken":    "The link is damaged, so nothing was opened. Ask for it again; your own workspace is as it was.",
		"truncated": "The end of the link is missing, so nothing was opened. Copy the whole of it; your own workspace is as it was.",
		"newer":     "The link was made by a newer Layerlab. Reload the page or open the link on the site it is from; your own workspace is as it was.",
		"large":     "The link unpacks to more than a shared workspace may hold, so it was not opened. Your own workspace is as it was.",
		"invalid":   "What the link holds is no workspace. Your own is as it was.",
		"absent":    "Nothing is stored under this short link. Your own workspace is as it was.",
		"offline":   "The short link cannot be read without a connection. Your own workspace is as it was.",
		"unstored":  "This site stores no workspaces, so it cannot open the short link. Your own workspace is as it was.",
	},
}

var sharingKorean = Sharing{
	Share:      "공유",
	ShareTitle: "이 작업 공간 공유",
	ShareHint:  "모든 파일과 설정이 링크 안에 들어 있습니다. 어디로도 전송되지 않고, 링크를 연 사람은 똑같은 다이제스트를 봅니다.",
	ShareWithout: func(images string) string {
		return "이 브라우저로 가져온 이미지는 링크에 들어가지 않습니다. 여는 사람에게도 " + images + " 이미지가 있어야 합니다."
	},
	ShareLink:  "링크",
	CopyLink:   "링크 복사",
	LinkLength: func(n, most int) string { return Count(most) + "자 중 " + Count(n) + "자" },
	LinkTooLong: func(n, most int) string {
		return fmt.Sprintf("링크로 만들면 %s자인데, 주소는 %s자까지가 안전합니다. 짧은 링크를 만드세요.", Count(n), Count(most))
	},
	LinkTooLongHere: func(n, most int) string {
		return fmt.Sprintf("링크로 만들면 %s자인데, 주소는 %s자까지가 안전합니다. 짧은 링크는 사이트에서 열어 만드세요.", Count(n), Count(most))
	},
	EmbedFromSite: "layerlab.example 자리에 Layerlab 사이트의 주소를 넣으세요. 이 페이지는 파일 하나여서 다른 페이지가 여기서 불러올 수 없습니다.",
	LinkWaiting:   "링크를 만드는 중",
	TooMuch: func(most string) string {
		return "작업 공간의 텍스트가 공유 한도인 " + most + "보다 큽니다. 생성된 파일은 거의 차지하지 않습니다."
	},
	WithView:  "고른 단계와 탭에서 열기",
	ShortLink: "짧은 링크",
	MakeShort: "짧은 링크 만들기",
	ShortHint: func(most string) string {
		return "작업 공간을 내용의 다이제스트를 이름으로 이 사이트에 저장합니다(최대 " + most + "). 링크를 가진 사람은 누구나 읽을 수 있습니다."
	},
	ShortSending: "저장하는 중",
	Unstored: map[string]string{
		"offline":  "연결되어 있지 않습니다. 긴 링크는 연결 없이도 됩니다.",
		"unstored": "이 사이트는 작업 공간을 저장하지 않습니다. 긴 링크는 사이트가 없어도 됩니다.",
		"full":     "지금은 사이트가 작업 공간을 더 받지 않습니다. 나중에 다시 하거나 긴 링크를 쓰세요.",
	},
	EmbedTitle: "문서 페이지에 넣기",
	EmbedHint:  "자바스크립트가 없으면 텍스트가 그대로 보입니다.",
	EmbedCode:  "넣을 HTML",
	CopyEmbed:  "HTML 복사",

	TheirsReplaced: "다른 탭에서 다른 작업 공간을 열어 이 탭에도 표시합니다. 이전 파일은 따로 보관했습니다.",
	TheirsClash: func(paths string) string {
		return "다른 탭에서 " + paths + "의 같은 곳을 고쳤습니다. 두 내용이 모두 남아 있으니 필요한 것만 남기세요."
	},

	OpeningLink: "공유된 작업 공간을 여는 중",
	GuestOf:     func(name string) string { return orWord("공유된 작업 공간", name) },
	GuestFrom:   func(host string) string { return host + "에서 옴" },
	GuestLink:   "링크로 엶",
	GuestKept:   "내 것은 그대로입니다.",
	KeepThis:    "이것을 내 것으로",
	BackToMine:  "내 작업 공간으로",
	OpenInLab:   "Layerlab에서 열기",
	LinkFault: map[string]string{
		"broken":    "링크가 손상되어 아무것도 열지 않았습니다. 링크를 다시 받으세요. 내 작업 공간은 그대로입니다.",
		"truncated": "링크의 끝이 잘려 아무것도 열지 않았습니다. 링크 전체를 복사하세요. 내 작업 공간은 그대로입니다.",
		"newer":     "더 새로운 Layerlab에서 만든 링크입니다. 페이지를 새로 고치거나 링크를 만든 사이트에서 여세요. 내 작업 공간은 그대로입니다.",
		"large":     "링크를 풀면 공유 한도보다 커서 열지 않았습니다. 내 작업 공간은 그대로입니다.",
		"invalid":   "링크에 든 것이 작업 공간이 아닙니다. 내 작업 공간은 그대로입니다.",
		"absent":    "이 짧은 링크에 저장된 것이 없습니다. 내 작업 공간은 그대로입니다.",
		"offline":   "연결 없이는 짧은 링크를 읽을 수 없습니다. 내 작업 공간은 그대로입니다.",
		"unstored":  "이 사이트는 작업 공간을 저장하지 않아 짧은 링크를 열 수 없습니다. 내 작업 공간은 그대로입니다.",
	},
}
