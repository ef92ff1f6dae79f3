package formatter

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types"
)

var containerHeader = header{
	"ID": "CONTAINER ID", "Names": "NAMES", "Image": "IMAGE", "Command": "COMMAND",
	"CreatedAt": "CREATED AT", "RunningFor": "CREATED", "Ports": "PORTS", "State": "STATE",
	"Status": "STATUS", "Size": "SIZE", "Labels": "LABELS", "Mounts": "MOUNTS",
	"LocalVolumes": "LOCAL VOLUMES", "Networks": "NETWORKS",
}

// ContainerFormat gives the format that "table", "raw" or a template stand for.
func ContainerFormat(source string, quiet, size bool) string {
	switch {
	case source == "table" && quiet:
		return "{{.ID}}"
	case source == "table":
		format := "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
		if size {
			format += "\t{{.Size}}"
		}
		return format
	case source == "raw" && quiet:
		return "container_id: {{.ID}}"
	case source == "raw":
		format := "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\n" +
			"state: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\nnames: {{.Names}}\n" +
			"labels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n"
		if size {
			format += "size: {{.Size}}\n"
		}
		return format
	}
	return source
}

// Containers prints containers.
func (c Context) Containers(list []types.Container) error {
	rows := make([]row, len(list))
	for i := range list {
		rows[i] = &ContainerContext{trunc: c.Trunc, now: c.Now, c: &list[i]}
	}
	return c.write(containerHeader, rows)
}

// UsesSize reports whether a template of `docker ps` shows sizes, which the
// daemon then has to find out.
func UsesSize(format string) (bool, error) {
	t, err := Parse(format)
	if err != nil {
		return false, fmt.Errorf("failed to parse template: %w", err)
	}
	probe := &ContainerContext{c: &types.Container{}}
	if err := t.Execute(discard{}, probe); err != nil {
		return false, fmt.Errorf("failed to execute template: %w", err)
	}
	return probe.sized, nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// ContainerContext is a container as templates see it.
type ContainerContext struct {
	HeaderContext
	trunc bool
	now   time.Time
	c     *types.Container
	sized bool
	// FieldsUsed is there because docker's has it.
	FieldsUsed map[string]any
}

// MarshalJSON gives the fields of {{json .}}.
func (c *ContainerContext) MarshalJSON() ([]byte, error) { return methods(c) }

// ID is the container's, short unless told otherwise.
func (c *ContainerContext) ID() string {
	if c.trunc {
		return ShortID(c.c.ID)
	}
	return c.c.ID
}

// Names are the container's names without their slash; short ones leave those
// by which others link to it.
func (c *ContainerContext) Names() string {
	names := make([]string, 0, len(c.c.Names))
	for _, n := range c.c.Names {
		names = append(names, strings.TrimPrefix(n, "/"))
	}
	if c.trunc {
		for _, n := range names {
			if !strings.Contains(n, "/") {
				return n
			}
		}
	}
	return strings.Join(names, ",")
}

// Image is what the container was made from.
func (c *ContainerContext) Image() string {
	if c.c.Image == "" {
		return "<no image>"
	}
	if !c.trunc {
		return c.c.Image
	}
	if short := ShortID(c.c.ImageID); short == ShortID(c.c.Image) {
		return short
	}
	ref, err := reference.ParseNormalizedNamed(c.c.Image)
	if err != nil {
		return c.c.Image
	}
	if tagged, ok := ref.(reference.NamedTagged); ok {
		if named, err := reference.WithTag(reference.TrimNamed(ref), tagged.Tag()); err == nil {
			return reference.FamiliarString(named)
		}
		return c.c.Image
	}
	return reference.FamiliarString(reference.TrimNamed(ref))
}

// Command is what the container runs, in quotes.
func (c *ContainerContext) Command() string {
	command := c.c.Command
	if c.trunc {
		command = Ellipsis(command, 20)
	}
	return strconv.Quote(command)
}

// CreatedAt is when the container was made.
func (c *ContainerContext) CreatedAt() string { return stamp(c.c.Created) }

// RunningFor tells how long ago the container was made.
func (c *ContainerContext) RunningFor() string { return Ago(c.now, time.Unix(c.c.Created, 0)) }

// Ports are the published and exposed ports.
func (c *ContainerContext) Ports() string { return Ports(c.c.Ports) }

// State is a word, such as running.
func (c *ContainerContext) State() string { return c.c.State }

// Status is the daemon's sentence on the state.
func (c *ContainerContext) Status() string { return c.c.Status }

// Size is that of the read-write layer, and of all.
func (c *ContainerContext) Size() string {
	c.sized = true
	if c.c.SizeRootFs > 0 {
		return fmt.Sprintf("%s (virtual %s)", Size(c.c.SizeRw), Size(c.c.SizeRootFs))
	}
	return Size(c.c.SizeRw)
}

// Labels are all labels.
func (c *ContainerContext) Labels() string { return labels(c.c.Labels) }

func labels(m map[string]string) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, k+"="+m[k])
	}
	return strings.Join(list, ",")
}

// Label is the value of one label.
func (c *ContainerContext) Label(name string) string { return c.c.Labels[name] }

// Mounts are the names of volumes, and the sources of other mounts.
func (c *ContainerContext) Mounts() string {
	var list []string
	for _, m := range c.c.Mounts {
		name := m.Name
		if name == "" {
			name = m.Source
		}
		if c.trunc {
			name = Ellipsis(name, 15)
		}
		list = append(list, name)
	}
	return strings.Join(list, ",")
}

// LocalVolumes is the number of volumes of the local driver.
func (c *ContainerContext) LocalVolumes() string {
	n := 0
	for _, m := range c.c.Mounts {
		if m.Driver == "local" {
			n++
		}
	}
	return strconv.Itoa(n)
}

// Networks are the names of networks.
func (c *ContainerContext) Networks() string {
	if c.c.NetworkSettings == nil {
		return ""
	}
	return strings.Join(slices.Sorted(maps.Keys(c.c.NetworkSettings.Networks)), ",")
}

func (c *ContainerContext) field(name string) (string, bool) {
	switch name {
	case "ID":
		return c.ID(), true
	case "Image":
		return c.Image(), true
	case "Command":
		return c.Command(), true
	case "RunningFor":
		return c.RunningFor(), true
	case "Status":
		return c.Status(), true
	case "Ports":
		return c.Ports(), true
	case "Names":
		return c.Names(), true
	case "Size":
		return c.Size(), true
	case "CreatedAt":
		return c.CreatedAt(), true
	case "State":
		return c.State(), true
	case "Labels":
		return c.Labels(), true
	case "Mounts":
		return c.Mounts(), true
	case "LocalVolumes":
		return c.LocalVolumes(), true
	case "Networks":
		return c.Networks(), true
	}
	return "", false
}

// Ports tells ports as `docker ps` does: neighbours joined, ports that are
// published under another number last.
func Ports(ports []types.Port) string {
	ports = slices.Clone(ports)
	slices.SortFunc(ports, func(a, b types.Port) int {
		switch {
		case a.PrivatePort != b.PrivatePort:
			return int(a.PrivatePort) - int(b.PrivatePort)
		case a.IP != b.IP:
			return strings.Compare(a.IP, b.IP)
		case a.PublicPort != b.PublicPort:
			return int(a.PublicPort) - int(b.PublicPort)
		}
		return strings.Compare(a.Type, b.Type)
	})
	type span struct {
		ip, kind    string
		first, last uint16
	}
	var open []*span
	var done, mapped []string
	text := func(s *span) string {
		numbers := strconv.Itoa(int(s.first))
		if s.last != s.first {
			numbers += "-" + strconv.Itoa(int(s.last))
		}
		if s.ip != "" {
			numbers = s.ip + ":" + numbers + "->" + numbers
		}
		return numbers + "/" + s.kind
	}
	for _, p := range ports {
		if p.IP != "" && p.PublicPort != p.PrivatePort {
			mapped = append(mapped, fmt.Sprintf("%s:%d->%d/%s", p.IP, p.PublicPort, p.PrivatePort, p.Type))
			continue
		}
		i := slices.IndexFunc(open, func(s *span) bool { return s.ip == p.IP && s.kind == p.Type })
		switch {
		case i < 0:
			open = append(open, &span{p.IP, p.Type, p.PrivatePort, p.PrivatePort})
		case open[i].last+1 == p.PrivatePort:
			open[i].last = p.PrivatePort
		default:
			done = append(done, text(open[i]))
			open[i].first, open[i].last = p.PrivatePort, p.PrivatePort
		}
	}
	for _, s := range open {
		done = append(done, text(s))
	}
	return strings.Join(append(done, mapped...), ", ")
}
