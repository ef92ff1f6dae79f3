package registry_test

import (
	"context"
	"strings"
	"testing"

	"layerlab.dev/core/image"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/standin"
)

const facts = `{"name":"tiny:latest",
"manifest_json":"{\n   \"schemaVersion\": 2,\n   \"mediaType\": \"application/vnd.docker.distribution.manifest.v2+json\",\n   \"config\": {\n      \"mediaType\": \"application/vnd.docker.container.image.v1+json\",\n      \"size\": 152,\n      \"digest\": \"sha256:CONFIG\"\n   },\n   \"layers\": [\n      {\n         \"mediaType\": \"application/vnd.docker.image.rootfs.diff.tar.gzip\",\n         \"size\": 104,\n         \"digest\": \"sha256:71cc1b1b5d55c9824a06b2917ec11244efadc756fa0aa2d344751bbd13cf253d\"\n      }\n   ]\n}",
"config_json":"{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:e7c5f28ec2d5a0000000000000000000000000000000000000000000000000000\"]}}",
"layers":[{"diff_id":"sha256:e7c5f28ec2d5a0000000000000000000000000000000000000000000000000000","uncompressed_size":1536,
"entries":[{"name":"f","type":"file","mode":"644","mtime":1,"size":3,"text":"abc"}]}]}`

// TestPushImage puts in an image that is made here and one of which only facts
// are known.
func TestPushImage(t *testing.T) {
	made, err := standin.Image("alpine")
	if err != nil {
		t.Fatal(err)
	}
	s, m, err := registry.New(0).PushImage(context.Background(), "library/alpine", "latest", made)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := schema2.Parse(m.JSON)
	if err != nil || doc.Config.Digest != made.ID() {
		t.Fatalf("%s, %v", m.JSON, err)
	}
	for _, l := range doc.Layers {
		b, err := s.Blob("library/alpine", l.Digest)
		if err != nil || b.Layer == nil {
			t.Fatalf("%v, %v", b, err)
		}
		if got, err := b.Content.Digest(); err != nil || got != l.Digest {
			t.Errorf("layer %s holds %s, %v", l.Digest, got, err)
		}
	}

	known, err := image.ReadFacts(strings.NewReader(facts), nil)
	if err != nil {
		t.Fatal(err)
	}
	id := known.ID().Encoded()
	if known, err = image.ReadFacts(strings.NewReader(strings.Replace(facts, "CONFIG", id, 1)), nil); err != nil {
		t.Fatal(err)
	}
	s, m, err = s.PushImage(context.Background(), "tiny", "latest", known)
	if err != nil {
		t.Fatal(err)
	}
	if string(m.JSON) != string(known.ManifestJSON()) {
		t.Errorf("another manifest than it came with: %s", m.JSON)
	}
	b, err := s.Blob("tiny", m.References()[1].Digest)
	if err != nil || b.Size() != 104 || !b.Content.Absent() || len(b.Layer.Entries()) != 1 {
		t.Errorf("%v, %v", b, err)
	}
	if _, _, err := registry.New(0).PushImage(context.Background(), "NO", "latest", known); err == nil {
		t.Error("pushed into a name that is none")
	}
}
