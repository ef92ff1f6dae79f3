package system

import "layerlab.dev/core/docker/cli"

var login = cli.Command{Use: "login [OPTIONS] [SERVER]", Short: "Log in to a Docker registry",
	Long: `Log in to a Docker registry.
If no server is specified, the default is defined by the daemon.`,
	Args: cli.MaxArgs(1), Run: runLogin,
	Flags: `
password|p|string||Password
password-stdin||bool||Take the password from stdin
username|u|string||Username`}

var logout = cli.Command{Use: "logout [SERVER]", Short: "Log out from a Docker registry",
	Long: `Log out from a Docker registry.
If no server is specified, the default is defined by the daemon.`,
	Args: cli.MaxArgs(1), Run: runLogout}

var search = cli.Command{Use: "search [OPTIONS] TERM", Short: "Search the Docker Hub for images",
	Args: cli.ExactArgs(1), Run: runSearch,
	Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print search using a Go template
limit||int|25|Max number of search results
no-trunc||bool||Don't truncate output`}

var version = cli.Command{Use: "version [OPTIONS]", Short: "Show the Docker version information",
	Args: cli.NoArgs, Run: runVersion,
	Flags: `
format|f|string||Format the output using the given Go template
kubeconfig||string||Kubernetes config file`}

var inspect = cli.Command{Use: "inspect [OPTIONS] NAME|ID [NAME|ID...]", Short: "Return low-level information on Docker objects",
	Args: cli.MinArgs(1), Run: runInspect,
	Flags: `
format|f|string||Format the output using the given Go template
size|s|bool||Display total file sizes if the type is container
type||string||Return JSON for specified type`}
