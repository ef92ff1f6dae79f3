package system

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	timetypes "github.com/docker/docker/api/types/time"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

func runSystemEvents(s *cli.Session, c *cli.Call) error {
	var t *template.Template
	if format := c.String("format"); format != "" {
		var err error
		if t, err = formatter.Parse(format); err == nil {
			err = t.Execute(io.Discard, &events.Message{})
		}
		if err != nil {
			return cli.StatusError{Status: "Error parsing format: " + err.Error(), Code: 64}
		}
	}
	o := types.EventsOptions{Since: c.String("since"), Until: c.String("until"), Filters: c.Filter("filter")}
	for _, v := range []*string{&o.Since, &o.Until} {
		if *v == "" {
			continue
		}
		stamp, err := timetypes.GetTimestamp(*v, s.Now())
		if err != nil {
			return err
		}
		*v = stamp
	}
	if o.Until == "" && o.Since == "" {
		fmt.Fprintln(s.Stderr, "docker events: nothing happens here while a command waits: give --since, such as --since 1h, to see what has happened.")
		return nil
	}
	list, err := s.Engine.Events(o)
	if err != nil {
		return cli.Daemon(err)
	}
	for _, e := range list {
		if t == nil {
			fmt.Fprintln(s.Stdout, event(e))
			continue
		}
		err := t.Execute(s.Stdout, e)
		fmt.Fprintln(s.Stdout)
		if err != nil {
			return err
		}
	}
	return nil
}

// event tells one event in a line.
func event(e events.Message) string {
	var b strings.Builder
	if e.TimeNano != 0 {
		b.WriteString(time.Unix(0, e.TimeNano).UTC().Format("2006-01-02T15:04:05.000000000Z07:00") + " ")
	} else if e.Time != 0 {
		b.WriteString(time.Unix(e.Time, 0).UTC().Format("2006-01-02T15:04:05.000000000Z07:00") + " ")
	}
	fmt.Fprintf(&b, "%s %s %s", e.Type, e.Action, e.Actor.ID)
	if len(e.Actor.Attributes) > 0 {
		var list []string
		for _, k := range slices.Sorted(maps.Keys(e.Actor.Attributes)) {
			list = append(list, k+"="+e.Actor.Attributes[k])
		}
		b.WriteString(" (" + strings.Join(list, ", ") + ")")
	}
	return b.String()
}
