package lab

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/wasm/wire"
)

// Crash is what is known of the last end of the engine.
type Crash struct {
	Why string
	// Workspace is what it was working on.
	Workspace wire.Workspace
}

// Report is a text about the last crash with which it can be repeated: the
// error, the versions, and the workspace in the form that the engine reads. It
// needs no engine. Contents that only the browser's store holds are named in
// its head.
func (l *Lab) Report() string {
	c := l.Crash
	if c == nil {
		return ""
	}
	return archive("# Layerlab: the engine stopped. This file repeats it.\n"+
		comment("error", c.Why)+comment("engine", l.Engine.Engine)+comment("protocol", strconv.Itoa(wire.Version)), c.Workspace)
}

func comment(name, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("# %s: %s\n", name, strings.ReplaceAll(value, "\n", " "))
}

// archive is a workspace in the form that the engine reads, below these lines.
func archive(above string, ws wire.Workspace) string {
	var head, files strings.Builder
	head.WriteString(above)
	set := func(key, value string) {
		if value != "" {
			if !plainWord(strings.ReplaceAll(value, " ", "")) || strings.TrimSpace(value) != value {
				value = strconv.Quote(value)
			}
			fmt.Fprintf(&head, "%s: %s\n", key, value)
		}
	}
	s := ws.Settings
	set("name", ws.Name)
	set("dockerfile", ws.Dockerfile)
	set("epoch", strconv.FormatInt(s.Epoch, 10))
	set("platform", s.Platform)
	set("target", s.Target)
	set("compression", s.Compression)
	if s.Seed != 0 {
		set("seed", strconv.FormatUint(s.Seed, 10))
	}
	if s.Lenient {
		set("lenient", "true")
	}
	for _, k := range slices.Sorted(maps.Keys(s.BuildArgs)) {
		set("build-arg", k+"="+s.BuildArgs[k])
	}
	for _, f := range ws.Files {
		if f.Key != "" {
			head.WriteString(comment("left out", fmt.Sprintf("%s, %d bytes", f.Path, f.Size)))
			continue
		}
		files.WriteString(archived(f))
	}
	return head.String() + files.String()
}

// archived writes a file as an entry of the workspace's text.
func archived(f wire.File) string {
	name := func(s string) string {
		if plainWord(s) && s[0] != '-' {
			return s
		}
		return strconv.Quote(s)
	}
	if f.Kind == "symlink" {
		return "-- " + name(f.Path) + " -> " + name(f.Target) + " --\n"
	}
	h, usual, data := name(f.Path), uint32(0o644), ""
	if f.Kind == "dir" {
		h, usual = name(f.Path+"/"), 0o755
	}
	if f.Mode != usual {
		h += fmt.Sprintf(" mode=%04o", f.Mode)
	}
	if f.MTime != "" {
		h += " mtime=" + f.MTime
	}
	switch {
	case f.Generated != nil:
		h += fmt.Sprintf(" %s=%d", f.Generated.Kind, f.Generated.Size)
		if f.Generated.Seed != 0 {
			h += fmt.Sprintf(" seed=%d", f.Generated.Seed)
		}
	case f.Base64 != "":
		h, data = h+" base64", f.Base64+"\n"
	case f.Text != nil:
		data = *f.Text
		switch {
		case strings.HasPrefix(data, "-- ") || strings.Contains(data, "\n-- ") || strings.Contains(data, "\r"):
			// It would be read as another entry, or lose its line ends.
			h, data = h+" base64", base64.StdEncoding.EncodeToString([]byte(data))+"\n"
		case data != "" && !strings.HasSuffix(data, "\n"):
			h, data = h+" no-newline", data+"\n"
		}
	}
	return "-- " + h + " --\n" + data
}

// plainWord tells whether a text needs no quotes.
func plainWord(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("._/@+:,-", r)
	}) < 0
}

// SaveReport saves the report as a file.
func (l *Lab) SaveReport() { l.host.SaveText("layerlab-report.txtar", l.Report()) }
