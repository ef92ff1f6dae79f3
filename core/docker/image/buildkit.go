package image

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/pack"
	"layerlab.dev/core/docker/progress"
	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

func buildKit(s *cli.Session, c *cli.Call) error {
	quiet, idFile := c.Bool("quiet"), c.String("iidfile")
	if idFile != "" {
		if err := s.Remove(idFile); err != nil {
			return fmt.Errorf("removing image ID file: %w", err)
		}
	}
	request, err := kitContext(s, c.Args[0], c.String("file"))
	if err != nil {
		return err
	}
	if err := checkOutputs(c.List("output")); err != nil {
		return err
	}
	if request.Secrets, err = Secrets(s, c.List("secret")); err != nil {
		return fmt.Errorf("could not parse secrets: %v: %w", c.List("secret"), err)
	}
	if len(c.List("ssh")) > 0 {
		return fmt.Errorf("could not parse ssh: %v: invalid empty ssh agent socket, make sure SSH_AUTH_SOCK is set", c.List("ssh"))
	}
	dockerfile := request.Options.Dockerfile
	request.Options = buildOptions(c)
	request.Options.Version, request.Options.Dockerfile = types.BuilderBuildKit, dockerfile
	mode := c.String("progress")
	if v := s.Environ("BUILDKIT_PROGRESS"); v != "" && mode == "auto" {
		mode = v
	}
	switch mode {
	case "auto", "plain", "tty":
	default:
		return fmt.Errorf("invalid value %q passed to --progress, valid values are: auto, plain, tty", mode)
	}
	var tracer progress.Tracer
	var hidden bytes.Buffer // with -q: shown only if the build fails
	to := s.Stderr
	if quiet {
		to = &hidden
	}
	if s.TTY.Out && mode != "plain" {
		tracer = progress.NewTerminal(to, s.TTY.Cols, s.TTY.Rows)
	} else {
		tracer = progress.NewPlain(to, s.Environ("PROGRESS_NO_TRUNC") != "0")
	}
	id, broken := "", error(nil)
	aux := func(m host.Message) {
		if m.ID == "moby.image.id" {
			var result types.BuildResult
			if err := json.Unmarshal(*m.Aux, &result); err != nil {
				fmt.Fprintf(s.Stderr, "failed to parse aux message: %v", err)
			}
			id = result.ID
			return
		}
		t, ok, err := progress.ReadTrace(m)
		if err != nil {
			broken = err
		} else if ok {
			tracer.Update(t)
		}
	}
	var answer bytes.Buffer
	d := progress.NewDisplay(&answer, false, 0, aux)
	err = s.Engine.ImageBuild(s.Context, request, d.Show)
	if err != nil {
		return cli.Daemon(err)
	}
	tracer.End()
	if err := errors.Join(d.Err(), broken); err != nil {
		s.Stderr.Write(hidden.Bytes())
		var failed *progress.Error
		if errors.As(err, &failed) {
			return cli.StatusError{Status: failed.Text, Code: max(failed.Code, 1)}
		}
		return err
	}
	if quiet {
		if answer.Len() == 0 && id != "" {
			answer.WriteString(id + "\n")
		}
		id = answer.String()
		fmt.Fprint(s.Stdout, id)
	}
	if idFile == "" {
		return nil
	}
	if id == "" {
		return fmt.Errorf("cannot write %s because server did not provide an image ID", idFile)
	}
	if err := s.WriteFile(idFile, []byte(strings.TrimSpace(id)), 0o644); err != nil {
		return fmt.Errorf("cannot write image ID file: %w", err)
	}
	return nil
}

// kitContext gives the files that BuildKit may ask for: all of the context, its
// .dockerignore not yet applied, and the Dockerfile, which may lie elsewhere.
func kitContext(s *cli.Session, where, file string) (host.Build, error) {
	b := host.Build{Context: vfs.New(s.Now().UnixNano())}
	switch {
	case where == "-":
		if file == "-" {
			return b, errStdin
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
	case !exists(s, where):
		if isGit(where) || isURL(where) {
			return b, fmt.Errorf("failed to solve with frontend dockerfile.v0: failed to resolve dockerfile: %w", unreachable(where, false))
		}
		return b, fmt.Errorf("unable to prepare context: path %q not found", where)
	}
	files := s.Tree()
	dir, err := files.Canonical(s.Abs(where), true)
	if err != nil {
		return b, err
	}
	tree, err := files.Sub(dir)
	if err != nil {
		return b, fmt.Errorf("%s not a directory", where)
	}
	b.Context = tree
	switch {
	case file == "-":
		in, err := io.ReadAll(s.Stdin)
		if err != nil {
			return b, err
		}
		b.Options.Dockerfile, b.Dockerfile = "Dockerfile", vfs.Bytes(in)
		return b, nil
	case file == "":
		return b, nil
	}
	at := s.Abs(file)
	if rest, ok := strings.CutPrefix(at, strings.TrimSuffix(dir, "/")+"/"); ok {
		b.Options.Dockerfile = rest
		return b, nil
	}
	b.Options.Dockerfile = path.Base(file)
	if text, err := s.Open(file); err == nil {
		b.Dockerfile = text
	} // else the builder does not find it
	return b, nil
}

// secrets reads the files and variables that --secret names.
func Secrets(s *cli.Session, list []string) (map[string][]byte, error) {
	var all map[string][]byte
	for _, v := range list {
		fields, err := csv.NewReader(strings.NewReader(v)).Read()
		if err != nil {
			return nil, fmt.Errorf("failed to parse csv secret: %w", err)
		}
		var kind, id, file, env string
		for _, f := range fields {
			key, value, ok := strings.Cut(f, "=")
			if !ok {
				return nil, fmt.Errorf("invalid field '%s' must be a key=value pair", f)
			}
			switch key = strings.ToLower(key); key {
			case "type":
				if kind = value; kind != "file" && kind != "env" {
					return nil, fmt.Errorf("unsupported secret type %q", value)
				}
			case "id":
				id = value
			case "source", "src":
				file = value
			case "env":
				env = value
			default:
				return nil, fmt.Errorf("unexpected key '%s' in '%s'", key, f)
			}
		}
		if kind == "env" && env == "" {
			env, file = file, ""
		}
		if id == "" {
			return nil, errors.New("secret missing ID")
		}
		if all == nil {
			all = map[string][]byte{}
		}
		if env == "" && file == "" && s.Environ(id) != "" {
			env = id
		}
		if env != "" {
			all[id] = []byte(s.Environ(env))
			continue
		}
		if file == "" {
			file = id
		}
		if _, err := s.Stat(file); err != nil {
			return nil, fmt.Errorf("failed to stat %s: %w", file, err)
		}
		text, err := s.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all[id] = text
	}
	return all, nil
}

// checkOutputs refuses --output, which would write the result of a build
// elsewhere than into the daemon's store.
func checkOutputs(list []string) error {
	for _, v := range list {
		kind := "local"
		if fields, err := csv.NewReader(strings.NewReader(v)).Read(); err != nil {
			return fmt.Errorf("failed to parse outputs: %w", err)
		} else if len(fields) != 1 || fields[0] != v || strings.HasPrefix(v, "type=") {
			kind = ""
			for _, f := range fields {
				key, value, ok := strings.Cut(f, "=")
				if !ok {
					return fmt.Errorf("failed to parse outputs: invalid value %s", f)
				}
				if strings.ToLower(key) == "type" {
					kind = value
				}
			}
			if kind == "" {
				return errors.New("failed to parse outputs: type is required for output")
			}
		}
		if kind != "image" && kind != "docker" {
			return fmt.Errorf("docker build --output of type %s is not available here: build an image, and take its files with docker create and docker cp", kind)
		}
	}
	return nil
}
