package dockerfile

import (
	"slices"
	"strings"

	"layerlab.dev/core/message"
)

// Keyword describes an instruction for an editor and for messages.
type Keyword struct {
	// Name is in upper case.
	Name string
	// Usage is the form of the instruction, Summary one sentence about it.
	Usage   string
	Summary message.Form
	// Flags are the flags the instruction knows, in the order of the
	// Dockerfile reference.
	Flags []FlagSpec
	// Deprecated tells that the instruction should not be used any more.
	Deprecated bool
}

// FlagSpec describes a flag.
type FlagSpec struct {
	// Name is without dashes.
	Name string
	// Value is the form of the value; for a flag that may stand alone,
	// Optional is set and the value is true or false.
	Value    string
	Optional bool
	// Repeat tells that the flag may be given more than once.
	Repeat bool
	// Summary is one sentence about it.
	Summary message.Form
}

// String gives --name=VALUE.
func (s FlagSpec) String() string {
	if s.Optional {
		return "--" + s.Name + "[=" + s.Value + "]"
	}
	return "--" + s.Name + "=" + s.Value
}

var (
	flagKeepGit       = message.New("flag.keep-git-dir", "Keeps the .git directory of a repository.")
	flagChecksum      = message.New("flag.checksum", "The digest that the remote file must have.")
	flagChown         = message.New("flag.chown", "Owner of the files, by name or number; 0:0 without it.")
	flagChmod         = message.New("flag.chmod", "Permissions of the files: octal such as 0644, or symbolic such as u=rwX,go=rX.")
	flagLink          = message.New("flag.link", "Makes a layer that does not depend on what is below it.")
	flagUnpack        = message.New("flag.unpack", "Unpacks archives, also remote ones; false keeps them as they are.")
	flagExclude       = message.New("flag.exclude", "Leaves out what a pattern names.")
	flagFrom          = message.New("flag.from", "Copies from a stage or an image instead of the build context.")
	flagParents       = message.New("flag.parents", "Keeps the directories of the source paths.")
	flagPlatform      = message.New("flag.platform", "The platform of the base image.")
	flagInterval      = message.New("flag.interval", "Time between two tests; 30s without it.")
	flagTimeout       = message.New("flag.timeout", "Time after which a test has failed; 30s without it.")
	flagStartPeriod   = message.New("flag.start-period", "Time in which a failure does not count yet.")
	flagStartInterval = message.New("flag.start-interval", "Time between two tests during the start period.")
	flagRetries       = message.New("flag.retries", "Failures in a row after which the container is unhealthy; 3 without it.")
	flagMount         = message.New("flag.mount", "Makes files visible to the command that do not stay in the layer.")
	flagNetwork       = message.New("flag.network", "The network of the command.")
	flagSecurity      = message.New("flag.security", "The privileges of the command.")
	flagDevice        = message.New("flag.device", "Hardware that the command may use.")
)

// Keywords holds every instruction BuildKit knows, by name.
var Keywords = []Keyword{
	{
		Name: "ADD", Usage: "ADD [FLAGS] SOURCE... DESTINATION",
		Summary: message.New("keyword.ADD", "Adds local files, unpacking local tar archives, and remote files."),
		Flags: []FlagSpec{
			{Name: "keep-git-dir", Value: "true|false", Optional: true, Summary: flagKeepGit},
			{Name: "checksum", Value: "DIGEST", Summary: flagChecksum},
			{Name: "chown", Value: "USER[:GROUP]", Summary: flagChown},
			{Name: "chmod", Value: "MODE", Summary: flagChmod},
			{Name: "link", Value: "true|false", Optional: true, Summary: flagLink},
			{Name: "unpack", Value: "true|false", Optional: true, Summary: flagUnpack},
			{Name: "exclude", Value: "PATTERN", Repeat: true, Summary: flagExclude},
		},
	},
	{
		Name: "ARG", Usage: "ARG NAME[=DEFAULT] ...",
		Summary: message.New("keyword.ARG", "Declares a variable for the build."),
	},
	{
		Name: "CMD", Usage: `CMD ["PROGRAM", "ARGUMENT", ...]`,
		Summary: message.New("keyword.CMD", "Sets what a container runs by default."),
	},
	{
		Name: "COPY", Usage: "COPY [FLAGS] SOURCE... DESTINATION",
		Summary: message.New("keyword.COPY", "Copies files from the build context, a stage or an image."),
		Flags: []FlagSpec{
			{Name: "from", Value: "STAGE|IMAGE", Summary: flagFrom},
			{Name: "chown", Value: "USER[:GROUP]", Summary: flagChown},
			{Name: "chmod", Value: "MODE", Summary: flagChmod},
			{Name: "link", Value: "true|false", Optional: true, Summary: flagLink},
			{Name: "parents", Value: "true|false", Optional: true, Summary: flagParents},
			{Name: "exclude", Value: "PATTERN", Repeat: true, Summary: flagExclude},
		},
	},
	{
		Name: "ENTRYPOINT", Usage: `ENTRYPOINT ["PROGRAM", "ARGUMENT", ...]`,
		Summary: message.New("keyword.ENTRYPOINT", "Sets the program of the container."),
	},
	{
		Name: "ENV", Usage: "ENV NAME=VALUE ...",
		Summary: message.New("keyword.ENV", "Sets environment variables, in the build and in the image."),
	},
	{
		Name: "EXPOSE", Usage: "EXPOSE PORT[/PROTOCOL] ...",
		Summary: message.New("keyword.EXPOSE", "Notes the ports on which the container listens."),
	},
	{
		Name: "FROM", Usage: "FROM [--platform=PLATFORM] IMAGE [AS NAME]",
		Summary: message.New("keyword.FROM", "Begins a build stage from a base image."),
		Flags:   []FlagSpec{{Name: "platform", Value: "PLATFORM", Summary: flagPlatform}},
	},
	{
		Name: "HEALTHCHECK", Usage: "HEALTHCHECK [FLAGS] CMD COMMAND, or HEALTHCHECK NONE",
		Summary: message.New("keyword.HEALTHCHECK", "Sets how to test that the container is well."),
		Flags: []FlagSpec{
			{Name: "interval", Value: "DURATION", Summary: flagInterval},
			{Name: "timeout", Value: "DURATION", Summary: flagTimeout},
			{Name: "start-period", Value: "DURATION", Summary: flagStartPeriod},
			{Name: "start-interval", Value: "DURATION", Summary: flagStartInterval},
			{Name: "retries", Value: "NUMBER", Summary: flagRetries},
		},
	},
	{
		Name: "LABEL", Usage: "LABEL KEY=VALUE ...",
		Summary: message.New("keyword.LABEL", "Adds metadata to the image."),
	},
	{
		Name: "MAINTAINER", Usage: "MAINTAINER NAME",
		Summary: message.New("keyword.MAINTAINER", "Sets the author of the image."), Deprecated: true,
	},
	{
		Name: "ONBUILD", Usage: "ONBUILD INSTRUCTION",
		Summary: message.New("keyword.ONBUILD", "Keeps an instruction for the builds that use the image as their base."),
	},
	{
		Name: "RUN", Usage: `RUN [FLAGS] COMMAND, or RUN [FLAGS] ["PROGRAM", "ARGUMENT", ...]`,
		Summary: message.New("keyword.RUN", "Runs a command and keeps the files it changed as a layer."),
		Flags: []FlagSpec{
			{Name: "mount", Value: "type=TYPE,...", Repeat: true, Summary: flagMount},
			{Name: "network", Value: "default|none|host", Summary: flagNetwork},
			{Name: "security", Value: "sandbox|insecure", Summary: flagSecurity},
			{Name: "device", Value: "NAME[,required]", Repeat: true, Summary: flagDevice},
		},
	},
	{
		Name: "SHELL", Usage: `SHELL ["PROGRAM", "ARGUMENT", ...]`,
		Summary: message.New("keyword.SHELL", "Sets the shell of the shell form."),
	},
	{
		Name: "STOPSIGNAL", Usage: "STOPSIGNAL SIGNAL",
		Summary: message.New("keyword.STOPSIGNAL", "Sets the signal that stops the container."),
	},
	{
		Name: "USER", Usage: "USER USER[:GROUP]",
		Summary: message.New("keyword.USER", "Sets the user for what follows and for the container."),
	},
	{
		Name: "VOLUME", Usage: "VOLUME PATH ...",
		Summary: message.New("keyword.VOLUME", "Declares paths that hold data of their own."),
	},
	{
		Name: "WORKDIR", Usage: "WORKDIR PATH",
		Summary: message.New("keyword.WORKDIR", "Sets the working directory, making it if it is not there."),
	},
}

// LookupKeyword finds an instruction by name, in any case.
func LookupKeyword(name string) (Keyword, bool) {
	name = strings.ToUpper(name)
	i, ok := slices.BinarySearchFunc(Keywords, name, func(k Keyword, name string) int {
		return strings.Compare(k.Name, name)
	})
	if !ok {
		return Keyword{}, false
	}
	return Keywords[i], true
}

func keywordNames() []string {
	names := make([]string, len(Keywords))
	for i, k := range Keywords {
		names[i] = k.Name
	}
	return names
}

func flagNames(keyword string) []string {
	k, _ := LookupKeyword(keyword)
	names := make([]string, len(k.Flags))
	for i, f := range k.Flags {
		names[i] = f.Name
	}
	return names
}
