package main

// OfflineSign tells how the page stands to the network, and where this browser
// does not keep the workspace.
type OfflineSign struct{ Part }

// state is that of the network, or "unkept".
func (c *OfflineSign) state() string {
	if c.Lab.Unkept != "" {
		return "unkept"
	}
	return c.Lab.Offline.State()
}

func (c *OfflineSign) text() string {
	if c.state() != "unkept" {
		return c.Lab.W.OfflineIs[c.state()]
	}
	text := c.Lab.NotKept()
	if !c.Lab.Offline.Online {
		text += " " + c.Lab.W.OfflineIs["offline"]
	}
	return text
}

func (c *OfflineSign) icon() string {
	switch c.state() {
	case "offline":
		return "#i-offline"
	case "kept":
		return "#i-kept"
	case "failed", "unkept":
		return "#i-unkept"
	}
	return "#i-keeping"
}
