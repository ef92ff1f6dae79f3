package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/versions"

	"layerlab.dev/core/host"
)

var imageRoutes = []route{
	{"GET", "/images/json", listImages},
	{"GET", "/images/get", saveImages},
	{"POST", "/images/load", loadImages},
	{"POST", "/images/create", createImage},
	{"POST", "/images/prune", pruneImages},
	{"POST", "/build", buildImage},
	{"POST", "/build/prune", pruneBuilds},
	{"POST", "/build/cancel", func(c *call) error { return c.empty(204) }},
	{"POST", "/commit", commit},
	{"GET", "/images/{name}/json", inspectImage},
	{"GET", "/images/{name}/history", history},
	{"GET", "/images/{name}/get", saveImages},
	{"POST", "/images/{name}/push", push},
	{"POST", "/images/{name}/tag", tag},
	{"DELETE", "/images/{name}", removeImage},
}

func listImages(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	if old := c.form.Get("filter"); old != "" && versions.LessThan(c.version, "1.41") {
		f.Add("reference", old)
	}
	list, err := c.engine.ImageList(types.ImageListOptions{All: c.flag("all"), Filters: f})
	if err != nil {
		return err
	}
	if list == nil {
		list = []types.ImageSummary{}
	}
	return c.json(200, list)
}

func inspectImage(c *call) error {
	_, text, err := c.engine.ImageInspect(c.name)
	if err != nil {
		return err
	}
	return c.raw(200, text)
}

func history(c *call) error {
	list, err := c.engine.ImageHistory(c.name)
	if err != nil {
		return err
	}
	return c.json(200, list)
}

func tag(c *call) error {
	name := c.form.Get("repo")
	if t := c.form.Get("tag"); t != "" {
		name += ":" + t
	}
	if err := c.engine.ImageTag(c.name, name); err != nil {
		return err
	}
	return c.empty(201)
}

func removeImage(c *call) error {
	list, err := c.engine.ImageRemove(c.name, types.ImageRemoveOptions{Force: c.flag("force"), PruneChildren: !c.flag("noprune")})
	if err != nil {
		return err
	}
	return c.json(200, list)
}

func pruneImages(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	report, err := c.engine.ImagesPrune(f)
	if err != nil {
		return err
	}
	return c.json(200, report)
}

// createImage pulls, or imports where a source is named.
func createImage(c *call) error {
	from := c.form.Get("fromImage")
	if from == "" {
		source := c.form.Get("fromSrc")
		if source != "-" {
			return host.Errorf(500, "importing from %q needs a network, which is not here: download it and import the file", source)
		}
		archive, err := c.whole()
		if err != nil {
			return err
		}
		return c.engine.ImageImport(c.r.Context(), archive, c.form.Get("repo"), types.ImageImportOptions{
			Tag: c.form.Get("tag"), Message: c.form.Get("message"), Changes: c.form["changes"], Platform: c.form.Get("platform")}, c.message)
	}
	options := types.ImagePullOptions{Platform: c.form.Get("platform")}
	switch t := c.form.Get("tag"); {
	case t == "":
		// without a tag, or a digest in the name, all of the repository is meant
		options.All = !strings.Contains(from[strings.LastIndexByte(from, '/')+1:], ":")
	case strings.Contains(t, ":"):
		from += "@" + t
	default:
		from += ":" + t
	}
	return c.engine.ImagePull(c.r.Context(), from, options, c.message)
}

func push(c *call) error {
	if c.r.Header.Get("X-Registry-Auth") == "" {
		var auth types.AuthConfig
		if err := json.NewDecoder(c.r.Body).Decode(&auth); err != nil {
			return host.Errorf(400, "Bad parameters and missing X-Registry-Auth: %v", err)
		}
	}
	name := c.name
	options := types.ImagePushOptions{}
	if t := c.form.Get("tag"); t != "" {
		name += ":" + t
	} else {
		options.All = true
	}
	return c.engine.ImagePush(c.r.Context(), name, options, c.message)
}

// stream sends what is not JSON; its answer begins with the first byte.
type stream struct {
	c    *call
	kind string
}

func (s stream) Write(b []byte) (int, error) {
	if !s.c.sent {
		s.c.sent = true
		s.c.w.Header().Set("Content-Type", s.kind)
		s.c.w.WriteHeader(200)
	}
	return s.c.w.Write(b)
}

func saveImages(c *call) error {
	names := c.form["names"]
	if c.name != "" {
		names = []string{c.name}
	}
	return c.engine.ImageSave(c.r.Context(), names, stream{c, "application/x-tar"})
}

func loadImages(c *call) error {
	quiet := true
	if v := c.form.Get("quiet"); v != "" {
		quiet = truth(v)
	}
	archive, err := c.whole()
	if err != nil {
		return err
	}
	err = c.engine.ImageLoad(c.r.Context(), archive, quiet, c.message)
	var known *host.Error
	if errors.As(err, &known) && !c.sent {
		c.message(host.Message{Error: known.Text, ErrorDetail: &host.ErrorDetail{Message: known.Text}})
		return nil
	}
	return err
}

// whole reads all that the client sends before anything is done with it: what it
// sends may come from another request, which must not wait for this one.
func (c *call) whole() (io.Reader, error) {
	text, err := io.ReadAll(io.LimitReader(c.r.Body, maxContext))
	if err != nil {
		return nil, host.Errorf(500, "%v", err)
	}
	return bytes.NewReader(text), nil
}

// number reads a whole number, 0 where there is none.
func (c *call) number(name string) int64 {
	n, err := strconv.ParseInt(c.form.Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (c *call) document(name string, v any) error {
	if text := c.form.Get(name); text != "" {
		if err := json.Unmarshal([]byte(text), v); err != nil {
			return host.Errorf(400, "error reading %s: %v", name, err)
		}
	}
	return nil
}

func buildImage(c *call) error {
	o := types.ImageBuildOptions{
		Version: types.BuilderV1, Dockerfile: c.form.Get("dockerfile"), SuppressOutput: c.flag("q"), NoCache: c.flag("nocache"),
		ForceRemove: c.flag("forcerm"), MemorySwap: c.number("memswap"), Memory: c.number("memory"), CPUShares: c.number("cpushares"),
		NetworkMode: c.form.Get("networkmode"), Tags: c.form["t"], ExtraHosts: c.form["extrahosts"], Squash: c.flag("squash"),
		Target: c.form.Get("target"), RemoteContext: c.form.Get("remote"), SessionID: c.form.Get("session"), BuildID: c.form.Get("buildid"),
		PullParent: c.flag("pull"), Platform: c.form.Get("platform"),
	}
	o.Remove = o.ForceRemove || c.form.Get("rm") == "" || c.flag("rm")
	for name, v := range map[string]any{"buildargs": &o.BuildArgs, "labels": &o.Labels, "cachefrom": &o.CacheFrom, "ulimits": &o.Ulimits} {
		if err := c.document(name, v); err != nil {
			return err
		}
	}
	switch v := c.form.Get("version"); v {
	case "", "1":
	case "2":
		o.Version = types.BuilderBuildKit
	default:
		return host.Errorf(500, "invalid version %q", v)
	}
	if o.Squash {
		return host.Errorf(400, "squash is only supported with experimental mode")
	}
	switch {
	case o.RemoteContext == "client-session" || o.Version == types.BuilderBuildKit && o.SessionID != "":
		return host.Errorf(501, "a build with BuildKit takes its context from a session, which this daemon does not serve: set DOCKER_BUILDKIT=0")
	case o.RemoteContext != "":
		return host.Errorf(500, "a context at %s needs a network, which is not here: build from a folder", o.RemoteContext)
	}
	files, err := readContext(c.r.Body, c.engine)
	if err != nil {
		return err
	}
	send := c.message
	if o.SuppressOutput {
		// Only the last line, the id, is for a client that wants quiet; an
		// error is preceded by all that was said before it.
		var kept []host.Message
		send = func(m host.Message) { kept = append(kept, m) }
		defer func() {
			if n := len(kept); n > 0 && kept[n-1].Error == "" {
				kept = kept[n-1:]
			}
			for _, m := range kept {
				c.message(m)
			}
		}()
	}
	return c.engine.ImageBuild(c.r.Context(), host.Build{Context: files, Options: o}, send)
}

func pruneBuilds(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	report, err := c.engine.BuildCachePrune(c.r.Context(), types.BuildCachePruneOptions{All: c.flag("all"), Filters: f, KeepStorage: c.number("keep-storage")})
	if err != nil {
		return err
	}
	return c.json(200, report)
}

func commit(c *call) error {
	o := types.ContainerCommitOptions{Reference: c.form.Get("repo"), Comment: c.form.Get("comment"), Author: c.form.Get("author"), Changes: c.form["changes"]}
	if t := c.form.Get("tag"); t != "" {
		o.Reference += ":" + t
	}
	o.Pause = c.form.Get("pause") == "" || c.flag("pause")
	if err := json.NewDecoder(c.r.Body).Decode(&o.Config); err != nil && err != io.EOF {
		return host.Errorf(400, "%v", err)
	}
	id, err := c.engine.ContainerCommit(c.r.Context(), c.form.Get("container"), o)
	if err != nil {
		return err
	}
	return c.json(201, id)
}
