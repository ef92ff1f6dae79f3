package api

import (
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/volume"
)

var volumeRoutes = []route{
	{"GET", "/volumes", listVolumes},
	{"POST", "/volumes/create", createVolume},
	{"POST", "/volumes/prune", pruneVolumes},
	{"GET", "/volumes/{name}", inspectVolume},
	{"DELETE", "/volumes/{name}", func(c *call) error { return c.done(c.engine.VolumeRemove(c.name, c.flag("force"))) }},
	{"GET", "/networks", listNetworks},
	{"GET", "/networks/{name}", inspectNetwork},
}

func listVolumes(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	list, err := c.engine.VolumeList(f)
	if err != nil {
		return err
	}
	if list.Volumes == nil {
		list.Volumes = []*types.Volume{}
	}
	return c.json(200, list)
}

func createVolume(c *call) error {
	var o volume.VolumeCreateBody
	if err := c.body(&o); err != nil {
		return err
	}
	v, err := c.engine.VolumeCreate(o)
	if err != nil {
		return err
	}
	return c.json(201, v)
}

func inspectVolume(c *call) error {
	_, text, err := c.engine.VolumeInspect(c.name)
	if err != nil {
		return err
	}
	return c.raw(200, text)
}

func pruneVolumes(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	report, err := c.engine.VolumesPrune(f)
	if err != nil {
		return err
	}
	return c.json(200, report)
}

func listNetworks(c *call) error {
	f, err := c.filters()
	if err != nil {
		return err
	}
	list, err := c.engine.NetworkList(types.NetworkListOptions{Filters: f})
	if err != nil {
		return err
	}
	return c.json(200, list)
}

func inspectNetwork(c *call) error {
	_, text, err := c.engine.NetworkInspect(c.name, types.NetworkInspectOptions{Verbose: c.flag("verbose"), Scope: c.form.Get("scope")})
	if err != nil {
		return err
	}
	return c.raw(200, text)
}
