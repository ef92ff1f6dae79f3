package image

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"layerlab.dev/core/layer"
)

// Difference is one thing in which two images differ.
type Difference struct {
	// Where names it: "layer 3, entry srv/a, mode" or "config, config.Env".
	Where string
	// Ours and Theirs are the two values in words.
	Ours, Theirs string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s, theirs %s", d.Where, d.Ours, d.Theirs)
}

// Compare says in what two images differ: of every layer the first entry and
// field, of the config every key, of the history every entry. It gives nothing
// for images with the same ID.
func Compare(ours, theirs *Image) []Difference {
	var out []Difference
	if ours.ID() == theirs.ID() {
		return nil
	}
	for n := range max(len(ours.Layers), len(theirs.Layers)) {
		where := fmt.Sprintf("layer %d", n+1)
		switch {
		case n >= len(ours.Layers):
			out = append(out, Difference{where, "missing", theirs.Layers[n].DiffID().String()})
		case n >= len(theirs.Layers):
			out = append(out, Difference{where, ours.Layers[n].DiffID().String(), "missing"})
		case ours.Layers[n].DiffID() != theirs.Layers[n].DiffID():
			d := CompareLayers(ours.Layers[n].Entries(), theirs.Layers[n].Entries())
			if d.Where == "" {
				d = Difference{"the bytes of the tar", ours.Layers[n].DiffID().String(), theirs.Layers[n].DiffID().String()}
			}
			d.Where = where + ", " + d.Where
			out = append(out, d)
		}
	}
	return append(out, CompareConfigs(ours.configJSON, theirs.configJSON)...)
}

// CompareConfigs says in what the configs of two images differ, of their
// history every entry, otherwise key by key; the layers they name are left out.
func CompareConfigs(ours, theirs []byte) []Difference {
	return append(compareHistory(history(ours), history(theirs)), compareConfig(ours, theirs)...)
}

func history(doc []byte) []json.RawMessage {
	var c struct{ History []json.RawMessage }
	if err := json.Unmarshal(doc, &c); err != nil {
		return []json.RawMessage{[]byte(err.Error())}
	}
	return c.History
}

// CompareLayers finds the first entry in which two layers differ, and its first
// field. The zero Difference means that their entries are alike.
func CompareLayers(ours, theirs []layer.Entry) Difference {
	for n := range max(len(ours), len(theirs)) {
		switch {
		case n >= len(ours):
			return Difference{"entry " + theirs[n].Name, "missing", "there"}
		case n >= len(theirs):
			return Difference{"entry " + ours[n].Name, "there", "missing"}
		case ours[n].Name != theirs[n].Name:
			return Difference{fmt.Sprintf("entry %d", n+1), ours[n].Name, theirs[n].Name}
		}
		a, b := fields(ours[n]), fields(theirs[n])
		for i := range a {
			if a[i].value != b[i].value {
				return Difference{fmt.Sprintf("entry %s, %s", ours[n].Name, a[i].name), a[i].value, b[i].value}
			}
		}
	}
	return Difference{}
}

type field struct{ name, value string }

func fields(e layer.Entry) []field {
	content := ""
	if e.Content != nil && e.Size > 0 {
		d, err := e.Content.Digest()
		if content = d.String(); err != nil {
			content = err.Error()
		}
	}
	pax := ""
	for _, k := range slices.Sorted(maps.Keys(e.PAX)) {
		if len(k) > 13 && k[:13] == "SCHILY.xattr." { // others only carry a field that is compared itself
			pax += fmt.Sprintf("%s=%q ", k, e.PAX[k])
		}
	}
	return []field{
		{"type", string(e.Type)}, {"mode", fmt.Sprintf("%04o", e.Mode)}, {"owner", fmt.Sprintf("%d:%d", e.UID, e.GID)},
		{"size", fmt.Sprint(e.Size)}, {"mtime", fmt.Sprintf("%d (%s)", e.MTime, time.Unix(e.MTime, 0).UTC().Format(time.RFC3339))},
		{"link", e.Linkname}, {"device", fmt.Sprintf("%d,%d", e.Major, e.Minor)}, {"extended attributes", pax}, {"content", content},
	}
}

func compareHistory(a, b []json.RawMessage) []Difference {
	var out []Difference
	for n := range max(len(a), len(b)) {
		x, y := "missing", "missing"
		if n < len(a) {
			x = string(a[n])
		}
		if n < len(b) {
			y = string(b[n])
		}
		if x != y {
			out = append(out, Difference{fmt.Sprintf("history, entry %d", n+1), x, y})
		}
	}
	return out
}

// compareConfig compares the documents key by key, but for what is told of
// elsewhere.
func compareConfig(ours, theirs []byte) []Difference {
	a, b := flatten(ours), flatten(theirs)
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	var out []Difference
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		x, y := a[k], b[k]
		if k == "history" || k == "rootfs" || x == y {
			continue
		}
		out = append(out, Difference{"config, " + k, orMissing(x), orMissing(y)})
	}
	return out
}

func orMissing(s string) string {
	if s == "" {
		return "missing"
	}
	return s
}

// flatten gives the values of a config by key, those of the inner config by
// "config.KEY".
func flatten(doc []byte) map[string]string {
	out := map[string]string{}
	var top map[string]json.RawMessage
	if json.Unmarshal(doc, &top) != nil {
		return out
	}
	for k, v := range top {
		var inner map[string]json.RawMessage
		if k == "config" && json.Unmarshal(v, &inner) == nil {
			for k, v := range inner {
				out["config."+k] = string(v)
			}
			continue
		}
		out[k] = string(v)
	}
	return out
}
