package swarm

import "layerlab.dev/core/docker/cli"

// Groups are the groups of commands that need a swarm, plugins or a trust server.
var Groups = []*cli.Command{
	&configGroup, &nodeGroup, &pluginGroup, &secretGroup, &serviceGroup, &stackGroup, &swarmGroup, &trustGroup, &checkpointGroup,
}

var configGroup = cli.Command{Use: "config", Short: "Manage Docker configs",
	Args: cli.NoArgs, Sub: []*cli.Command{
		{Use: "create [OPTIONS] CONFIG file|-", Short: "Create a config from a file or STDIN",
			Args: cli.ExactArgs(2), Run: refuse,
			Flags: `
label|l|list||Config labels
template-driver||string||Template driver`},
		{Use: "inspect [OPTIONS] CONFIG [CONFIG...]", Short: "Display detailed information on one or more configs",
			Args: cli.MinArgs(1), Run: refuse,
			Flags: `
format|f|string||Format the output using the given Go template
pretty||bool||Print the information in a human friendly format`},
		{Use: "ls [OPTIONS]", Short: "List configs", Aliases: []string{"list"},
			Args: cli.NoArgs, Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print configs using a Go template
quiet|q|bool||Only display IDs`},
		{Use: "rm CONFIG [CONFIG...]", Short: "Remove one or more configs", Aliases: []string{"remove"},
			Args: cli.MinArgs(1), Run: refuse},
	}}

var nodeGroup = cli.Command{Use: "node", Short: "Manage Swarm nodes",
	Args: cli.NoArgs, Sub: []*cli.Command{
		{Use: "demote NODE [NODE...]", Short: "Demote one or more nodes from manager in the swarm",
			Args: cli.MinArgs(1), Run: refuse},
		{Use: "inspect [OPTIONS] self|NODE [NODE...]", Short: "Display detailed information on one or more nodes",
			Args: cli.MinArgs(1), Run: refuse,
			Flags: `
format|f|string||Format the output using the given Go template
pretty||bool||Print the information in a human friendly format`},
		{Use: "ls [OPTIONS]", Short: "List nodes in the swarm", Aliases: []string{"list"},
			Args: cli.NoArgs, Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print nodes using a Go template
quiet|q|bool||Only display IDs`},
		{Use: "promote NODE [NODE...]", Short: "Promote one or more nodes to manager in the swarm",
			Args: cli.MinArgs(1), Run: refuse},
		{Use: "ps [OPTIONS] [NODE...]", Short: "List tasks running on one or more nodes, defaults to current node",
			Args: cli.MinArgs(0), Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print tasks using a Go template
no-resolve||bool||Do not map IDs to Names
no-trunc||bool||Do not truncate output
quiet|q|bool||Only display task IDs`},
		{Use: "rm [OPTIONS] NODE [NODE...]", Short: "Remove one or more nodes from the swarm", Aliases: []string{"remove"},
			Args: cli.MinArgs(1), Run: refuse,
			Flags: "force|f|bool||Force remove a node from the swarm"},
		{Use: "update [OPTIONS] NODE", Short: "Update a node",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
availability||string||Availability of the node ("active"|"pause"|"drain")
label-add||list||Add or update a node label (key=value)
label-rm||list||Remove a node label if exists
role||string||Role of the node ("worker"|"manager")`},
	}}

var pluginGroup = cli.Command{Use: "plugin", Short: "Manage plugins",
	Args: cli.NoArgs, Sub: []*cli.Command{
		{Use: "create [OPTIONS] PLUGIN PLUGIN-DATA-DIR", Short: "Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.",
			Args: cli.MinArgs(2), Run: refuse,
			Flags: "compress||bool||Compress the context using gzip"},
		{Use: "disable [OPTIONS] PLUGIN", Short: "Disable a plugin",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: "force|f|bool||Force the disable of an active plugin"},
		{Use: "enable [OPTIONS] PLUGIN", Short: "Enable a plugin",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: "timeout||int|30|HTTP client timeout (in seconds)"},
		{Use: "inspect [OPTIONS] PLUGIN [PLUGIN...]", Short: "Display detailed information on one or more plugins",
			Args: cli.MinArgs(1), Run: refuse,
			Flags: "format|f|string||Format the output using the given Go template"},
		{Use: "install [OPTIONS] PLUGIN [KEY=VALUE...]", Short: "Install a plugin",
			Args: cli.MinArgs(1), Run: refuse,
			Flags: `
alias||string||Local name for plugin
disable||bool||Do not enable the plugin on install
disable-content-trust||bool|true|Skip image verification
grant-all-permissions||bool||Grant all permissions necessary to run the plugin`},
		{Use: "ls [OPTIONS]", Short: "List plugins", Aliases: []string{"list"},
			Args: cli.NoArgs, Run: refuse,
			Flags: `
filter|f|filter||Provide filter values (e.g. 'enabled=true')
format||string||Pretty-print plugins using a Go template
no-trunc||bool||Don't truncate output
quiet|q|bool||Only display plugin IDs`},
		{Use: "push [OPTIONS] PLUGIN[:TAG]", Short: "Push a plugin to a registry",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: "disable-content-trust||bool|true|Skip image signing"},
		{Use: "rm [OPTIONS] PLUGIN [PLUGIN...]", Short: "Remove one or more plugins", Aliases: []string{"remove"},
			Args: cli.MinArgs(1), Run: refuse,
			Flags: "force|f|bool||Force the removal of an active plugin"},
		{Use: "set PLUGIN KEY=VALUE [KEY=VALUE...]", Short: "Change settings for a plugin",
			Args: cli.MinArgs(2), Run: refuse},
		{Use: "upgrade [OPTIONS] PLUGIN [REMOTE]", Short: "Upgrade an existing plugin",
			Args: cli.RangeArgs(1, 2), Run: refuse,
			Flags: `
disable-content-trust||bool|true|Skip image verification
grant-all-permissions||bool||Grant all permissions necessary to run the plugin
skip-remote-check||bool||Do not check if specified remote plugin matches existing plugin image`},
	}}

var secretGroup = cli.Command{Use: "secret", Short: "Manage Docker secrets",
	Args: cli.NoArgs, Sub: []*cli.Command{
		{Use: "create [OPTIONS] SECRET [file|-]", Short: "Create a secret from a file or STDIN as content",
			Args: cli.RangeArgs(1, 2), Run: refuse,
			Flags: `
driver|d|string||Secret driver
label|l|list||Secret labels
template-driver||string||Template driver`},
		{Use: "inspect [OPTIONS] SECRET [SECRET...]", Short: "Display detailed information on one or more secrets",
			Args: cli.MinArgs(1), Run: refuse,
			Flags: `
format|f|string||Format the output using the given Go template
pretty||bool||Print the information in a human friendly format`},
		{Use: "ls [OPTIONS]", Short: "List secrets", Aliases: []string{"list"},
			Args: cli.NoArgs, Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print secrets using a Go template
quiet|q|bool||Only display IDs`},
		{Use: "rm SECRET [SECRET...]", Short: "Remove one or more secrets", Aliases: []string{"remove"},
			Args: cli.MinArgs(1), Run: refuse},
	}}

var serviceGroup = cli.Command{Use: "service", Short: "Manage services",
	Args: cli.NoArgs, Sub: []*cli.Command{
		{Use: "create [OPTIONS] IMAGE [COMMAND] [ARG...]", Short: "Create a new service",
			Args: cli.MinArgs(1), Leading: true, Run: refuse,
			Flags: `
cap-add||list||Add Linux capabilities
cap-drop||list||Drop Linux capabilities
config||config||Specify configurations to expose to the service
constraint||list||Placement constraints
container-label||list||Container labels
credential-spec||credential-spec||Credential spec for managed service account (Windows only)
detach|d|bool||Exit immediately instead of waiting for the service to converge
dns||list||Set custom DNS servers
dns-option||list||Set DNS options
dns-search||list||Set custom DNS search domains
endpoint-mode||string|vip|Endpoint mode (vip or dnsrr)
entrypoint||command||Overwrite the default ENTRYPOINT of the image
env|e|list||Set environment variables
env-file||list||Read in a file of environment variables
generic-resource||list||User defined resources
group||list||Set one or more supplementary user groups for the container
health-cmd||string||Command to run to check health
health-interval||duration||Time between running the check (ms|s|m|h)
health-retries||int||Consecutive failures needed to report unhealthy
health-start-period||duration||Start period for the container to initialize before counting retries towards unstable (ms|s|m|h)
health-timeout||duration||Maximum time to allow one check to run (ms|s|m|h)
host||list||Set one or more custom host-to-IP mappings (host:ip)
hostname||string||Container hostname
init||bool||Use an init inside each service container to forward signals and reap processes
isolation||string||Service container isolation mode
label|l|list||Service labels
limit-cpu||decimal||Limit CPUs
limit-memory||bytes||Limit Memory
limit-pids||int||Limit maximum number of processes (default 0 = unlimited)
log-driver||string||Logging driver for service
log-opt||list||Logging driver options
max-concurrent||uint64||Number of job tasks to run concurrently (default equal to --replicas)
mode||string|replicated|Service mode (replicated, global, replicated-job, or global-job)
mount||mount||Attach a filesystem mount to the service
name||string||Service name
network||network||Network attachments
no-healthcheck||bool||Disable any container-specified HEALTHCHECK
no-resolve-image||bool||Do not query the registry to resolve image digest and supported platforms
placement-pref||pref||Add a placement preference
publish|p|port||Publish a port as a node port
quiet|q|bool||Suppress progress output
read-only||bool||Mount the container's root filesystem as read only
replicas||uint64||Number of tasks
replicas-max-per-node||uint64||Maximum number of tasks per node (default 0 = unlimited)
reserve-cpu||decimal||Reserve CPUs
reserve-memory||bytes||Reserve Memory
restart-condition||string|any|Restart when condition is met ("none"|"on-failure"|"any")
restart-delay||duration|5s|Delay between restart attempts (ns|us|ms|s|m|h)
restart-max-attempts||uint64||Maximum number of restarts before giving up
restart-window||duration||Window used to evaluate the restart policy (ns|us|ms|s|m|h)
rollback-delay||duration||Delay between task rollbacks (ns|us|ms|s|m|h) (default 0s)
rollback-failure-action||string|pause|Action on rollback failure ("pause"|"continue")
rollback-max-failure-ratio||float||Failure rate to tolerate during a rollback (default 0)
rollback-monitor||duration|5s|Duration after each task rollback to monitor for failure (ns|us|ms|s|m|h)
rollback-order||string|stop-first|Rollback order ("start-first"|"stop-first")
rollback-parallelism||uint64||Maximum number of tasks rolled back simultaneously (0 to roll back all at once) (default 1)
secret||secret||Specify secrets to expose to the service
stop-grace-period||duration|10s|Time to wait before force killing a container (ns|us|ms|s|m|h)
stop-signal||string||Signal to stop the container
sysctl||list||Sysctl options
tty|t|bool||Allocate a pseudo-TTY
ulimit||ulimit|[]|Ulimit options
update-delay||duration||Delay between updates (ns|us|ms|s|m|h) (default 0s)
update-failure-action||string|pause|Action on update failure ("pause"|"continue"|"rollback")
update-max-failure-ratio||float||Failure rate to tolerate during an update (default 0)
update-monitor||duration|5s|Duration after each task update to monitor for failure (ns|us|ms|s|m|h)
update-order||string|stop-first|Update order ("start-first"|"stop-first")
update-parallelism||uint64||Maximum number of tasks updated simultaneously (0 to update all at once) (default 1)
user|u|string||Username or UID (format: <name|uid>[:<group|gid>])
with-registry-auth||bool||Send registry authentication details to swarm agents
workdir|w|string||Working directory inside the container`},
		{Use: "inspect [OPTIONS] SERVICE [SERVICE...]", Short: "Display detailed information on one or more services",
			Args: cli.MinArgs(1), Run: refuse,
			Flags: `
format|f|string||Format the output using the given Go template
pretty||bool||Print the information in a human friendly format`},
		{Use: "logs [OPTIONS] SERVICE|TASK", Short: "Fetch the logs of a service or task",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
details||bool||Show extra details provided to logs
follow|f|bool||Follow log output
no-resolve||bool||Do not map IDs to Names in output
no-task-ids||bool||Do not include task IDs in output
no-trunc||bool||Do not truncate output
raw||bool||Do not neatly format logs
since||string||Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)
tail|n|string|all|Number of lines to show from the end of the logs
timestamps|t|bool||Show timestamps`},
		{Use: "ls [OPTIONS]", Short: "List services", Aliases: []string{"list"},
			Args: cli.NoArgs, Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print services using a Go template
quiet|q|bool||Only display IDs`},
		{Use: "ps [OPTIONS] SERVICE [SERVICE...]", Short: "List the tasks of one or more services",
			Args: cli.NoArgs, Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print tasks using a Go template
no-resolve||bool||Do not map IDs to Names
no-trunc||bool||Do not truncate output
quiet|q|bool||Only display task IDs`},
		{Use: "rm SERVICE [SERVICE...]", Short: "Remove one or more services", Aliases: []string{"remove"},
			Args: cli.MinArgs(1), Run: refuse},
		{Use: "rollback [OPTIONS] SERVICE", Short: "Revert changes to a service's configuration",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
detach|d|bool||Exit immediately instead of waiting for the service to converge
quiet|q|bool||Suppress progress output`},
		{Use: "scale SERVICE=REPLICAS [SERVICE=REPLICAS...]", Short: "Scale one or multiple replicated services", Args: cli.Scales, Run: refuse,
			Flags: "detach|d|bool||Exit immediately instead of waiting for the service to converge"},
		{Use: "update [OPTIONS] SERVICE", Short: "Update a service",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
args||command||Service command args
cap-add||list||Add Linux capabilities
cap-drop||list||Drop Linux capabilities
config-add||config||Add or update a config file on a service
config-rm||list||Remove a configuration file
constraint-add||list||Add or update a placement constraint
constraint-rm||list||Remove a constraint
container-label-add||list||Add or update a container label
container-label-rm||list||Remove a container label by its key
credential-spec||credential-spec||Credential spec for managed service account (Windows only)
detach|d|bool||Exit immediately instead of waiting for the service to converge
dns-add||list||Add or update a custom DNS server
dns-option-add||list||Add or update a DNS option
dns-option-rm||list||Remove a DNS option
dns-rm||list||Remove a custom DNS server
dns-search-add||list||Add or update a custom DNS search domain
dns-search-rm||list||Remove a DNS search domain
endpoint-mode||string||Endpoint mode (vip or dnsrr)
entrypoint||command||Overwrite the default ENTRYPOINT of the image
env-add||list||Add or update an environment variable
env-rm||list||Remove an environment variable
force||bool||Force update even if no changes require it
generic-resource-add||list||Add a Generic resource
generic-resource-rm||list||Remove a Generic resource
group-add||list||Add an additional supplementary user group to the container
group-rm||list||Remove a previously added supplementary user group from the container
health-cmd||string||Command to run to check health
health-interval||duration||Time between running the check (ms|s|m|h)
health-retries||int||Consecutive failures needed to report unhealthy
health-start-period||duration||Start period for the container to initialize before counting retries towards unstable (ms|s|m|h)
health-timeout||duration||Maximum time to allow one check to run (ms|s|m|h)
host-add||list||Add a custom host-to-IP mapping (host:ip)
host-rm||list||Remove a custom host-to-IP mapping (host:ip)
hostname||string||Container hostname
image||string||Service image tag
init||bool||Use an init inside each service container to forward signals and reap processes
isolation||string||Service container isolation mode
label-add||list||Add or update a service label
label-rm||list||Remove a label by its key
limit-cpu||decimal||Limit CPUs
limit-memory||bytes||Limit Memory
limit-pids||int||Limit maximum number of processes (default 0 = unlimited)
log-driver||string||Logging driver for service
log-opt||list||Logging driver options
max-concurrent||uint64||Number of job tasks to run concurrently (default equal to --replicas)
mount-add||mount||Add or update a mount on a service
mount-rm||list||Remove a mount by its target path
network-add||network||Add a network
network-rm||list||Remove a network
no-healthcheck||bool||Disable any container-specified HEALTHCHECK
no-resolve-image||bool||Do not query the registry to resolve image digest and supported platforms
placement-pref-add||pref||Add a placement preference
placement-pref-rm||pref||Remove a placement preference
publish-add||port||Add or update a published port
publish-rm||port||Remove a published port by its target port
quiet|q|bool||Suppress progress output
read-only||bool||Mount the container's root filesystem as read only
replicas||uint64||Number of tasks
replicas-max-per-node||uint64||Maximum number of tasks per node (default 0 = unlimited)
reserve-cpu||decimal||Reserve CPUs
reserve-memory||bytes||Reserve Memory
restart-condition||string||Restart when condition is met ("none"|"on-failure"|"any")
restart-delay||duration||Delay between restart attempts (ns|us|ms|s|m|h)
restart-max-attempts||uint64||Maximum number of restarts before giving up
restart-window||duration||Window used to evaluate the restart policy (ns|us|ms|s|m|h)
rollback||bool||Rollback to previous specification
rollback-delay||duration||Delay between task rollbacks (ns|us|ms|s|m|h)
rollback-failure-action||string||Action on rollback failure ("pause"|"continue")
rollback-max-failure-ratio||float||Failure rate to tolerate during a rollback
rollback-monitor||duration||Duration after each task rollback to monitor for failure (ns|us|ms|s|m|h)
rollback-order||string||Rollback order ("start-first"|"stop-first")
rollback-parallelism||uint64||Maximum number of tasks rolled back simultaneously (0 to roll back all at once)
secret-add||secret||Add or update a secret on a service
secret-rm||list||Remove a secret
stop-grace-period||duration||Time to wait before force killing a container (ns|us|ms|s|m|h)
stop-signal||string||Signal to stop the container
sysctl-add||list||Add or update a Sysctl option
sysctl-rm||list||Remove a Sysctl option
tty|t|bool||Allocate a pseudo-TTY
ulimit-add||ulimit|[]|Add or update a ulimit option
ulimit-rm||list||Remove a ulimit option
update-delay||duration||Delay between updates (ns|us|ms|s|m|h)
update-failure-action||string||Action on update failure ("pause"|"continue"|"rollback")
update-max-failure-ratio||float||Failure rate to tolerate during an update
update-monitor||duration||Duration after each task update to monitor for failure (ns|us|ms|s|m|h)
update-order||string||Update order ("start-first"|"stop-first")
update-parallelism||uint64||Maximum number of tasks updated simultaneously (0 to update all at once)
user|u|string||Username or UID (format: <name|uid>[:<group|gid>])
with-registry-auth||bool||Send registry authentication details to swarm agents
workdir|w|string||Working directory inside the container`},
	}}

var stackGroup = cli.Command{Use: "stack", Short: "Manage Docker stacks",
	Args:  cli.NoArgs,
	Flags: "orchestrator||string||Orchestrator to use (swarm|kubernetes|all)", Sub: []*cli.Command{
		{Use: "deploy [OPTIONS] STACK", Short: "Deploy a new stack or update an existing stack", Aliases: []string{"up"},
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
compose-file|c|strings||Path to a Compose file, or "-" to read from stdin
orchestrator||string||Orchestrator to use (swarm|kubernetes|all)
prune||bool||Prune services that are no longer referenced
resolve-image||string|always|Query the registry to resolve image digest and supported platforms ("always"|"changed"|"never")
with-registry-auth||bool||Send registry authentication details to Swarm agents`},
		{Use: "ls [OPTIONS]", Short: "List stacks", Aliases: []string{"list"},
			Args: cli.NoArgs, Run: refuse,
			Flags: `
format||string||Pretty-print stacks using a Go template
orchestrator||string||Orchestrator to use (swarm|kubernetes|all)`},
		{Use: "ps [OPTIONS] STACK", Short: "List the tasks in the stack",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print tasks using a Go template
no-resolve||bool||Do not map IDs to Names
no-trunc||bool||Do not truncate output
orchestrator||string||Orchestrator to use (swarm|kubernetes|all)
quiet|q|bool||Only display task IDs`},
		{Use: "rm [OPTIONS] STACK [STACK...]", Short: "Remove one or more stacks", Aliases: []string{"remove", "down"},
			Args: cli.MinArgs(1), Run: refuse,
			Flags: "orchestrator||string||Orchestrator to use (swarm|kubernetes|all)"},
		{Use: "services [OPTIONS] STACK", Short: "List the services in the stack",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print services using a Go template
orchestrator||string||Orchestrator to use (swarm|kubernetes|all)
quiet|q|bool||Only display IDs`},
	}}

var swarmGroup = cli.Command{Use: "swarm", Short: "Manage Swarm",
	Args: cli.NoArgs, Sub: []*cli.Command{
		{Use: "ca [OPTIONS]", Short: "Display and rotate the root CA",
			Args: cli.NoArgs, Run: refuse,
			Flags: `
ca-cert||pem-file||Path to the PEM-formatted root CA certificate to use for the new cluster
ca-key||pem-file||Path to the PEM-formatted root CA key to use for the new cluster
cert-expiry||duration|2160h0m0s|Validity period for node certificates (ns|us|ms|s|m|h)
detach|d|bool||Exit immediately instead of waiting for the root rotation to converge
external-ca||external-ca||Specifications of one or more certificate signing endpoints
quiet|q|bool||Suppress progress output
rotate||bool||Rotate the swarm CA - if no certificate or key are provided, new ones will be generated`},
		{Use: "init [OPTIONS]", Short: "Initialize a swarm",
			Args: cli.NoArgs, Run: refuse,
			Flags: `
advertise-addr||string||Advertised address (format: <ip|interface>[:port])
autolock||bool||Enable manager autolocking (requiring an unlock key to start a stopped manager)
availability||string|active|Availability of the node ("active"|"pause"|"drain")
cert-expiry||duration|2160h0m0s|Validity period for node certificates (ns|us|ms|s|m|h)
data-path-addr||string||Address or interface to use for data path traffic (format: <ip|interface>)
data-path-port||uint32||Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.
default-addr-pool||ipNetSlice||default address pool in CIDR format (default [])
default-addr-pool-mask-length||uint32|24|default address pool subnet mask length
dispatcher-heartbeat||duration|5s|Dispatcher heartbeat period (ns|us|ms|s|m|h)
external-ca||external-ca||Specifications of one or more certificate signing endpoints
force-new-cluster||bool||Force create a new cluster from current state
listen-addr||node-addr|0.0.0.0:2377|Listen address (format: <ip|interface>[:port])
max-snapshots||uint64||Number of additional Raft snapshots to retain
snapshot-interval||uint64||Number of log entries between Raft snapshots (default 10000)
task-history-limit||int|5|Task history retention limit`},
		{Use: "join [OPTIONS] HOST:PORT", Short: "Join a swarm as a node and/or manager",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
advertise-addr||string||Advertised address (format: <ip|interface>[:port])
availability||string|active|Availability of the node ("active"|"pause"|"drain")
data-path-addr||string||Address or interface to use for data path traffic (format: <ip|interface>)
listen-addr||node-addr|0.0.0.0:2377|Listen address (format: <ip|interface>[:port])
token||string||Token for entry into the swarm`},
		{Use: "join-token [OPTIONS] (worker|manager)", Short: "Manage join tokens",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: `
quiet|q|bool||Only display token
rotate||bool||Rotate join token`},
		{Use: "leave [OPTIONS]", Short: "Leave the swarm",
			Args: cli.NoArgs, Run: refuse,
			Flags: "force|f|bool||Force this node to leave the swarm, ignoring warnings"},
		{Use: "unlock", Short: "Unlock swarm",
			Args: cli.NoArgs, Run: refuse},
		{Use: "unlock-key [OPTIONS]", Short: "Manage the unlock key",
			Args: cli.NoArgs, Run: refuse,
			Flags: `
quiet|q|bool||Only display token
rotate||bool||Rotate unlock key`},
		{Use: "update [OPTIONS]", Short: "Update the swarm",
			Args: cli.NoArgs, Run: refuse,
			Flags: `
autolock||bool||Change manager autolocking setting (true|false)
cert-expiry||duration|2160h0m0s|Validity period for node certificates (ns|us|ms|s|m|h)
dispatcher-heartbeat||duration|5s|Dispatcher heartbeat period (ns|us|ms|s|m|h)
external-ca||external-ca||Specifications of one or more certificate signing endpoints
max-snapshots||uint64||Number of additional Raft snapshots to retain
snapshot-interval||uint64||Number of log entries between Raft snapshots (default 10000)
task-history-limit||int|5|Task history retention limit`},
	}}

var trustGroup = cli.Command{Use: "trust", Short: "Manage trust on Docker images",
	Args: cli.NoArgs, Sub: []*cli.Command{
		{Use: "key", Short: "Manage keys for signing Docker images",
			Args: cli.NoArgs, Run: refuse, Sub: []*cli.Command{
				{Use: "generate NAME", Short: "Generate and load a signing key-pair",
					Args: cli.ExactArgs(1), Run: refuse,
					Flags: "dir||string||Directory to generate key in, defaults to current directory"},
				{Use: "load [OPTIONS] KEYFILE", Short: "Load a private key file for signing",
					Args: cli.ExactArgs(1), Run: refuse,
					Flags: "name||string|signer|Name for the loaded key"},
			}},
		{Use: "signer", Short: "Manage entities who can sign Docker images",
			Args: cli.NoArgs, Run: refuse, Sub: []*cli.Command{
				{Use: "add OPTIONS NAME REPOSITORY [REPOSITORY...] ", Short: "Add a signer",
					Args: cli.MinArgs(2), Run: refuse,
					Flags: "key||list||Path to the signer's public key file"},
				{Use: "remove [OPTIONS] NAME REPOSITORY [REPOSITORY...]", Short: "Remove a signer",
					Args: cli.MinArgs(2), Run: refuse,
					Flags: "force|f|bool||Do not prompt for confirmation before removing the most recent signer"},
			}},
		{Use: "inspect IMAGE[:TAG] [IMAGE[:TAG]...]", Short: "Return low-level information about keys and signatures",
			Args: cli.MinArgs(1), Run: refuse,
			Flags: "pretty||bool||Print the information in a human friendly format"},
		{Use: "revoke [OPTIONS] IMAGE[:TAG]", Short: "Remove trust for an image",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: "yes|y|bool||Do not prompt for confirmation"},
		{Use: "sign IMAGE:TAG", Short: "Sign an image",
			Args: cli.ExactArgs(1), Run: refuse,
			Flags: "local||bool||Sign a locally tagged image"},
	}}

var checkpointGroup = cli.Command{Use: "checkpoint", Short: "Manage checkpoints", Args: cli.NoArgs, Missing: "experimental features", Sub: []*cli.Command{
	{Use: "create [OPTIONS] CONTAINER CHECKPOINT", Short: "Create a checkpoint from a running container", Args: cli.ExactArgs(2), Run: refuse,
		Flags: `
checkpoint-dir||string||Use a custom checkpoint storage directory
leave-running||bool||Leave the container running after checkpoint`},
	{Use: "ls [OPTIONS] CONTAINER", Short: "List checkpoints for a container", Aliases: []string{"list"}, Args: cli.ExactArgs(1), Run: refuse,
		Flags: "checkpoint-dir||string||Use a custom checkpoint storage directory"},
	{Use: "rm [OPTIONS] CONTAINER CHECKPOINT", Short: "Remove a checkpoint", Aliases: []string{"remove"}, Args: cli.ExactArgs(2), Run: refuse,
		Flags: "checkpoint-dir||string||Use a custom checkpoint storage directory"},
}}
