package api

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"layerlab.dev/core/host"
)

// frames writes the output of a process as the API does: with a terminal as it
// is, without one each piece behind eight bytes that name its stream and length.
type frames struct {
	mu  sync.Mutex
	w   io.Writer
	tty bool
	// flush is called behind every piece.
	flush func()
}

func (f *frames) output(streamNumber int, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.tty {
		var head [8]byte
		head[0] = byte(streamNumber)
		binary.BigEndian.PutUint32(head[4:], uint32(len(data)))
		f.w.Write(head[:])
	}
	f.w.Write(data)
	if f.flush != nil {
		f.flush()
	}
}

func logs(c *call) error {
	o := types.ContainerLogsOptions{ShowStdout: c.flag("stdout"), ShowStderr: c.flag("stderr"), Since: c.form.Get("since"), Until: c.form.Get("until"),
		Timestamps: c.flag("timestamps"), Follow: c.flag("follow"), Tail: c.form.Get("tail"), Details: c.flag("details")}
	if !o.ShowStdout && !o.ShowStderr {
		return host.Errorf(400, "Bad parameters: you must choose at least one stream")
	}
	tty, err := c.terminal(c.name)
	if err != nil {
		return err
	}
	begun := false
	f := &frames{w: c.w, tty: tty, flush: c.flush}
	err = c.engine.ContainerLogs(c.r.Context(), c.name, o, host.Streams{Output: func(n int, data []byte) {
		begun = true
		f.output(n, data)
	}, TTY: tty})
	if begun {
		return nil
	}
	return err
}

func (c *call) terminal(name string) (bool, error) {
	doc, _, err := c.engine.ContainerInspect(name, false)
	if err != nil {
		return false, err
	}
	return doc.Config != nil && doc.Config.Tty, nil
}

// hijack takes the connection over and says so.
func (c *call) hijack() (net.Conn, io.Reader, error) {
	h, ok := c.w.(http.Hijacker)
	if !ok {
		return nil, nil, host.Errorf(400, "error attaching to %s, hijack connection missing", c.name)
	}
	_, upgrade := c.r.Header["Upgrade"]
	conn, buffered, err := h.Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("hijack: %w", err)
	}
	if upgrade {
		fmt.Fprintf(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	} else {
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n")
	}
	return conn, buffered, nil
}

// closing ends a hijacked connection for writing: what the client still sends is
// nobody's.
func closing(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	conn.Close()
}

func attach(c *call) error {
	tty, err := c.terminal(c.name)
	if err != nil {
		return err
	}
	conn, in, err := c.hijack()
	if err != nil {
		return err
	}
	defer closing(conn)
	f := &frames{w: conn, tty: tty}
	streams := host.Streams{TTY: tty, Detach: c.form.Get("detachKeys"), Output: f.output}
	o := types.ContainerAttachOptions{Stream: c.flag("stream"), Stdin: c.flag("stdin"), Stdout: c.flag("stdout"), Stderr: c.flag("stderr"),
		Logs: c.flag("logs"), DetachKeys: streams.Detach}
	if o.Stdin {
		streams.Stdin = in
	}
	wait, err := c.engine.ContainerAttach(c.r.Context(), c.name, o, streams)
	if err == nil && wait != nil {
		err = wait()
	}
	if err != nil {
		f.output(2, []byte(err.Error()+"\r\n"))
	}
	return nil
}

func startExec(c *call) error {
	var check types.ExecStartCheck
	if err := c.body(&check); err != nil {
		return err
	}
	if _, err := c.engine.ExecInspect(c.name); err != nil {
		return err
	}
	if check.Detach {
		if err := c.engine.ExecStart(c.r.Context(), c.name, check, host.Streams{}); err != nil {
			return err
		}
		return c.empty(200)
	}
	conn, in, err := c.hijack()
	if err != nil {
		return err
	}
	defer closing(conn)
	f := &frames{w: conn, tty: check.Tty}
	if err := c.engine.ExecStart(c.r.Context(), c.name, check, host.Streams{Stdin: in, TTY: check.Tty, Output: f.output}); err != nil {
		f.output(2, []byte(err.Error()+"\r\n"))
	}
	return nil
}

// poll is how often a client that follows events is told of new ones.
const poll = 200 * time.Millisecond

// follow tells new events until the client goes.
func (c *call) follow(f filters.Args, enc *json.Encoder) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	var last int64
	if list, err := c.engine.Events(types.EventsOptions{Filters: f}); err == nil {
		for _, e := range list {
			last = max(last, e.TimeNano)
		}
	}
	for {
		select {
		case <-c.r.Context().Done():
			return nil
		case <-tick.C:
		}
		list, err := c.engine.Events(types.EventsOptions{Filters: f})
		if err != nil {
			return nil
		}
		var newest []events.Message
		for _, e := range list {
			if e.TimeNano > last {
				newest = append(newest, e)
			}
		}
		for _, e := range newest {
			last = max(last, e.TimeNano)
			enc.Encode(e)
		}
		if len(newest) > 0 {
			c.flush()
		}
	}
}
