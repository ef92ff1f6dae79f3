package graph

import (
	"fmt"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
)

// metadataToday tells of the images that stages begin from. Where one is not to
// be had, the others are broken off.
func (g *Graph) metadataToday() {
	missing := g.Missing()
	if missing != nil {
		g.metadata(missing, missing.Missing)
	}
	seen := map[string]bool{}
	for _, b := range g.Bases {
		if seen[b.Name] || b.Missing != "" || missing == nil && g.Result != nil && len(g.Result.Stages) > 0 && !g.Begins(b.Name) {
			continue
		}
		seen[b.Name] = true
		if missing != nil {
			g.metadata(b, "context canceled")
		} else {
			g.metadata(b, "")
		}
	}
}

func (g *Graph) metadata(b *Base, failed string) {
	ref, err := reference.ParseNormalizedNamed(b.Name)
	if err != nil {
		return
	}
	name := "[internal] load metadata for " + reference.TagNameOnly(ref).String()
	v := g.started(Vertex{Name: name, Digest: digest.FromString(name)})
	v.Error = failed
	g.completed(v, 5*time.Millisecond)
}

// problemToday words why a step failed.
func (g *Graph) problemToday(e *build.Error) string {
	if e.Missing == "" {
		text := e.Text.String()
		if e.ExitCode == nil && e.Keyword == "RUN" {
			for _, s := range g.Result.Stages {
				for _, step := range s.Steps {
					if step.Keyword == "RUN" && step.Layer == nil && len(step.Argv) > 0 {
						return fmt.Sprintf("process %q did not complete successfully: %s", strings.Join(step.Argv, " "), text)
					}
				}
			}
		}
		return text
	}
	if g.reference == "" {
		g.reference = g.ContextID + "::" + g.Unique()[:25]
	}
	return fmt.Sprintf("failed to calculate checksum of ref %s: %q: not found", g.reference, "/"+strings.TrimLeft(e.Missing, "./"))
}

// baseToday tells of an image that a stage begins from.
func (g *Graph) baseToday(v Vertex, from *Base) {
	_, name, _ := strings.Cut(v.Name, "FROM ")
	g.status(v, "resolve "+name, 0, 0, 20*time.Millisecond)
	if from.Came != nil && !from.Seen {
		for _, l := range from.Came.Layers {
			g.status(v, l.Digest.String(), l.Size, l.Size, time.Duration(l.Size)*10+20*time.Millisecond)
		}
		for _, l := range from.Came.Layers {
			g.status(v, "extracting "+l.Digest.String(), 0, 0, time.Duration(l.Size)*20+20*time.Millisecond)
		}
	}
	if g.absent {
		v.Error, v.Cached = "context canceled", false
	}
	g.completed(v, 2*time.Millisecond)
}

func (g *Graph) status(v Vertex, id string, current, total int64, took time.Duration) {
	begin := g.at(0)
	end := g.at(took)
	g.Tell(Trace{Statuses: []VertexStatus{{ID: id, Vertex: v.Digest, Current: current, Total: total, Timestamp: *end, Started: begin, Completed: end}}})
}

// Export is what the exporter of Engine 29 made.
type Export struct {
	// Fresh: there were new layers. Layers: there are any.
	Fresh, Layers bool
	Manifest      digest.Digest
	Config        digest.Digest
	// Attestation and Index are empty without an attestation.
	Attestation, Index digest.Digest
	// Names are the full names that the image got.
	Names []string
}

// ExportedToday tells of the image.
func (g *Graph) ExportedToday(e Export) {
	v := g.started(Vertex{Name: "exporting to image", Digest: digest.FromString("exporting to image")})
	took := time.Duration(0)
	if e.Fresh {
		took = 30 * time.Millisecond
	}
	g.status(v, "exporting layers", 0, 0, took)
	g.status(v, "exporting manifest "+e.Manifest.String(), 0, 0, 0)
	g.status(v, "exporting config "+e.Config.String(), 0, 0, 0)
	if e.Index != "" {
		g.status(v, "exporting attestation manifest "+e.Attestation.String(), 0, 0, 0)
		g.status(v, "exporting manifest list "+e.Index.String(), 0, 0, 0)
	}
	for _, n := range e.Names {
		g.status(v, "naming to "+n, 0, 0, 0)
		if e.Layers {
			g.status(v, "unpacking to "+n, 0, 0, took)
		}
	}
	g.completed(v, time.Millisecond)
}

// Warn tells of a check that found something in a vertex.
func (g *Graph) Warn(v Vertex, list []Warning) {
	for n := range list {
		list[n].Vertex = v.Digest
	}
	if len(list) > 0 {
		g.Tell(Trace{Warnings: list})
	}
}

// Definition tells of the Dockerfile, of which bytes were sent, with what checks
// found in it.
func (g *Graph) Definition(name string, bytes int64, found []Warning) {
	v := g.started(Vertex{Name: "[internal] load build definition from " + name, Digest: digest.FromString(name + g.Unique())})
	now := g.at(0)
	g.Tell(Trace{Statuses: []VertexStatus{{ID: "transferring dockerfile:", Vertex: v.Digest, Current: bytes, Timestamp: *now, Started: now, Completed: now}}})
	g.Warn(v, found)
	g.completed(v, 3*time.Millisecond)
}
