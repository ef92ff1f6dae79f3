package lab

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"layerlab.dev/wasm/wire"
)

// Share is the workspace as a link, while somebody wants to see it.
type Share struct {
	wire.Shared
	Open     bool
	Plain    bool // without what is looked at
	Loaded   bool
	Failure  string
	Sending  bool
	Short    string // ID of the short link, "" for none yet
	Unstored string // why there is none: "offline", "unstored" or the site's words

	asked string // what the link is of
	told  string // the view that the page around knows
}

// ShowShare begins or ends to show the link.
func (l *Lab) ShowShare(open bool) {
	if l.Share.Open == open {
		return
	}
	l.Share = Share{Open: open, Plain: l.Share.Plain}
}

// Imported are the base images that were brought into this browser: a link does
// not hold them.
func (l *Lab) Imported() []string {
	var out []string
	if l.Built == nil {
		return nil
	}
	for _, img := range l.Built.Images {
		for _, st := range img.Stages {
			if st.Base.Kind == "imported" && !slices.Contains(out, st.Base.Name) {
				out = append(out, st.Base.Name)
			}
		}
	}
	return out
}

// SharePlain leaves out what is looked at, or takes it in again.
func (l *Lab) SharePlain(plain bool) { l.Share.Plain = plain }

// wantShare asks for the link of what is on the page, where it is in sight.
func (l *Lab) wantShare() {
	if !l.Share.Open || len(l.Files) == 0 {
		return
	}
	var q wire.ShareQuery
	if !l.Share.Plain {
		q.View = l.Looking()
	}
	step := "none"
	if q.View.Step != nil {
		step = strconv.Itoa(*q.View.Step)
	}
	// The revision stands for the files.
	key := fmt.Sprint(l.Revision, q.View.Stage, step, q.View.Tab, q.View.File)
	if l.Share.asked == key {
		return
	}
	revision := l.Revision
	q.Workspace = l.Workspace()
	l.Share.asked = key
	l.request(wire.MethodShare, q, nil, func(result json.RawMessage, failure string) {
		if l.Share.asked != key {
			return
		}
		if failure == "" {
			var shared wire.Shared
			if err := json.Unmarshal(result, &shared); err != nil {
				failure = err.Error()
			}
			if shared.Text != l.Share.Text {
				l.Share.Short, l.Share.Unstored = "", ""
			}
			l.Share.Shared = shared
		}
		l.Share.Loaded, l.Share.Failure = revision == l.Revision, failure
	})
}

// Publish stores the workspace on the site for a short link.
func (l *Lab) Publish() {
	if l.Share.Text == "" || l.Share.Sending {
		return
	}
	l.Share.Sending, l.Share.Unstored = true, ""
	l.host.Publish(l.Share.Text)
}

// Published takes the ID of what was stored, or why it was not.
func (l *Lab) Published(id, failure string) {
	l.Share.Sending, l.Share.Short, l.Share.Unstored = false, id, failure
}

// fillShare gives the link to its island, which makes an address of it.
func (l *Lab) fillShare() {
	if !l.Share.Open {
		return
	}
	if l.Embed != nil {
		l.fill("embed-open", "open", l.Share.Fragment)
		l.looked()
		return
	}
	l.fill("share-link", "link", l.Share.Fragment)
	l.fill("share-embed", "embed", l.Share.Text)
	if l.Share.Short != "" {
		short := "s=" + l.Share.Short
		if l.Share.View != "" {
			short += "&" + l.Share.View
		}
		l.fill("share-short", "link", short)
	}
}
