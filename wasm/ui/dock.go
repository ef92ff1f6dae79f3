package main

// Dock is the pane below the others: what the commands printed and what the
// build did, with the buttons that fold panes away.
type Dock struct{ Part }

// folds are the panes that can be folded away.
func (c *Dock) folds() []string { return []string{"left", "bottom", "right"} }

// TabStop is "0" for the chosen tab, which alone the Tab key reaches.
func (c *Dock) TabStop(name string) string {
	if name == c.Lab.DockTab {
		return "0"
	}
	return "-1"
}
