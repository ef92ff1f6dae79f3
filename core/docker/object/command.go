package object

import "layerlab.dev/core/docker/cli"

// Volume is `docker volume`.
var Volume = cli.Command{Use: "volume", Short: "Manage volumes",
	Args: cli.NoArgs, Sub: []*cli.Command{
		&volumeCreate,
		&volumeInspect,
		&volumeLs,
		&volumePrune,
		&volumeRm,
	}}

// Network is `docker network`.
var Network = cli.Command{Use: "network", Short: "Manage networks",
	Args: cli.NoArgs, Sub: []*cli.Command{
		&networkConnect,
		&networkCreate,
		&networkDisconnect,
		&networkInspect,
		&networkLs,
		&networkPrune,
		&networkRm,
	}}

var volumeCreate = cli.Command{Use: "create [OPTIONS] [VOLUME]", Short: "Create a volume",
	Args: cli.MaxArgs(1), Run: runVolumeCreate,
	Flags: `
driver|d|string|local|Specify volume driver name
label||list/label||Set metadata for a volume
opt|o|map|map[]|Set driver specific options
!name||string||Specify volume name`}

var volumeInspect = cli.Command{Use: "inspect [OPTIONS] VOLUME [VOLUME...]", Short: "Display detailed information on one or more volumes",
	Args: cli.MinArgs(1), Run: runVolumeInspect,
	Flags: "format|f|string||Format the output using the given Go template"}

var volumeLs = cli.Command{Use: "ls [OPTIONS]", Short: "List volumes", Aliases: []string{"list"},
	Args: cli.NoArgs, Run: runVolumeLs,
	Flags: `
filter|f|filter||Provide filter values (e.g. 'dangling=true')
format||string||Pretty-print volumes using a Go template
quiet|q|bool||Only display volume names`}

var volumePrune = cli.Command{Use: "prune [OPTIONS]", Short: "Remove all unused local volumes",
	Args: cli.NoArgs, Run: runVolumePrune,
	Flags: `
filter||filter||Provide filter values (e.g. 'label=<label>')
force|f|bool||Do not prompt for confirmation`}

var volumeRm = cli.Command{Use: "rm [OPTIONS] VOLUME [VOLUME...]", Short: "Remove one or more volumes",
	Long: "Remove one or more volumes. You cannot remove a volume that is in use by a container.", Example: `
$ docker volume rm hello
hello
`, Aliases: []string{"remove"},
	Args: cli.MinArgs(1), Run: runVolumeRm,
	Flags: "force|f|bool||Force the removal of one or more volumes"}

var networkConnect = cli.Command{Use: "connect [OPTIONS] NETWORK CONTAINER", Short: "Connect a container to a network",
	Args: cli.ExactArgs(2), Run: runNetworkConnect,
	Flags: `
alias||strings||Add network-scoped alias for the container
driver-opt||strings||driver options for the network
ip||string||IPv4 address (e.g., 172.30.100.104)
ip6||string||IPv6 address (e.g., 2001:db8::33)
link||list||Add link to another container
link-local-ip||strings||Add a link-local address for the container`}

var networkCreate = cli.Command{Use: "create [OPTIONS] NETWORK", Short: "Create a network",
	Args: cli.ExactArgs(1), Run: runNetworkCreate,
	Flags: `
attachable||bool||Enable manual container attachment
aux-address||map|map[]|Auxiliary IPv4 or IPv6 addresses used by Network driver
config-from||string||The network from which to copy the configuration
config-only||bool||Create a configuration only network
driver|d|string|bridge|Driver to manage the Network
gateway||strings||IPv4 or IPv6 Gateway for the master subnet
ingress||bool||Create swarm routing-mesh network
internal||bool||Restrict external access to the network
ip-range||strings||Allocate container ip from a sub-range
ipam-driver||string|default|IP Address Management Driver
ipam-opt||map|map[]|Set IPAM driver specific options
ipv6||bool||Enable IPv6 networking
label||list/label||Set metadata on a network
opt|o|map|map[]|Set driver specific options
scope||string||Control the network's scope
subnet||strings||Subnet in CIDR format that represents a network segment`}

var networkDisconnect = cli.Command{Use: "disconnect [OPTIONS] NETWORK CONTAINER", Short: "Disconnect a container from a network",
	Args: cli.ExactArgs(2), Run: runNetworkDisconnect,
	Flags: "force|f|bool||Force the container to disconnect from a network"}

var networkInspect = cli.Command{Use: "inspect [OPTIONS] NETWORK [NETWORK...]", Short: "Display detailed information on one or more networks",
	Args: cli.MinArgs(1), Run: runNetworkInspect,
	Flags: `
format|f|string||Format the output using the given Go template
verbose|v|bool||Verbose output for diagnostics`}

var networkLs = cli.Command{Use: "ls [OPTIONS]", Short: "List networks", Aliases: []string{"list"},
	Args: cli.NoArgs, Run: runNetworkLs,
	Flags: `
filter|f|filter||Provide filter values (e.g. 'driver=bridge')
format||string||Pretty-print networks using a Go template
no-trunc||bool||Do not truncate the output
quiet|q|bool||Only display network IDs`}

var networkPrune = cli.Command{Use: "prune [OPTIONS]", Short: "Remove all unused networks",
	Args: cli.NoArgs, Run: runNetworkPrune,
	Flags: `
filter||filter||Provide filter values (e.g. 'until=<timestamp>')
force|f|bool||Do not prompt for confirmation`}

var networkRm = cli.Command{Use: "rm NETWORK [NETWORK...]", Short: "Remove one or more networks", Aliases: []string{"remove"},
	Args: cli.MinArgs(1), Run: runNetworkRm}
