package host

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
)

// ContainerTop lists the processes of a container as ps of the machine shows
// them (daemon/top_unix.go).
func (h *Host) ContainerTop(name string, arguments []string) (container.ContainerTopOKBody, error) {
	var body container.ContainerTopOKBody
	s := h.State()
	if len(arguments) == 0 {
		arguments = []string{"-ef"}
	}
	c, err := s.Container(name)
	switch {
	case err != nil:
		return body, err
	case !c.State.Running:
		return body, Errorf(409, "Container %s is not running", c.ID)
	case c.State.Restarting:
		return body, Errorf(409, "Container %s is restarting, wait until the container is running", c.ID)
	}
	course, err := c.run.course(context.Background())
	if err != nil {
		return body, &Error{500, err.Error()}
	}
	titles, err := psColumns(strings.Join(arguments, " "))
	if err != nil {
		return body, err
	}
	body.Titles = titles
	started, _ := time.Parse(time.RFC3339Nano, c.State.StartedAt)
	for _, p := range course.At(s.Clock).Processes {
		pid, parent := c.State.Pid+p.PID-1, c.State.Pid+p.PPID-1
		if p.PPID == 0 {
			parent = c.State.Pid - 20 // containerd's shim
		}
		tty := "?"
		if c.Config.Tty {
			tty = "pts/0"
		}
		user := fmt.Sprint(p.UID)
		if p.UID == 0 {
			user = "root"
		}
		command := strings.Join(p.Args, " ")
		var row []string
		for _, t := range titles {
			row = append(row, map[string]string{
				"UID": user, "USER": user, "PID": itoa(pid), "PPID": itoa(parent), "C": "0", "%CPU": "0.0", "%MEM": "0.0", "VSZ": "2268",
				"RSS": "1376", "STIME": started.Format("15:04"), "START": started.Format("15:04"), "TTY": tty, "TT": tty, "STAT": "Ss",
				"TIME": map[bool]string{true: "0:00", false: "00:00:00"}[titles[0] == "USER"], "CMD": command, "COMMAND": command,
			}[t])
		}
		body.Processes = append(body.Processes, row)
	}
	return body, nil
}

// psColumns returns the titles that ps prints for its arguments.
func psColumns(arguments string) ([]string, error) {
	switch strings.TrimPrefix(arguments, "-") {
	case "ef", "fe":
		return []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"}, nil
	case "aux", "auxw", "auxww":
		return []string{"USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND"}, nil
	case "e", "A":
		return []string{"PID", "TTY", "TIME", "CMD"}, nil
	}
	_, list, ok := strings.Cut(strings.ReplaceAll(arguments, "-eo", "-o"), "-o")
	if !ok {
		return nil, Errorf(500, "ps: the options %q are not known here; use -ef, aux or -o with a list of columns", arguments)
	}
	known := map[string]string{"pid": "PID", "ppid": "PPID", "user": "USER", "uid": "UID", "cmd": "CMD", "args": "COMMAND", "command": "COMMAND",
		"time": "TIME", "tty": "TT", "stat": "STAT", "vsz": "VSZ", "rss": "RSS", "stime": "STIME", "c": "C"}
	var titles []string
	pid := false
	for col := range strings.SplitSeq(strings.TrimSpace(list), ",") {
		t, ok := known[strings.TrimSpace(col)]
		if !ok {
			return nil, Errorf(500, "ps: the column %q is not known here", col)
		}
		pid = pid || t == "PID"
		titles = append(titles, t)
	}
	if !pid {
		return nil, Errorf(500, "Couldn't find PID field in ps output")
	}
	return titles, nil
}
