package build

import (
	"errors"
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

// rootPath resolves the links in p as if the tree were the whole file system;
// what is missing is taken as it is written (containerd/continuity fs.RootPath).
func rootPath(t vfs.Tree, p string) (string, error) {
	at, err := t.RootPath(p)
	if errors.Is(err, vfs.ELOOP) {
		err = errTooManyLinks
	}
	return at, err
}

var errTooManyLinks = errors.New("too many links")

// normalizePath makes p absolute below parent as BuildKit's
// util/system.NormalizePath does for Linux: an absolute p is left as it is
// written; keepSlash keeps what says that p is a directory.
func normalizePath(parent, p string, keepSlash bool) string {
	if parent == "" {
		parent = "/"
	}
	if !path.IsAbs(parent) {
		parent = path.Join("/", parent)
	}
	written := p
	if p == "" {
		p = parent
	}
	if !path.IsAbs(p) {
		p = path.Join(parent, p)
	}
	if keepSlash {
		p = keepDirectory(written, p)
	}
	return p
}

// keepDirectory gives p, which came of cleaning, the "/" or "/." that was
// written.
func keepDirectory(written, p string) string {
	switch {
	case strings.HasSuffix(written, "/") && !strings.HasSuffix(p, "/"):
		p += "/"
	case strings.HasSuffix(written, "/."):
		if p != "/" {
			p += "/"
		}
		p += "."
	}
	return p
}

// destination is the path COPY and ADD write to (dockerfile2llb
// pathRelativeToWorkingDir, then client/llb normalizePath and
// solver/llbsolver/file cleanPath).
func destination(workdir, p string) string {
	if !path.IsAbs(p) && (p == "." || p == "") {
		p = "./"
	}
	if path.IsAbs(p) {
		workdir = "/"
	}
	p = normalizePath(workdir, p, true)
	p = keepDirectory(p, path.Clean(p))
	return cleanPath(p)
}

func cleanPath(p string) string {
	clean := path.Join("/", p)
	switch {
	case strings.HasSuffix(p, "/."):
		if clean != "/" {
			clean += "/"
		}
		clean += "."
	case strings.HasSuffix(p, "/") && clean != "/":
		clean += "/"
	}
	return clean
}
