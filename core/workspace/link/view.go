package link

import (
	"net/url"
	"strconv"
	"strings"
)

// View is what is looked at in a workspace; its zero value is nothing in
// particular.
type View struct {
	Stage string // name of the stage, or its index as text; empty: the image's
	// Step counts the instructions of the stage from its FROM, which is 1 and
	// stands for the topmost layer of the base; layers of the base below it are
	// 0, -1 and so on. HasStep says that one is meant.
	Step    int
	HasStep bool
	Tab     string // of the inspector: "changes", "digests" …
	File    string // path of the file in the editor
	Line    int    // of that file, from 1; 0: none
}

// append writes the view's part of a fragment.
func (v View) append(b *strings.Builder) {
	set := func(name, value string) {
		if value == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + escape(value))
	}
	set("stage", v.Stage)
	if v.HasStep {
		set("step", strconv.Itoa(v.Step))
	}
	set("tab", v.Tab)
	set("file", v.File)
	if v.Line > 0 {
		set("line", strconv.Itoa(v.Line))
	}
}

// escape is like url.QueryEscape, but leaves slashes, which are plain in a
// fragment, and writes a space so that other readers of URLs see one.
func escape(s string) string {
	return strings.NewReplacer("%2F", "/", "+", "%20").Replace(url.QueryEscape(s))
}

func readView(values url.Values) View {
	v := View{Stage: values.Get("stage"), Tab: values.Get("tab"), File: values.Get("file")}
	if n, err := strconv.Atoi(values.Get("step")); err == nil {
		v.Step, v.HasStep = n, true
	}
	if n, err := strconv.Atoi(values.Get("line")); err == nil && n > 0 {
		v.Line = n
	}
	return v
}
