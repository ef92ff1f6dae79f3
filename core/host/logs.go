package host

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	timestamp "github.com/docker/docker/api/types/time"

	"layerlab.dev/core/container"
)

// stampWidth is the form of the times before log lines.
const stampWidth = "2006-01-02T15:04:05.000000000Z07:00"

// ContainerLogs shows what a container's main process wrote.
func (h *Host) ContainerLogs(ctx context.Context, name string, o types.ContainerLogsOptions, streams Streams) error {
	s := h.State()
	c, err := s.Container(name)
	switch {
	case err != nil:
		return err
	case !o.ShowStdout && !o.ShowStderr:
		return Errorf(400, "You must choose at least one stream")
	case c.Host.LogConfig.Type == "none":
		return Errorf(500, "configured logging driver does not support reading")
	}
	limit := func(text string) (time.Time, error) {
		if text == "" {
			return time.Time{}, nil
		}
		t, err := timestamp.GetTimestamp(text, time.Unix(0, s.Clock))
		if err != nil {
			return time.Time{}, &Error{400, err.Error()}
		}
		sec, nano, err := timestamp.ParseTimestamps(t, 0)
		if err != nil {
			return time.Time{}, &Error{400, err.Error()}
		}
		return time.Unix(sec, nano), nil
	}
	since, err := limit(o.Since)
	if err != nil {
		return err
	}
	until, err := limit(o.Until)
	if err != nil {
		return err
	}
	if o.Until == "0" {
		until = time.Time{}
	}
	tail := -1
	if n, err := strconv.Atoi(o.Tail); err == nil {
		tail = n
	}
	show := func(l LogLine) {
		if !since.IsZero() && l.Time.Before(since) || !until.IsZero() && l.Time.After(until) {
			return
		}
		fd := 1
		if l.Stream == "stderr" {
			fd = 2
		}
		if fd == 1 && !o.ShowStdout || fd == 2 && !o.ShowStderr {
			return
		}
		text := l.Text
		if o.Details {
			text = c.details() + " " + text
		}
		if o.Timestamps {
			text = l.Time.Format(stampWidth) + " " + text
		}
		if streams.TTY {
			fd = 1
		}
		streams.Output(fd, []byte(text))
	}
	at := 0
	if c.Log != nil {
		// tail counts what passes the times.
		first := 0
		if tail >= 0 {
			left := tail
			for first = c.Log.Len(); first > 0; first-- {
				l := c.Log.Get(first - 1)
				if !until.IsZero() && l.Time.After(until) {
					continue
				}
				if left == 0 {
					break
				}
				left--
			}
		}
		for at = first; at < c.Log.Len(); at++ {
			show(c.Log.Get(at))
		}
	}
	if !o.Follow {
		return nil
	}
	id := c.ID
	for {
		s, changed := h.look()
		now, ok := s.Containers.Get(id)
		if !ok {
			return nil
		}
		if now.Log != nil {
			for ; at < now.Log.Len(); at++ {
				show(now.Log.Get(at))
			}
		}
		if !now.State.Running || !until.IsZero() && time.Unix(0, s.Clock).After(until) {
			return nil
		}
		course, err := now.run.course(ctx)
		if err == nil && !now.State.Paused {
			if next := course.Next(s.Clock); next != container.Never && h.advance(next) {
				continue
			}
			if course.Next(s.Clock) == container.Never && len(course.At(s.Clock).Asking) == 0 {
				if err := endless(id, course); err != nil {
					return err
				}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// advance moves the clock to a time.
func (h *Host) advance(to int64) bool {
	return h.Change(func(c *Change) error {
		c.Clock = max(c.Clock, to)
		c.soon(c.Clock)
		return nil
	}) == nil
}

// details are what log options have the driver add to each line.
func (c *Container) details() string {
	var list []string
	for key := range strings.SplitSeq(c.Host.LogConfig.Config["labels"], ",") {
		if v, ok := c.Config.Labels[key]; ok && key != "" {
			list = append(list, key+"="+v)
		}
	}
	for key := range strings.SplitSeq(c.Host.LogConfig.Config["env"], ",") {
		for _, kv := range c.Config.Env {
			if k, v, ok := strings.Cut(kv, "="); ok && key != "" && k == key {
				list = append(list, k+"="+v)
			}
		}
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}
