package graph

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// Trace tells what is new in the graph of a build, as BuildKit's
// client.SolveStatus does: vertexes that began or ended, what goes on in them,
// what they wrote. The same vertex or status may be told again, changed.
type Trace struct {
	Vertexes []Vertex       `json:"vertexes,omitempty"`
	Statuses []VertexStatus `json:"statuses,omitempty"`
	Logs     []VertexLog    `json:"logs,omitempty"`
	Warnings []Warning      `json:"warnings,omitempty"`
}

// Warning is what a check of the Dockerfile found.
type Warning struct {
	Vertex digest.Digest `json:"vertex"`
	// Short is "Rule: text (line N)".
	Short  string `json:"short"`
	Detail string `json:"detail,omitempty"`
	URL    string `json:"url,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// Vertex is a step of the graph.
type Vertex struct {
	Digest    digest.Digest   `json:"digest"`
	Inputs    []digest.Digest `json:"inputs,omitempty"`
	Name      string          `json:"name"`
	Started   *time.Time      `json:"started,omitempty"`
	Completed *time.Time      `json:"completed,omitempty"`
	Cached    bool            `json:"cached,omitempty"`
	Error     string          `json:"error,omitempty"`
}

// VertexStatus is something that goes on in a vertex.
type VertexStatus struct {
	ID        string        `json:"id"`
	Vertex    digest.Digest `json:"vertex"`
	Name      string        `json:"name,omitempty"`
	Total     int64         `json:"total,omitempty"`
	Current   int64         `json:"current,omitempty"`
	Timestamp time.Time     `json:"timestamp"`
	Started   *time.Time    `json:"started,omitempty"`
	Completed *time.Time    `json:"completed,omitempty"`
}

// VertexLog is what a vertex's command wrote to stdout (1) or stderr (2).
type VertexLog struct {
	Vertex    digest.Digest `json:"vertex"`
	Stream    int           `json:"stream"`
	Data      []byte        `json:"data"`
	Timestamp time.Time     `json:"timestamp"`
}
