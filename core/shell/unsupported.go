package shell

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

// unsupported explains why a program cannot be run here.
func unsupported(p *proc.Proc, at, base string) *UnsupportedError {
	e := &UnsupportedError{Command: strings.Join(p.Args, " "), Path: at, ExitCode: 126}
	e.Reason, e.Advice = explain(base)
	return e
}

func explain(base string) (reason, advice string) {
	for prefix, text := range families {
		if base == prefix || strings.HasPrefix(base, prefix) && strings.Trim(base[len(prefix):], "0123456789.-") == "" {
			return text[0], text[1]
		}
	}
	return "this is a compiled program, and only the shell and the common commands of busybox and coreutils are interpreted here",
		"build this step with Docker, or replace it by a COPY of what it would make"
}

// families are programs that lessons and Dockerfiles use and that nobody can
// interpret without their packages, by name.
var families = map[string][2]string{
	"apt-get":             {"apt-get installs packages from a network and runs their maintainer scripts, which is not done here", "import the image that Docker builds from this line, or COPY the files the packages would bring"},
	"apt":                 {"apt installs packages from a network and runs their maintainer scripts, which is not done here", "import the image that Docker builds from this line, or COPY the files the packages would bring"},
	"dpkg":                {"dpkg unpacks Debian packages and runs their scripts, which is not done here", "import the image that Docker builds from this line"},
	"apk":                 {"apk installs packages from a network, which is not done here", "import the image that Docker builds from this line, or COPY the files the packages would bring"},
	"yum":                 {"yum installs packages from a network, which is not done here", "import the image that Docker builds from this line, or COPY the files the packages would bring"},
	"dnf":                 {"dnf installs packages from a network, which is not done here", "import the image that Docker builds from this line, or COPY the files the packages would bring"},
	"microdnf":            {"microdnf installs packages from a network, which is not done here", "import the image that Docker builds from this line"},
	"rpm":                 {"rpm unpacks packages and runs their scripts, which is not done here", "import the image that Docker builds from this line"},
	"pip":                 {"pip needs Python and a network, and neither is here", "COPY the installed packages from a directory, or import the built image"},
	"python":              {"Python programs cannot be interpreted here", "do the same with shell commands, or import the built image"},
	"npm":                 {"npm needs Node.js and a network, and neither is here", "COPY a node_modules directory, or import the built image"},
	"npx":                 {"npx needs Node.js and a network, and neither is here", "COPY what it would make, or import the built image"},
	"yarn":                {"yarn needs Node.js and a network, and neither is here", "COPY a node_modules directory, or import the built image"},
	"node":                {"JavaScript programs cannot be interpreted here", "do the same with shell commands, or import the built image"},
	"go":                  {"the Go toolchain cannot run here", "COPY a compiled binary, or import the built image"},
	"gcc":                 {"compilers cannot run here", "COPY a compiled binary, or import the built image"},
	"cc":                  {"compilers cannot run here", "COPY a compiled binary, or import the built image"},
	"make":                {"make and the compilers it calls cannot run here", "COPY what it would make, or import the built image"},
	"cargo":               {"the Rust toolchain cannot run here", "COPY a compiled binary, or import the built image"},
	"java":                {"Java programs cannot be interpreted here", "COPY what it would make, or import the built image"},
	"mvn":                 {"Maven needs Java and a network, and neither is here", "COPY the built jar, or import the built image"},
	"gem":                 {"gem needs Ruby and a network, and neither is here", "COPY the installed files, or import the built image"},
	"perl":                {"Perl programs cannot be interpreted here", "do the same with sed or awk, or import the built image"},
	"ruby":                {"Ruby programs cannot be interpreted here", "do the same with shell commands, or import the built image"},
	"php":                 {"PHP programs cannot be interpreted here", "do the same with shell commands, or import the built image"},
	"curl":                {"a build here has no network, so nothing can be downloaded", "put the file into the build context and COPY it, or use ADD with an archive there"},
	"wget":                {"a build here has no network, so nothing can be downloaded", "put the file into the build context and COPY it, or use ADD with an archive there"},
	"git":                 {"git needs a network for clone and is not interpreted here", "put the working tree into the build context and COPY it"},
	"nginx":               {"nginx is a server and cannot run here", "use it in CMD; checking its configuration needs Docker"},
	"openssl":             {"openssl cannot be interpreted here", "make keys and certificates outside and COPY them"},
	"systemctl":           {"there is no init system in a build, neither here nor in Docker", "start the service by CMD or ENTRYPOINT"},
	"debconf":             {"debconf belongs to Debian's packages, which are not installed here", "import the image that Docker builds from this line"},
	"update-alternatives": {"update-alternatives belongs to Debian's packages, which are not installed here", "make the symbolic link by ln -s"},
}

// hint is a note for a command that is not in the image.
func (s *Shell) hint(name string) string {
	switch name {
	case "apt-get", "apt", "apk", "yum", "dnf":
		return name + ": this image has no such package manager, so Docker would fail in the same way"
	}
	return ""
}
