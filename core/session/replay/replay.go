package replay

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/host"
	"layerlab.dev/core/session"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// Answer is what a row of a session printed.
type Answer struct {
	Post   string `json:"post"`
	Step   int    `json:"step"`
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	Exit   int    `json:"exit_code"`
}

// Options are what a session runs on.
type Options struct {
	Bases []session.Base
	Seed  uint64
	// Engine is the release of the host; empty: 20.10.
	Engine host.Release
}

// Run runs the steps and tells the answer of every row. The error names the
// step.
func Run(ctx context.Context, steps []Step, o Options, tell func(Answer) error) error {
	r, err := begin(steps, o)
	if err != nil {
		return err
	}
	for i := range steps {
		s := &steps[i]
		answer, err := r.step(ctx, s)
		if err != nil {
			return fmt.Errorf("session %s, step %d: %w", s.Post, s.Step, err)
		}
		if answer != nil && s.Kind == "row" {
			if err := tell(*answer); err != nil {
				return err
			}
		}
	}
	return nil
}

type run struct {
	session *session.Session
	host    *host.Host
	net     *host.Net
	outputs map[int]string
}

// begin sets the host up at the time of the first step that has one.
func begin(steps []Step, o Options) (*run, error) {
	start := int64(0)
	for i := range steps {
		if t, err := steps[i].ended(); err == nil && t != 0 {
			start = t
			break
		}
	}
	reached, err := session.Network(context.Background(), o.Bases, start)
	if err != nil {
		return nil, err
	}
	if o.Engine == host.Docker29 {
		// That recorder had no network at all, the older one a name server that
		// knew no names.
		reached = reached.Nameserver("192.0.2.53", false)
	}
	net := host.NewNet(reached)
	state := host.NewState(o.Seed, start)
	if o.Engine != "" {
		state.Engine = o.Engine
	}
	h := host.New(state, net)
	tree, err := session.Root(start)
	if err != nil {
		return nil, err
	}
	return &run{session: session.New(h, net, tree), host: h, net: net, outputs: map[int]string{}}, nil
}

func (r *run) step(ctx context.Context, s *Step) (*Answer, error) {
	t, err := s.ended()
	if err != nil {
		return nil, err
	}
	if t > r.host.State().Clock {
		r.host.SetClock(t)
	}
	switch s.Kind {
	case "note":
		if s.Sleep > 0 {
			r.host.SetClock(r.host.State().Clock + int64(s.Sleep*1e9))
		}
		return nil, r.service(s)
	case "cd":
		err := r.session.Edit(func(e *vfs.Editor) error {
			_, err := e.MkdirAll(s.Path, 0o755, 0, 0)
			return err
		})
		if err != nil {
			return nil, err
		}
		return nil, r.session.Chdir(s.Path)
	case "put":
		return nil, r.put(s)
	case "silent", "row":
		return r.command(ctx, s)
	}
	return nil, fmt.Errorf("unknown kind of step %q", s.Kind)
}

func (r *run) service(s *Step) error {
	address := "localhost:" + strconv.Itoa(s.Port)
	n := r.net.Network()
	switch {
	case s.Service == "":
		return nil
	case s.State == "off":
		n = n.Close(address)
	case s.Service == "proxy":
		n = n.Forward(address, "localhost:"+strconv.Itoa(s.To), s.Rate)
	case s.Service == "denying-registry":
		n = n.Deny(address)
	default:
		return fmt.Errorf("unknown service %q", s.Service)
	}
	r.net.Set(n)
	return nil
}

// put empties a directory and writes files into it.
func (r *run) put(s *Step) error {
	return r.session.Edit(func(e *vfs.Editor) error {
		if _, err := e.MkdirAll(s.Path, 0o755, 0, 0); err != nil {
			return err
		}
		n, err := e.Tree().Stat(s.Path)
		if err != nil {
			return err
		}
		for name := range n.Children() {
			if err := e.RemoveAll(path.Join(s.Path, name)); err != nil {
				return err
			}
		}
		for _, x := range s.Entries {
			at := path.Join(s.Path, x.Path)
			if _, err := e.MkdirAll(path.Dir(at), 0o755, 0, 0); err != nil {
				return err
			}
			mode, err := strconv.ParseUint(x.Mode, 8, 32)
			if err != nil {
				return fmt.Errorf("%s: mode %q", x.Path, x.Mode)
			}
			m := vfs.Meta{Kind: vfs.File, Mode: uint32(mode), MTime: x.MTime * 1e9}
			switch x.Type {
			case "dir":
				m.Kind = vfs.Dir
			case "symlink":
				m.Kind, m.Target = vfs.Symlink, x.Link
			}
			content, err := x.content()
			if err != nil {
				return fmt.Errorf("%s: %w", x.Path, err)
			}
			if old, err := e.Tree().Lstat(at); err == nil && old.IsDir() && m.Kind == vfs.Dir {
				err = e.SetMeta(at, m)
				if err != nil {
					return err
				}
				continue
			}
			if err := e.Place(at, m, vfs.Bytes(content)); err != nil {
				return err
			}
		}
		// Writing what is in a directory moves its time: those that are
		// entries get theirs back, the innermost last.
		for _, x := range slices.Backward(s.Entries) {
			if x.Type == "dir" {
				if err := e.Chtimes(path.Join(s.Path, x.Path), x.MTime*1e9); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (r *run) command(ctx context.Context, s *Step) (*Answer, error) {
	text := s.Command
	if s.Run != "" {
		text = s.Run
	}
	text, err := resolve(text, s.Refs, r.outputs)
	if err != nil {
		return nil, err
	}
	input, err := s.input()
	if err != nil {
		return nil, err
	}
	env := []string{"DOCKER_BUILDKIT=0"}
	for _, k := range slices.Sorted(maps.Keys(s.Env)) {
		env = append(env, k+"="+s.Env[k])
	}
	var out [3]bytes.Buffer
	c := session.Command{Text: text, Env: env, Stdin: bytes.NewReader(input), Limits: shell.Limits{Output: 64 << 20},
		Output: func(stream int, data []byte) { out[stream].Write(data) }}
	if s.TTY {
		c.Terminal = &session.Terminal{Cols: s.Cols, Rows: s.Rows}
		if len(s.Typed) > 0 {
			c.Stdin = strings.NewReader(strings.Join(s.Typed, ""))
		}
	}
	status, err := r.session.Run(ctx, c)
	if err != nil {
		// A command that cannot be simulated is an answer too: it says why.
		fmt.Fprintf(&out[2], "layerlab: %v\n", err)
		status = 1
	}
	r.outputs[s.Step] = out[1].String()
	return &Answer{Post: s.Post, Step: s.Step, Stdout: out[1].String(), Stderr: out[2].String(), Exit: status}, nil
}
