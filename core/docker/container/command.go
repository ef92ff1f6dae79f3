package container

import "layerlab.dev/core/docker/cli"

// Group is `docker container`.
var Group = cli.Command{Use: "container", Short: "Manage containers",
	Args: cli.NoArgs, Sub: []*cli.Command{
		&attach,
		&commit,
		&cp,
		&create,
		&diff,
		&exec,
		&export,
		&inspect,
		&kill,
		&logs,
		&ls,
		&pause,
		&port,
		&prune,
		&rename,
		&restart,
		&rm,
		&run,
		&start,
		&stats,
		&stop,
		&top,
		&unpause,
		&update,
		&wait,
	}}

// Top are the commands that `docker` itself has.
var Top = []*cli.Command{
	&attach, &commit, &cp, &create, &diff, &exec, &export, &kill, &logs, &pause, &port, &rename,
	&restart, &rm, &run, &start, &stats, &stop, &top, &unpause, &update, &wait,
	ls.As("ps [OPTIONS]"),
}

var attach = cli.Command{Use: "attach [OPTIONS] CONTAINER", Short: "Attach local standard input, output, and error streams to a running container",
	Args: cli.ExactArgs(1), Run: runAttach,
	Flags: `
detach-keys||string||Override the key sequence for detaching a container
no-stdin||bool||Do not attach STDIN
sig-proxy||bool|true|Proxy all received signals to the process`}

var commit = cli.Command{Use: "commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]", Short: "Create a new image from a container's changes",
	Args: cli.RangeArgs(1, 2), Leading: true, Run: runCommit,
	Flags: `
author|a|string||Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")
change|c|list||Apply Dockerfile instruction to the created image
message|m|string||Commit message
pause|p|bool|true|Pause container during commit`}

var cp = cli.Command{Use: `cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-
	docker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH`, Short: "Copy files/folders between a container and the local filesystem",
	Long: `Copy files/folders between a container and the local filesystem

Use '-' as the source to read a tar archive from stdin
and extract it to a directory destination in a container.
Use '-' as the destination to stream a tar archive of a
container source to stdout.`,
	Args: cli.ExactArgs(2), Run: runCp,
	Flags: `
archive|a|bool||Archive mode (copy all uid/gid information)
follow-link|L|bool||Always follow symbol link in SRC_PATH`}

var create = cli.Command{Use: "create [OPTIONS] IMAGE [COMMAND] [ARG...]", Short: "Create a new container",
	Args: cli.MinArgs(1), Leading: true, OwnHelp: true, Run: runCreate,
	Flags: `
add-host||list/host||Add a custom host-to-IP mapping (host:ip)
attach|a|list/attach||Attach to STDIN, STDOUT or STDERR
blkio-weight||uint16||Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)
blkio-weight-device||weight|[]|Block IO weight (relative device weight)
cap-add||list||Add Linux capabilities
cap-drop||list||Drop Linux capabilities
cgroup-parent||string||Optional parent cgroup for the container
cgroupns||string||Cgroup namespace to use (host|private)\n'host':    Run the container in the Docker host's cgroup namespace\n'private': Run the container in its own private cgroup namespace\n'':        Use the cgroup namespace as configured by the\n           default-cgroupns-mode option on the daemon (default)
cidfile||string||Write the container ID to the file
cpu-period||int||Limit CPU CFS (Completely Fair Scheduler) period
cpu-quota||int||Limit CPU CFS (Completely Fair Scheduler) quota
cpu-rt-period||int||Limit CPU real-time period in microseconds
cpu-rt-runtime||int||Limit CPU real-time runtime in microseconds
cpu-shares|c|int||CPU shares (relative weight)
cpus||decimal||Number of CPUs
cpuset-cpus||string||CPUs in which to allow execution (0-3, 0,1)
cpuset-mems||string||MEMs in which to allow execution (0-3, 0,1)
device||list||Add a host device to the container
device-cgroup-rule||list/cgroup-rule||Add a rule to the cgroup allowed devices list
device-read-bps||bps|[]|Limit read rate (bytes per second) from a device
device-read-iops||iops|[]|Limit read rate (IO per second) from a device
device-write-bps||bps|[]|Limit write rate (bytes per second) to a device
device-write-iops||iops|[]|Limit write rate (IO per second) to a device
disable-content-trust||bool|true|Skip image verification
dns||list/ip||Set custom DNS servers
dns-option||list||Set DNS options
dns-search||list/dns-search||Set custom DNS search domains
domainname||string||Container NIS domain name
entrypoint||string||Overwrite the default ENTRYPOINT of the image
env|e|list/env||Set environment variables
env-file||list||Read in a file of environment variables
expose||list||Expose a port or a range of ports
gpus||gpu-request||GPU devices to add to the container ('all' to pass all GPUs)
group-add||list||Add additional groups to join
health-cmd||string||Command to run to check health
health-interval||duration||Time between running the check (ms|s|m|h) (default 0s)
health-retries||int||Consecutive failures needed to report unhealthy
health-start-period||duration||Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)
health-timeout||duration||Maximum time to allow one check to run (ms|s|m|h) (default 0s)
hostname|h|string||Container host name
init||bool||Run an init inside the container that forwards signals and reaps processes
interactive|i|bool||Keep STDIN open even if not attached
ip||string||IPv4 address (e.g., 172.30.100.104)
ip6||string||IPv6 address (e.g., 2001:db8::33)
ipc||string||IPC mode to use
isolation||string||Container isolation technology
kernel-memory||bytes||Kernel memory limit
label|l|list/label||Set meta data on a container
label-file||list||Read in a line delimited file of labels
link||list/link||Add link to another container
link-local-ip||list||Container IPv4/IPv6 link-local addresses
log-driver||string||Logging driver for the container
log-opt||list||Log driver options
mac-address||string||Container MAC address (e.g., 92:d0:c6:0a:29:33)
memory|m|bytes||Memory limit
memory-reservation||bytes||Memory soft limit
memory-swap||swap||Swap limit equal to memory plus swap: '-1' to enable unlimited swap
memory-swappiness||int|-1|Tune container memory swappiness (0 to 100)
mount||mount||Attach a filesystem mount to the container
name||string||Assign a name to the container
network||network||Connect a container to a network
network-alias||list||Add network-scoped alias for the container
no-healthcheck||bool||Disable any container-specified HEALTHCHECK
oom-kill-disable||bool||Disable OOM Killer
oom-score-adj||int||Tune host's OOM preferences (-1000 to 1000)
pid||string||PID namespace to use
pids-limit||int||Tune container pids limit (set -1 for unlimited)
platform||string||Set platform if server is multi-platform capable
privileged||bool||Give extended privileges to this container
publish|p|list||Publish a container's port(s) to the host
publish-all|P|bool||Publish all exposed ports to random ports
pull||string|missing|Pull image before creating ("always"|"missing"|"never")
read-only||bool||Mount the container's root filesystem as read only
restart||string|no|Restart policy to apply when a container exits
rm||bool||Automatically remove the container when it exits
runtime||string||Runtime to use for this container
security-opt||list||Security Options
shm-size||bytes||Size of /dev/shm
stop-signal||string|SIGTERM|Signal to stop a container
stop-timeout||int||Timeout (in seconds) to stop a container
storage-opt||list||Storage driver options for the container
sysctl||map/sysctl|map[]|Sysctl options
tmpfs||list||Mount a tmpfs directory
tty|t|bool||Allocate a pseudo-TTY
ulimit||ulimit|[]|Ulimit options
user|u|string||Username or UID (format: <name|uid>[:<group|gid>])
userns||string||User namespace to use
uts||string||UTS namespace to use
volume|v|list||Bind mount a volume
volume-driver||string||Optional volume driver for the container
volumes-from||list||Mount volumes from the specified container(s)
workdir|w|string||Working directory inside the container
!dns-opt||=dns-option||Set DNS options
!net||=network||Connect a container to a network
!net-alias||=network-alias||Add network-scoped alias for the container
windows!cpu-count||int||CPU count (Windows only)
windows!cpu-percent||int||CPU percent (Windows only)
windows!io-maxbandwidth||bytes||Maximum IO bandwidth limit for the system drive (Windows only)
windows!io-maxiops||uint64||Maximum IOps limit for the system drive (Windows only)`}

var diff = cli.Command{Use: "diff CONTAINER", Short: "Inspect changes to files or directories on a container's filesystem",
	Args: cli.ExactArgs(1), Run: runDiff}

var exec = cli.Command{Use: "exec [OPTIONS] CONTAINER COMMAND [ARG...]", Short: "Run a command in a running container",
	Args: cli.MinArgs(2), Leading: true, Run: runExec,
	Flags: `
detach|d|bool||Detached mode: run command in the background
detach-keys||string||Override the key sequence for detaching a container
env|e|list/env||Set environment variables
env-file||list||Read in a file of environment variables
interactive|i|bool||Keep STDIN open even if not attached
privileged||bool||Give extended privileges to the command
tty|t|bool||Allocate a pseudo-TTY
user|u|string||Username or UID (format: <name|uid>[:<group|gid>])
workdir|w|string||Working directory inside the container`}

var export = cli.Command{Use: "export [OPTIONS] CONTAINER", Short: "Export a container's filesystem as a tar archive",
	Args: cli.ExactArgs(1), Run: runExport,
	Flags: "output|o|string||Write to a file, instead of STDOUT"}

var inspect = cli.Command{Use: "inspect [OPTIONS] CONTAINER [CONTAINER...]", Short: "Display detailed information on one or more containers",
	Args: cli.MinArgs(1), Run: runInspect,
	Flags: `
format|f|string||Format the output using the given Go template
size|s|bool||Display total file sizes`}

var kill = cli.Command{Use: "kill [OPTIONS] CONTAINER [CONTAINER...]", Short: "Kill one or more running containers",
	Args: cli.MinArgs(1), Run: runKill,
	Flags: "signal|s|string|KILL|Signal to send to the container"}

var logs = cli.Command{Use: "logs [OPTIONS] CONTAINER", Short: "Fetch the logs of a container",
	Args: cli.ExactArgs(1), Run: runLogs,
	Flags: `
details||bool||Show extra details provided to logs
follow|f|bool||Follow log output
since||string||Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)
tail|n|string|all|Number of lines to show from the end of the logs
timestamps|t|bool||Show timestamps
until||string||Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)`}

var ls = cli.Command{Use: "ls [OPTIONS]", Short: "List containers", Aliases: []string{"ps", "list"},
	Args: cli.NoArgs, Run: runLs,
	Flags: `
all|a|bool||Show all containers (default shows just running)
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print containers using a Go template
last|n|int|-1|Show n last created containers (includes all states)
latest|l|bool||Show the latest created container (includes all states)
no-trunc||bool||Don't truncate output
quiet|q|bool||Only display container IDs
size|s|bool||Display total file sizes`}

var pause = cli.Command{Use: "pause CONTAINER [CONTAINER...]", Short: "Pause all processes within one or more containers",
	Args: cli.MinArgs(1), Run: runPause}

var port = cli.Command{Use: "port CONTAINER [PRIVATE_PORT[/PROTO]]", Short: "List port mappings or a specific mapping for the container",
	Args: cli.RangeArgs(1, 2), Run: runPort}

var prune = cli.Command{Use: "prune [OPTIONS]", Short: "Remove all stopped containers",
	Args: cli.NoArgs, Run: runPrune,
	Flags: `
filter||filter||Provide filter values (e.g. 'until=<timestamp>')
force|f|bool||Do not prompt for confirmation`}

var rename = cli.Command{Use: "rename CONTAINER NEW_NAME", Short: "Rename a container",
	Args: cli.ExactArgs(2), Run: runRename}

var restart = cli.Command{Use: "restart [OPTIONS] CONTAINER [CONTAINER...]", Short: "Restart one or more containers",
	Args: cli.MinArgs(1), Run: runRestart,
	Flags: "time|t|int|10|Seconds to wait for stop before killing the container"}

var rm = cli.Command{Use: "rm [OPTIONS] CONTAINER [CONTAINER...]", Short: "Remove one or more containers",
	Args: cli.MinArgs(1), Run: runRm,
	Flags: `
force|f|bool||Force the removal of a running container (uses SIGKILL)
link|l|bool||Remove the specified link
volumes|v|bool||Remove anonymous volumes associated with the container`}

var run = cli.Command{Use: "run [OPTIONS] IMAGE [COMMAND] [ARG...]", Short: "Run a command in a new container",
	Args: cli.MinArgs(1), Leading: true, OwnHelp: true, Run: runRun,
	Flags: `
add-host||list/host||Add a custom host-to-IP mapping (host:ip)
attach|a|list/attach||Attach to STDIN, STDOUT or STDERR
blkio-weight||uint16||Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)
blkio-weight-device||weight|[]|Block IO weight (relative device weight)
cap-add||list||Add Linux capabilities
cap-drop||list||Drop Linux capabilities
cgroup-parent||string||Optional parent cgroup for the container
cgroupns||string||Cgroup namespace to use (host|private)\n'host':    Run the container in the Docker host's cgroup namespace\n'private': Run the container in its own private cgroup namespace\n'':        Use the cgroup namespace as configured by the\n           default-cgroupns-mode option on the daemon (default)
cidfile||string||Write the container ID to the file
cpu-period||int||Limit CPU CFS (Completely Fair Scheduler) period
cpu-quota||int||Limit CPU CFS (Completely Fair Scheduler) quota
cpu-rt-period||int||Limit CPU real-time period in microseconds
cpu-rt-runtime||int||Limit CPU real-time runtime in microseconds
cpu-shares|c|int||CPU shares (relative weight)
cpus||decimal||Number of CPUs
cpuset-cpus||string||CPUs in which to allow execution (0-3, 0,1)
cpuset-mems||string||MEMs in which to allow execution (0-3, 0,1)
detach|d|bool||Run container in background and print container ID
detach-keys||string||Override the key sequence for detaching a container
device||list||Add a host device to the container
device-cgroup-rule||list/cgroup-rule||Add a rule to the cgroup allowed devices list
device-read-bps||bps|[]|Limit read rate (bytes per second) from a device
device-read-iops||iops|[]|Limit read rate (IO per second) from a device
device-write-bps||bps|[]|Limit write rate (bytes per second) to a device
device-write-iops||iops|[]|Limit write rate (IO per second) to a device
disable-content-trust||bool|true|Skip image verification
dns||list/ip||Set custom DNS servers
dns-option||list||Set DNS options
dns-search||list/dns-search||Set custom DNS search domains
domainname||string||Container NIS domain name
entrypoint||string||Overwrite the default ENTRYPOINT of the image
env|e|list/env||Set environment variables
env-file||list||Read in a file of environment variables
expose||list||Expose a port or a range of ports
gpus||gpu-request||GPU devices to add to the container ('all' to pass all GPUs)
group-add||list||Add additional groups to join
health-cmd||string||Command to run to check health
health-interval||duration||Time between running the check (ms|s|m|h) (default 0s)
health-retries||int||Consecutive failures needed to report unhealthy
health-start-period||duration||Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)
health-timeout||duration||Maximum time to allow one check to run (ms|s|m|h) (default 0s)
hostname|h|string||Container host name
init||bool||Run an init inside the container that forwards signals and reaps processes
interactive|i|bool||Keep STDIN open even if not attached
ip||string||IPv4 address (e.g., 172.30.100.104)
ip6||string||IPv6 address (e.g., 2001:db8::33)
ipc||string||IPC mode to use
isolation||string||Container isolation technology
kernel-memory||bytes||Kernel memory limit
label|l|list/label||Set meta data on a container
label-file||list||Read in a line delimited file of labels
link||list/link||Add link to another container
link-local-ip||list||Container IPv4/IPv6 link-local addresses
log-driver||string||Logging driver for the container
log-opt||list||Log driver options
mac-address||string||Container MAC address (e.g., 92:d0:c6:0a:29:33)
memory|m|bytes||Memory limit
memory-reservation||bytes||Memory soft limit
memory-swap||swap||Swap limit equal to memory plus swap: '-1' to enable unlimited swap
memory-swappiness||int|-1|Tune container memory swappiness (0 to 100)
mount||mount||Attach a filesystem mount to the container
name||string||Assign a name to the container
network||network||Connect a container to a network
network-alias||list||Add network-scoped alias for the container
no-healthcheck||bool||Disable any container-specified HEALTHCHECK
oom-kill-disable||bool||Disable OOM Killer
oom-score-adj||int||Tune host's OOM preferences (-1000 to 1000)
pid||string||PID namespace to use
pids-limit||int||Tune container pids limit (set -1 for unlimited)
platform||string||Set platform if server is multi-platform capable
privileged||bool||Give extended privileges to this container
publish|p|list||Publish a container's port(s) to the host
publish-all|P|bool||Publish all exposed ports to random ports
pull||string|missing|Pull image before running ("always"|"missing"|"never")
read-only||bool||Mount the container's root filesystem as read only
restart||string|no|Restart policy to apply when a container exits
rm||bool||Automatically remove the container when it exits
runtime||string||Runtime to use for this container
security-opt||list||Security Options
shm-size||bytes||Size of /dev/shm
sig-proxy||bool|true|Proxy received signals to the process
stop-signal||string|SIGTERM|Signal to stop a container
stop-timeout||int||Timeout (in seconds) to stop a container
storage-opt||list||Storage driver options for the container
sysctl||map/sysctl|map[]|Sysctl options
tmpfs||list||Mount a tmpfs directory
tty|t|bool||Allocate a pseudo-TTY
ulimit||ulimit|[]|Ulimit options
user|u|string||Username or UID (format: <name|uid>[:<group|gid>])
userns||string||User namespace to use
uts||string||UTS namespace to use
volume|v|list||Bind mount a volume
volume-driver||string||Optional volume driver for the container
volumes-from||list||Mount volumes from the specified container(s)
workdir|w|string||Working directory inside the container
!dns-opt||=dns-option||Set DNS options
!net||=network||Connect a container to a network
!net-alias||=network-alias||Add network-scoped alias for the container
windows!cpu-count||int||CPU count (Windows only)
windows!cpu-percent||int||CPU percent (Windows only)
windows!io-maxbandwidth||bytes||Maximum IO bandwidth limit for the system drive (Windows only)
windows!io-maxiops||uint64||Maximum IOps limit for the system drive (Windows only)`}

var start = cli.Command{Use: "start [OPTIONS] CONTAINER [CONTAINER...]", Short: "Start one or more stopped containers",
	Args: cli.MinArgs(1), Run: runStart,
	Flags: `
attach|a|bool||Attach STDOUT/STDERR and forward signals
detach-keys||string||Override the key sequence for detaching a container
interactive|i|bool||Attach container's STDIN
experimental!checkpoint||string||Restore from this checkpoint
experimental!checkpoint-dir||string||Use a custom checkpoint storage directory`}

var stats = cli.Command{Use: "stats [OPTIONS] [CONTAINER...]", Short: "Display a live stream of container(s) resource usage statistics",
	Args: cli.MinArgs(0), Run: runStats,
	Flags: `
all|a|bool||Show all containers (default shows just running)
format||string||Pretty-print images using a Go template
no-stream||bool||Disable streaming stats and only pull the first result
no-trunc||bool||Do not truncate output`}

var stop = cli.Command{Use: "stop [OPTIONS] CONTAINER [CONTAINER...]", Short: "Stop one or more running containers",
	Args: cli.MinArgs(1), Run: runStop,
	Flags: "time|t|int|10|Seconds to wait for stop before killing it"}

var top = cli.Command{Use: "top CONTAINER [ps OPTIONS]", Short: "Display the running processes of a container",
	Args: cli.MinArgs(1), Leading: true, Run: runTop}

var unpause = cli.Command{Use: "unpause CONTAINER [CONTAINER...]", Short: "Unpause all processes within one or more containers",
	Args: cli.MinArgs(1), Run: runUnpause}

var update = cli.Command{Use: "update [OPTIONS] CONTAINER [CONTAINER...]", Short: "Update configuration of one or more containers",
	Args: cli.MinArgs(1), Run: runUpdate,
	Flags: `
blkio-weight||uint16||Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)
cpu-period||int||Limit CPU CFS (Completely Fair Scheduler) period
cpu-quota||int||Limit CPU CFS (Completely Fair Scheduler) quota
cpu-rt-period||int||Limit the CPU real-time period in microseconds
cpu-rt-runtime||int||Limit the CPU real-time runtime in microseconds
cpu-shares|c|int||CPU shares (relative weight)
cpus||decimal||Number of CPUs
cpuset-cpus||string||CPUs in which to allow execution (0-3, 0,1)
cpuset-mems||string||MEMs in which to allow execution (0-3, 0,1)
kernel-memory||bytes||Kernel memory limit
memory|m|bytes||Memory limit
memory-reservation||bytes||Memory soft limit
memory-swap||swap||Swap limit equal to memory plus swap: '-1' to enable unlimited swap
pids-limit||int||Tune container pids limit (set -1 for unlimited)
restart||string||Restart policy to apply when a container exits`}

var wait = cli.Command{Use: "wait CONTAINER [CONTAINER...]", Short: "Block until one or more containers stop, then print their exit codes",
	Args: cli.MinArgs(1), Run: runWait}
