package image

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	units "github.com/docker/go-units"

	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/option"
	"layerlab.dev/core/docker/pack"
	"layerlab.dev/core/docker/progress"
	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

var errStdin = errors.New("invalid argument: can't use stdin for both build context and dockerfile")

// Build is `docker build`, which `docker builder` has as well.
func Build(s *cli.Session, c *cli.Call) error {
	kit, err := s.BuildKit()
	if err != nil {
		return err
	}
	if kit {
		return buildKit(s, c)
	}
	return buildClassic(s, c)
}

func runBuild(s *cli.Session, c *cli.Call) error { return Build(s, c) }

func buildClassic(s *cli.Session, c *cli.Call) error {
	if c.Bool("stream") {
		fmt.Fprint(s.Stderr, `DEPRECATED: The experimental --stream flag has been removed and the build context
            will be sent non-streaming. Enable BuildKit instead with DOCKER_BUILDKIT=1
            to stream build context, see https://docs.docker.com/go/buildkit/

`)
	}
	quiet, idFile := c.Bool("quiet"), c.String("iidfile")
	if c.String("file") == "-" && c.Args[0] == "-" {
		return errStdin
	}
	if idFile != "" {
		if err := s.Remove(idFile); err != nil {
			return fmt.Errorf("Removing image ID file: %w", err)
		}
	}
	context, dockerfile, err := classicContext(s, c.Args[0], c.String("file"))
	if err != nil {
		return err
	}
	var out io.Writer = s.Stdout
	var hidden bytes.Buffer
	if quiet {
		out = &hidden
	}
	sending := "Sending build context to Docker daemon %8v\r"
	if s.TTY.Out && !quiet && context.Size > 512<<10 {
		// The client reads the archive by 32 kB and tells when it has more than 512.
		fmt.Fprintf(out, sending, units.HumanSize(float64(min(context.Size, 544<<10))))
	}
	fmt.Fprintf(out, sending+"\r\n", units.HumanSize(float64(context.Size)))
	o := buildOptions(c)
	o.Version, o.Dockerfile = types.BuilderV1, dockerfile
	request := host.Build{Context: context.Files, Options: o}
	if context.Archive != nil {
		// Nothing heeds the .dockerignore of an archive.
		if request.Sent, err = classic.Receive(s.Context, bytes.NewReader(context.Archive)); err != nil {
			return cli.Daemon(err)
		}
	}
	id := ""
	aux := func(m host.Message) {
		var result types.BuildResult
		if err := json.Unmarshal(*m.Aux, &result); err != nil {
			fmt.Fprintf(s.Stderr, "Failed to parse aux message: %s", err)
			return
		}
		id = result.ID
	}
	var answer bytes.Buffer
	if quiet {
		out = &answer
	}
	d := progress.NewDisplay(out, s.TTY.Out, s.TTY.Cols, aux)
	if err := s.Engine.ImageBuild(s.Context, request, d.Show); err != nil {
		if quiet {
			s.Stderr.Write(hidden.Bytes())
		}
		return cli.Daemon(err)
	}
	if err := d.Err(); err != nil {
		var failed *progress.Error
		if !errors.As(err, &failed) {
			return err
		}
		if quiet {
			s.Stderr.Write(append(hidden.Bytes(), answer.Bytes()...))
		}
		return cli.StatusError{Status: failed.Text, Code: max(failed.Code, 1)}
	}
	if quiet {
		id = answer.String()
		fmt.Fprint(s.Stdout, id)
	}
	if idFile == "" {
		return nil
	}
	if id == "" {
		return fmt.Errorf("Server did not provide an image ID. Cannot write %s", idFile)
	}
	return s.WriteFile(idFile, []byte(id), 0o644)
}

// classicContext finds the files that the first argument of `docker build`
// names, and the Dockerfile in them.
func classicContext(s *cli.Session, where, file string) (c pack.Sent, dockerfile string, err error) {
	var outside []byte // the Dockerfile, where it is not in the context
	switch {
	case where == "-":
		c, dockerfile, err = contextFromStdin(s, file)
	case exists(s, where):
		var dir string
		dir, dockerfile, err = localContext(s, where, file)
		if err != nil {
			break
		}
		if file == "-" {
			if outside, err = io.ReadAll(s.Stdin); err != nil {
				return c, "", err
			}
		} else if strings.HasPrefix(dockerfile, "../") {
			if outside, err = s.ReadFile(file); err != nil {
				return c, "", fmt.Errorf("unable to prepare context: unable to open Dockerfile: %w", err)
			}
		}
		var files vfs.Tree
		if files, err = s.Tree().Sub(dir); err == nil {
			c, err = pack.Context(files, dockerfile, file == "-")
		}
		if err != nil {
			return c, "", err
		}
	case isGit(where):
		err = unreachable(where, true)
	case isURL(where):
		err = unreachable(where, false)
	default:
		err = fmt.Errorf("path %q not found", where)
	}
	if err != nil {
		return c, "", fmt.Errorf("unable to prepare context: %w", err)
	}
	if outside != nil {
		return pack.WithDockerfile(c, outside)
	}
	return c, dockerfile, nil
}

// contextFromStdin reads an archive, or a Dockerfile that is all there is.
func contextFromStdin(s *cli.Session, file string) (c pack.Sent, dockerfile string, err error) {
	in, err := io.ReadAll(s.Stdin)
	if err != nil {
		return c, "", fmt.Errorf("failed to peek context header from STDIN: %w", err)
	}
	if !pack.IsArchive(in[:min(len(in), 1024)]) {
		c, err = pack.Alone(in, s.Now().UnixNano())
		return c, "Dockerfile", err
	}
	c.Size, c.Archive = int64(len(in)), in
	c.Files, err = pack.Unpack(in, s.Now().UnixNano())
	return c, file, err
}

// localContext gives the directory without links, and the Dockerfile's path
// relative to it.
func localContext(s *cli.Session, where, file string) (dir, dockerfile string, err error) {
	dir = s.Abs(where)
	files := s.Tree()
	if dir, err = files.Canonical(dir, true); err != nil {
		return "", "", fmt.Errorf("unable to evaluate symlinks in context path: %w", lstatError(files, dir, err))
	}
	if n, err := files.Lstat(dir); err != nil {
		return "", "", err
	} else if !n.IsDir() {
		return "", "", fmt.Errorf("context must be a directory: %s", dir)
	}
	if file == "-" {
		return dir, "-", nil
	}
	at := path.Join(dir, "Dockerfile")
	if file != "" {
		at = s.Abs(file)
	} else if _, err := files.Lstat(at); err != nil {
		if _, err := files.Lstat(path.Join(dir, "dockerfile")); err == nil {
			at = path.Join(dir, "dockerfile")
		}
	}
	real, err := files.Canonical(at, true)
	if err != nil {
		return "", "", fmt.Errorf("unable to evaluate symlinks in Dockerfile path: %w", lstatError(files, at, err))
	}
	return dir, relative(dir, real), nil
}

// lstatError names the first part of a path that is not there, as
// filepath.EvalSymlinks does.
func lstatError(files vfs.Tree, name string, err error) error {
	at := ""
	for _, part := range vfs.Split(name) {
		at = path.Join("/", at, part)
		n, e := files.Stat(at)
		if e == nil && (n.IsDir() || at == name) {
			continue
		}
		if e == nil {
			return fmt.Errorf("lstat %s: not a directory", path.Join(at, "x"))
		}
		break
	}
	var errno vfs.Errno
	if errors.As(err, &errno) {
		return fmt.Errorf("lstat %s: %w", at, cli.Errno{Err: errno})
	}
	return err
}

func relative(dir, name string) string {
	up := ""
	for d := dir; ; d = path.Dir(d) {
		if d == "/" {
			return up + strings.TrimPrefix(name, "/")
		}
		if rest, ok := strings.CutPrefix(name, d+"/"); ok {
			return up + rest
		}
		up += "../"
	}
}

// exists reports whether docker takes a word for a path.
func exists(s *cli.Session, where string) bool {
	_, err := s.Stat(where)
	return where != "" && err == nil
}

func isURL(where string) bool {
	return strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://")
}

func isGit(where string) bool {
	if isURL(where) {
		base, _, _ := strings.Cut(where, "#")
		return strings.HasSuffix(base, ".git")
	}
	for _, prefix := range []string{"git://", "github.com/", "git@"} {
		if strings.HasPrefix(where, prefix) {
			return true
		}
	}
	return false
}

func buildOptions(c *cli.Call) types.ImageBuildOptions {
	return types.ImageBuildOptions{
		Memory:         c.Bytes("memory"),
		MemorySwap:     option.Swap(c.Flags.Lookup("memory-swap").Value),
		Tags:           c.List("tag"),
		SuppressOutput: c.Bool("quiet"),
		NoCache:        c.Bool("no-cache"),
		Remove:         c.Bool("rm"),
		ForceRemove:    c.Bool("force-rm"),
		PullParent:     c.Bool("pull"),
		Isolation:      container.Isolation(c.String("isolation")),
		CPUSetCPUs:     c.String("cpuset-cpus"),
		CPUSetMems:     c.String("cpuset-mems"),
		CPUShares:      c.Int("cpu-shares"),
		CPUQuota:       c.Int("cpu-quota"),
		CPUPeriod:      c.Int("cpu-period"),
		CgroupParent:   c.String("cgroup-parent"),
		ShmSize:        c.Bytes("shm-size"),
		Ulimits:        cli.Value[*option.Ulimits](c, "ulimit").List(),
		BuildArgs:      option.PairsOrNil(c.List("build-arg")),
		Labels:         option.Pairs(c.List("label")),
		CacheFrom:      c.List("cache-from"),
		SecurityOpt:    c.List("security-opt"),
		NetworkMode:    c.String("network"),
		Squash:         c.Bool("squash"),
		ExtraHosts:     c.List("add-host"),
		Target:         c.String("target"),
		Platform:       c.String("platform"),
	}
}
