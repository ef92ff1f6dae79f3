package shell

import "layerlab.dev/core/shell/glob"

// glob expands a pattern to paths.
func (s *Shell) glob(p string) []string {
	f := glob.Bytes // the locale is C
	if s.dialect == Bash {
		f |= glob.Extended
		if s.shopt["nocaseglob"] {
			f |= glob.FoldCase
		}
	} else if s.dialect == Dash {
		f |= glob.NoCaret
	}
	if !s.utf8 {
		f |= glob.Bytes
	}
	return glob.Expand(p, directory{s}, f, s.shopt["dotglob"], s.shopt["globstar"])
}

// directory is what patterns are matched against.
type directory struct{ s *Shell }

func (d directory) Names(dir string) []string {
	if dir == "" {
		dir = "."
	}
	names, _ := d.s.p.ReadDir(dir)
	if d.s.dialect != Bash {
		names = append([]string{".", ".."}, names...)
	}
	return names
}

func (d directory) Exists(path string) bool { _, err := d.s.p.Lstat(path); return err == nil }

func (d directory) IsDir(path string) bool {
	n, err := d.s.p.Stat(path)
	return err == nil && n.IsDir()
}

// match reports whether a string matches a pattern, as in case.
func (s *Shell) match(pat, str string) bool {
	f := glob.Flags(0)
	if !s.utf8 {
		f |= glob.Bytes
	}
	switch s.dialect {
	case Bash:
		f |= glob.Extended
		if s.shopt["nocasematch"] {
			f |= glob.FoldCase
		}
	case Dash:
		f |= glob.NoCaret
	}
	return glob.Match(pat, str, f)
}
