package object

import (
	"errors"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

type volumeType = types.Volume

func runNetworkLs(s *cli.Session, c *cli.Call) error {
	list, err := s.Engine.NetworkList(types.NetworkListOptions{Filters: c.Filter("filter")})
	if err != nil {
		return cli.Daemon(err)
	}
	slices.SortStableFunc(list, func(a, b types.NetworkResource) int { return formatter.CompareNatural(a.Name, b.Name) })
	return formatter.Context{
		Output: s.Stdout, Format: formatter.NetworkFormat(tableOr(c.String("format")), c.Bool("quiet")),
		Trunc: !c.Bool("no-trunc"),
	}.Networks(list)
}

func runNetworkInspect(s *cli.Session, c *cli.Call) error {
	return s.Inspect(c.Args, c.String("format"), func(name string) (any, []byte, error) {
		return s.Client.NetworkInspect(name, types.NetworkInspectOptions{Verbose: c.Bool("verbose")})
	})
}

var errNetwork = errors.New("Error response from daemon: networks of one's own are not available here, as containers reach no network: use --network none, host or bridge")

func runNetworkCreate(*cli.Session, *cli.Call) error     { return errNetwork }
func runNetworkConnect(*cli.Session, *cli.Call) error    { return errNetwork }
func runNetworkDisconnect(*cli.Session, *cli.Call) error { return errNetwork }

// runNetworkRm tells of each network why it stays.
func runNetworkRm(s *cli.Session, c *cli.Call) error {
	for _, name := range c.Args {
		_, _, err := s.Client.NetworkInspect(name, types.NetworkInspectOptions{})
		if err == nil {
			err = cli.Errorf("Error response from daemon: %s is a pre-defined network and cannot be removed", name)
		}
		if _, err := s.Stderr.Write([]byte(err.Error() + "\n")); err != nil {
			return err
		}
	}
	return cli.StatusError{Code: 1}
}

func runNetworkPrune(s *cli.Session, c *cli.Call) error {
	if !c.Bool("force") {
		s.Confirm("WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?")
	}
	for _, name := range c.Filter("filter").Keys() {
		switch name {
		case "label", "label!", "until":
		default:
			return fmt.Errorf("Error response from daemon: Invalid filter '%s'", name)
		}
	}
	return nil // there are only the networks that stay
}
