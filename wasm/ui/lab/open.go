package lab

import "slices"

// OpenFiles are the files that have a tab, in the order of the tabs. The file in
// the editor is always among them.
func (l *Lab) OpenFiles() []string {
	var out []string
	for _, p := range l.Meta.Tabs {
		if l.index(p) >= 0 && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if open := l.Meta.Open; open != "" && !slices.Contains(out, open) {
		out = append(out, open)
	}
	return out
}

// CloseFile takes a file's tab away. The last one stays.
func (l *Lab) CloseFile(path string) {
	tabs := l.OpenFiles()
	i := slices.Index(tabs, path)
	if i < 0 || len(tabs) == 1 {
		return
	}
	l.Meta.Tabs = slices.Delete(tabs, i, i+1)
	if path == l.Meta.Open {
		l.Open(l.Meta.Tabs[min(i, len(l.Meta.Tabs)-1)])
	}
	l.host.SaveMeta(l.Meta)
}
