package main

import (
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
)

// Topbar names the product and holds what concerns the whole page.
type Topbar struct{ Part }

// Status says in a word how things stand: "ready", "busy", "stale", "wait" or
// "stopped".
func (c *Topbar) Status() string {
	l := c.Lab
	switch {
	case l.Phase == lab.Stopped:
		return "stopped"
	case l.Phase == lab.Starting:
		return "wait"
	case l.Busy || l.Exporting || l.Proving():
		return "busy"
	case l.Built != nil && !l.Built.Ok:
		return "stale"
	case l.Built != nil:
		return "ready"
	}
	return "wait"
}

// StatusText is the same for people.
func (c *Topbar) StatusText() string {
	l := c.Lab
	switch c.Status() {
	case "stopped":
		return l.W.EngineStopped
	case "busy":
		if l.Exporting {
			return l.W.Exporting
		}
		if l.Proving() {
			return l.W.LoadingRows
		}
		// Builds of a few milliseconds would only flicker.
		if l.Built != nil && l.Progress.Step == "" {
			return c.result()
		}
		return l.W.Building(l.Progress.Step)
	case "stale", "ready":
		return c.result()
	}
	return l.W.Starting
}

// CanStop tells whether something runs for long enough to be told of.
func (c *Topbar) CanStop() bool {
	return c.Status() == "busy" && (c.Lab.Exporting || c.Lab.Proving() || c.Lab.Progress.Step != "")
}

// now tells beside the button of the settings what is set: the epoch, and what
// is not as it is at first.
func (c *Topbar) now() string {
	return strings.Join(append([]string{epochText(c.Lab.Meta.Settings.Epoch)[:10]}, c.Lab.Unusual()...), " · ")
}

func (c *Topbar) cannotExport() bool { return c.Lab.Image == nil || c.Lab.Exporting }

func (c *Topbar) result() string {
	if !c.Lab.Built.Ok {
		return c.Lab.W.Failed(max(c.Lab.Errors(), 1))
	}
	return c.Lab.W.BuiltIn(c.Lab.Built.Millis)
}

// LessonSlug is the open lesson's.
func (c *Topbar) LessonSlug() string {
	return c.Lab.Meta.Lesson
}

// Title is a lesson's in the page's language.
func (c *Topbar) Title(titles map[string]string) string {
	if t := titles[string(c.Lab.W.Lang)]; t != "" {
		return t
	}
	return titles[string(words.English)]
}

// ThemeName is the chosen theme in words.
func (c *Topbar) ThemeName() string {
	switch c.Theme {
	case "light":
		return c.Lab.W.ThemeLight
	case "dark":
		return c.Lab.W.ThemeDark
	}
	return c.Lab.W.ThemeSystem
}

// NextTheme goes on from system to light to dark.
func (c *Topbar) NextTheme() {
	c.setTheme(map[string]string{"": "light", "light": "dark", "dark": ""}[c.Theme])
}

func (c *Topbar) themeIcon() string {
	if c.Theme == "" {
		return "system"
	}
	return c.Theme
}

// done is how far the running work is in percent, nil where that is not known.
func (c *Topbar) done() any {
	if c.Lab.Progress.Total == 0 {
		return nil
	}
	return c.doneShare()
}

func (c *Topbar) doneShare() int {
	p := c.Lab.Progress
	if p.Total == 0 {
		return 0
	}
	return int(min(p.Done*100/p.Total, 100))
}
