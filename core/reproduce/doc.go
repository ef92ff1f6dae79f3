// Package reproduce gives away a build so that anyone can repeat it with
// BuildKit: the context with its modes and times, the base images as OCI
// layouts, the exact command, and the digests to expect.
package reproduce
