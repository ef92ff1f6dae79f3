package main

// Notices are the quiet lines that tell what happened.
type Notices struct{ Part }

func (c *Notices) act() {
	n := c.Lab.Notice
	c.Lab.Notice = nil
	if n != nil && n.Do != nil {
		n.Do()
	}
}

func (c *Notices) text() string {
	if c.Lab.Notice == nil {
		return ""
	}
	return c.Lab.Notice.Text
}

func (c *Notices) action() string {
	if c.Lab.Notice == nil {
		return ""
	}
	return c.Lab.Notice.Action
}

func (c *Notices) also() string {
	if c.Lab.Notice == nil {
		return ""
	}
	return c.Lab.Notice.Also
}

func (c *Notices) doAlso() {
	if n := c.Lab.Notice; n != nil && n.DoAlso != nil {
		n.DoAlso()
	}
}
