package graph

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/host/packet"
	"layerlab.dev/core/vfs"
)

// show tells what happened in a node.
func (g *Graph) show(n *node, files vfs.Tree, failing *build.Error) {
	switch {
	case n == g.context:
		g.send(n.Vertex, "transferring context:", "context", packet.Selected(files, g.sources))
	case n.from != nil:
		g.showBase(n)
	default:
		g.showStep(n, failing)
	}
}

// needed reports whether a step upon a node was done, not taken from the cache.
func (g *Graph) needed(n *node) bool {
	used := false
	for _, o := range g.order {
		if o.step != nil && slices.Contains(o.inputs, n) {
			used = true
			if o.step.Layer != nil && !o.step.Cache.Hit || o.step.Keyword == "RUN" && (o.step.ExitCode != 0 || g.Today && o.step.Layer == nil) {
				return true
			}
		}
	}
	return !used
}

func (g *Graph) showBase(n *node) {
	v := n.Vertex
	if n.from.Missing != "" {
		v = g.started(v)
		ref, err := reference.ParseNormalizedNamed(n.from.Name)
		if err == nil {
			now := g.at(0)
			g.Tell(Trace{Statuses: []VertexStatus{{ID: "resolve " + reference.TagNameOnly(ref).String(), Vertex: v.Digest, Timestamp: *now, Started: now, Completed: now}}})
		}
		v.Error = n.from.Missing
		g.completed(v, time.Millisecond)
		return
	}
	v.Cached = n.from.Seen && g.needed(n)
	v = g.started(v)
	if g.Today {
		g.baseToday(v, n.from)
		return
	}
	if n.from.coming() {
		g.showCame(v, n.from.Came)
	}
	g.completed(v, 2*time.Millisecond)
}

// showCame tells how the parts of an image came.
func (g *Graph) showCame(v Vertex, c *Came) {
	status := func(id string, size int64, took time.Duration) {
		begin := g.at(0)
		end := g.at(took)
		g.Tell(Trace{Statuses: []VertexStatus{{ID: id, Vertex: v.Digest, Current: size, Total: size, Timestamp: *end, Started: begin, Completed: end}}})
	}
	_, name, _ := strings.Cut(v.Name, "FROM ")
	status("resolve "+name, 0, time.Millisecond)
	status(c.Manifest.String(), c.Sizes[0], time.Millisecond)
	status(c.Config.String(), c.Sizes[1], time.Millisecond)
	for _, l := range c.Layers {
		status(l.Digest.String(), l.Size, time.Duration(l.Size)*10)
	}
	for _, l := range c.Layers {
		status("extracting "+l.Digest.String(), 0, time.Duration(l.Size)*20)
	}
}

func (g *Graph) showStep(n *node, failing *build.Error) {
	s := n.step
	v := n.Vertex
	if s.Layer != nil && s.Cache.Hit {
		v.Cached = true
		g.completed(g.started(v), 0)
		return
	}
	if from := g.Base(s.Source); from != nil && from.Missing != "" {
		return // what it copies from has said so
	}
	v = g.started(v)
	took := 20 * time.Millisecond
	if s.Keyword == "RUN" {
		took = 60*time.Millisecond + max(time.Duration(s.After.Now()-s.Before.Now()), 0)
	}
	for _, o := range s.Output {
		g.Tell(Trace{Logs: []VertexLog{{Vertex: v.Digest, Stream: o.FD, Data: []byte(o.Text), Timestamp: *g.at(took / time.Duration(len(s.Output)+1))}}})
	}
	if s.Layer == nil && failing != nil {
		v.Error = g.Problem(failing)
	}
	g.completed(v, took/time.Duration(len(s.Output)+1))
}

// Exported tells of the image: fresh says that there were new layers.
func (g *Graph) Exported(fresh bool, id digest.Digest) {
	v := g.started(Vertex{Name: "exporting to image", Digest: digest.FromString("exporting to image")})
	done := func(what string, took time.Duration) {
		begin := g.at(0)
		end := g.at(took)
		g.Tell(Trace{Statuses: []VertexStatus{{ID: what, Vertex: v.Digest, Timestamp: *end, Started: begin, Completed: end}}})
	}
	took := time.Duration(0)
	if fresh {
		took = 30 * time.Millisecond
	}
	done("exporting layers", took)
	done("writing image "+id.String(), 0)
	for _, t := range g.Tags {
		if ref, err := reference.ParseNormalizedNamed(t); err == nil {
			done("naming to "+ref.String(), 0)
		}
	}
	g.completed(v, time.Millisecond)
}

// CreatedBy is the text in the history as BuildKit had it then.
func CreatedBy(s *build.Step) string {
	switch {
	case s.Keyword == "COPY" || s.Keyword == "ADD":
		words := strings.Fields(s.CreatedBy)
		for len(words) > 1 && strings.HasPrefix(words[1], "--") {
			words = slices.Delete(words, 1, 2)
		}
		return strings.Join(words, " ")
	case s.Keyword == "EXPOSE":
		ports := map[string]struct{}{}
		list := strings.TrimSuffix(strings.TrimPrefix(s.CreatedBy, "EXPOSE ["), "]")
		for _, p := range strings.Fields(list) {
			ports[p] = struct{}{}
		}
		return fmt.Sprintf("EXPOSE %v", ports)
	case s.Keyword == "HEALTHCHECK" && s.Instruction != nil:
		if c, ok := s.Instruction.NewCommand().(*instructions.HealthCheckCommand); ok && c.Health != nil {
			h := c.Health
			return fmt.Sprintf("HEALTHCHECK &{%q %q %q %q %q}", h.Test, h.Interval, h.Timeout, h.StartPeriod, rune(h.Retries))
		}
	}
	return s.CreatedBy
}
