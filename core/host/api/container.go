package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"layerlab.dev/core/host"
)

var containerRoutes = []route{
	{"GET", "/containers/json", listContainers},
	{"POST", "/containers/create", createContainer},
	{"POST", "/containers/prune", pruneContainers},
	{"GET", "/containers/{name}/json", inspectContainer},
	{"GET", "/containers/{name}/top", top},
	{"GET", "/containers/{name}/logs", logs},
	{"GET", "/containers/{name}/changes", changes},
	{"GET", "/containers/{name}/export", export},
	{"GET", "/containers/{name}/stats", func(c *call) error {
		return host.Errorf(501, "statistics are not simulated: a container here uses no processor time of its own")
	}},
	{"HEAD", "/containers/{name}/archive", statPath},
	{"GET", "/containers/{name}/archive", copyFrom},
	{"PUT", "/containers/{name}/archive", copyTo},
	{"POST", "/containers/{name}/start", start},
	{"POST", "/containers/{name}/stop", stop},
	{"POST", "/containers/{name}/restart", restart},
	{"POST", "/containers/{name}/kill", kill},
	{"POST", "/containers/{name}/pause", func(c *call) error { return c.done(c.engine.ContainerPause(c.r.Context(), c.name)) }},
	{"POST", "/containers/{name}/unpause", func(c *call) error { return c.done(c.engine.ContainerUnpause(c.r.Context(), c.name)) }},
	{"POST", "/containers/{name}/rename", func(c *call) error {
		return c.done(c.engine.ContainerRename(c.r.Context(), c.name, c.form.Get("name")))
	}},
	{"POST", "/containers/{name}/wait", wait},
	{"POST", "/containers/{name}/attach", attach},
	{"POST", "/containers/{name}/resize", resize},
	{"POST", "/containers/{name}/update", func(c *call) error {
		return host.Errorf(501, "limits of resources are not simulated: there is nothing to update")
	}},
	{"DELETE", "/containers/{name}", removeContainer},
	{"POST", "/containers/{name}/exec", createExec},
	{"POST", "/exec/{name}/start", startExec},
	{"POST", "/exec/{name}/resize", resizeExec},
	{"GET", "/exec/{name}/json", inspectExec},
}

// done answers a request that gives nothing back.
func (c *call) done(err error) error {
	if err != nil {
		return err
	}
	return c.empty(204)
}

func listContainers(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	limit := 0
	if text := c.form.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil {
			return host.Errorf(500, "%v", err)
		}
	}
	list, err := c.engine.ContainerList(types.ContainerListOptions{All: c.flag("all"), Size: c.flag("size"), Since: c.form.Get("since"),
		Before: c.form.Get("before"), Limit: limit, Filters: f})
	if err != nil {
		return err
	}
	if list == nil {
		list = []types.Container{}
	}
	return c.json(200, list)
}

func inspectContainer(c *call) error {
	_, text, err := c.engine.ContainerInspect(c.name, c.flag("size"))
	if err != nil {
		return err
	}
	return c.raw(200, text)
}

func createContainer(c *call) error {
	var body struct {
		*container.Config
		HostConfig       *container.HostConfig
		NetworkingConfig *network.NetworkingConfig
	}
	if err := c.body(&body); err != nil {
		return err
	}
	if body.Config == nil {
		return host.Errorf(400, "Config cannot be empty in order to create a container")
	}
	if body.HostConfig == nil {
		body.HostConfig = &container.HostConfig{}
	}
	if p := body.HostConfig.PidsLimit; p != nil && *p <= 0 {
		body.HostConfig.PidsLimit = nil
	}
	made, err := c.engine.ContainerCreate(c.r.Context(), body.Config, body.HostConfig, body.NetworkingConfig, c.form.Get("platform"), c.form.Get("name"))
	if err != nil {
		return err
	}
	if made.Warnings == nil {
		made.Warnings = []string{}
	}
	return c.json(201, made)
}

func pruneContainers(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	report, err := c.engine.ContainersPrune(c.r.Context(), f)
	if err != nil {
		return err
	}
	return c.json(200, report)
}

func start(c *call) error {
	if c.r.ContentLength > 7 {
		return host.Errorf(400, "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24")
	}
	if c.running() {
		return c.empty(304)
	}
	return c.done(c.engine.ContainerStart(c.r.Context(), c.name, types.ContainerStartOptions{CheckpointID: c.form.Get("checkpoint"), CheckpointDir: c.form.Get("checkpoint-dir")}))
}

func (c *call) exists() bool {
	_, _, err := c.engine.ContainerInspect(c.name, false)
	return err == nil
}

// running reports whether the container is and runs.
func (c *call) running() bool {
	doc, _, err := c.engine.ContainerInspect(c.name, false)
	return err == nil && doc.State.Running && !doc.State.Paused
}

// seconds reads the grace period.
func (c *call) seconds() (*int, error) {
	text := c.form.Get("t")
	if text == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return nil, host.Errorf(500, "%v", err)
	}
	return &n, nil
}

func stop(c *call) error {
	n, err := c.seconds()
	if err != nil {
		return err
	}
	if c.exists() && !c.running() {
		return c.empty(304)
	}
	return c.done(c.engine.ContainerStop(c.r.Context(), c.name, n))
}

func restart(c *call) error {
	n, err := c.seconds()
	if err != nil {
		return err
	}
	return c.done(c.engine.ContainerRestart(c.r.Context(), c.name, n))
}

func kill(c *call) error {
	return c.done(c.engine.ContainerKill(c.r.Context(), c.name, c.form.Get("signal")))
}

func removeContainer(c *call) error {
	return c.done(c.engine.ContainerRemove(c.r.Context(), c.name, types.ContainerRemoveOptions{Force: c.flag("force"), RemoveVolumes: c.flag("v"), RemoveLinks: c.flag("link")}))
}

// wait answers with a header at once, because a client starts the container only
// when it knows that somebody waits.
func wait(c *call) error {
	condition := container.WaitCondition(c.form.Get("condition"))
	if condition != container.WaitConditionNextExit && condition != container.WaitConditionRemoved {
		condition = container.WaitConditionNotRunning
	}
	wait, err := c.engine.ContainerWait(c.r.Context(), c.name, condition)
	if err != nil {
		return err
	}
	c.sent = true
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(http.StatusOK)
	c.flush()
	ok, err := wait()
	if err != nil {
		ok.Error = &container.ContainerWaitOKBodyError{Message: err.Error()}
	}
	json.NewEncoder(c.w).Encode(ok)
	return nil
}

func changes(c *call) error {
	list, err := c.engine.ContainerDiff(c.name)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		list = nil // dockerd says null
	}
	return c.json(200, list)
}

func top(c *call) error {
	var args []string
	if a := c.form.Get("ps_args"); a != "" {
		args = strings.Fields(a)
	}
	t, err := c.engine.ContainerTop(c.name, args)
	if err != nil {
		return err
	}
	return c.json(200, t)
}

func export(c *call) error {
	return c.engine.ContainerExport(c.r.Context(), c.name, stream{c, "application/octet-stream"})
}

func (c *call) size() (types.ResizeOptions, error) {
	h, err := strconv.Atoi(c.form.Get("h"))
	if err != nil {
		return types.ResizeOptions{}, host.Errorf(400, "%v", err)
	}
	w, err := strconv.Atoi(c.form.Get("w"))
	if err != nil {
		return types.ResizeOptions{}, host.Errorf(400, "%v", err)
	}
	return types.ResizeOptions{Height: uint(h), Width: uint(w)}, nil
}

func resize(c *call) error {
	o, err := c.size()
	if err == nil {
		err = c.engine.ContainerResize(c.name, o)
	}
	if err != nil {
		return err
	}
	return c.empty(200)
}

func resizeExec(c *call) error {
	o, err := c.size()
	if err == nil {
		err = c.engine.ExecResize(c.name, o)
	}
	if err != nil {
		return err
	}
	return c.empty(200)
}

// stat tells a client what is at a path, in a header.
func (c *call) stat(s types.ContainerPathStat) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	c.w.Header().Set("X-Docker-Container-Path-Stat", base64.StdEncoding.EncodeToString(text))
	return nil
}

func (c *call) path() (string, error) {
	p := c.form.Get("path")
	if p == "" {
		return "", host.Errorf(400, "bad parameter: pathcannot be empty")
	}
	return p, nil
}

func statPath(c *call) error {
	p, err := c.path()
	if err != nil {
		return err
	}
	s, err := c.engine.ContainerStatPath(c.name, p)
	if err != nil {
		return err
	}
	if err := c.stat(s); err != nil {
		return err
	}
	return c.empty(200)
}

func copyFrom(c *call) error {
	p, err := c.path()
	if err != nil {
		return err
	}
	s, err := c.engine.ContainerStatPath(c.name, p)
	if err != nil {
		return err
	}
	if err := c.stat(s); err != nil {
		return err
	}
	_, err = c.engine.CopyFromContainer(c.r.Context(), c.name, p, stream{c, "application/x-tar"})
	return err
}

func copyTo(c *call) error {
	p, err := c.path()
	if err != nil {
		return err
	}
	o := types.CopyToContainerOptions{AllowOverwriteDirWithFile: !c.flag("noOverwriteDirNonDir"), CopyUIDGID: c.flag("copyUIDGID")}
	if err := c.engine.CopyToContainer(c.r.Context(), c.name, p, c.r.Body, o); err != nil {
		return err
	}
	return c.empty(200)
}

func createExec(c *call) error {
	var config types.ExecConfig
	if err := c.body(&config); err != nil {
		return err
	}
	if len(config.Cmd) == 0 {
		return host.Errorf(400, "No exec command specified")
	}
	id, err := c.engine.ExecCreate(c.name, config)
	if err != nil {
		return err
	}
	return c.json(201, id)
}

func inspectExec(c *call) error {
	e, err := c.engine.ExecInspect(c.name)
	if err != nil {
		return err
	}
	return c.json(200, e)
}
