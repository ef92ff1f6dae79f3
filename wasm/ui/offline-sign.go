package main

// OfflineSign tells how the page stands to the network.
type OfflineSign struct{ Part }

func (c *OfflineSign) text() string { return c.Lab.W.OfflineIs[c.Lab.Offline.State()] }

func (c *OfflineSign) icon() string {
	switch c.Lab.Offline.State() {
	case "offline":
		return "#i-offline"
	case "kept":
		return "#i-kept"
	case "failed":
		return "#i-unkept"
	}
	return "#i-keeping"
}
