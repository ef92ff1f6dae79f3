package dockerfile

import (
	"slices"
	"strings"
)

// Keyword describes an instruction for an editor and for messages.
type Keyword struct {
	// Name is in upper case.
	Name string
	// Usage is the form of the instruction, Summary one sentence about it.
	Usage   string
	Summary string
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
}

// String gives --name=VALUE.
func (s FlagSpec) String() string {
	if s.Optional {
		return "--" + s.Name + "[=" + s.Value + "]"
	}
	return "--" + s.Name + "=" + s.Value
}

// Keywords holds every instruction BuildKit knows, by name.
var Keywords = []Keyword{
	{
		Name: "ADD", Usage: "ADD [FLAGS] SOURCE... DESTINATION",
		Summary: "Adds local files, unpacking local tar archives, and remote files.",
		Flags: []FlagSpec{
			{Name: "keep-git-dir", Value: "true|false", Optional: true},
			{Name: "checksum", Value: "DIGEST"},
			{Name: "chown", Value: "USER[:GROUP]"},
			{Name: "chmod", Value: "MODE"},
			{Name: "link", Value: "true|false", Optional: true},
			{Name: "unpack", Value: "true|false", Optional: true},
			{Name: "exclude", Value: "PATTERN", Repeat: true},
		},
	},
	{
		Name: "ARG", Usage: "ARG NAME[=DEFAULT] ...",
		Summary: "Declares a variable for the build.",
	},
	{
		Name: "CMD", Usage: `CMD ["PROGRAM", "ARGUMENT", ...]`,
		Summary: "Sets what a container runs by default.",
	},
	{
		Name: "COPY", Usage: "COPY [FLAGS] SOURCE... DESTINATION",
		Summary: "Copies files from the build context, a stage or an image.",
		Flags: []FlagSpec{
			{Name: "from", Value: "STAGE|IMAGE"},
			{Name: "chown", Value: "USER[:GROUP]"},
			{Name: "chmod", Value: "MODE"},
			{Name: "link", Value: "true|false", Optional: true},
			{Name: "parents", Value: "true|false", Optional: true},
			{Name: "exclude", Value: "PATTERN", Repeat: true},
		},
	},
	{
		Name: "ENTRYPOINT", Usage: `ENTRYPOINT ["PROGRAM", "ARGUMENT", ...]`,
		Summary: "Sets the program of the container.",
	},
	{
		Name: "ENV", Usage: "ENV NAME=VALUE ...",
		Summary: "Sets environment variables, in the build and in the image.",
	},
	{
		Name: "EXPOSE", Usage: "EXPOSE PORT[/PROTOCOL] ...",
		Summary: "Notes the ports on which the container listens.",
	},
	{
		Name: "FROM", Usage: "FROM [--platform=PLATFORM] IMAGE [AS NAME]",
		Summary: "Begins a build stage from a base image.",
		Flags:   []FlagSpec{{Name: "platform", Value: "PLATFORM"}},
	},
	{
		Name: "HEALTHCHECK", Usage: "HEALTHCHECK [FLAGS] CMD COMMAND, or HEALTHCHECK NONE",
		Summary: "Sets how to test that the container is well.",
		Flags: []FlagSpec{
			{Name: "interval", Value: "DURATION"},
			{Name: "timeout", Value: "DURATION"},
			{Name: "start-period", Value: "DURATION"},
			{Name: "start-interval", Value: "DURATION"},
			{Name: "retries", Value: "NUMBER"},
		},
	},
	{
		Name: "LABEL", Usage: "LABEL KEY=VALUE ...",
		Summary: "Adds metadata to the image.",
	},
	{
		Name: "MAINTAINER", Usage: "MAINTAINER NAME",
		Summary: "Sets the author of the image.", Deprecated: true,
	},
	{
		Name: "ONBUILD", Usage: "ONBUILD INSTRUCTION",
		Summary: "Keeps an instruction for the builds that use the image as their base.",
	},
	{
		Name: "RUN", Usage: `RUN [FLAGS] COMMAND, or RUN [FLAGS] ["PROGRAM", "ARGUMENT", ...]`,
		Summary: "Runs a command and keeps the files it changed as a layer.",
		Flags: []FlagSpec{
			{Name: "mount", Value: "type=TYPE,...", Repeat: true},
			{Name: "network", Value: "default|none|host"},
			{Name: "security", Value: "sandbox|insecure"},
			{Name: "device", Value: "NAME[,required]", Repeat: true},
		},
	},
	{
		Name: "SHELL", Usage: `SHELL ["PROGRAM", "ARGUMENT", ...]`,
		Summary: "Sets the shell of the shell form.",
	},
	{
		Name: "STOPSIGNAL", Usage: "STOPSIGNAL SIGNAL",
		Summary: "Sets the signal that stops the container.",
	},
	{
		Name: "USER", Usage: "USER USER[:GROUP]",
		Summary: "Sets the user for what follows and for the container.",
	},
	{
		Name: "VOLUME", Usage: "VOLUME PATH ...",
		Summary: "Declares paths that hold data of their own.",
	},
	{
		Name: "WORKDIR", Usage: "WORKDIR PATH",
		Summary: "Sets the working directory, making it if it is not there.",
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
