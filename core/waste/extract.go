package waste

import (
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/shell"
)

// Place is where a file is to be found in an image that has been given away.
type Place struct {
	Tag         string // of the image
	Archive     string // file name of its OCI archive
	Blob        digest.Digest
	Compression layer.Compression
	DiffID      digest.Digest
	Name        string // of the entry in the layer's tar
}

// Command is a command line that prints a file.
type Command struct{ Tool, Line string }

// Extract returns the ways to print a file that is in a layer, hidden or not:
// out of the OCI archive with tar, by skopeo, and out of Docker (25 or later,
// whose archives name layers by their DiffID).
func Extract(p Place) []Command {
	read := "tar -xO"
	switch p.Compression {
	case layer.Gzip, "":
		read = "tar -xzO"
	case layer.Zstd:
		read = "zstd -dc | tar -xO"
	}
	name := shell.Quote(p.Name)
	hex := p.Blob.Encoded()
	dir := strings.TrimSuffix(p.Archive, ".tar")
	fromFile := read + "f " + shell.Quote(dir+"/"+hex)
	if p.Compression == layer.Zstd {
		fromFile = "zstd -dc " + shell.Quote(dir+"/"+hex) + " | tar -xO"
	}
	return []Command{
		{"tar", "tar -xOf " + shell.Quote(p.Archive) + " blobs/sha256/" + hex + " | " + read + " " + name},
		{"skopeo", "skopeo copy " + shell.Quote("oci-archive:"+p.Archive) + " " + shell.Quote("dir:"+dir) + " && " + fromFile + " " + name},
		{"docker", "docker save " + shell.Quote(p.Tag) + " | tar -xO blobs/sha256/" + p.DiffID.Encoded() + " | tar -xO " + name},
	}
}

// Reveal returns the ways to read a setting out of an image.
func Reveal(s Setting, tag, archive string) []Command {
	if s.From == "ENV" {
		return []Command{
			{"docker", "docker inspect --format '{{json .Config.Env}}' " + shell.Quote(tag)},
			{"skopeo", "skopeo inspect --config " + shell.Quote("oci-archive:"+archive)},
		}
	}
	return []Command{
		{"docker", "docker history --no-trunc " + shell.Quote(tag)},
		{"skopeo", "skopeo inspect --config " + shell.Quote("oci-archive:"+archive)},
	}
}
