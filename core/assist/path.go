package assist

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

var (
	bytesOf  = message.Plural("assist.bytes", "%s byte", "%s bytes")
	entryOf  = message.Plural("assist.entries", "%s entry", "%s entries")
	linkTo   = message.New("assist.link", "link to %s")
	userID   = message.New("assist.user", "user %s")
	groupID  = message.New("assist.group", "group %s")
	inFolder = message.New("assist.program", "in %s")
)

// entries offers what is in the directory that a typed path has come to; the
// path counts from dir.
func entries(t vfs.Tree, dir, typed string, onlyDirs bool) []Option {
	if t.Root() == nil {
		return nil
	}
	head := typed[:strings.LastIndexByte(typed, '/')+1]
	at := path.Join(dir, head)
	if strings.HasPrefix(head, "/") {
		at = path.Clean(head)
	}
	n, err := t.Stat(at)
	if err != nil || !n.IsDir() {
		return nil
	}
	hidden := strings.HasPrefix(typed[len(head):], ".")
	var dirs, files []Option
	for name, child := range n.Children() {
		if strings.HasPrefix(name, ".") && !hidden || strings.ContainsAny(name, " \t\"'") {
			continue
		}
		target := child
		if child.Kind == vfs.Symlink {
			if there, err := t.Stat(path.Join(at, name)); err == nil {
				target = there
			}
		}
		switch {
		case target.IsDir():
			o := Option{Label: name + "/", Kind: PathDir, Detail: entryOf.With(target.Len()), More: true}
			if child.Kind == vfs.Symlink {
				o.Detail = linkTo.With(child.Target)
			}
			dirs = append(dirs, o)
		case onlyDirs:
		case child.Kind == vfs.Symlink:
			files = append(files, Option{Label: name, Kind: PathFile, Detail: linkTo.With(child.Target)})
		default:
			files = append(files, Option{Label: name, Kind: PathFile, Detail: bytesOf.With(child.Size())})
		}
		if len(dirs)+len(files) >= 2*maxOptions {
			break
		}
	}
	return slices.Concat(dirs, files)
}

// pathStart is where the last part of a typed path begins.
func pathStart(typed string, from int) int { return from + strings.LastIndexByte(typed, '/') + 1 }

func (k *cursor) contextPaths(typed string) Completion {
	return Completion{From: pathStart(typed, k.at-len(typed)), Options: entries(k.c.Files, "/", typed, false)}
}

// files are those of the stage at the cursor, as the last build knows them.
func (k *cursor) files() (vfs.Tree, bool) {
	if k.stage == nil {
		return vfs.Tree{}, false
	}
	if k.c.Stage != nil {
		if t, ok := k.c.Stage(k.stage.Index, k.nth); ok {
			return t, true
		}
	}
	if img, ok := k.c.image(k.stage.BaseName); ok {
		return img.Files, true
	}
	return vfs.Tree{}, false
}

// stagePaths offers paths of the stage.
func (k *cursor) stagePaths(typed string, onlyDirs bool) Completion {
	at := Completion{From: pathStart(typed, k.at-len(typed))}
	if t, ok := k.files(); ok {
		at.Options = entries(t, k.scope().dir, typed, onlyDirs)
		if typed == "" {
			for i := range at.Options {
				at.Options[i].More = at.Options[i].Kind == PathDir
			}
		}
	}
	return at
}

// filesOf are those of a stage or an image by name.
func (k *cursor) filesOf(name string) (vfs.Tree, bool) {
	s := stageNamed(k.f, name, len(k.f.Stages))
	for _, st := range k.f.Stages {
		if fmt.Sprint(st.Index) == name {
			s = st
		}
	}
	if s != nil {
		if k.c.Stage == nil {
			return vfs.Tree{}, false
		}
		return k.c.Stage(s.Index, len(s.Instructions))
	}
	img, ok := k.c.image(name)
	return img.Files, ok
}

// commands offers the programs of the stage's PATH.
func (k *cursor) commands() []Option {
	t, ok := k.files()
	if !ok || t.Root() == nil {
		return nil
	}
	search, _ := k.scope().env.Get("PATH")
	seen := map[string]bool{}
	var out []Option
	for _, dir := range strings.Split(search, ":") {
		n, err := t.Stat(dir)
		if err != nil || !n.IsDir() {
			continue
		}
		for name, child := range n.Children() {
			if !seen[name] && !child.IsDir() {
				seen[name] = true
				out = append(out, Option{Label: name, Kind: Command, Detail: inFolder.With(dir)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Option) int { return strings.Compare(a.Label, b.Label) })
	return out
}

// users offers the users of the stage, and behind a colon its groups.
func (k *cursor) users(typed string) Completion {
	file, form := "/etc/passwd", userID
	part := typed
	if i := strings.IndexByte(typed, ':'); i >= 0 {
		file, form, part = "/etc/group", groupID, typed[i+1:]
	}
	at := Completion{From: k.at - len(part)}
	t, ok := k.files()
	if !ok || t.Root() == nil {
		return at
	}
	n, err := t.Stat(file)
	if err != nil || n.Kind != vfs.File || n.Size() > 1<<20 {
		return at
	}
	text, err := n.Blob().Bytes()
	if err != nil {
		return at
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) > 2 && f[0] != "" {
			at.Options = append(at.Options, Option{Label: f[0], Kind: User, Detail: form.With(f[2])})
		}
	}
	return at
}
