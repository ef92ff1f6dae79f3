package workspace

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"layerlab.dev/core/vfs"
)

// Parse reads a workspace from its text.
func Parse(text []byte) (*Workspace, error) {
	a := txtar.Parse(text)
	w := &Workspace{Settings: Settings{Epoch: DefaultEpoch}}
	for n, line := range strings.Split(string(a.Comment), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := w.setting(line); err != nil {
			return nil, saysLine.Wrap(err, n+1)
		}
	}
	for _, f := range a.Files {
		file, err := parseFile(f)
		if err != nil {
			return nil, saysHeader.Wrap(err, strconv.Quote(f.Name))
		}
		w.Files = append(w.Files, file)
	}
	slices.SortFunc(w.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	if list := w.Dockerfiles(); w.Dockerfile == "" && len(list) > 0 {
		w.Dockerfile = list[0].Path
	}
	return w, nil
}

func (w *Workspace) setting(line string) error {
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return saysSetting.Error(strconv.Quote(line))
	}
	value = strings.TrimSpace(value)
	if plain, err := strconv.Unquote(value); err == nil && strings.HasPrefix(value, `"`) {
		value = plain
	}
	s := &w.Settings
	switch key {
	case "name":
		w.Name = value
	case "dockerfile":
		w.Dockerfile = value
	case "epoch":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return saysEpoch.Error(strconv.Quote(value))
		}
		s.Epoch = n
	case "platform":
		s.Platform = value
	case "target":
		s.Target = value
	case "compression":
		s.Compression = value
	case "seed":
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return saysSeed.Error(strconv.Quote(value))
		}
		s.Seed = n
	case "lenient":
		if value != "true" {
			return saysLenient.Error(strconv.Quote(value))
		}
		s.Lenient = true
	case "build-arg":
		k, v, ok := strings.Cut(value, "=")
		if !ok {
			return saysArgument.Error(strconv.Quote(value))
		}
		if s.BuildArgs == nil {
			s.BuildArgs = map[string]string{}
		}
		s.BuildArgs[k] = v
	default:
		return saysUnknown.Error(strconv.Quote(key))
	}
	return nil
}

func parseFile(f txtar.File) (File, error) {
	name, attributes, target, err := splitHeader(f.Name)
	if err != nil {
		return File{}, err
	}
	out := File{Path: name, Mode: 0o644}
	if target != "" {
		out.Kind, out.Target, out.Mode = vfs.Symlink, target, 0o777
		return out, CheckPath(name)
	}
	if strings.HasSuffix(name, "/") {
		out.Path, out.Kind, out.Mode = strings.TrimSuffix(name, "/"), vfs.Dir, 0o755
	}
	if err := CheckPath(out.Path); err != nil {
		return out, err
	}
	data := f.Data
	for _, word := range attributes {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "mode":
			var mode uint64
			mode, err = strconv.ParseUint(value, 8, 12)
			out.Mode = uint32(mode)
		case "mtime":
			out.MTime = value
		case "base64":
			data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(f.Data)), ""))
		case "no-newline":
			data = []byte(strings.TrimSuffix(string(data), "\n"))
		case "zeros", "random":
			r := Recipe{Random: key == "random"}
			if out.Recipe != nil {
				r.Seed = out.Recipe.Seed
			}
			r.Size, err = strconv.ParseInt(value, 10, 64)
			if err == nil && r.Size < 0 {
				err = saysNegative.Error()
			}
			out.Recipe = &r
		case "seed":
			if out.Recipe == nil {
				out.Recipe = &Recipe{Random: true}
			}
			out.Recipe.Seed, err = strconv.ParseUint(value, 10, 64)
		}
		if err != nil {
			return out, fmt.Errorf("%s: %w", word, err)
		}
	}
	switch {
	case out.Kind != vfs.File:
	case out.Recipe != nil:
		out.Content = out.Recipe.Blob()
	default:
		out.Content = vfs.Bytes(data)
	}
	return out, nil
}

// splitHeader cuts a header into the path, which may hold spaces, and what
// follows it: attributes, or the target of a link. A path or target that would
// be read otherwise is in double quotes, as in Go.
func splitHeader(h string) (name string, attributes []string, target string, err error) {
	rest := ""
	if strings.HasPrefix(h, `"`) {
		quoted, err := strconv.QuotedPrefix(h)
		if err != nil {
			return "", nil, "", saysQuote.Error()
		}
		rest = h[len(quoted):]
		if name, err = strconv.Unquote(quoted); err != nil {
			return "", nil, "", err
		}
	} else if i := strings.Index(h, " -> "); i >= 0 {
		name, rest = h[:i], h[i:]
	} else {
		name = h
		for {
			i := strings.LastIndexByte(name, ' ')
			if i < 0 || !isAttribute(name[i+1:]) {
				break
			}
			name, rest = name[:i], name[i:]+rest
		}
	}
	if t, ok := strings.CutPrefix(rest, " -> "); ok {
		if strings.HasPrefix(t, `"`) {
			if t, err = strconv.Unquote(t); err != nil {
				return "", nil, "", fmt.Errorf("target %s: %w", rest, err)
			}
		}
		if t == "" {
			err = saysNoTarget.Error()
		}
		return name, nil, t, err
	}
	for _, word := range strings.Fields(rest) {
		if !isAttribute(word) {
			return "", nil, "", saysAttribute.Error(strconv.Quote(word))
		}
		attributes = append(attributes, word)
	}
	return name, attributes, "", nil
}

// quote writes a path or target so that splitHeader reads it back.
func quote(s string) string {
	plain := s != "" && strings.TrimSpace(s) == s && s[0] != '"' && utf8.ValidString(s) && !strings.ContainsAny(s, "\n\r\t\v\f\x00\u0085\u00a0")
	// Before attributes, an arrow at the end would lead to them.
	if plain && s[0] != '-' && s[0] != '>' && !strings.HasSuffix(s, " ->") {
		if name, words, target, err := splitHeader(s); err == nil && name == s && words == nil && target == "" {
			return s
		}
	}
	return strconv.Quote(s)
}

func isAttribute(word string) bool {
	key, _, hasValue := strings.Cut(word, "=")
	switch key {
	case "mode", "mtime", "zeros", "random", "seed":
		return hasValue
	case "base64", "no-newline":
		return !hasValue
	}
	return false
}

// Format writes the workspace as its text. Parse gives the same workspace
// again.
func (w *Workspace) Format() ([]byte, error) {
	var head strings.Builder
	set := func(key, value string) {
		if value != "" {
			if strings.TrimSpace(value) != value || value[0] == '"' || strings.ContainsAny(value, "\n\r") || !utf8.ValidString(value) {
				value = strconv.Quote(value)
			}
			fmt.Fprintf(&head, "%s: %s\n", key, value)
		}
	}
	s := w.Settings
	set("name", w.Name)
	set("dockerfile", w.Dockerfile)
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
	a := &txtar.Archive{Comment: []byte(head.String())}
	for _, f := range w.Files {
		x, err := formatFile(f)
		if err != nil {
			return nil, saysFile.Wrap(err, f.Path)
		}
		a.Files = append(a.Files, x)
	}
	return txtar.Format(a), nil
}

func formatFile(f File) (txtar.File, error) {
	if f.Kind == vfs.Symlink {
		return txtar.File{Name: quote(f.Path) + " -> " + quote(f.Target)}, nil
	}
	h, usual := quote(f.Path), uint32(0o644)
	if f.Kind == vfs.Dir {
		h, usual = quote(f.Path+"/"), 0o755
	}
	if f.Mode != usual {
		h += fmt.Sprintf(" mode=%04o", f.Mode)
	}
	if f.MTime != "" {
		h += " mtime=" + f.MTime
	}
	if f.Kind == vfs.Dir {
		return txtar.File{Name: h}, nil
	}
	if r := f.Recipe; r != nil {
		if r.Random {
			return txtar.File{Name: fmt.Sprintf("%s random=%d seed=%d", h, r.Size, r.Seed)}, nil
		}
		return txtar.File{Name: fmt.Sprintf("%s zeros=%d", h, r.Size)}, nil
	}
	data, err := f.Content.Bytes()
	if err != nil {
		return txtar.File{}, err
	}
	switch {
	case len(data) == 0:
	case !isText(data):
		h += " base64"
		data = []byte(wrap(base64.StdEncoding.EncodeToString(data)))
	case data[len(data)-1] != '\n':
		h += " no-newline"
		data = append(data, '\n')
	}
	return txtar.File{Name: h, Data: data}, nil
}

// isText reports whether data can stand in the text as it is.
func isText(data []byte) bool {
	if !utf8.Valid(data) || strings.ContainsAny(string(data), "\x00\r") {
		return false
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "-- ") && strings.HasSuffix(strings.TrimRight(line, "\n"), " --") {
			return false
		}
	}
	return true
}

func wrap(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	b.WriteString(s + "\n")
	return b.String()
}
