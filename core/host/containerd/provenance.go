package containerd

import (
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// predicate is the form of the statement that tells how an image was built.
const predicate = "https://slsa.dev/provenance/v1"

type (
	sums     map[string]string
	resource struct {
		URI    string `json:"uri"`
		Digest sums   `json:"digest"`
	}
	subject struct {
		Name   string `json:"name"`
		Digest sums   `json:"digest"`
	}
	local struct {
		Name string `json:"name"`
	}
)

// statement is in-toto's Statement v1 with SLSA's provenance v1, as BuildKit
// writes it where the least detail is asked for.
type statement struct {
	Type          string    `json:"_type"`
	PredicateType string    `json:"predicateType"`
	Subject       []subject `json:"subject"`
	Predicate     struct {
		BuildDefinition struct {
			BuildType            string     `json:"buildType"`
			ResolvedDependencies []resource `json:"resolvedDependencies,omitempty"`
			ExternalParameters   struct {
				ConfigSource struct {
					Path string `json:"path"`
				} `json:"configSource"`
				Request struct {
					Frontend      string            `json:"frontend"`
					Args          map[string]string `json:"args,omitempty"`
					Locals        []local           `json:"locals"`
					Compatibility int               `json:"compatibilityVersion"`
				} `json:"request"`
			} `json:"externalParameters"`
			InternalParameters struct {
				Platform   string `json:"builderPlatform"`
				Dockerfile string `json:"dockerfileVersion"`
			} `json:"internalParameters"`
		} `json:"buildDefinition"`
		RunDetails struct {
			Builder struct {
				ID string `json:"id"`
			} `json:"builder"`
			Metadata struct {
				Invocation   string    `json:"invocationId"`
				Started      time.Time `json:"startedOn"`
				Finished     time.Time `json:"finishedOn"`
				BuildKit     struct{}  `json:"buildkit_metadata"`
				Completeness struct {
					Request      bool `json:"request"`
					Dependencies bool `json:"resolvedDependencies"`
				} `json:"buildkit_completeness"`
			} `json:"metadata"`
		} `json:"runDetails"`
	} `json:"predicate"`
}

// purl is the name of an image as a package URL.
func purl(ref reference.Named) string {
	tag := "latest"
	if n, ok := reference.TagNameOnly(ref).(reference.NamedTagged); ok {
		tag = n.Tag()
	}
	return "pkg:docker/" + strings.ReplaceAll(reference.FamiliarName(ref), ":", "%3A") + "@" + tag + "?platform=linux%2Famd64"
}

// provenance returns the statement of a build.
func provenance(b *builder, image digest.Digest, finished time.Time) any {
	var s statement
	s.Type, s.PredicateType, s.Subject = "https://in-toto.io/Statement/v1", predicate, []subject{}
	for _, t := range b.request.Options.Tags {
		if ref, err := reference.ParseNormalizedNamed(t); err == nil {
			s.Subject = append(s.Subject, subject{purl(ref), sums{"sha256": image.Encoded()}})
		}
	}
	d := &s.Predicate.BuildDefinition
	d.BuildType = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md"
	for _, at := range b.graph.Bases {
		if ref, err := reference.ParseNormalizedNamed(at.Name); err == nil && at.Digest != "" {
			d.ResolvedDependencies = append(d.ResolvedDependencies, resource{purl(ref), sums{"sha256": at.Digest.Encoded()}})
		}
	}
	e := &d.ExternalParameters
	e.ConfigSource.Path = b.name
	e.Request.Frontend, e.Request.Locals, e.Request.Compatibility = "dockerfile.v0", []local{{"context"}, {"dockerfile"}}, 30
	d.InternalParameters.Platform, d.InternalParameters.Dockerfile = "linux/amd64", "1.27.0"
	m := &s.Predicate.RunDetails.Metadata
	m.Invocation, m.Started, m.Finished = b.ref, b.began, finished
	m.Completeness.Request = true
	return s
}
