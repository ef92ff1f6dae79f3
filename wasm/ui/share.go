package main

import (
	"strings"

	"layerlab.dev/wasm/ui/words"
)

// Share gives the workspace away as a link.
type Share struct{ Part }

// fits tells whether there is a link.
func (c *Share) fits() bool { return c.Lab.Share.Fragment != "" }

// State says why there is no link (yet).
func (c *Share) State() string {
	s, w := &c.Lab.Share, c.Lab.W
	switch {
	case s.Failure != "":
		return s.Failure
	case !s.Loaded && s.Text == "":
		return w.LinkWaiting
	case s.Text == "":
		return w.TooMuch(words.Size(int64(s.TextMost)))
	case s.Fragment == "":
		if c.OneFile {
			return w.LinkTooLongHere(s.Length, s.Most)
		}
		return w.LinkTooLong(s.Length, s.Most)
	}
	return ""
}

// without says what the link does not hold.
func (c *Share) without() string { return c.Lab.W.ShareWithout(strings.Join(c.Lab.Imported(), ", ")) }

// cannotStore tells whether a short link cannot be had.
func (c *Share) cannotStore() bool {
	s := &c.Lab.Share
	return s.Sending || c.unstored() != "" && s.Unstored != "full"
}

// unstored is why a short link cannot be had, "" where it may.
func (c *Share) unstored() string {
	if !c.Lab.Offline.Online {
		return "offline"
	}
	return c.Lab.Share.Unstored
}

func (c *Share) shortText() string {
	if c.Lab.Share.Sending {
		return c.Lab.W.ShortSending
	}
	return c.Lab.W.MakeShort
}

// shortNote says what a short link is, or why there is none.
func (c *Share) shortNote() string {
	s, w := &c.Lab.Share, c.Lab.W
	if why := c.unstored(); why != "" {
		if text := w.Unstored[why]; text != "" {
			return text
		}
		return why
	}
	return w.ShortHint(words.Size(int64(s.TextMost)))
}

// embedHint says what to know about the HTML that embeds the workspace.
func (c *Share) embedHint() string {
	if c.OneFile {
		return c.Lab.W.EmbedFromSite
	}
	return c.Lab.W.EmbedHint
}
