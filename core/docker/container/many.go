package container

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

// each does something to containers and prints the names of those that it was
// done to.
func each(s *cli.Session, names []string, do func(name string) error) error {
	var failed []string
	for _, name := range names {
		if err := do(name); err != nil {
			failed = append(failed, err.Error())
			continue
		}
		fmt.Fprintln(s.Stdout, name)
	}
	if failed != nil {
		return errors.New(strings.Join(failed, "\n"))
	}
	return nil
}

func runRm(s *cli.Session, c *cli.Call) error {
	o := types.ContainerRemoveOptions{RemoveVolumes: c.Bool("volumes"), RemoveLinks: c.Bool("link"), Force: c.Bool("force")}
	var failed []string
	for _, arg := range c.Args {
		name, err := strings.Trim(arg, "/"), errEmptyName
		if name != "" {
			err = s.Client.ContainerRemove(s.Context, name, o)
		}
		switch {
		case err == nil:
			fmt.Fprintln(s.Stdout, arg)
		case o.Force && cli.NotFound(err):
			fmt.Fprintln(s.Stderr, err)
		default:
			failed = append(failed, err.Error())
		}
	}
	if failed != nil {
		return errors.New(strings.Join(failed, "\n"))
	}
	return nil
}

func runKill(s *cli.Session, c *cli.Call) error {
	return each(s, c.Args, func(name string) error {
		return cli.Daemon(s.Engine.ContainerKill(s.Context, name, c.String("signal")))
	})
}

// seconds is --time, nil where it was not given.
func seconds(c *cli.Call) *int {
	if !c.Changed("time") {
		return nil
	}
	n := int(c.Int("time"))
	return &n
}

func runStop(s *cli.Session, c *cli.Call) error {
	return each(s, c.Args, func(name string) error {
		return cli.Daemon(s.Engine.ContainerStop(s.Context, name, seconds(c)))
	})
}

func runRestart(s *cli.Session, c *cli.Call) error {
	return each(s, c.Args, func(name string) error {
		return cli.Daemon(s.Engine.ContainerRestart(s.Context, name, seconds(c)))
	})
}

func runPause(s *cli.Session, c *cli.Call) error {
	return each(s, c.Args, func(name string) error { return cli.Daemon(s.Engine.ContainerPause(s.Context, name)) })
}

func runUnpause(s *cli.Session, c *cli.Call) error {
	return each(s, c.Args, func(name string) error { return cli.Daemon(s.Engine.ContainerUnpause(s.Context, name)) })
}

func runWait(s *cli.Session, c *cli.Call) error {
	var failed []string
	for _, name := range c.Args {
		body, err := s.Wait(name, container.WaitConditionNotRunning)
		if err != nil {
			failed = append(failed, cli.Daemon(err).Error())
			continue
		}
		fmt.Fprintln(s.Stdout, body.StatusCode)
	}
	if failed != nil {
		return errors.New(strings.Join(failed, "\n"))
	}
	return nil
}

func runRename(s *cli.Session, c *cli.Call) error {
	from, to := strings.TrimSpace(c.Args[0]), strings.TrimSpace(c.Args[1])
	if from == "" || to == "" {
		return errors.New("Error: Neither old nor new names may be empty")
	}
	if err := s.Engine.ContainerRename(s.Context, from, to); err != nil {
		fmt.Fprintln(s.Stderr, cli.Daemon(err))
		return fmt.Errorf("Error: failed to rename container named %s", from)
	}
	return nil
}

func runPrune(s *cli.Session, c *cli.Call) error {
	if !c.Bool("force") && !s.Confirm("WARNING! This will remove all stopped containers.\nAre you sure you want to continue?") {
		if s.Version != "29" {
			fmt.Fprintln(s.Stdout, "Total reclaimed space: 0B")
		}
		return nil
	}
	freed, text, err := Prune(s, c)
	if err != nil {
		return err
	}
	if text != "" {
		fmt.Fprintln(s.Stdout, text)
	}
	fmt.Fprintln(s.Stdout, "Total reclaimed space:", formatter.LongSize(int64(freed)))
	return nil
}

// Prune removes stopped containers and tells which.
func Prune(s *cli.Session, c *cli.Call) (freed uint64, text string, err error) {
	report, err := s.Engine.ContainersPrune(s.Context, c.Filter("filter"))
	if err != nil {
		return 0, "", cli.Daemon(err)
	}
	if len(report.ContainersDeleted) == 0 {
		return 0, "", nil
	}
	return report.SpaceReclaimed, "Deleted Containers:\n" + strings.Join(report.ContainersDeleted, "\n") + "\n", nil
}

func runUpdate(s *cli.Session, c *cli.Call) error {
	if c.Flags.NFlag() == 0 {
		return errors.New("you must provide one or more flags when using this command")
	}
	return errors.New("Error response from daemon: the limits of a container cannot be changed here, as its processes have none: remove it and run it again with other options")
}

func runStats(s *cli.Session, c *cli.Call) error {
	return errors.New("Error response from daemon: there are no statistics here, as containers have no control groups: `docker ps -s` tells their sizes, `docker top` their processes")
}
