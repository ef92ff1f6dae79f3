package main

import "strings"

// Keys lists the keys of the page.
type Keys struct{ Part }

// name writes a key as the person's keyboard has it.
func (c *Keys) name(key string) string {
	if c.Mac {
		return strings.NewReplacer("Mod+", "⌘", "Shift+", "⇧", "Alt+", "⌥").Replace(key)
	}
	return strings.ReplaceAll(key, "Mod", "Ctrl")
}
