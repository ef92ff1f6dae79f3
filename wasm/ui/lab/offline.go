package lab

// Offline is how the page stands to the network.
type Offline struct {
	// Online says that there is a network.
	Online bool `json:"online"`
	// Kept says whether this browser keeps the page for the time without one:
	// "" where it cannot, "keeping", "kept" or "failed".
	Kept string `json:"kept"`
	// Update says that a new version waits to be taken.
	Update bool `json:"update"`
}

// State is Offline in a word: "offline", else Kept.
func (o Offline) State() string {
	if !o.Online {
		return "offline"
	}
	return o.Kept
}

// SetOffline takes over what the page learned of the network.
func (l *Lab) SetOffline(o Offline) {
	if o.Online != l.Offline.Online {
		l.Say = l.W.OfflineIs["offline"]
		if o.Online {
			l.Say = l.W.BackOnline
		}
	} else if o.Kept == "kept" && l.Offline.Kept == "keeping" {
		l.Say = l.W.OfflineIs["kept"]
	}
	if !o.Update {
		l.updateLater = false
	}
	l.Offline = o
}

// OffersUpdate tells whether the page says that a new version waits.
func (l *Lab) OffersUpdate() bool { return l.Offline.Update && !l.updateLater }

// Update takes the new version: the page loads again with the same files.
func (l *Lab) Update() { l.host.Update() }

// UpdateLater puts the offer away until the page is loaded again.
func (l *Lab) UpdateLater() { l.updateLater = true }
