package api

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host"
)

// frames writes the output of a process as the API does: with a terminal as it
// is, without one each piece behind eight bytes that name its stream and length.
type frames struct {
	mu  sync.Mutex
	w   io.Writer
	tty bool
	// flush is called behind every piece, failed when one cannot be written.
	flush, failed func()
}

func (f *frames) output(streamNumber int, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.tty {
		var head [8]byte
		head[0] = byte(streamNumber)
		binary.BigEndian.PutUint32(head[4:], uint32(len(data)))
		data = append(head[:], data...)
	}
	if _, err := f.w.Write(data); err != nil && f.failed != nil {
		f.failed()
	}
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

// hijacked is a connection that is taken over: a stream in both directions.
type hijacked struct {
	frames
	call *call
	open bool
	// ctx ends when the client can no longer be written to. That it has nothing
	// more to send means nothing, though package http ends its context then.
	ctx    context.Context
	cancel context.CancelFunc
	stdin  *io.PipeReader
	typed  *io.PipeWriter
	over   chan struct{}
}

// hijack prepares to take the connection over, which take does.
func (c *call) hijack(tty bool) *hijacked {
	s := &hijacked{call: c, over: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(c.r.Context()))
	s.stdin, s.typed = io.Pipe()
	s.frames = frames{tty: tty, failed: s.cancel}
	return s
}

// take takes the connection over and says so.
func (s *hijacked) take() error {
	if s.open {
		return nil
	}
	h, ok := s.call.w.(http.Hijacker)
	if !ok {
		return host.Errorf(400, "error attaching to %s, hijack connection missing", s.call.name)
	}
	_, upgrade := s.call.r.Header["Upgrade"]
	// A document that some clients send along is nobody's input.
	if s.call.r.ContentLength > 0 {
		io.Copy(io.Discard, s.call.r.Body)
	}
	conn, ahead, err := h.Hijack()
	if err != nil {
		return fmt.Errorf("hijack: %w", err)
	}
	s.open, s.w = true, conn
	var in io.Reader = ahead
	if s.call.r.ContentLength < 0 {
		in = conn // what is there already is in chunks, and dropped as dockerd does
	}
	if upgrade {
		fmt.Fprintf(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	} else {
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n")
	}
	go func() {
		_, err := io.Copy(s.typed, in)
		s.typed.CloseWithError(err)
		// A connection closed with something unread is a broken one to the client:
		// what it still sends is nobody's.
		io.Copy(io.Discard, in)
		<-s.over
		conn.Close()
	}()
	return nil
}

// close ends the stream: there is nothing more to read for the client.
func (s *hijacked) close() {
	if half, ok := s.w.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	s.stdin.Close()
	s.cancel()
	close(s.over)
}

func attach(c *call) error {
	tty, err := c.terminal(c.name)
	if err != nil {
		return c.refuse(err)
	}
	s := c.hijack(tty)
	defer s.close()
	streams := host.Streams{TTY: tty, Detach: c.form.Get("detachKeys")}
	var refused error
	streams.Output = func(n int, data []byte) {
		if refused == nil {
			refused = s.take()
		}
		if refused == nil {
			s.output(n, data)
		}
	}
	o := types.ContainerAttachOptions{Stream: c.flag("stream"), Stdin: c.flag("stdin"), Stdout: c.flag("stdout"), Stderr: c.flag("stderr"),
		Logs: c.flag("logs"), DetachKeys: streams.Detach}
	if o.Stdin {
		streams.Stdin = s.stdin
	}
	// The client starts the container when it knows that it is attached to it.
	wait, err := c.engine.ContainerAttach(s.ctx, c.name, o, streams)
	if err != nil && !s.open {
		return c.refuse(err)
	}
	if refused == nil {
		refused = s.take()
	}
	if refused != nil {
		return refused
	}
	if err == nil {
		err = wait()
	}
	s.end(err)
	return nil
}

// refuse answers with an error as dockerd does where a stream was asked for.
func (c *call) refuse(err error) error {
	status := http.StatusInternalServerError
	var known *host.Error
	if errors.As(err, &known) && known.Status != 0 {
		status = known.Status
	}
	c.w.Header().Set("Content-Type", "application/vnd.docker.raw-stream")
	c.w.WriteHeader(status)
	fmt.Fprintf(c.w, "%v\r\n", err)
	return nil
}

// end tells the client why a stream ended before its time, as the daemon does.
func (s *hijacked) end(err error) {
	if err != nil && s.ctx.Err() == nil {
		s.output(2, []byte(err.Error()+"\r\n"))
	}
}

// settling is what a real command takes to start. python3-docker 5.0.3 reads the head
// of the answer through a buffer and drops the output that is in it already.
const settling = 20 * time.Millisecond

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
	s := c.hijack(check.Tty)
	defer s.close()
	if err := s.take(); err != nil {
		return err
	}
	time.Sleep(settling)
	s.end(c.engine.ExecStart(s.ctx, c.name, check, host.Streams{Stdin: s.stdin, TTY: check.Tty, Output: s.output}))
	return nil
}

// poll is how often a client that follows events is told of new ones.
const poll = 200 * time.Millisecond

// follow tells of the events that o asks for and that are later than last, in ns,
// until the client goes or the time is over.
func (c *call) follow(o types.EventsOptions, enc *json.Encoder, last int64, over <-chan time.Time) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		list, err := c.engine.Events(o)
		if err != nil {
			return nil
		}
		begun := last
		for _, e := range list {
			if e.TimeNano > begun {
				last = e.TimeNano
				enc.Encode(e)
			}
		}
		if last > begun {
			c.flush()
		}
		select {
		case <-c.r.Context().Done():
			return nil
		case <-over:
			return nil
		case <-tick.C:
		}
	}
}
