package assist

import (
	"slices"
	"strings"

	"layerlab.dev/core/message"
)

// mountOption is an option of RUN --mount.
type mountOption struct {
	name, value string
	types       []string
	doc         message.Form
}

var (
	mountTypes = []struct {
		name string
		doc  message.Form
	}{
		{"bind", message.New("mount.bind", "Shows files of the context, a stage or an image.")},
		{"cache", message.New("mount.cache", "A directory that is kept from build to build and is in no layer.")},
		{"tmpfs", message.New("mount.tmpfs", "An empty directory in memory.")},
		{"secret", message.New("mount.secret", "A secret as a file or variable, in no layer.")},
		{"ssh", message.New("mount.ssh", "The SSH agent of whoever builds.")},
	}

	mountOptions = []mountOption{
		{"type", "TYPE", []string{"bind", "cache", "tmpfs", "secret", "ssh"}, message.New("mount.type", "The kind of mount; bind without it.")},
		{"target", "PATH", []string{"bind", "cache", "tmpfs", "secret", "ssh"}, message.New("mount.target", "Where the command sees it.")},
		{"source", "PATH", []string{"bind", "cache"}, message.New("mount.source", "What of from is mounted; its root without it.")},
		{"from", "STAGE|IMAGE", []string{"bind", "cache"}, message.New("mount.from", "The stage or image; the build context without it.")},
		{"rw", "", []string{"bind"}, message.New("mount.rw", "Lets the command write; what it writes is thrown away.")},
		{"id", "ID", []string{"cache", "secret", "ssh"}, message.New("mount.id", "The name under which it is kept or given.")},
		{"ro", "", []string{"cache"}, message.New("mount.ro", "Does not let the command write.")},
		{"sharing", "shared|private|locked", []string{"cache"}, message.New("mount.sharing", "What happens when two builds use it at once.")},
		{"mode", "MODE", []string{"cache", "secret", "ssh"}, message.New("mount.mode", "Permissions in octal.")},
		{"uid", "NUMBER", []string{"cache", "secret", "ssh"}, message.New("mount.uid", "The user it belongs to.")},
		{"gid", "NUMBER", []string{"cache", "secret", "ssh"}, message.New("mount.gid", "The group it belongs to.")},
		{"size", "BYTES", []string{"tmpfs"}, message.New("mount.size", "The most it may hold.")},
		{"env", "NAME", []string{"secret"}, message.New("mount.env", "The variable that holds the secret.")},
		{"required", "", []string{"secret", "ssh"}, message.New("mount.required", "Fails where it is not given.")},
	}
)

// mount offers the options of --mount, or the values of the one typed.
func (k *cursor) mount(typed string) Completion {
	parts := strings.Split(typed, ",")
	last := parts[len(parts)-1]
	given := map[string]string{}
	for _, p := range parts[:len(parts)-1] {
		name, value, _ := strings.Cut(p, "=")
		given[mountName(name)] = value
	}
	name, value, valued := strings.Cut(last, "=")
	if !valued {
		return k.mountNames(given, last)
	}
	at := Completion{From: k.at - len(value)}
	switch mountName(name) {
	case "type":
		for _, t := range mountTypes {
			at.Options = append(at.Options, Option{Label: t.name, Insert: t.name + ",", Kind: Value, Doc: t.doc.With(), More: true})
		}
	case "from":
		at.Options = k.sources()
	case "sharing":
		at.Options = values("shared", "private", "locked")
	case "target":
		return k.stagePaths(value, true)
	case "source":
		if from := given["from"]; from != "" {
			if t, ok := k.filesOf(from); ok {
				return Completion{From: pathStart(value, at.From), Options: entries(t, "/", value, false)}
			}
			return at
		}
		return k.contextPaths(value)
	}
	return at
}

func (k *cursor) mountNames(given map[string]string, typed string) Completion {
	at := Completion{From: k.at - len(typed)}
	kind := given["type"]
	if kind == "" {
		kind = "bind"
	}
	for _, o := range mountOptions {
		if _, has := given[o.name]; has || !slices.Contains(o.types, kind) {
			continue
		}
		option := Option{Label: o.name, Insert: o.name + "=", Kind: Flag, Detail: message.Plain(o.value), Doc: o.doc.With(), More: true}
		if o.value == "" {
			option.Insert, option.More = "", false
		}
		at.Options = append(at.Options, option)
	}
	return at
}

// mountName is the name of an option that has several.
func mountName(name string) string {
	switch name {
	case "dst", "destination":
		return "target"
	case "src":
		return "source"
	case "readonly":
		return "ro"
	case "readwrite":
		return "rw"
	}
	return name
}
