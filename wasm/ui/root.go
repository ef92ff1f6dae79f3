package main

// Root is the whole page.
type Root struct{ Part }

// chosen is the ID of the chosen step, for what is no component.
func (c *Root) chosen() string {
	if s := c.Lab.Chosen(); s != nil {
		return s.ID
	}
	return ""
}
