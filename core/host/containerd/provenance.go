package containerd

import (
	"time"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// predicate is the form of the statement that tells how an image was built.
const predicate = "https://slsa.dev/provenance/v1"

// provenance returns the statement of a build, in its least detail (in-toto's
// Statement v0.1 with SLSA's provenance v1, as BuildKit writes it).
func provenance(b *builder, image digest.Digest, now time.Time) any {
	type sums map[string]string
	type resource struct {
		URI    string `json:"uri"`
		Digest sums   `json:"digest,omitempty"`
	}
	subjects := []map[string]any{}
	for _, t := range b.request.Options.Tags {
		if ref, err := reference.ParseNormalizedNamed(t); err == nil {
			named := reference.TagNameOnly(ref).(reference.NamedTagged)
			subjects = append(subjects, map[string]any{
				"name":   "pkg:docker/" + reference.FamiliarName(named) + "@" + named.Tag() + "?platform=linux%2Famd64",
				"digest": sums{"sha256": image.Encoded()},
			})
		}
	}
	materials := []resource{}
	for _, at := range b.graph.Bases {
		if at.Digest == "" {
			continue
		}
		ref, err := reference.ParseNormalizedNamed(at.Name)
		if err != nil {
			continue
		}
		tag := "latest"
		if n, ok := reference.TagNameOnly(ref).(reference.NamedTagged); ok {
			tag = n.Tag()
		}
		materials = append(materials, resource{"pkg:docker/" + reference.FamiliarName(ref) + "@" + tag + "?platform=linux%2Famd64", sums{"sha256": at.Digest.Encoded()}})
	}
	return map[string]any{
		"_type": "https://in-toto.io/Statement/v0.1", "predicateType": predicate, "subject": subjects,
		"predicate": map[string]any{
			"buildDefinition": map[string]any{
				"buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
				"externalParameters": map[string]any{
					"configSource": map[string]any{"path": b.name},
					"request":      map[string]any{"frontend": "dockerfile.v0", "locals": []map[string]string{{"name": "context"}, {"name": "dockerfile"}}},
				},
				"internalParameters":   map[string]any{"builderPlatform": "linux/amd64"},
				"resolvedDependencies": materials,
			},
			"runDetails": map[string]any{
				"builder": map[string]string{"id": ""},
				"metadata": map[string]any{
					"invocationId": b.ref, "startedOn": now.Format(time.RFC3339Nano), "finishedOn": now.Format(time.RFC3339Nano),
					"buildkit_completeness": map[string]bool{"request": false, "resolvedDependencies": false},
				},
			},
		},
	}
}
