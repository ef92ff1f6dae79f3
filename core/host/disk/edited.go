package disk

import (
	"fmt"
	"strings"

	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// EditError reports that files of the daemon were changed with other programs
// than docker in a way that a daemon does not notice or would not survive.
type EditError struct{ Path string }

func (e *EditError) Error() string {
	return fmt.Sprintf("%s was changed behind the daemon's back: only image/overlay2/distribution may be removed by hand here; use docker, or take the command back", e.Path)
}

// Edited returns the State of a daemon whose files were old when somebody made
// now of them. The daemon reads anew only what it knows of blobs
// (image/overlay2/distribution); any other change is an *EditError.
func Edited(s host.State, old, now *vfs.Node) (host.State, error) {
	var changed []string
	compare("/var/lib/docker", old, now, &changed)
	for _, p := range changed {
		rest, ok := strings.CutPrefix(p, "/var/lib/docker/image/overlay2/distribution")
		if !ok {
			return s, &EditError{p}
		}
		store, ok := s.Store.ForgetBlobs(strings.TrimPrefix(rest, "/"))
		if !ok {
			return s, &EditError{p}
		}
		s.Store = store
	}
	return s, nil
}

// compare lists the topmost paths at which two directories differ.
func compare(p string, old, now *vfs.Node, changed *[]string) {
	if len(*changed) > 100 {
		return
	}
	vfs.Changed(old, now, func(name string, a, b *vfs.Node) bool {
		at := p + "/" + name
		switch {
		case a == b:
		case a != nil && b != nil && a.IsDir() && b.IsDir():
			compare(at, a, b, changed)
		case a != nil && b != nil && a.Kind == vfs.File && b.Kind == vfs.File && a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID && same(a, b):
		default:
			*changed = append(*changed, at)
		}
		return true
	})
}

func same(a, b *vfs.Node) bool {
	if a.Blob() == b.Blob() {
		return true
	}
	equal, err := a.Blob().Equal(b.Blob())
	return err == nil && equal
}
