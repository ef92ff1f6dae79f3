package main

import (
	"fmt"
	"strings"
	"time"

	"layerlab.dev/wasm/ui/lab"

	"github.com/vugu/vugu"
)

// Desk is what every component has at hand: the state, and the way to change
// it.
type Desk struct {
	Lab   *lab.Lab
	Theme string // "", "light" or "dark"
	Mac   bool   // the keyboard is an Apple one
	// OneFile says that the page is one file: there is no site that stores short
	// links, or that others could embed it from.
	OneFile bool

	invalidate func()
	setLang    func(name string)
	setTheme   func(name string)
	pick       func(folder bool)
	pickImage  func()
}

// Part makes a struct a component that has the desk.
type Part struct{ *Desk }

// Wire gives a new component the desk.
func (p *Part) Wire(d *Desk) { p.Desk = d }

// newBuildEnv makes an environment whose components have the desk.
func newBuildEnv(d *Desk, env vugu.EventEnv) (*vugu.BuildEnv, error) {
	b, err := vugu.NewBuildEnv(env)
	if err != nil {
		return nil, err
	}
	b.SetWireFunc(func(c vugu.Builder) {
		if w, ok := c.(interface{ Wire(*Desk) }); ok {
			w.Wire(d)
		}
	})
	return b, nil
}

// Do runs a handler. A panic in it is shown instead of ending the program, and
// the workspace is untouched: the store has every edit already.
func (d *Desk) Do(f func()) {
	defer d.invalidate()
	defer func() {
		if r := recover(); r != nil {
			d.Lab.Fault = fmt.Sprintf("%s (%v)", d.Lab.W.Fault, r)
		}
	}()
	f()
}

// classes joins the names whose condition holds: "a", true, "b", false is "a".
func classes(pairs ...any) string {
	var names []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if on, _ := pairs[i+1].(bool); on {
			names = append(names, pairs[i].(string))
		}
	}
	return strings.Join(names, " ")
}

// word is "true" or "false", for ARIA attributes, which must not be left out.
func word(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// epochText writes seconds since the Unix epoch as RFC 3339 in UTC.
func epochText(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// parseEpoch reads what epochText writes, a date alone, or seconds.
func parseEpoch(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Unix(), t.Unix() >= 0
		}
	}
	var n int64
	if _, err := fmt.Sscanf(s, "%d", &n); err != nil || fmt.Sprint(n) != s {
		return 0, false
	}
	return n, n >= 0
}
