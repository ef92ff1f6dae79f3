package container

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/host"
)

func runRun(s *cli.Session, c *cli.Call) error {
	conf, err := parse(s, c)
	if err != nil {
		report(s, "run", err, true)
		return cli.StatusError{Code: 125}
	}
	cc := conf.container
	if !c.Bool("detach") {
		if err := s.CheckTTY(cc.AttachStdin, cc.Tty); err != nil {
			return err
		}
	} else {
		if len(c.List("attach")) > 0 {
			return errors.New("Conflicting options: -a and -d")
		}
		cc.AttachStdin, cc.AttachStdout, cc.AttachStderr, cc.StdinOnce = false, false, false, false
	}
	body, err := makeContainer(s, c, conf)
	if err != nil {
		report(s, "run", err, true)
		return startStatus(err)
	}
	shown := cc.AttachStdout || cc.AttachStderr
	if !shown {
		fmt.Fprintln(s.Stdout, body.ID)
	}
	var session *attachment
	if cc.AttachStdin || shown {
		session, err = attachTo(s, body.ID, cc.AttachStdin, cc.AttachStdout, cc.AttachStderr, cc.Tty, c.String("detach-keys"))
		if err != nil {
			return err
		}
		if c.Bool("sig-proxy") {
			defer s.Forward(body.ID)()
		}
	}
	if err := s.Engine.ContainerStart(s.Context, body.ID, types.ContainerStartOptions{}); err != nil {
		if session != nil {
			session.abandon()
		}
		err = cli.Daemon(err)
		report(s, "run", err, false)
		if session != nil && !conf.host.AutoRemove && s.Version != "29" {
			// What waited for the container's end is given up as well, and says so,
			// unless the daemon has told it already that the container is gone.
			cli.Log(s, "error", "error waiting for container: context canceled")
		}
		return startStatus(err)
	}
	if session != nil {
		if cc.Tty && s.TTY.Out {
			resize(s, body.ID)
		}
		if detached, err := session.wait(); err != nil || detached {
			return err
		}
	}
	if !shown {
		return nil
	}
	return exitStatus(s, body.ID, conf.host.AutoRemove)
}

// startStatus is the exit code of a container that did not start.
func startStatus(err error) error {
	text := err.Error()
	for _, sign := range []string{"executable file not found", "no such file or directory", "system cannot find the file specified"} {
		if strings.Contains(text, sign) {
			return cli.StatusError{Code: 127}
		}
	}
	if strings.Contains(text, "permission denied") {
		return cli.StatusError{Code: 126}
	}
	return cli.StatusError{Code: 125}
}

// exitStatus waits for a container's end and makes its exit code docker's.
func exitStatus(s *cli.Session, id string, removed bool) error {
	// It has been attached to until its end, and a policy may start it again.
	condition := host.WaitLastExit
	if removed {
		condition = container.WaitConditionRemoved
	}
	body, err := s.Wait(id, condition)
	switch {
	case err != nil:
		cli.Log(s, "error", "error waiting for container: "+cli.Daemon(err).Error())
		return cli.StatusError{Code: 125}
	case body.Error != nil:
		cli.Log(s, "error", "Error waiting for container: "+body.Error.Message)
		return cli.StatusError{Code: 125}
	case body.StatusCode != 0:
		return cli.StatusError{Code: int(body.StatusCode)}
	}
	return nil
}

// attachment is a client that sees a container's streams.
type attachment struct {
	session *cli.Session
	raw     bool
	done    func() error
	cancel  context.CancelFunc
}

func streams(s *cli.Session, stdin, stdout, stderr, tty bool, keys string) host.Streams {
	st := host.Streams{TTY: tty, Detach: keys, Cols: s.TTY.Cols, Rows: s.TTY.Rows}
	if stdin {
		st.Stdin = s.Stdin
	}
	st.Output = func(fd int, data []byte) {
		var to io.Writer
		switch {
		case fd == 2 && !tty && stderr:
			to = s.Stderr
		case fd != 2 && stdout, tty && (stdout || stderr):
			to = s.Stdout
		default:
			return
		}
		to.Write(data)
	}
	return st
}

// attachTo connects the client's streams to a container.
func attachTo(s *cli.Session, id string, stdin, stdout, stderr, tty bool, keys string) (*attachment, error) {
	ctx, cancel := context.WithCancel(s.Context)
	a := &attachment{session: s, raw: stdin && tty && s.TTY.In, cancel: cancel}
	o := types.ContainerAttachOptions{Stream: true, Stdin: stdin, Stdout: stdout, Stderr: stderr, DetachKeys: keys}
	done, err := s.Engine.ContainerAttach(ctx, id, o, streams(s, stdin, stdout, stderr, tty, keys))
	if err != nil {
		cancel()
		return nil, cli.Daemon(err)
	}
	a.done = done
	a.setRaw(true)
	return a, nil
}

func (a *attachment) setRaw(on bool) {
	if a.raw && a.session.Raw != nil {
		a.session.Raw(on)
	}
}

// detachedText is what an attachment ends with when the user typed the keys that
// detach.
const detachedText = "read escape sequence"

// wait returns when the container's streams have ended, or the user detached.
func (a *attachment) wait() (detached bool, err error) {
	defer a.cancel()
	err = a.done()
	a.setRaw(false)
	if err != nil && strings.Contains(err.Error(), detachedText) {
		return true, nil
	}
	return false, err
}

// abandon gives up a container that did not start.
func (a *attachment) abandon() {
	a.cancel()
	a.setRaw(false)
}

// resize tells the container how large the terminal is.
func resize(s *cli.Session, id string) {
	if s.TTY.Rows > 0 || s.TTY.Cols > 0 {
		_ = s.Engine.ContainerResize(id, types.ResizeOptions{Height: uint(s.TTY.Rows), Width: uint(s.TTY.Cols)})
	}
}
