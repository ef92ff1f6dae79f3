package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/docker/docker/api/types"
	timestamp "github.com/docker/docker/api/types/time"

	"layerlab.dev/core/host"
)

func (s *server) routes() {
	s.table = append(s.table, systemRoutes...)
	s.table = append(s.table, imageRoutes...)
	s.table = append(s.table, containerRoutes...)
	s.table = append(s.table, volumeRoutes...)
	s.table = append(s.table, absentRoutes...)
}

var systemRoutes = []route{
	{"GET", "/_ping", ping},
	{"HEAD", "/_ping", ping},
	{"GET", "/version", func(c *call) error { return c.json(200, c.engine.Version()) }},
	{"GET", "/info", func(c *call) error { return c.json(200, c.engine.Info()) }},
	{"GET", "/system/df", diskUsage},
	{"GET", "/events", listEvents},
	{"POST", "/auth", login},
	{"GET", "/distribution/{name}/json", distribution},
}

func ping(c *call) error {
	p := c.engine.Ping()
	h := c.w.Header()
	h.Set("Cache-Control", "no-cache, no-store, must-revalidate")
	h.Set("Pragma", "no-cache")
	if p.BuilderVersion != "" {
		h.Set("Builder-Version", string(p.BuilderVersion))
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if c.r.Method == http.MethodHead {
		h.Set("Content-Length", "0")
		return c.empty(200)
	}
	h.Set("Content-Length", "2")
	c.w.Write([]byte("OK"))
	return nil
}

func diskUsage(c *call) error {
	u, err := c.engine.DiskUsage(c.r.Context())
	if err != nil {
		return err
	}
	return c.json(200, u)
}

// listEvents tells what has happened from a time on, if one is named, and waits for
// more up to the end that is named.
func listEvents(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	o := types.EventsOptions{Since: c.form.Get("since"), Until: c.form.Get("until"), Filters: f}
	for _, text := range []string{o.Since, o.Until} {
		if _, _, err := timestamp.ParseTimestamps(text, -1); err != nil {
			return host.Errorf(500, "%v", err)
		}
	}
	list, err := c.engine.Events(o)
	if err != nil {
		return err
	}
	var last int64
	for _, e := range list {
		last = max(last, e.TimeNano)
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(200)
	enc := json.NewEncoder(c.w)
	if o.Since != "" || o.Until != "" {
		for _, e := range list {
			enc.Encode(e)
		}
	}
	c.flush()
	var over <-chan time.Time
	if o.Until != "" {
		seconds, nanoseconds, err := timestamp.ParseTimestamps(o.Until, 0)
		left := time.Until(time.Unix(seconds, nanoseconds))
		if err != nil || left <= 0 {
			return nil
		}
		timer := time.NewTimer(left)
		defer timer.Stop()
		over = timer.C
	}
	return c.follow(o, enc, last, over)
}

func login(c *call) error {
	var auth types.AuthConfig
	if err := c.body(&auth); err != nil {
		return err
	}
	ok, err := c.engine.RegistryLogin(c.r.Context(), auth)
	if err != nil {
		return err
	}
	return c.json(200, ok)
}

func distribution(c *call) error {
	d, err := c.engine.DistributionInspect(c.r.Context(), c.name)
	if err != nil {
		return err
	}
	return c.json(200, d)
}

// absentRoutes are parts of docker that a single simulated host has not.
var absentRoutes = []route{
	{"POST", "/session", func(c *call) error {
		return host.Errorf(501, "builds with BuildKit need a session, which this daemon does not serve: set DOCKER_BUILDKIT=0, or build in the host's own shell")
	}},
	{"GET", "/plugins", func(c *call) error { return c.json(200, []struct{}{}) }},
	{"GET", "/swarm", noSwarm}, {"POST", "/swarm/join", noOthers}, {"POST", "/swarm/init", noOthers}, {"POST", "/swarm/leave", noSwarm},
	{"GET", "/nodes", noSwarm}, {"GET", "/services", noSwarm}, {"GET", "/tasks", noSwarm}, {"GET", "/secrets", noSwarm}, {"GET", "/configs", noSwarm},
	{"POST", "/services/create", noSwarm}, {"POST", "/secrets/create", noSwarm}, {"POST", "/configs/create", noSwarm},
	{"POST", "/networks/create", noNetworks}, {"DELETE", "/networks/{name}", removeNetwork},
	// There are none but those that stay.
	{"POST", "/networks/prune", func(c *call) error { return c.json(200, types.NetworksPruneReport{}) }},
	{"POST", "/networks/{name}/connect", noNetworks}, {"POST", "/networks/{name}/disconnect", noNetworks},
	{"GET", "/images/search", func(c *call) error {
		limit := c.form.Get("limit")
		if limit == "" {
			limit = "25"
		}
		return host.Errorf(500, "Get %q: dial tcp: lookup index.docker.io on 192.0.2.53:53: no such host",
			"https://index.docker.io/v1/search?q="+url.QueryEscape(c.form.Get("term"))+"&n="+limit)
	}},
}

func noSwarm(c *call) error {
	return host.Errorf(503, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.")
}

func noOthers(c *call) error {
	return host.Errorf(501, "there is no swarm mode here, as no other machine can be reached: run containers with docker run")
}

// removeNetwork refuses: those that there are belong to the daemon.
func removeNetwork(c *call) error {
	n, _, err := c.engine.NetworkInspect(c.name, types.NetworkInspectOptions{})
	if err != nil {
		return err
	}
	return host.Errorf(403, "%s is a pre-defined network and cannot be removed", n.Name)
}

func noNetworks(c *call) error {
	return host.Errorf(501, "networks are not simulated: bridge, host and none are all there are")
}
