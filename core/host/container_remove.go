package host

import (
	"context"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
)

// ContainerRemove removes a container, with force one that runs.
func (h *Host) ContainerRemove(_ context.Context, name string, o types.ContainerRemoveOptions) error {
	return h.with(name, func(c *Change, n *Container) error {
		if o.RemoveLinks {
			if strings.Count(strings.Trim(name, "/"), "/") == 0 {
				return Errorf(500, "Conflict, cannot remove the default link name of the container")
			}
			return Errorf(500, "Cannot get parent %s for link name %s", name, name)
		}
		if n.State.Running {
			if !o.Force {
				what := "Stop the container before attempting removal or force remove"
				if n.State.Paused {
					what = "Unpause and then " + strings.ToLower(what)
				}
				return Errorf(409, "You cannot remove a %s container %s. %s", n.State.Status, n.ID, what)
			}
			c.logContainer("kill", n.ID, map[string]string{"signal": "9"})
			if n = c.finish(n); n == nil {
				return nil // it removed itself
			}
		}
		c.dispose(n, o.RemoveVolumes)
		return nil
	})
}

// ContainersPrune removes the containers that do not run.
func (h *Host) ContainersPrune(_ context.Context, f filters.Args) (types.ContainersPruneReport, error) {
	var report types.ContainersPruneReport
	err := h.Change(func(c *Change) error {
		if err := validFilters(f, "label", "label!", "until"); err != nil {
			return err
		}
		until, err := c.until(f)
		if err != nil {
			return err
		}
		for _, n := range c.byTime() {
			if n.State.Running || !until.IsZero() && n.Created.After(until) || !matchLabels(f, n.Config.Labels) {
				continue
			}
			report.SpaceReclaimed += uint64(upperSize(n))
			report.ContainersDeleted = append(report.ContainersDeleted, n.ID)
			c.dispose(n, false)
		}
		c.Log(events.ContainerEventType, "prune", "", map[string]string{"reclaimed": strconv.FormatUint(report.SpaceReclaimed, 10)})
		return nil
	})
	return report, err
}
