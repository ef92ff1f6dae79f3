package lab

// SetUnkept takes over why this browser does not keep the workspace: "full",
// "denied", "busy" or the browser's words; "" when it does again.
func (l *Lab) SetUnkept(why string) {
	l.Unkept = why
	if why == "" {
		l.Notice = nil
		l.Say = l.W.KeptAgain
		return
	}
	l.Notice = &Notice{Text: l.NotKept(), Also: l.W.SaveFiles, DoAlso: l.SaveFiles}
}

// NotKept says why nothing is kept, and what follows from it.
func (l *Lab) NotKept() string {
	if text := l.W.NotKept[l.Unkept]; text != "" {
		return text
	}
	return l.W.NotSaved(l.Unkept)
}

// SaveFiles saves the workspace as one text file.
func (l *Lab) SaveFiles() { l.host.SaveText("layerlab.txtar", archive("", l.Workspace())) }
