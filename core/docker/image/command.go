package image

import "layerlab.dev/core/docker/cli"

// Group is `docker image`.
var Group = cli.Command{Use: "image", Short: "Manage images",
	Args: cli.NoArgs, Sub: []*cli.Command{
		&build,
		&history,
		&importImage,
		&inspect,
		&load,
		&ls,
		&prune,
		&pull,
		&push,
		&rm,
		&save,
		&tag,
	}}

// Top are the commands that `docker` itself has.
var Top = []*cli.Command{
	&build, &history, &importImage, &load, &pull, &push, &save, &tag,
	ls.As("images [OPTIONS] [REPOSITORY[:TAG]]"),
	rm.As("rmi [OPTIONS] IMAGE [IMAGE...]"),
}

var build = cli.Command{Use: "build [OPTIONS] PATH | URL | -", Short: "Build an image from a Dockerfile",
	Args: cli.ExactArgs(1), Run: runBuild,
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

var history = cli.Command{Use: "history [OPTIONS] IMAGE", Short: "Show the history of an image",
	Args: cli.ExactArgs(1), Run: runHistory,
	Flags: `
format||string||Pretty-print images using a Go template
human|H|bool|true|Print sizes and dates in human readable format
no-trunc||bool||Don't truncate output
quiet|q|bool||Only show image IDs`}

var importImage = cli.Command{Use: "import [OPTIONS] file|URL|- [REPOSITORY[:TAG]]", Short: "Import the contents from a tarball to create a filesystem image",
	Args: cli.MinArgs(1), Run: runImportImage,
	Flags: `
change|c|list||Apply Dockerfile instruction to the created image
message|m|string||Set commit message for imported image
platform||string||Set platform if server is multi-platform capable`}

var inspect = cli.Command{Use: "inspect [OPTIONS] IMAGE [IMAGE...]", Short: "Display detailed information on one or more images",
	Args: cli.MinArgs(1), Run: runInspect,
	Flags: "format|f|string||Format the output using the given Go template"}

var load = cli.Command{Use: "load [OPTIONS]", Short: "Load an image from a tar archive or STDIN",
	Args: cli.NoArgs, Run: runLoad,
	Flags: `
input|i|string||Read from tar archive file, instead of STDIN
quiet|q|bool||Suppress the load output`}

var ls = cli.Command{Use: "ls [OPTIONS] [REPOSITORY[:TAG]]", Short: "List images", Aliases: []string{"list"},
	Args: cli.MaxArgs(1), Run: runLs,
	Flags: `
all|a|bool||Show all images (default hides intermediate images)
digests||bool||Show digests
filter|f|filter||Filter output based on conditions provided
format||string||Pretty-print images using a Go template
no-trunc||bool||Don't truncate output
quiet|q|bool||Only show image IDs`}

var prune = cli.Command{Use: "prune [OPTIONS]", Short: "Remove unused images",
	Args: cli.NoArgs, Run: runPrune,
	Flags: `
all|a|bool||Remove all unused images, not just dangling ones
filter||filter||Provide filter values (e.g. 'until=<timestamp>')
force|f|bool||Do not prompt for confirmation`}

var pull = cli.Command{Use: "pull [OPTIONS] NAME[:TAG|@DIGEST]", Short: "Pull an image or a repository from a registry",
	Args: cli.ExactArgs(1), Run: runPull,
	Flags: `
all-tags|a|bool||Download all tagged images in the repository
disable-content-trust||bool|true|Skip image verification
platform||string||Set platform if server is multi-platform capable
quiet|q|bool||Suppress verbose output`}

var push = cli.Command{Use: "push [OPTIONS] NAME[:TAG]", Short: "Push an image or a repository to a registry",
	Args: cli.ExactArgs(1), Run: runPush,
	Flags: `
all-tags|a|bool||Push all tagged images in the repository
disable-content-trust||bool|true|Skip image signing
quiet|q|bool||Suppress verbose output`}

var rm = cli.Command{Use: "rm [OPTIONS] IMAGE [IMAGE...]", Short: "Remove one or more images", Aliases: []string{"rmi", "remove"},
	Args: cli.MinArgs(1), Run: runRm,
	Flags: `
force|f|bool||Force removal of the image
no-prune||bool||Do not delete untagged parents`}

var save = cli.Command{Use: "save [OPTIONS] IMAGE [IMAGE...]", Short: "Save one or more images to a tar archive (streamed to STDOUT by default)",
	Args: cli.MinArgs(1), Run: runSave,
	Flags: "output|o|string||Write to a file, instead of STDOUT"}

var tag = cli.Command{Use: "tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", Short: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
	Args: cli.ExactArgs(2), Leading: true, Run: runTag}
