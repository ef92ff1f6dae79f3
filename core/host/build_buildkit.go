package host

import (
	"context"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"
)

func (c *Change) buildKit(ctx context.Context, request Build, tags []reference.Named, s *stream) (digest.Digest, error) {
	return "", Errorf(500, "buildkit not supported by daemon")
}
