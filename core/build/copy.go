package build

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/patternmatcher"
	mode "github.com/tonistiigi/dchapes-mode"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// copyInstruction is COPY or ADD.
type copyInstruction struct {
	instructions.SourcesAndDest
	chown, chmod, checksum string
	exclude                []string
	parents, link          bool
	add, unpack            bool
	from                   []*planned
	fromName               string
}

// text is the entry of the history.
func (c *copyInstruction) text() string {
	w := []string{"COPY"}
	if c.add {
		w[0] = "ADD"
	}
	if c.parents {
		w = append(w, "--parents")
	}
	if c.chown != "" {
		w = append(w, "--chown="+c.chown)
	}
	if c.chmod != "" {
		w = append(w, "--chmod="+c.chmod)
	}
	w = append(w, c.SourcePaths...)
	for _, s := range c.SourceContents {
		w = append(w, "<<"+s.Path)
	}
	return strings.Join(append(w, c.DestPath), " ") + " # buildkit"
}

// linked says that the layer is made on an empty root; --chmod turns that off
// (dockerfile2llb dispatchCopy).
func (c *copyInstruction) linked() bool { return c.link && c.chmod == "" }

func (d *dispatcher) copyStep(c copyInstruction, step *Step) error {
	src, err := d.copySource(&c, step)
	if err != nil {
		return err
	}
	if c.link && namesOwner(c.chown) {
		// The layer of --link knows no files of the stage, so no names either.
		return advise(adviseLinkOwner.With(),
			"--chown=%s: user and group names can't be resolved when used with --link, use numeric uid[:gid] instead", c.chown)
	}
	m, err := c.permissions()
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if d.converting() {
		d.convertCopy(&c)
		d.history(step, c.text(), true)
		return nil
	}
	depends := parts{{name: "instruction", value: fmt.Sprintf("%s %v %v link=%v unpack=%v", c.text(), c.exclude, c.fromName, c.linked(), c.unpack)},
		{name: "working directory", value: d.config.Config.WorkingDir}}
	for _, s := range c.SourceContents {
		depends = append(depends, part{name: "here document " + s.Path, value: s.Data})
	}
	// Nothing is checked in a source that is also what is copied onto, nor in one
	// without any file.
	checked := len(c.from) == 0 || c.from[0].out != "" && (c.linked() || c.from[0].out != d.out)
	sources := make([]source, 0, len(c.SourcePaths))
	for _, p := range c.SourcePaths {
		if len(c.from) > 0 {
			if err := d.walk(c.from[0], src, p); err != nil {
				return err
			}
		}
		s, err := c.find(src, p, checked)
		if err != nil {
			return d.explainMissing(err, p, c.from)
		}
		sources = append(sources, s)
		step.Sources = append(step.Sources, s.matches...)
		for _, match := range s.matches {
			depends = append(depends, d.sumOf(src, match)...)
		}
	}
	err = d.layerStep(step, depends, func(w *work) error {
		var err error
		if m.owner, err = lookupOwner(d.tree, c.chown); err != nil {
			return err
		}
		base := d.tree
		if c.linked() {
			base = vfs.New(d.tree.Now())
		}
		e := base.Edit()
		if err := d.copyAll(e, src, &c, m, sources); err != nil {
			return err
		}
		w.tree = e.Tree()
		if !c.linked() {
			return nil
		}
		if w.changes, err = layer.Diff(base, w.tree); err != nil {
			return err
		}
		if w.changes == nil {
			w.changes = []layer.Change{}
		}
		merged := d.tree.At(w.tree.Now()).Edit()
		err = layer.Replay(merged, w.changes)
		w.tree = merged.Tree()
		return err
	})
	if err != nil {
		return err
	}
	d.history(step, c.text(), true)
	return nil
}

// permissions reads --chmod.
func (c *copyInstruction) permissions() (copyMode, error) {
	var m copyMode
	if c.chmod == "" {
		return m, nil
	}
	advice := adviseMode.With()
	bad := advise(advice, "invalid chmod parameter: '%v'. it should be octal string and between 0 and 07777", c.chmod)
	if p, err := strconv.ParseUint(c.chmod, 8, 32); err == nil {
		if p > 0o7777 {
			return m, bad
		}
		bits := uint32(p)
		m.mode = &bits
		return m, nil
	}
	set, err := mode.ParseWithUmask(c.chmod, 0)
	var digits *strconv.NumError
	if errors.As(err, &digits) {
		return m, bad
	}
	if err != nil {
		return m, advise(advice, "%w", err)
	}
	m.modeSet = &set
	return m, nil
}

// check refuses what BuildKit refuses before it looks at any file.
func (c *copyInstruction) check() error {
	if c.checksum != "" {
		if len(c.SourcePaths) != 1 {
			return advise(adviseChecksumOne.With(), "checksum can't be specified for multiple sources")
		}
		if kind, _ := dockerfile.Source(c.SourcePaths[0]); kind == dockerfile.FileSource {
			return advise(adviseChecksumOut.With(), "checksum requires HTTP(S) or Git sources")
		}
	}
	for _, s := range c.SourcePaths {
		kind, err := dockerfile.Source(s)
		switch {
		case err != nil:
			return err
		case c.add:
		case kind == dockerfile.GitSource:
			return advise(adviseAddGit.With(), "source can't be a git ref for COPY")
		case kind == dockerfile.URLSource:
			return advise(adviseAddURL.With(), "source can't be a URL for COPY")
		}
	}
	return nil
}

// offline refuses what needs a network.
func (c *copyInstruction) offline() error {
	for _, s := range c.SourcePaths {
		if isRemote(s) {
			return refuse(advisePutFile.With(), saysNoNetwork.Error(s))
		}
	}
	return nil
}

// isRemote reports whether a source is to be fetched.
func isRemote(s string) bool {
	kind, _ := dockerfile.Source(s)
	return kind == dockerfile.URLSource || kind == dockerfile.GitSource
}

// copySource is the tree the instruction copies from.
func (d *dispatcher) copySource(c *copyInstruction, step *Step) (vfs.Tree, error) {
	if len(c.from) == 0 {
		return d.files, nil
	}
	s := c.from[0]
	if s.source != nil && !s.built {
		return vfs.Tree{}, advise(adviseStageAbove.With(),
			"cannot copy from stage %q, it needs to be defined before current stage %q", c.fromName, d.Name)
	}
	if err := d.use(&s.state); err != nil {
		return vfs.Tree{}, err
	}
	step.Source = s.Name
	if step.Source == "" {
		step.Source = c.fromName
	}
	return s.tree, nil
}

// source is one source path with what it names.
type source struct {
	matches []string
	pattern string // of --parents: what to take below the matches
}

// find resolves one source path. BuildKit checks first what the path chooses;
// checked says that it does so here.
func (c *copyInstruction) find(t vfs.Tree, p string, checked bool) (source, error) {
	var s source
	need := ""
	if c.parents {
		pivot, pattern, ok := strings.Cut(p, "/./")
		if !ok {
			pivot, pattern = "/", p
		}
		pattern = normalizePath("/", pattern, false)
		s.pattern = strings.TrimPrefix(pattern, "/")
		p = pivot
		if !hasWildcard(p) && !hasWildcard(pattern) {
			need = normalizePath("/", path.Join(p, pattern), false)
		}
	}
	p = path.Join("/", p)
	if checked {
		if err := c.required(t, p, s.pattern, need); err != nil {
			return s, err
		}
	}
	var err error
	s.matches, err = wildcards(t, p)
	return s, err
}

type missingError struct {
	path string
	err  error
}

func (m *missingError) Error() string { return fmt.Sprintf("%q: %v", m.path, m.err) }
func (m *missingError) Unwrap() error { return m.err }

func notFound(p string, err error) error {
	if isNotExist(err) {
		return &missingError{p, errors.New("not found")}
	}
	return &missingError{p, reason(err)}
}

// explainMissing says why a source is not there and what to do.
func (d *dispatcher) explainMissing(err error, written string, from []*planned) error {
	var m *missingError
	if !errors.As(err, &m) {
		return err
	}
	out := adviser{error: fmt.Errorf("%s: %w", written, m)}
	name := strings.TrimPrefix(m.path, "/")
	in := func(t vfs.Tree) bool {
		_, n, err := resolve(t, m.path, true)
		return err == nil && n != nil
	}
	switch {
	case len(from) > 0:
		out.advice = adviseLookThere.With()
	case in(d.seen):
		out.advice = adviseNotSent.With()
	case in(d.all):
		out.advice, out.ignored = adviseIgnored.With(name), name
	default:
		out.advice, out.missing = adviseAddMissing.With(name), name
	}
	return out
}

// sumOf are the digests of what a source names, file by file where they are
// few, so that a miss of the cache can name the file.
func (d *dispatcher) sumOf(t vfs.Tree, p string) parts {
	c := d.o.Cache
	if c == nil {
		return nil
	}
	at, err := t.Canonical(p, true)
	if err != nil {
		return nil
	}
	n, err := t.Lstat(at)
	if err != nil {
		return nil
	}
	var out parts
	if files, _ := n.Total(); files <= 500 {
		for q, f := range t.Walk(at) {
			if f.IsDir() {
				out = append(out, part{q, fmt.Sprintf("%o %d:%d %d", f.Mode, f.UID, f.GID, f.MTime), fmt.Sprintf("%o %d:%d", f.Mode, f.UID, f.GID)})
			} else if p, err := c.part(q, f); err == nil {
				out = append(out, p)
			}
		}
		return out
	}
	if p, err := c.part(at, n); err == nil {
		out = append(out, p)
	}
	return out
}

func (d *dispatcher) copyAll(e *vfs.Editor, src vfs.Tree, c *copyInstruction, m copyMode, sources []source) error {
	dest := destination(d.config.Config.WorkingDir, c.DestPath)
	cp := copier{ctx: d.ctx, e: e, src: src, copyMode: m, bottom: c.linked() || len(d.layers) == 0}
	var err error
	if len(c.exclude) > 0 {
		if cp.exclude, err = patternmatcher.New(c.exclude); err != nil {
			return fmt.Errorf("invalid excludepatterns: %s: %w", c.exclude, err)
		}
	}
	for _, s := range sources {
		one := cp
		if c.parents {
			// Of "." nothing is left as a pattern, and a matcher without patterns
			// matches nothing: BuildKit then copies no file.
			if one.include, err = patternmatcher.New([]string{s.pattern}); err != nil {
				return fmt.Errorf("invalid includepatterns: %s: %w", s.pattern, err)
			}
		}
		for _, p := range s.matches {
			if c.add && c.unpack {
				done, err := d.unpack(e, src, p, dest, m.owner, cp.bottom)
				if err != nil {
					return fmt.Errorf("%s: %w", p, err)
				}
				if done {
					continue
				}
			}
			if err := one.copyTo(p, dest); err != nil {
				return err
			}
		}
	}
	for _, h := range c.SourceContents {
		one := cp
		var name string
		if one.src, name, err = document(h, e.Tick()); err != nil {
			return err
		}
		if err := one.copyTo(name, dest); err != nil {
			return err
		}
	}
	return nil
}

// document is a here document as a file in a tree of its own. No directory is
// made for it (solver/llbsolver/file mkfile).
func document(h instructions.SourceContent, now int64) (vfs.Tree, string, error) {
	name := path.Join("/", h.Path)
	e := vfs.New(now).Edit()
	switch {
	case name == "/":
		return e.Tree(), name, advise(adviseDocument.With(), "mkfile /: is a directory")
	case path.Dir(name) != "/":
		return e.Tree(), name, advise(adviseDocument.With(), "open %s: no such file or directory", name)
	}
	err := e.WriteFile(name, vfs.String(h.Data), 0o644, 0, 0)
	return e.Tree(), name, err
}
