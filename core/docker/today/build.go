package today

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/image"
	"layerlab.dev/core/docker/pack"
	"layerlab.dev/core/docker/progress"
	"layerlab.dev/core/docker/reference"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/containerd"
	"layerlab.dev/core/vfs"
)

// failed puts what stops a build in buildx's words.
func failed(format string, a ...any) error {
	return fmt.Errorf("failed to build: "+format, a...)
}

// runBuild builds with BuildKit, as buildx asks for it.
func runBuild(s *cli.Session, c *cli.Call) error {
	tags := c.List("tag")
	for n, t := range tags {
		ref, err := reference.Named(t)
		if err != nil {
			return failed("invalid tag %q: %w", t, tagError(err))
		}
		tags[n] = reference.WithDefault(ref).String()
	}
	request, err := buildContext(s, c.Args[0], c.String("file"))
	if err != nil {
		return failed("%w", err)
	}
	if err := outputs(c); err != nil {
		return failed("%w", err)
	}
	if request.Secrets, err = image.Secrets(s, c.List("secret")); err != nil {
		return failed("could not parse secrets: %v: %w", c.List("secret"), err)
	}
	o := &request.Options
	o.Version, o.Tags, o.Target = types.BuilderBuildKit, tags, c.String("target")
	o.NoCache, o.PullParent = c.Bool("no-cache"), c.Bool("pull")
	if p := c.List("platform"); len(p) > 0 {
		if len(p) > 1 || strings.Contains(p[0], ",") {
			return failed("several platforms in one build are not available here: build them one after the other")
		}
		o.Platform = p[0]
	}
	o.Labels = map[string]string{}
	for _, l := range c.List("label") {
		k, v, _ := strings.Cut(l, "=")
		o.Labels[k] = v
	}
	o.BuildArgs = map[string]*string{}
	if v := s.Environ("SOURCE_DATE_EPOCH"); v != "" {
		o.BuildArgs["SOURCE_DATE_EPOCH"] = &v
	}
	for _, a := range c.List("build-arg") {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			if v = s.Environ(k); v == "" {
				continue
			}
		}
		o.BuildArgs[k] = &v
	}
	args := map[string]string{}
	for k, v := range o.BuildArgs {
		args[k] = *v
	}
	request.Provenance = provenance(s, c)
	switch call := c.String("call"); {
	case c.Bool("check"), call == "check", call == "lint":
		request.Check = true
	case call != "build" && call != "":
		return failed("--call %s is not available here: use --check, or build", call)
	}
	quiet, mode := c.Bool("quiet"), c.String("progress")
	if v := s.Environ("BUILDKIT_PROGRESS"); v != "" && mode == "auto" {
		mode = v
	}
	switch mode {
	case "auto", "plain", "tty", "quiet", "none", "rawjson":
	default:
		return fmt.Errorf("invalid progress mode %s", mode)
	}
	quiet = quiet || mode == "quiet"
	var hidden bytes.Buffer
	to := s.Stderr
	if quiet || mode == "none" {
		to = &hidden
	}
	var tracer progress.Tracer
	if s.TTY.Out && mode != "plain" && !quiet {
		tracer = progress.NewBuildxTerminal(to, s.TTY.Cols, s.TTY.Rows)
	} else {
		tracer = progress.NewBuildx(to)
	}
	var place containerd.Source
	id := ""
	var broken error
	d := progress.NewDisplay(io.Discard, false, 0, func(m host.Message) {
		switch m.ID {
		case host.ImageID:
			var result types.BuildResult
			broken = errors.Join(broken, json.Unmarshal(*m.Aux, &result))
			id = result.ID
		case containerd.SourceID:
			broken = errors.Join(broken, json.Unmarshal(*m.Aux, &place))
		default:
			t, ok, err := progress.ReadTrace(m)
			if broken = errors.Join(broken, err); ok {
				tracer.Update(t)
			}
		}
	})
	err = s.Engine.ImageBuild(s.Context, request, d.Show)
	tracer.End()
	if err == nil {
		err = errors.Join(d.Err(), broken)
	}
	if err != nil {
		fmt.Fprint(s.Stderr, excerpt(place))
		return failed("failed to solve: %s", solveText(err))
	}
	if request.Check {
		return report(s, request, args)
	}
	if quiet {
		fmt.Fprintln(s.Stdout, id)
	}
	if file := c.String("iidfile"); file != "" {
		if err := s.WriteFile(file, []byte(id), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func solveText(err error) string {
	var e *progress.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}

// tagError is what the parser of references says, without docker's own words.
func tagError(err error) error {
	text := err.Error()
	if strings.Contains(text, "must be lowercase") {
		return errors.New("repository name must be lowercase")
	}
	return err
}

// provenance reports whether an attestation is asked for.
func provenance(s *cli.Session, c *cli.Call) bool {
	switch v := strings.ToLower(c.String("provenance")); {
	case v == "false", v == "0", strings.Contains(v, "disabled=true"):
		return false
	case v != "":
		return true
	}
	for _, a := range c.List("attest") {
		if strings.Contains(a, "type=provenance") {
			return !strings.Contains(a, "disabled=true")
		}
	}
	v := strings.ToLower(s.Environ("BUILDX_NO_DEFAULT_ATTESTATIONS"))
	return v != "1" && v != "true"
}

// outputs refuses results that go elsewhere than into the daemon's store.
func outputs(c *cli.Call) error {
	if c.Bool("push") {
		return errors.New("--push is not available here: build the image, then docker push it")
	}
	for _, o := range c.List("output") {
		if !strings.Contains(o, "type=image") && !strings.Contains(o, "type=docker") || strings.Contains(o, "dest=") {
			return fmt.Errorf("--output %s is not available here: build an image, and take its files with docker create and docker cp, or docker save", o)
		}
		if strings.Contains(o, "rewrite-timestamp=true") {
			return errors.New("failed to solve: exporter option \"rewrite-timestamp\" conflicts with \"unpack\"")
		}
	}
	return nil
}

// excerpt shows a place in the Dockerfile with the lines around it.
func excerpt(p containerd.Source) string {
	if p.Start == 0 {
		return ""
	}
	lines := strings.Split(string(p.Text), "\n")
	start, end := max(p.Start, 1), min(p.End, len(lines))
	around := 5
	from, to := start, end
	for n := end - start; n < around; {
		grown := false
		if from > 1 {
			from, n, grown = from-1, n+1, true
		}
		if n < around && to < len(lines) {
			to, n, grown = to+1, n+1, true
		}
		if !grown {
			break
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d\n--------------------\n", p.Name, p.Start)
	for n := from; n <= to; n++ {
		mark := "   "
		if n >= start && n <= end {
			mark = ">>>"
		}
		fmt.Fprintf(&b, " %3d | %s %s\n", n, mark, lines[n-1])
	}
	b.WriteString("--------------------\n")
	return b.String()
}

// buildContext gives the files that BuildKit may ask for.
func buildContext(s *cli.Session, where, file string) (host.Build, error) {
	b := host.Build{Context: vfs.New(s.Now().UnixNano())}
	if where == "-" {
		if file == "-" {
			return b, errors.New("invalid argument: can't use stdin for both build context and dockerfile")
		}
		in, err := io.ReadAll(s.Stdin)
		if err != nil {
			return b, err
		}
		if pack.IsArchive(in[:min(len(in), 1024)]) {
			b.Context, err = pack.Unpack(in, s.Now().UnixNano())
			b.Options.Dockerfile = file
			return b, err
		}
		if file != "" {
			return b, errors.New("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
		}
		b.Options.Dockerfile, b.Dockerfile = "Dockerfile", vfs.Bytes(in)
		return b, nil
	}
	files := s.Tree()
	n, err := files.Stat(s.Abs(where))
	if err != nil || !n.IsDir() {
		if strings.Contains(where, "://") {
			return b, fmt.Errorf("failed to solve: %s cannot be reached from here: take the files into a directory and build that", where)
		}
		return b, fmt.Errorf("unable to prepare context: path %q not found", where)
	}
	dir, err := files.Canonical(s.Abs(where), true)
	if err != nil {
		return b, err
	}
	if b.Context, err = files.Sub(dir); err != nil {
		return b, err
	}
	switch file {
	case "":
		return b, nil
	case "-":
		in, err := io.ReadAll(s.Stdin)
		b.Options.Dockerfile, b.Dockerfile = "Dockerfile", vfs.Bytes(in)
		return b, err
	}
	at := s.Abs(file)
	if rest, ok := strings.CutPrefix(at, strings.TrimSuffix(dir, "/")+"/"); ok {
		b.Options.Dockerfile = rest
		return b, nil
	}
	if _, err := files.Stat(path.Dir(at)); err != nil {
		return b, fmt.Errorf("resolve : lstat %s: no such file or directory", path.Dir(file))
	}
	b.Options.Dockerfile = path.Base(file)
	if b.Dockerfile, err = s.Open(file); err != nil {
		b.Dockerfile = nil // the builder does not find it
	}
	return b, nil
}

// report tells what the checks found in the Dockerfile, each with its place.
func report(s *cli.Session, request host.Build, args map[string]string) error {
	name := request.Options.Dockerfile
	if name == "" {
		name = "Dockerfile"
	}
	text := request.Dockerfile
	if n, err := request.Context.Stat("/" + name); text == nil && err == nil {
		text = n.Blob()
	}
	if text == nil {
		return failed("failed to solve: failed to read dockerfile: open %s: no such file or directory", name)
	}
	source, err := text.Bytes()
	if err != nil {
		return err
	}
	target := request.Options.Target
	file := dockerfile.Parse(name, source, dockerfile.Options{BuildArgs: args, Target: target, AllStages: target == ""})
	var found []dockerfile.Diagnostic
	for _, d := range file.Diagnostics {
		if d.Severity == dockerfile.Error {
			return failed("failed to solve: %s", d.Text)
		}
		found = append(found, d)
	}
	switch len(found) {
	case 0:
		return print(s, "Check complete, no warnings found.")
	case 1:
		fmt.Fprintln(s.Stdout, "Check complete, 1 warning has been found!")
	default:
		fmt.Fprintf(s.Stdout, "Check complete, %d warnings have been found!\n", len(found))
	}
	for _, d := range found {
		url := ""
		if d.URL != "" {
			url = " - " + d.URL
		}
		place := containerd.Source{Name: name, Text: source, Start: d.Range.Start.Line, End: d.Range.End.Line}
		fmt.Fprintf(s.Stdout, "\nWARNING: %s%s\n%s\n%s", d.Rule, url, d.Text, excerpt(place))
	}
	return cli.StatusError{Code: 1}
}
