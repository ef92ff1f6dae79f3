package main

// FilePeek shows the beginning of a file's content as it is after a step.
type FilePeek struct{ Part }

// State says why there is nothing to see, "" where there is.
func (c *FilePeek) State() string {
	switch v := c.Lab.View; {
	case v.Failure != "":
		return v.Failure
	case !v.Loaded:
		return c.Lab.W.LoadingRows
	case !v.Content.Absent.IsZero():
		return c.Lab.W.Say(v.Content.Absent)
	}
	return ""
}

func (c *FilePeek) facts() string {
	v := c.Lab.View
	if !v.Loaded {
		return ""
	}
	text := c.Lab.Size(v.Content.Size)
	if v.Content.Cut {
		text += ". " + c.Lab.W.Cut
	}
	return text
}
