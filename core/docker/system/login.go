package system

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
)

const hub = "https://index.docker.io/v1/"

func runLogin(s *cli.Session, c *cli.Call) error {
	user, password := c.String("username"), c.String("password")
	if password != "" {
		fmt.Fprintln(s.Stderr, "WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
		if c.Bool("password-stdin") {
			return errors.New("--password and --password-stdin are mutually exclusive")
		}
	}
	if c.Bool("password-stdin") {
		if user == "" {
			return errors.New("Must provide --username with --password-stdin")
		}
		in, err := io.ReadAll(s.Stdin)
		if err != nil {
			return err
		}
		password = strings.TrimSuffix(strings.TrimSuffix(string(in), "\n"), "\r")
	}
	server := hub
	if len(c.Args) > 0 && c.Args[0] != "docker.io" {
		server = c.Args[0]
	}
	if !s.TTY.In && password == "" {
		return errors.New("Error: Cannot perform an interactive login from a non TTY device")
	}
	in := bufio.NewReader(s.Stdin)
	var ended error
	ask := func(question string) string {
		fmt.Fprint(s.Stdout, question)
		line, err := in.ReadString('\n')
		if err != nil && line == "" {
			fmt.Fprintln(s.Stdout, err)
			ended = cli.StatusError{Code: 1}
		}
		return strings.TrimSpace(line)
	}
	if user == "" {
		if server == hub {
			fmt.Fprintln(s.Stdout, "Login with your Docker ID to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com to create one.")
		}
		if user = ask("Username: "); ended != nil {
			return ended
		}
		if user == "" {
			return errors.New("Error: Non-null Username Required")
		}
	}
	if password == "" {
		password = ask("Password: ")
		if ended != nil {
			return ended
		}
		if fmt.Fprintln(s.Stdout); password == "" {
			return errors.New("Error: Password Required")
		}
	}
	answer, err := s.Engine.RegistryLogin(s.Context, types.AuthConfig{Username: user, Password: password, ServerAddress: server})
	if err != nil {
		return cli.Daemon(err)
	}
	file := s.Home() + "/.docker/config.json"
	fmt.Fprintf(s.Stderr, `WARNING! Your password will be stored unencrypted in %s.
Configure a credential helper to remove this warning. See
https://docs.docker.com/engine/reference/commandline/login/#credentials-store

`, file)
	auth := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	if err := changeAuths(s, file, func(auths map[string]any) { auths[server] = map[string]string{"auth": auth} }); err != nil {
		return fmt.Errorf("Error saving credentials: %w", err)
	}
	if answer.Status != "" {
		fmt.Fprintln(s.Stdout, answer.Status)
	}
	return nil
}

// changeAuths changes the credentials in docker's settings.
func changeAuths(s *cli.Session, file string, change func(auths map[string]any)) error {
	settings := map[string]any{}
	if text, err := s.ReadFile(file); err == nil {
		if err := json.Unmarshal(text, &settings); err != nil {
			return err
		}
	}
	auths, _ := settings["auths"].(map[string]any)
	if auths == nil {
		auths = map[string]any{}
	}
	change(auths)
	settings["auths"] = auths
	text, err := json.MarshalIndent(settings, "", "\t")
	if err != nil {
		return err
	}
	if _, err := s.Files.Editor().MkdirAll(s.Home()+"/.docker", 0o700, 0, 0); err != nil {
		return err
	}
	return s.WriteFile(file, text, 0o600)
}

func runLogout(s *cli.Session, c *cli.Call) error {
	server, name := hub, hub
	if len(c.Args) > 0 {
		server = c.Args[0]
		name = strings.TrimPrefix(strings.TrimPrefix(server, "http://"), "https://")
		name, _, _ = strings.Cut(name, "/")
	}
	fmt.Fprintln(s.Stdout, "Removing login credentials for", name)
	file := s.Home() + "/.docker/config.json"
	if _, err := s.Stat(file); err != nil {
		return nil
	}
	return changeAuths(s, file, func(auths map[string]any) {
		for _, k := range []string{server, name, "http://" + name, "https://" + name} {
			delete(auths, k)
		}
	})
}

// runSearch asks the Hub, which nothing here can reach.
func runSearch(_ *cli.Session, c *cli.Call) error {
	limit, filter := c.Int("limit"), c.Filter("filter")
	for _, name := range filter.Keys() {
		switch name {
		case "is-official", "is-automated":
			if v := filter.Get(name); len(v) != 1 || v[0] != "true" && v[0] != "false" {
				return fmt.Errorf("Error response from daemon: Invalid filter '%s=%v'", name, v)
			}
		case "stars":
			for _, v := range filter.Get(name) {
				if _, err := strconv.Atoi(v); err != nil {
					return fmt.Errorf("Error response from daemon: Invalid filter 'stars=%s'", v)
				}
			}
		default:
			return fmt.Errorf("Error response from daemon: Invalid filter '%s'", name)
		}
	}
	if limit < 1 || limit > 100 {
		return fmt.Errorf("Error response from daemon: Limit %d is outside the range of [1, 100]", limit)
	}
	return fmt.Errorf("Error response from daemon: Get %q: dial tcp: lookup index.docker.io on 192.0.2.53:53: no such host",
		fmt.Sprintf("https://index.docker.io/v1/search?q=%s&n=%d", url.QueryEscape(c.Args[0]), limit))
}
