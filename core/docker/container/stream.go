package container

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
	"layerlab.dev/core/docker/reference"
)

func runStart(s *cli.Session, c *cli.Call) error {
	if c.Bool("attach") || c.Bool("interactive") {
		return startAttached(s, c)
	}
	var failed []string
	for _, name := range c.Args {
		if err := s.Engine.ContainerStart(s.Context, name, types.ContainerStartOptions{}); err != nil {
			fmt.Fprintln(s.Stderr, cli.Daemon(err))
			failed = append(failed, name)
			continue
		}
		fmt.Fprintln(s.Stdout, name)
	}
	if failed != nil {
		return fmt.Errorf("Error: failed to start containers: %s", strings.Join(failed, ", "))
	}
	return nil
}

func startAttached(s *cli.Session, c *cli.Call) error {
	if len(c.Args) > 1 {
		return errors.New("you cannot start and attach multiple containers at once")
	}
	info, _, err := s.Client.ContainerInspect(c.Args[0], false)
	if err != nil {
		return err
	}
	tty := info.Config.Tty
	if !tty {
		defer s.Forward(info.ID)()
	}
	stdin := c.Bool("interactive") && info.Config.OpenStdin
	session, err := attachTo(s, info.ID, stdin, true, true, tty, c.String("detach-keys"))
	if err != nil {
		return err
	}
	if err := s.Engine.ContainerStart(s.Context, info.ID, types.ContainerStartOptions{}); err != nil {
		session.abandon()
		return cli.Daemon(err)
	}
	if tty && s.TTY.Out {
		resize(s, info.ID)
	}
	if detached, err := session.wait(); err != nil || detached {
		return err
	}
	return exitStatus(s, info.ID, info.HostConfig.AutoRemove)
}

func runAttach(s *cli.Session, c *cli.Call) error {
	name := c.Args[0]
	info, _, err := s.Client.ContainerInspect(name, false)
	if err != nil {
		return err
	}
	switch state := info.State; {
	case !state.Running:
		return errors.New("You cannot attach to a stopped container, start it first")
	case state.Paused:
		return errors.New("You cannot attach to a paused container, unpause it first")
	case state.Restarting:
		return errors.New("You cannot attach to a restarting container, wait until it is running")
	}
	stdin, tty := !c.Bool("no-stdin"), info.Config.Tty
	if err := s.CheckTTY(stdin, tty); err != nil {
		return err
	}
	if c.Bool("sig-proxy") && !tty {
		defer s.Forward(name)()
	}
	session, err := attachTo(s, name, stdin && info.Config.OpenStdin, true, true, tty, c.String("detach-keys"))
	if err != nil {
		return err
	}
	if tty && s.TTY.Out {
		// Another size first, so that the program shows itself anew.
		_ = s.Engine.ContainerResize(name, types.ResizeOptions{Height: uint(s.TTY.Rows + 1), Width: uint(s.TTY.Cols + 1)})
		resize(s, name)
	}
	detached, err := session.wait()
	if err != nil {
		return err
	}
	if detached {
		return errors.New(detachedText)
	}
	condition := container.WaitConditionNotRunning
	if info.HostConfig.AutoRemove {
		condition = container.WaitConditionRemoved
	}
	body, err := s.Wait(info.ID, condition)
	switch {
	case err != nil:
		return cli.Daemon(err)
	case body.Error != nil:
		return errors.New(body.Error.Message)
	case body.StatusCode != 0:
		return cli.StatusError{Code: int(body.StatusCode)}
	}
	return nil
}

func runExec(s *cli.Session, c *cli.Call) error {
	name := c.Args[0]
	env, err := readPairs(s, c.List("env-file"), c.List("env"), s.Environ)
	if err != nil {
		return err
	}
	detach, tty, stdin := c.Bool("detach"), c.Bool("tty"), c.Bool("interactive")
	conf := types.ExecConfig{
		User: c.String("user"), Privileged: c.Bool("privileged"), Tty: tty, Cmd: c.Args[1:],
		Detach: detach, WorkingDir: c.String("workdir"), Env: env, DetachKeys: c.String("detach-keys"),
		AttachStdin: stdin && !detach, AttachStdout: !detach, AttachStderr: !detach,
	}
	if _, _, err := s.Client.ContainerInspect(name, false); err != nil {
		return err
	}
	if !detach {
		if err := s.CheckTTY(conf.AttachStdin, tty); err != nil {
			return err
		}
	}
	made, err := s.Engine.ExecCreate(name, conf)
	if err != nil {
		return cli.Daemon(err)
	}
	if made.ID == "" {
		return errors.New("exec ID empty")
	}
	raw := conf.AttachStdin && tty && s.TTY.In && s.Raw != nil
	if raw {
		s.Raw(true)
	}
	err = s.Engine.ExecStart(s.Context, made.ID, types.ExecStartCheck{Detach: detach, Tty: tty},
		streams(s, conf.AttachStdin, !detach, !detach, tty, conf.DetachKeys))
	if raw {
		s.Raw(false)
	}
	if err != nil || detach {
		return cli.Daemon(err)
	}
	info, err := s.Engine.ExecInspect(made.ID)
	if err != nil {
		return cli.Daemon(err)
	}
	if info.ExitCode != 0 {
		return cli.StatusError{Code: info.ExitCode}
	}
	return nil
}

func runLogs(s *cli.Session, c *cli.Call) error {
	info, _, err := s.Client.ContainerInspect(c.Args[0], false)
	if err != nil {
		return err
	}
	o := types.ContainerLogsOptions{
		ShowStdout: true, ShowStderr: true, Since: c.String("since"), Until: c.String("until"),
		Timestamps: c.Bool("timestamps"), Follow: c.Bool("follow"), Tail: c.String("tail"), Details: c.Bool("details"),
	}
	for flag, value := range map[string]*string{"since": &o.Since, "until": &o.Until} {
		if *value == "" {
			continue
		}
		stamp, err := timestamp(*value, s.Now())
		if err != nil {
			return fmt.Errorf(`invalid value for "%s": %w`, flag, err)
		}
		*value = stamp
	}
	return s.Client.ContainerLogs(s.Context, info.ID, o, streams(s, false, true, true, info.Config.Tty, ""))
}

func runTop(s *cli.Session, c *cli.Call) error {
	list, err := s.Engine.ContainerTop(c.Args[0], c.Args[1:])
	if err != nil {
		return cli.Daemon(err)
	}
	w := tabwriter.NewWriter(s.Stdout, 20, 1, 3, ' ', 0)
	fmt.Fprintln(w, strings.Join(list.Titles, "\t"))
	for _, p := range list.Processes {
		fmt.Fprintln(w, strings.Join(p, "\t"))
	}
	return w.Flush()
}

func runPort(s *cli.Session, c *cli.Call) error {
	name := c.Args[0]
	info, _, err := s.Client.ContainerInspect(name, false)
	if err != nil {
		return err
	}
	ports := info.NetworkSettings.Ports
	if len(c.Args) > 1 {
		number, proto, _ := strings.Cut(c.Args[1], "/")
		if proto == "" {
			number, proto = c.Args[1], "tcp"
		}
		if number != "" {
			if _, _, err := portRange(number); err != nil {
				return err
			}
		}
		if list := ports[nat.Port(number+"/"+proto)]; list != nil {
			for _, b := range list {
				fmt.Fprintf(s.Stdout, "%s:%s\n", b.HostIP, b.HostPort)
			}
			return nil
		}
		return fmt.Errorf("Error: No public port '%s/%s' published for %s", number, proto, name)
	}
	for _, p := range slices.Sorted(maps.Keys(ports)) {
		for _, b := range ports[p] {
			fmt.Fprintf(s.Stdout, "%s -> %s:%s\n", p, b.HostIP, b.HostPort)
		}
	}
	return nil
}

func runDiff(s *cli.Session, c *cli.Call) error {
	if c.Args[0] == "" {
		return errEmptyName
	}
	changes, err := s.Engine.ContainerDiff(c.Args[0])
	if err != nil {
		return cli.Daemon(err)
	}
	var b strings.Builder
	for _, x := range changes {
		b.WriteString(formatter.ChangeKind(x.Kind) + " " + x.Path + "\n")
	}
	_, err = io.WriteString(s.Stdout, b.String())
	return err
}

func runCommit(s *cli.Session, c *cli.Call) error {
	o := types.ContainerCommitOptions{
		Comment: c.String("message"), Author: c.String("author"), Changes: c.List("change"), Pause: c.Bool("pause"),
	}
	if len(c.Args) > 1 && c.Args[1] != "" {
		ref, err := reference.Named(c.Args[1])
		if err != nil {
			return err
		}
		if reference.Digested(ref) {
			return errors.New("refusing to create a tag with a digest reference")
		}
		o.Reference = reference.Familiar(reference.WithDefault(ref))
	}
	made, err := s.Engine.ContainerCommit(s.Context, c.Args[0], o)
	if err != nil {
		return cli.Daemon(err)
	}
	fmt.Fprintln(s.Stdout, made.ID)
	return nil
}

func runExport(s *cli.Session, c *cli.Call) error {
	to := c.String("output")
	if to == "" && s.TTY.Out {
		return errors.New("cowardly refusing to save to a terminal. Use the -o flag or redirect")
	}
	if err := s.CheckOutput(to); err != nil {
		return fmt.Errorf("failed to export container: %w", err)
	}
	return s.Output(to, func(w io.Writer) error { return cli.Daemon(s.Engine.ContainerExport(s.Context, c.Args[0], w)) })
}
