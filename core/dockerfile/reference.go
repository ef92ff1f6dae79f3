package dockerfile

import (
	_ "crypto/sha256" // digests of references are checked only where it is linked
	_ "crypto/sha512"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"
)

// The grammar of image references of distribution/reference v0.6.0.
const (
	hostLabel     = `(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`
	hostAndPort   = `(?:` + hostLabel + `(?:\.` + hostLabel + `)*|\[(?:[a-fA-F0-9:]+)\])(?::[0-9]+)?`
	nameComponent = `[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*`
	namePath      = nameComponent + `(?:/` + nameComponent + `)*`
	tagWord       = `[\w][\w.-]{0,127}`
	digestWord    = `[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*[:][[:xdigit:]]{32,}`
)

var (
	referencePattern  = regexp.MustCompile(`^((?:` + hostAndPort + `/)?` + namePath + `)(?::(` + tagWord + `))?(?:@(` + digestWord + `))?$`)
	namePattern       = regexp.MustCompile(`^(?:(` + hostAndPort + `)/)?(` + namePath + `)$`)
	identifierPattern = regexp.MustCompile(`^[a-f0-9]{64}$`)
)

// maxRepository is the greatest length of a repository name without its host.
const maxRepository = 255

// NormalizeReference gives the full form of an image name as BuildKit asks a
// registry for it: docker.io and library/ where they are left out, :latest
// where there is neither tag nor digest. The rules and the words of the errors
// are those of distribution/reference v0.6.0.
func NormalizeReference(name string) (string, error) {
	if identifierPattern.MatchString(name) {
		return "", fmt.Errorf("invalid repository name (%s), cannot specify 64-byte hexadecimal strings", name)
	}
	host, rest := splitHost(name)
	repository, _, _ := strings.Cut(rest, ":")
	if strings.ToLower(repository) != repository {
		return "", fmt.Errorf("invalid reference format: repository name (%s) must be lowercase", repository)
	}
	full := host + "/" + rest
	m := referencePattern.FindStringSubmatch(full)
	if m == nil {
		if referencePattern.MatchString(strings.ToLower(full)) {
			return "", errors.New("repository name must be lowercase")
		}
		return "", errors.New("invalid reference format")
	}
	if parts := namePattern.FindStringSubmatch(m[1]); parts != nil && len(parts[2]) > maxRepository {
		return "", fmt.Errorf("repository name must not be more than %v characters", maxRepository)
	}
	if m[3] != "" {
		if _, err := digest.Parse(m[3]); err != nil {
			return "", err
		}
	}
	if m[2] == "" && m[3] == "" {
		full += ":latest"
	}
	return full, nil
}

// splitHost cuts the registry off a name, docker.io when it names none.
func splitHost(name string) (host, rest string) {
	const hub = "docker.io"
	host, rest, found := strings.Cut(name, "/")
	switch {
	case !found:
		return hub, "library/" + name
	case host == "index.docker.io":
		host = hub
	case host == "localhost", strings.ContainsAny(host, ".:"), strings.ToLower(host) != host:
	default:
		return hub, name
	}
	if host == hub && !strings.Contains(rest, "/") {
		rest = "library/" + rest
	}
	return host, rest
}
