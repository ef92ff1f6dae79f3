package shell

import (
	"strings"

	"layerlab.dev/core/message"
	"layerlab.dev/core/shell/proc"
)

// unsupported explains why a program cannot be run here.
func unsupported(p *proc.Proc, at, base string) *UnsupportedError {
	e := &UnsupportedError{Command: strings.Join(p.Args, " "), Path: at, ExitCode: 126}
	var known bool
	if e.Reason, e.Advice, known = explain(base); !known {
		e.Reason, e.Advice = whyCompiled.With(), insteadDocker.With()
	}
	return e
}

// explain says of a program that many know why it cannot run.
func explain(base string) (reason, advice message.Message, known bool) {
	for prefix, f := range families {
		if base == prefix || strings.HasPrefix(base, prefix) && strings.Trim(base[len(prefix):], "0123456789.-") == "" {
			return f.reason.With(), f.advice.With(), true
		}
	}
	return reason, advice, false
}

// family says of programs why they cannot be interpreted and what to do instead.
type family struct{ reason, advice message.Form }

// families are programs that lessons and Dockerfiles use and that nobody can
// interpret without their packages, by name.
var families = map[string]family{
	"apt-get":             {whyAptGet, insteadImportOrCopy},
	"apt":                 {whyApt, insteadImportOrCopy},
	"dpkg":                {whyDpkg, insteadImport},
	"apk":                 {whyApk, insteadImportOrCopy},
	"yum":                 {whyYum, insteadImportOrCopy},
	"dnf":                 {whyDnf, insteadImportOrCopy},
	"microdnf":            {whyMicrodnf, insteadImport},
	"rpm":                 {whyRpm, insteadImport},
	"pip":                 {whyPip, insteadCopyPackages},
	"python":              {whyPython, insteadShellCommands},
	"npm":                 {whyNpm, insteadNodeModules},
	"npx":                 {whyNpx, insteadCopyMade},
	"yarn":                {whyYarn, insteadNodeModules},
	"node":                {whyNode, insteadShellCommands},
	"go":                  {whyGo, insteadCopyBinary},
	"gcc":                 {whyGcc, insteadCopyBinary},
	"g++":                 {whyGcc, insteadCopyBinary},
	"cc":                  {whyGcc, insteadCopyBinary},
	"make":                {whyMake, insteadCopyMade},
	"cargo":               {whyCargo, insteadCopyBinary},
	"java":                {whyJava, insteadCopyMade},
	"mvn":                 {whyMvn, insteadCopyJar},
	"gem":                 {whyGem, insteadCopyInstalled},
	"perl":                {whyPerl, insteadSedAwk},
	"ruby":                {whyRuby, insteadShellCommands},
	"php":                 {whyPhp, insteadShellCommands},
	"curl":                {whyCurl, insteadPutFile},
	"wget":                {whyCurl, insteadPutFile},
	"git":                 {whyGit, insteadPutTree},
	"nginx":               {whyNginx, insteadUseInCmd},
	"openssl":             {whyOpenssl, insteadCopyKeys},
	"systemctl":           {whySystemctl, insteadStartByCmd},
	"debconf":             {whyDebconf, insteadImport},
	"update-alternatives": {whyUpdateAlternatives, insteadLn},
}

var (
	whyCompiled           = message.New("why.compiled", "this is a compiled program, and only the shell and the common commands of busybox and coreutils are interpreted here")
	insteadDocker         = message.New("instead.docker", "Build this step with Docker, or replace it by a COPY of what it would make.")
	whyApplet             = message.New("why.applet", "busybox has this applet, but it is not interpreted here")
	insteadOther          = message.New("instead.other", "Build this step with Docker, or do the same by other commands.")
	limitEval             = message.New("limit.eval", "eval calls itself more than 1000 deep")
	noManager             = message.New("why.no-manager", "%s: this image has no such package manager, so Docker would fail in the same way")
	insteadImportOrCopy   = message.New("instead.import-or-copy", "Import the image that Docker builds from this line, or COPY the files the packages would bring.")
	insteadImport         = message.New("instead.import", "Import the image that Docker builds from this line.")
	insteadCopyPackages   = message.New("instead.copy-packages", "COPY the installed packages from a directory, or import the built image.")
	insteadShellCommands  = message.New("instead.shell-commands", "Do the same with shell commands, or import the built image.")
	insteadNodeModules    = message.New("instead.node-modules", "COPY a node_modules directory, or import the built image.")
	insteadCopyMade       = message.New("instead.copy-made", "COPY what it would make, or import the built image.")
	insteadCopyBinary     = message.New("instead.copy-binary", "COPY a compiled binary, or import the built image.")
	insteadCopyJar        = message.New("instead.copy-jar", "COPY the built jar, or import the built image.")
	insteadCopyInstalled  = message.New("instead.copy-installed", "COPY the installed files, or import the built image.")
	insteadSedAwk         = message.New("instead.sed-awk", "Do the same with sed or awk, or import the built image.")
	insteadPutFile        = message.New("instead.put-file", "Put the file into the build context and COPY it, or use ADD with an archive there.")
	insteadPutTree        = message.New("instead.put-tree", "Put the working tree into the build context and COPY it.")
	insteadUseInCmd       = message.New("instead.use-in-cmd", "Use it in CMD; checking its configuration needs Docker.")
	insteadCopyKeys       = message.New("instead.copy-keys", "Make keys and certificates outside and COPY them.")
	insteadStartByCmd     = message.New("instead.start-by-cmd", "Start the service by CMD or ENTRYPOINT.")
	insteadLn             = message.New("instead.ln", "Make the symbolic link by ln -s.")
	whyAptGet             = message.New("why.apt-get", "apt-get installs packages from a network and runs their maintainer scripts, which is not done here")
	whyApt                = message.New("why.apt", "apt installs packages from a network and runs their maintainer scripts, which is not done here")
	whyDpkg               = message.New("why.dpkg", "dpkg unpacks Debian packages and runs their scripts, which is not done here")
	whyApk                = message.New("why.apk", "apk installs packages from a network, which is not done here")
	whyYum                = message.New("why.yum", "yum installs packages from a network, which is not done here")
	whyDnf                = message.New("why.dnf", "dnf installs packages from a network, which is not done here")
	whyMicrodnf           = message.New("why.microdnf", "microdnf installs packages from a network, which is not done here")
	whyRpm                = message.New("why.rpm", "rpm unpacks packages and runs their scripts, which is not done here")
	whyPip                = message.New("why.pip", "pip needs Python and a network, and neither is here")
	whyPython             = message.New("why.python", "Python programs cannot be interpreted here")
	whyNpm                = message.New("why.npm", "npm needs Node.js and a network, and neither is here")
	whyNpx                = message.New("why.npx", "npx needs Node.js and a network, and neither is here")
	whyYarn               = message.New("why.yarn", "yarn needs Node.js and a network, and neither is here")
	whyNode               = message.New("why.node", "JavaScript programs cannot be interpreted here")
	whyGo                 = message.New("why.go", "the Go toolchain cannot run here")
	whyGcc                = message.New("why.gcc", "compilers cannot run here")
	whyMake               = message.New("why.make", "make and the compilers it calls cannot run here")
	whyCargo              = message.New("why.cargo", "the Rust toolchain cannot run here")
	whyJava               = message.New("why.java", "Java programs cannot be interpreted here")
	whyMvn                = message.New("why.mvn", "Maven needs Java and a network, and neither is here")
	whyGem                = message.New("why.gem", "gem needs Ruby and a network, and neither is here")
	whyPerl               = message.New("why.perl", "Perl programs cannot be interpreted here")
	whyRuby               = message.New("why.ruby", "Ruby programs cannot be interpreted here")
	whyPhp                = message.New("why.php", "PHP programs cannot be interpreted here")
	whyCurl               = message.New("why.curl", "a build here has no network, so nothing can be downloaded")
	whyGit                = message.New("why.git", "git needs a network for clone and is not interpreted here")
	whyNginx              = message.New("why.nginx", "nginx is a server and cannot run here")
	whyOpenssl            = message.New("why.openssl", "openssl cannot be interpreted here")
	whySystemctl          = message.New("why.systemctl", "there is no init system in a build, neither here nor in Docker")
	whyDebconf            = message.New("why.debconf", "debconf belongs to Debian's packages, which are not installed here")
	whyUpdateAlternatives = message.New("why.update-alternatives", "update-alternatives belongs to Debian's packages, which are not installed here")
)

// hint is a note for a command that is not in the image.
func (s *Shell) hint(name string) message.Message {
	switch name {
	case "apt-get", "apt", "apk", "yum", "dnf":
		return noManager.With(name)
	}
	return message.Message{}
}
