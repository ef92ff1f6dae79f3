package swarm

import (
	"errors"
	"fmt"
	"strings"

	"layerlab.dev/core/docker/cli"
)

const noManager = `Error response from daemon: This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`

// refuse ends a command as it ends on a daemon without a swarm, plugins or
// signatures.
func refuse(s *cli.Session, c *cli.Call) error {
	words := strings.Fields(c.Path)[1:]
	group, last := words[0], words[len(words)-1]
	switch group {
	case "plugin":
		return refusePlugin(s, c, last)
	case "trust":
		return refuseTrust(s, c, words)
	case "swarm":
		return refuseSwarm(s, c, last)
	}
	switch last {
	case "inspect":
		fmt.Fprintln(s.Stdout, "[]")
		return fmt.Errorf("Status: %s, Code: 1", noManager)
	case "scale":
		for _, a := range c.Args {
			name, _, _ := strings.Cut(a, "=")
			fmt.Fprintf(s.Stderr, "%s: %s\n", name, noManager)
		}
		return cli.StatusError{Code: 1}
	case "deploy":
		return errors.New("Please specify a Compose file (with --compose-file)")
	}
	return errors.New(noManager)
}

func refuseSwarm(s *cli.Session, c *cli.Call, command string) error {
	switch command {
	case "init", "join":
		return errors.New("Error response from daemon: there is no swarm mode here, as no other machine can be reached: run containers with docker run")
	case "leave":
		return errors.New("Error response from daemon: This node is not part of a swarm")
	case "unlock":
		return errors.New("Error: This node is not part of a swarm")
	case "unlock-key":
		return fmt.Errorf("could not fetch unlock key: %s", noManager)
	}
	return errors.New(noManager)
}

func refusePlugin(s *cli.Session, c *cli.Call, command string) error {
	switch command {
	case "ls":
		if !c.Bool("quiet") && c.String("format") == "" {
			fmt.Fprintln(s.Stdout, "ID        NAME      DESCRIPTION   ENABLED")
		}
		return nil
	case "inspect":
		fmt.Fprintln(s.Stdout, "[]")
		return each(c.Args, "Error: No such plugin: ")
	case "rm":
		return each(c.Args, "Error: No such plugin: ")
	case "install", "create":
		return errors.New("Error response from daemon: plugins cannot be installed here: the drivers local, json-file and none are built in")
	case "push":
		return fmt.Errorf("Error response from daemon: plugin %q not found", c.Args[0]+":latest")
	case "upgrade":
		return fmt.Errorf("error reading plugin data: Error: No such plugin: %s", c.Args[0])
	}
	return fmt.Errorf("Error response from daemon: plugin %q not found", c.Args[0])
}

func each(names []string, text string) error {
	var all []string
	for _, n := range names {
		all = append(all, text+n)
	}
	return errors.New(strings.Join(all, "\n"))
}

func refuseTrust(s *cli.Session, c *cli.Call, words []string) error {
	if words[1] == "inspect" {
		fmt.Fprintln(s.Stdout, "[]")
		return each(c.Args, "No signatures or cannot access ")
	}
	return errors.New("Error: error contacting notary server: dial tcp: lookup notary.docker.io on 192.0.2.53:53: no such host")
}
