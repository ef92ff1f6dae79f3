package docker_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/api/types/volume"

	"layerlab.dev/core/host"
)

// exchange is a request of the real client, and the real daemon's answer.
type exchange struct {
	Method, Path string
	Status       int
	Request      string // its body, where that is JSON
	Body         string
	Raw          string // the answer's bytes, in base64
	Stat         string
}

// recordedAPI is a daemon that gives the answers which the real one gave to the
// same requests. What the real client sent along is held against what is asked.
type recordedAPI struct {
	t    *testing.T
	left []exchange
	kit  bool // builds are BuildKit's, whose context is not in the request
}

// take finds the answer to a request.
func (a *recordedAPI) take(method, path string) (exchange, error) {
	for i, x := range a.left {
		at, _, _ := strings.Cut(x.Path, "?")
		at, err := url.PathUnescape(at)
		if err != nil || x.Method != method || at != path {
			continue
		}
		a.left = append(a.left[:i:i], a.left[i+1:]...)
		if x.Status >= 400 {
			var answer struct{ Message string }
			if err := json.Unmarshal([]byte(x.Body), &answer); err != nil && x.Method != "HEAD" {
				a.t.Errorf("%s %s: %v in %q", method, path, err, x.Body)
			}
			return x, host.Errorf(x.Status, "%s", strings.TrimSpace(answer.Message))
		}
		return x, nil
	}
	a.t.Errorf("the real client did not ask for %s %s", method, path)
	return exchange{}, host.Errorf(500, "not recorded: %s %s", method, path)
}

// get is take with the answer's JSON.
func get[T any](a *recordedAPI, method, path string) (v T, raw []byte, err error) {
	x, err := a.take(method, path)
	if err != nil {
		return v, nil, err
	}
	if err := json.Unmarshal([]byte(x.Body), &v); err != nil {
		a.t.Errorf("%s %s: %v", method, path, err)
	}
	return v, []byte(x.Body), nil
}

func (x exchange) query() url.Values {
	u, err := url.Parse(x.Path)
	if err != nil {
		return nil
	}
	return u.Query()
}

// same holds filters against those of the real request.
func (a *recordedAPI) same(path string, f filters.Args) {
	for _, x := range a.left {
		if at, _, _ := strings.Cut(x.Path, "?"); at == path {
			want := x.query().Get("filters")
			got, err := filters.ToJSON(f)
			if err != nil || got != want && !sameJSON(got, want) {
				a.t.Errorf("%s: filters %s, the real client's %s (%v)", path, got, want, err)
			}
			return
		}
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func (a *recordedAPI) stream(method, path string, to host.Progress) error {
	x, err := a.take(method, path)
	if err != nil {
		return err
	}
	for d := json.NewDecoder(strings.NewReader(x.Body)); d.More(); {
		var m host.Message
		if err := d.Decode(&m); err != nil {
			a.t.Error(err)
			break
		}
		to(m)
	}
	return nil
}

// output gives a container's bytes to a client.
func (x exchange) output(s host.Streams) {
	b, _ := base64.StdEncoding.DecodeString(x.Raw)
	if s.TTY {
		if len(b) > 0 {
			s.Output(1, b)
		}
		return
	}
	for len(b) >= 8 {
		n := int(binary.BigEndian.Uint32(b[4:]))
		s.Output(int(b[0]), b[8:8+n])
		b = b[8+n:]
	}
}

func (a *recordedAPI) Ping() types.Ping { return types.Ping{APIVersion: "1.41", OSType: "linux"} }

func (a *recordedAPI) Version() types.Version {
	v, _, _ := get[types.Version](a, "GET", "/version")
	return v
}
func (a *recordedAPI) Info() types.Info {
	v, _, _ := get[types.Info](a, "GET", "/info")
	return v
}
func (a *recordedAPI) DiskUsage(context.Context) (types.DiskUsage, error) {
	v, _, err := get[types.DiskUsage](a, "GET", "/system/df")
	return v, err
}
func (a *recordedAPI) Events(o types.EventsOptions) ([]events.Message, error) {
	a.same("/events", o.Filters)
	x, err := a.take("GET", "/events")
	var all []events.Message
	for d := json.NewDecoder(strings.NewReader(x.Body)); d.More(); {
		var m events.Message
		if err := d.Decode(&m); err != nil {
			return all, err
		}
		all = append(all, m)
	}
	return all, err
}
func (a *recordedAPI) RegistryLogin(context.Context, types.AuthConfig) (registry.AuthenticateOKBody, error) {
	v, _, err := get[registry.AuthenticateOKBody](a, "POST", "/auth")
	return v, err
}
func (a *recordedAPI) DistributionInspect(context.Context, string) (registry.DistributionInspect, error) {
	return registry.DistributionInspect{}, nil
}
func (a *recordedAPI) ImageList(o types.ImageListOptions) ([]types.ImageSummary, error) {
	a.same("/images/json", o.Filters)
	v, _, err := get[[]types.ImageSummary](a, "GET", "/images/json")
	return v, err
}
func (a *recordedAPI) ImageInspect(n string) (types.ImageInspect, []byte, error) {
	return get[types.ImageInspect](a, "GET", "/images/"+n+"/json")
}
func (a *recordedAPI) ImageHistory(n string) ([]image.HistoryResponseItem, error) {
	v, _, err := get[[]image.HistoryResponseItem](a, "GET", "/images/"+n+"/history")
	return v, err
}
func (a *recordedAPI) ImageTag(source, _ string) error {
	_, err := a.take("POST", "/images/"+source+"/tag")
	return err
}
func (a *recordedAPI) ImageRemove(n string, _ types.ImageRemoveOptions) ([]types.ImageDeleteResponseItem, error) {
	v, _, err := get[[]types.ImageDeleteResponseItem](a, "DELETE", "/images/"+n)
	return v, err
}
func (a *recordedAPI) ImagesPrune(f filters.Args) (types.ImagesPruneReport, error) {
	a.same("/images/prune", f)
	v, _, err := get[types.ImagesPruneReport](a, "POST", "/images/prune")
	return v, err
}
func (a *recordedAPI) ImagePull(_ context.Context, ref string, o types.ImagePullOptions, to host.Progress) error {
	for _, x := range a.left {
		if strings.HasPrefix(x.Path, "/images/create") {
			want := x.query().Get("fromImage")
			if tag := x.query().Get("tag"); strings.HasPrefix(tag, "sha256:") {
				want += "@" + tag
			} else if tag != "" {
				want += ":" + tag
			}
			if want != ref || o.All != (x.query().Get("tag") == "") {
				a.t.Errorf("pull of %q, all %v; the real client's %q", ref, o.All, want)
			}
		}
	}
	return a.stream("POST", "/images/create", to)
}
func (a *recordedAPI) ImagePush(_ context.Context, ref string, o types.ImagePushOptions, to host.Progress) error {
	name, _, ok := cutTag(ref)
	if ok == o.All {
		a.t.Errorf("push of %q, all %v", ref, o.All)
	}
	return a.stream("POST", "/images/"+name+"/push", to)
}

func cutTag(ref string) (name, tag string, ok bool) {
	i := strings.LastIndexByte(ref, ':')
	if i < strings.LastIndexByte(ref, '/') || i < 0 {
		return ref, "", false
	}
	return ref[:i], ref[i+1:], true
}
func (a *recordedAPI) ImageImport(_ context.Context, _ io.Reader, _ string, _ types.ImageImportOptions, to host.Progress) error {
	return a.stream("POST", "/images/create", to)
}
func (a *recordedAPI) ImageLoad(_ context.Context, _ io.Reader, _ bool, to host.Progress) error {
	return a.stream("POST", "/images/load", to)
}
func (a *recordedAPI) ImageSave(context.Context, []string, io.Writer) error {
	_, err := a.take("GET", "/images/get")
	return err
}
func (a *recordedAPI) ImageBuild(_ context.Context, b host.Build, to host.Progress) error {
	for _, x := range a.left {
		if !strings.HasPrefix(x.Path, "/build?") || a.kit {
			continue
		}
		q := x.query()
		args, _ := json.Marshal(b.Options.BuildArgs)
		labels, _ := json.Marshal(b.Options.Labels)
		if q.Get("dockerfile") != b.Options.Dockerfile || !reflect.DeepEqual(q["t"], b.Options.Tags) || q.Get("buildargs") != string(args) ||
			q.Get("labels") != string(labels) || (q.Get("q") == "1") != b.Options.SuppressOutput || (q.Get("nocache") == "1") != b.Options.NoCache ||
			(q.Get("rm") == "1") != b.Options.Remove || q.Get("networkmode") != b.Options.NetworkMode || q.Get("target") != b.Options.Target {
			a.t.Errorf("build with %+v, the real client's %v", b.Options, q)
		}
	}
	return a.stream("POST", "/build", to)
}
func (a *recordedAPI) BuildCachePrune(context.Context, types.BuildCachePruneOptions) (*types.BuildCachePruneReport, error) {
	v, _, err := get[types.BuildCachePruneReport](a, "POST", "/build/prune")
	return &v, err
}
func (a *recordedAPI) ContainerList(o types.ContainerListOptions) ([]types.Container, error) {
	for _, x := range a.left {
		if strings.HasPrefix(x.Path, "/containers/json") && (x.query().Get("size") == "1") != o.Size {
			a.t.Errorf("ps with size %v, the real client otherwise", o.Size)
		}
	}
	if o.Filters.Len() > 0 {
		a.same("/containers/json", o.Filters)
	}
	v, _, err := get[[]types.Container](a, "GET", "/containers/json")
	return v, err
}
func (a *recordedAPI) ContainerInspect(n string, _ bool) (types.ContainerJSON, []byte, error) {
	return get[types.ContainerJSON](a, "GET", "/containers/"+n+"/json")
}
func (a *recordedAPI) ContainerCreate(_ context.Context, c *container.Config, h *container.HostConfig, n *network.NetworkingConfig, _, name string) (container.ContainerCreateCreatedBody, error) {
	for _, x := range a.left {
		if !strings.HasPrefix(x.Path, "/containers/create") {
			continue
		}
		got, err := json.Marshal(struct {
			*container.Config
			HostConfig       *container.HostConfig
			NetworkingConfig *network.NetworkingConfig
		}{c, h, n})
		if err != nil || !sameJSON(string(got), x.Request) {
			a.t.Errorf("create of %s\nthe real client's %s (%v)", got, x.Request, err)
		}
		if x.query().Get("name") != name {
			a.t.Errorf("create of %q, the real client's %q", name, x.query().Get("name"))
		}
	}
	v, _, err := get[container.ContainerCreateCreatedBody](a, "POST", "/containers/create")
	return v, err
}
func (a *recordedAPI) ContainerAttach(_ context.Context, n string, o types.ContainerAttachOptions, s host.Streams) (func() error, error) {
	x, err := a.take("POST", "/containers/"+n+"/attach")
	if err != nil {
		return nil, err
	}
	if q := x.query(); (q.Get("stdin") == "1") != o.Stdin || (q.Get("stdout") == "1") != o.Stdout || (q.Get("stderr") == "1") != o.Stderr {
		a.t.Errorf("attach with %+v, the real client's %v", o, q)
	}
	return func() error { x.output(s); return nil }, nil
}
func (a *recordedAPI) post(n, what string) error {
	_, err := a.take("POST", "/containers/"+n+"/"+what)
	return err
}
func (a *recordedAPI) ContainerStart(_ context.Context, n string, _ types.ContainerStartOptions) error {
	return a.post(n, "start")
}
func (a *recordedAPI) ContainerWait(_ context.Context, n string, _ container.WaitCondition) (func() (container.ContainerWaitOKBody, error), error) {
	v, _, err := get[container.ContainerWaitOKBody](a, "POST", "/containers/"+n+"/wait")
	return func() (container.ContainerWaitOKBody, error) { return v, nil }, err
}
func (a *recordedAPI) ContainerStop(_ context.Context, n string, _ *int) error {
	return a.post(n, "stop")
}
func (a *recordedAPI) ContainerKill(_ context.Context, n, _ string) error { return a.post(n, "kill") }
func (a *recordedAPI) ContainerRestart(_ context.Context, n string, _ *int) error {
	return a.post(n, "restart")
}
func (a *recordedAPI) ContainerPause(_ context.Context, n string) error { return a.post(n, "pause") }
func (a *recordedAPI) ContainerUnpause(_ context.Context, n string) error {
	return a.post(n, "unpause")
}
func (a *recordedAPI) ContainerRename(_ context.Context, n, _ string) error {
	return a.post(n, "rename")
}
func (a *recordedAPI) ContainerRemove(_ context.Context, n string, _ types.ContainerRemoveOptions) error {
	_, err := a.take("DELETE", "/containers/"+n)
	return err
}
func (a *recordedAPI) ContainersPrune(_ context.Context, f filters.Args) (types.ContainersPruneReport, error) {
	v, _, err := get[types.ContainersPruneReport](a, "POST", "/containers/prune")
	return v, err
}
func (a *recordedAPI) ContainerTop(n string, _ []string) (container.ContainerTopOKBody, error) {
	v, _, err := get[container.ContainerTopOKBody](a, "GET", "/containers/"+n+"/top")
	return v, err
}
func (a *recordedAPI) ContainerDiff(n string) ([]container.ContainerChangeResponseItem, error) {
	v, _, err := get[[]container.ContainerChangeResponseItem](a, "GET", "/containers/"+n+"/changes")
	return v, err
}
func (a *recordedAPI) ContainerCommit(context.Context, string, types.ContainerCommitOptions) (types.IDResponse, error) {
	v, _, err := get[types.IDResponse](a, "POST", "/commit")
	return v, err
}
func (a *recordedAPI) ContainerLogs(_ context.Context, n string, _ types.ContainerLogsOptions, s host.Streams) error {
	x, err := a.take("GET", "/containers/"+n+"/logs")
	if err == nil {
		x.output(s)
	}
	return err
}
func (a *recordedAPI) ContainerExport(_ context.Context, n string, _ io.Writer) error {
	_, err := a.take("GET", "/containers/"+n+"/export")
	return err
}
func (a *recordedAPI) ContainerStatPath(n, _ string) (types.ContainerPathStat, error) {
	x, err := a.take("HEAD", "/containers/"+n+"/archive")
	return x.stat(a.t), err
}
func (x exchange) stat(t *testing.T) (s types.ContainerPathStat) {
	if x.Stat != "" {
		if err := json.Unmarshal([]byte(x.Stat), &s); err != nil {
			t.Error(err)
		}
	}
	return s
}
func (a *recordedAPI) CopyFromContainer(_ context.Context, n, _ string, to io.Writer) (types.ContainerPathStat, error) {
	x, err := a.take("GET", "/containers/"+n+"/archive")
	if err == nil {
		b, _ := base64.StdEncoding.DecodeString(x.Raw)
		if x.Raw == "" {
			b = []byte(x.Body)
		}
		_, err = io.Copy(to, bytes.NewReader(b))
	}
	return x.stat(a.t), err
}
func (a *recordedAPI) CopyToContainer(_ context.Context, n, _ string, _ io.Reader, _ types.CopyToContainerOptions) error {
	_, err := a.take("PUT", "/containers/"+n+"/archive")
	return err
}
func (a *recordedAPI) ContainerResize(string, types.ResizeOptions) error { return nil }
func (a *recordedAPI) ExecCreate(n string, c types.ExecConfig) (types.IDResponse, error) {
	for _, x := range a.left {
		if strings.HasSuffix(x.Path, "/exec") {
			if got, err := json.Marshal(c); err != nil || !sameJSON(string(got), x.Request) {
				a.t.Errorf("exec of %s\nthe real client's %s (%v)", got, x.Request, err)
			}
		}
	}
	v, _, err := get[types.IDResponse](a, "POST", "/containers/"+n+"/exec")
	return v, err
}
func (a *recordedAPI) ExecStart(_ context.Context, id string, _ types.ExecStartCheck, s host.Streams) error {
	x, err := a.take("POST", "/exec/"+id+"/start")
	if err == nil {
		x.output(s)
	}
	return err
}
func (a *recordedAPI) ExecInspect(id string) (types.ContainerExecInspect, error) {
	v, _, err := get[types.ContainerExecInspect](a, "GET", "/exec/"+id+"/json")
	return v, err
}
func (a *recordedAPI) VolumeList(f filters.Args) (volume.VolumeListOKBody, error) {
	v, _, err := get[volume.VolumeListOKBody](a, "GET", "/volumes")
	return v, err
}
func (a *recordedAPI) VolumeInspect(n string) (types.Volume, []byte, error) {
	return get[types.Volume](a, "GET", "/volumes/"+n)
}
func (a *recordedAPI) VolumeCreate(o volume.VolumeCreateBody) (types.Volume, error) {
	for _, x := range a.left {
		if x.Path == "/volumes/create" {
			if got, err := json.Marshal(o); err != nil || !sameJSON(string(got), x.Request) {
				a.t.Errorf("volume of %s, the real client's %s (%v)", got, x.Request, err)
			}
		}
	}
	v, _, err := get[types.Volume](a, "POST", "/volumes/create")
	return v, err
}
func (a *recordedAPI) VolumeRemove(n string, _ bool) error {
	_, err := a.take("DELETE", "/volumes/"+n)
	return err
}
func (a *recordedAPI) VolumesPrune(f filters.Args) (types.VolumesPruneReport, error) {
	v, _, err := get[types.VolumesPruneReport](a, "POST", "/volumes/prune")
	return v, err
}
func (a *recordedAPI) NetworkList(types.NetworkListOptions) ([]types.NetworkResource, error) {
	v, _, err := get[[]types.NetworkResource](a, "GET", "/networks")
	return v, err
}
func (a *recordedAPI) NetworkInspect(n string, _ types.NetworkInspectOptions) (types.NetworkResource, []byte, error) {
	return get[types.NetworkResource](a, "GET", "/networks/"+n)
}

func (a *recordedAPI) ExecResize(string, types.ResizeOptions) error { return nil }
