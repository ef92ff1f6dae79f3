package main

import "layerlab.dev/wasm/ui/lab"

// Guest is the bar over a workspace that a link brought.
type Guest struct{ Part }

func (c *Guest) own() bool     { return c.Lab.Guest.State == lab.Own }
func (c *Guest) opening() bool { return c.Lab.Guest.State != lab.Shared }

// Title names the workspace.
func (c *Guest) Title() string {
	if c.Lab.Guest.State == lab.Opening {
		return c.Lab.W.OpeningLink
	}
	return c.Lab.W.GuestOf(c.Lab.Guest.Name)
}

// From tells where it came from, as far as that is known.
func (c *Guest) From() string {
	g := &c.Lab.Guest
	switch {
	case g.From != "":
		return c.Lab.W.GuestFrom(g.From)
	case g.ID != "":
		return c.Lab.W.ShortLink + " " + g.ID
	case g.State == lab.Shared:
		return c.Lab.W.GuestLink
	}
	return ""
}

// guestWord is the state for the style sheet.
func guestWord(s lab.GuestState) string {
	return map[lab.GuestState]string{lab.Own: "own", lab.Opening: "opening", lab.Shared: "shared"}[s]
}
