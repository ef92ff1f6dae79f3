package host

import "github.com/docker/docker/api/types"

// CacheRecord is something that BuildKit keeps for later builds.
type CacheRecord struct {
	types.BuildCache
}
