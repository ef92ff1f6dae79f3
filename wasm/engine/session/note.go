package session

import (
	"fmt"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/waste"
)

// changeNote says what a change did to what was there.
func changeNote(c layer.Change, below *waste.Stack) message.Message {
	var said []message.Message
	say := func(f message.Form, values ...any) { said = append(said, f.With(values...)) }
	switch c.Kind {
	case layer.Removed:
		if c.Lower.IsDir() {
			if files, bytes := c.Lower.Total(); files > 0 {
				say(noteHidesNames, countNames.With(files), countBytes.With(bytes))
			}
			break
		}
		said = append(said, hides(c, below)...)
	case layer.Modified:
		a, b := c.Lower, c.Node
		if a.Kind != b.Kind {
			say(noteType, typeName(a), typeName(b))
		}
		if a.Mode != b.Mode {
			say(noteMode, fmt.Sprintf("%04o", a.Mode), fmt.Sprintf("%04o", b.Mode))
		}
		if a.UID != b.UID || a.GID != b.GID {
			say(noteOwner, fmt.Sprintf("%d:%d", a.UID, a.GID), fmt.Sprintf("%d:%d", b.UID, b.GID))
		}
		if a.Target != b.Target && a.Kind == b.Kind {
			say(noteTarget, a.Target, b.Target)
		}
		if a.Kind == vfs.File && b.Kind == vfs.File {
			same, err := a.Blob().Equal(b.Blob())
			switch {
			case err != nil:
				// One of the two is known by its digest only.
			case !same:
				say(noteContent, countBytes.With(a.Size()), countBytes.With(b.Size()))
			case len(said) == 0 && a.MTime != b.MTime:
				say(noteTimeOnly)
			case len(said) > 0:
				say(noteSameBytes)
			}
		}
		said = append(said, hides(c, below)...)
	}
	return series(said)
}

// hides tells how many bytes of which layer a change takes from sight.
func hides(c layer.Change, below *waste.Stack) []message.Message {
	if below == nil || c.Lower == nil || c.Lower.Kind != vfs.File {
		return nil
	}
	n, bytes, ok := below.Owner(c.Path)
	if !ok || bytes == 0 {
		return nil
	}
	return []message.Message{noteHides.With(countBytes.With(bytes), n+1)}
}
