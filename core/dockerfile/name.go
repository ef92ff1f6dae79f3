package dockerfile

import "strings"

// FamiliarReference gives the form in which people write a name that
// NormalizeReference has completed: without docker.io and library/.
func FamiliarReference(full string) string {
	short := strings.TrimPrefix(full, "docker.io/")
	if short == full {
		return full
	}
	return strings.TrimPrefix(short, "library/")
}

// Registry gives the registry that a complete name belongs to.
func Registry(full string) string {
	host, _, _ := strings.Cut(full, "/")
	return host
}

// SplitReference takes a complete name apart: its repository without registry,
// and the tag or digest by which a registry is asked.
func SplitReference(full string) (repository, reference string) {
	_, rest, _ := strings.Cut(full, "/")
	if rest, digest, ok := strings.Cut(rest, "@"); ok {
		repository, _, _ = strings.Cut(rest, ":")
		return repository, digest
	}
	repository, reference, _ = strings.Cut(rest, ":")
	return repository, reference
}
