package system

import (
	"github.com/spf13/cobra"

	"layerlab.dev/core/docker/cli"
)

// System is `docker system`.
var System = cli.Command{Use: "system", Short: "Manage Docker",
	Args: cli.NoArgs, Sub: []*cli.Command{
		&systemDf,
		&systemEvents,
		&systemInfo,
		&systemPrune,
		&systemDialStdio,
	}}

// Builder is `docker builder`.
var Builder = cli.Command{Use: "builder", Short: "Manage builds",
	Args: cli.NoArgs, Sub: []*cli.Command{
		&builderBuild,
		&builderPrune,
	}}

// Context is `docker context`.
var Context = cli.Command{Use: "context", Short: "Manage contexts",
	Args: cli.NoArgs, Sub: []*cli.Command{
		&contextCreate,
		&contextExport,
		&contextImport,
		&contextInspect,
		&contextLs,
		&contextRm,
		&contextUpdate,
		&contextUse,
	}}

// Manifest is `docker manifest`.
var Manifest = cli.Command{Use: "manifest", Short: "Manage Docker image manifests and manifest lists",
	Long: `The **docker manifest** command has subcommands for managing image manifests and
manifest lists. A manifest list allows you to use one name to refer to the same image
built for multiple architectures.

To see help for a subcommand, use:

    docker manifest CMD --help

For full details on using docker manifest lists, see the registry v2 specification.`,
	Args: cli.NoArgs, Experimental: true, Sub: []*cli.Command{
		&manifestAnnotate,
		&manifestCreate,
		&manifestInspect,
		&manifestPush,
		&manifestRm,
	}}

// Top are the commands that `docker` itself has.
var Top = []*cli.Command{
	&System, &Builder, &Context, &Manifest, &login, &logout, &search, &version, &inspect,
	systemEvents.As("events [OPTIONS]"), systemInfo.As("info [OPTIONS]"),
}

var systemDf = cli.Command{Use: "df [OPTIONS]", Short: "Show docker disk usage",
	Args: cli.NoArgs, Run: runSystemDf,
	Flags: `
format||string||Pretty-print images using a Go template
verbose|v|bool||Show detailed information on space usage`}

var systemEvents = cli.Command{Use: "events [OPTIONS]", Short: "Get real time events from the server",
	Args: cli.NoArgs, Run: runSystemEvents,
	Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Format the output using the given Go template
since||string||Show all events created since timestamp
until||string||Stream events until this timestamp`}

var systemInfo = cli.Command{Use: "info [OPTIONS]", Short: "Display system-wide information",
	Args: cli.NoArgs, Run: runSystemInfo,
	Flags: "format|f|string||Format the output using the given Go template"}

var systemPrune = cli.Command{Use: "prune [OPTIONS]", Short: "Remove unused data",
	Args: cli.NoArgs, Run: runSystemPrune,
	Flags: `
all|a|bool||Remove all unused images not just dangling ones
filter||filter||Provide filter values (e.g. 'label=<key>=<value>')
force|f|bool||Do not prompt for confirmation
volumes||bool||Prune volumes`}

var builderBuild = cli.Command{Use: "build [OPTIONS] PATH | URL | -", Short: "Build an image from a Dockerfile",
	Args: cli.ExactArgs(1), Run: runBuilderBuild,
	Flags: `
add-host||list/host||Add a custom host-to-IP mapping (host:ip)
build-arg||list/env||Set build-time variables
cache-from||strings||Images to consider as cache sources
classic!cgroup-parent||string||Optional parent cgroup for the container
classic!compress||bool||Compress the build context using gzip
classic!cpu-period||int||Limit the CPU CFS (Completely Fair Scheduler) period
classic!cpu-quota||int||Limit the CPU CFS (Completely Fair Scheduler) quota
classic!cpu-shares|c|int||CPU shares (relative weight)
classic!cpuset-cpus||string||CPUs in which to allow execution (0-3, 0,1)
classic!cpuset-mems||string||MEMs in which to allow execution (0-3, 0,1)
disable-content-trust||bool|true|Skip image verification
file|f|string||Name of the Dockerfile (Default is 'PATH/Dockerfile')
classic!force-rm||bool||Always remove intermediate containers
iidfile||string||Write the image ID to the file
isolation||string||Container isolation technology
label||list/label||Set metadata for an image
classic!memory|m|bytes||Memory limit
classic!memory-swap||swap||Swap limit equal to memory plus swap: '-1' to enable unlimited swap
network||string|default|Set the networking mode for the RUN instructions during build
no-cache||bool||Do not use cache when building the image
pull||bool||Always attempt to pull a newer version of the image
quiet|q|bool||Suppress the build output and print image ID on success
classic!rm||bool|true|Remove intermediate containers after a successful build
classic!security-opt||strings||Security options
classic!shm-size||bytes||Size of /dev/shm
tag|t|list/tag||Name and optionally a tag in the 'name:tag' format
target||string||Set the target build stage to build.
classic!ulimit||ulimit|[]|Ulimit options
buildkit!platform||string||Set platform if server is multi-platform capable
experimental!squash||bool||Squash newly built layers into a single new layer
!stream||bool||Stream attaches to server to negotiate build context
buildkit!progress||string|auto|Set type of progress output (auto, plain, tty). Use plain to show container output
buildkit!secret||stringArray||Secret file to expose to the build (only if BuildKit enabled): id=mysecret,src=/local/secret
buildkit!ssh||stringArray||SSH agent socket or keys to expose to the build (only if BuildKit enabled) (format: default|<id>[=<socket>|<key>[,<key>]])
buildkit!output|o|stringArray||Output destination (format: type=local,dest=path)`}

var builderPrune = cli.Command{Use: "prune", Short: "Remove build cache",
	Args: cli.NoArgs, Run: runBuilderPrune,
	Flags: `
all|a|bool||Remove all unused build cache, not just dangling ones
filter||filter||Provide filter values (e.g. 'until=24h')
force|f|bool||Do not prompt for confirmation
keep-storage||bytes||Amount of disk space to keep for cache`}

var contextCreate = cli.Command{Use: "create [OPTIONS] CONTEXT", Short: "Create a context",
	Long: `Create a context

Docker endpoint config:

NAME                DESCRIPTION
from                Copy named context's Docker endpoint configuration
host                Docker endpoint on which to connect
ca                  Trust certs signed only by this CA
cert                Path to TLS certificate file
key                 Path to TLS key file
skip-tls-verify     Skip TLS certificate validation

Kubernetes endpoint config:

NAME                 DESCRIPTION
from                 Copy named context's Kubernetes endpoint configuration
config-file          Path to a Kubernetes config file
context-override     Overrides the context set in the kubernetes config file
namespace-override   Overrides the namespace set in the kubernetes config file

Example:

$ docker context create my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"`,
	Args: cli.ExactArgs(1), Run: runContextCreate,
	Flags: `
default-stack-orchestrator||string||Default orchestrator for stack operations to use with this context (swarm|kubernetes|all)
description||string||Description of the context
docker||stringToString||set the docker endpoint (default [])
from||string||create context from a named context
kubernetes||stringToString||set the kubernetes endpoint (default [])`}

var contextExport = cli.Command{Use: "export [OPTIONS] CONTEXT [FILE|-]", Short: "Export a context to a tar or kubeconfig file",
	Args: cli.RangeArgs(1, 2), Run: runContextExport,
	Flags: "kubeconfig||bool||Export as a kubeconfig file"}

var contextImport = cli.Command{Use: "import CONTEXT FILE|-", Short: "Import a context from a tar or zip file",
	Args: cli.ExactArgs(2), Run: runContextImport}

var contextInspect = cli.Command{Use: "inspect [OPTIONS] [CONTEXT] [CONTEXT...]", Short: "Display detailed information on one or more contexts", Run: runContextInspect,
	Flags: "format|f|string||Format the output using the given Go template"}

var contextLs = cli.Command{Use: "ls [OPTIONS]", Short: "List contexts", Aliases: []string{"list"},
	Args: cli.NoArgs, Run: runContextLs,
	Flags: `
format||string||Pretty-print contexts using a Go template
quiet|q|bool||Only show context names`}

var contextRm = cli.Command{Use: "rm CONTEXT [CONTEXT...]", Short: "Remove one or more contexts", Aliases: []string{"remove"}, Args: cli.MinArgs(1), Run: runContextRm,
	Flags: "force|f|bool||Force the removal of a context in use"}

var contextUpdate = cli.Command{Use: "update [OPTIONS] CONTEXT", Short: "Update a context",
	Long: `Update a context

Docker endpoint config:

NAME                DESCRIPTION
from                Copy named context's Docker endpoint configuration
host                Docker endpoint on which to connect
ca                  Trust certs signed only by this CA
cert                Path to TLS certificate file
key                 Path to TLS key file
skip-tls-verify     Skip TLS certificate validation

Kubernetes endpoint config:

NAME                 DESCRIPTION
from                 Copy named context's Kubernetes endpoint configuration
config-file          Path to a Kubernetes config file
context-override     Overrides the context set in the kubernetes config file
namespace-override   Overrides the namespace set in the kubernetes config file

Example:

$ docker context update my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"`,
	Args: cli.ExactArgs(1), Run: runContextUpdate,
	Flags: `
default-stack-orchestrator||string||Default orchestrator for stack operations to use with this context (swarm|kubernetes|all)
description||string||Description of the context
docker||stringToString||set the docker endpoint (default [])
kubernetes||stringToString||set the kubernetes endpoint (default [])`}

var contextUse = cli.Command{Use: "use CONTEXT", Short: "Set the current docker context",
	Args: cobra.ExactArgs(1), Run: runContextUse}

var manifestAnnotate = cli.Command{Use: "annotate [OPTIONS] MANIFEST_LIST MANIFEST", Short: "Add additional information to a local image manifest",
	Args: cli.ExactArgs(2), Run: runManifestAnnotate,
	Flags: `
arch||string||Set architecture
os||string||Set operating system
os-features||strings||Set operating system feature
os-version||string||Set operating system version
variant||string||Set architecture variant`}

var manifestCreate = cli.Command{Use: "create MANIFEST_LIST MANIFEST [MANIFEST...]", Short: "Create a local manifest list for annotating and pushing to a registry",
	Args: cli.MinArgs(2), Run: runManifestCreate,
	Flags: `
amend|a|bool||Amend an existing manifest list
insecure||bool||Allow communication with an insecure registry`}

var manifestInspect = cli.Command{Use: "inspect [OPTIONS] [MANIFEST_LIST] MANIFEST", Short: "Display an image manifest, or manifest list",
	Args: cli.RangeArgs(1, 2), Run: runManifestInspect,
	Flags: `
insecure||bool||Allow communication with an insecure registry
verbose|v|bool||Output additional info including layers and platform`}

var manifestPush = cli.Command{Use: "push [OPTIONS] MANIFEST_LIST", Short: "Push a manifest list to a repository",
	Args: cli.ExactArgs(1), Run: runManifestPush,
	Flags: `
insecure||bool||Allow push to an insecure registry
purge|p|bool||Remove the local manifest list after push`}

var manifestRm = cli.Command{Use: "rm MANIFEST_LIST [MANIFEST_LIST...]", Short: "Delete one or more manifest lists from local storage",
	Args: cli.MinArgs(1), Run: runManifestRm}

var systemDialStdio = cli.Command{Use: "dial-stdio", Short: "Proxy the stdio stream to the daemon connection. Should not be invoked manually.",
	Args: cli.NoArgs, Hidden: true, Run: runSystemDialStdio}
