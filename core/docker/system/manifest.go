package system

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	distribution "github.com/distribution/reference"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/reference"
)

func runManifestInspect(s *cli.Session, c *cli.Call) error {
	name := c.Args[len(c.Args)-1]
	ref, err := reference.Named(name)
	if err != nil {
		return err
	}
	if len(c.Args) == 2 {
		if _, err := reference.Named(c.Args[0]); err != nil {
			return err
		}
		return fmt.Errorf("No such manifest: %s", reference.WithDefault(ref))
	}
	ref = reference.WithDefault(ref)
	domain, path := distribution.Domain(ref), distribution.Path(ref)
	which := reference.Tag(ref)
	if d, ok := ref.(distribution.Digested); ok {
		which = d.Digest().String()
	}
	if s.Registry == nil {
		return fmt.Errorf(`failed to configure transport: error pinging v2 registry: Get "https://%s/v2/": dial tcp: lookup %s on 192.0.2.53:53: no such host`, transport(domain), host(transport(domain)))
	}
	kind, raw, err := s.Registry.Manifest(domain, path, which, c.Bool("insecure"))
	if err != nil {
		return err
	}
	list := strings.Contains(kind, "manifest.list") || strings.Contains(kind, "image.index")
	var b bytes.Buffer
	switch {
	case c.Bool("verbose") && list:
		return errors.New("docker manifest inspect --verbose of a list is not available here: inspect its manifests by their digests")
	case c.Bool("verbose"):
		var doc struct {
			Ref        string
			Descriptor struct {
				MediaType string `json:"mediaType"`
				Digest    string `json:"digest"`
				Size      int    `json:"size"`
				Platform  any    `json:"platform,omitempty"`
			}
			SchemaV2Manifest json.RawMessage
		}
		doc.Ref = ref.String()
		doc.Descriptor.MediaType, doc.Descriptor.Size = kind, len(raw)
		doc.Descriptor.Digest = digest.FromBytes(raw).String()
		doc.SchemaV2Manifest = raw
		if doc.Descriptor.Platform, err = platform(s, domain, path, raw, c.Bool("insecure")); err != nil {
			return err
		}
		text, err := json.Marshal(doc)
		if err != nil {
			return err
		}
		err = json.Indent(&b, text, "", "\t")
		if err != nil {
			return err
		}
	case list:
		b.Write(raw)
	default:
		if err := json.Indent(&b, raw, "", "\t"); err != nil {
			return err
		}
	}
	fmt.Fprintln(s.Stdout, b.String())
	return nil
}

// platform reads what an image was made for from its configuration, nil where
// the registry is asked for manifests only.
func platform(s *cli.Session, domain, path string, manifest []byte, insecure bool) (any, error) {
	blobs, ok := s.Registry.(interface {
		Blob(domain, path, digest string, insecure bool) ([]byte, error)
	})
	if !ok {
		return nil, nil
	}
	var m struct{ Config struct{ Digest string } }
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, fmt.Errorf("manifest of %s/%s: %w", domain, path, err)
	}
	config, err := blobs.Blob(domain, path, m.Config.Digest, insecure)
	if err != nil {
		return nil, err
	}
	var p struct {
		Architecture string `json:"architecture"`
		OS           string `json:"os"`
	}
	if err := json.Unmarshal(config, &p); err != nil {
		return nil, fmt.Errorf("configuration of %s/%s: %w", domain, path, err)
	}
	return p, nil
}

// transport is the host that stands behind a registry's name.
func transport(domain string) string {
	if domain == "docker.io" {
		return "registry-1.docker.io"
	}
	return domain
}

func host(domain string) string {
	name, _, _ := strings.Cut(domain, ":")
	return name
}

func runManifestRm(_ *cli.Session, c *cli.Call) error {
	var failed []string
	for _, name := range c.Args {
		ref, err := reference.Named(name)
		if err != nil {
			failed = append(failed, err.Error())
			continue
		}
		failed = append(failed, fmt.Sprintf("No such manifest: %s", reference.WithDefault(ref)))
	}
	return errors.New(strings.Join(failed, "\n"))
}

var errManifest = errors.New("lists of manifests cannot be made here: push the images under tags of their own, and inspect them with docker manifest inspect")

func runManifestAnnotate(_ *cli.Session, c *cli.Call) error {
	return fmt.Errorf("manifest for image %s does not exist in %s", c.Args[1], c.Args[0])
}

func runManifestCreate(*cli.Session, *cli.Call) error { return errManifest }

func runManifestPush(s *cli.Session, c *cli.Call) error { return runManifestRm(s, c) }
