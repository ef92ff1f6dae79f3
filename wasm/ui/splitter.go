package main

// Splitter is the line between two panes, by which one of them is resized and
// folded away. The island split.js moves it; here is what it says of itself.
type Splitter struct {
	Part
	Name string // "files", "left", "right" or "bottom"
}

func (c *Splitter) orientation() string {
	if c.Name == "left" || c.Name == "right" {
		return "vertical"
	}
	return "horizontal"
}

// controls is the ID of the pane that is resized.
func (c *Splitter) controls() string {
	return map[string]string{"files": "files", "left": "left", "right": "inspector", "bottom": "dock"}[c.Name]
}

// at is the pane's share of the page in percent: until it is measured, about
// what the style sheet gives it.
func (c *Splitter) at() int {
	if c.Lab.Panes.Folded(c.Name) {
		return 0
	}
	if at, ok := c.Lab.Panes.At[c.Name]; ok {
		return at
	}
	return map[string]int{"files": 26, "left": 26, "right": 30, "bottom": 22}[c.Name]
}
