package host_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"

	"layerlab.dev/core/host"
)

func TestVolumes(t *testing.T) {
	h, _ := newHost(t)
	for _, c := range []struct {
		body volume.VolumeCreateBody
		want string
	}{
		{volume.VolumeCreateBody{Name: "data", Labels: map[string]string{"a": "b"}}, ""},
		{volume.VolumeCreateBody{}, ""},
		{volume.VolumeCreateBody{Name: "x"}, "create x: volume name is too short, names should be at least two alphanumeric characters"},
		{volume.VolumeCreateBody{Name: "a/b"}, `create a/b: "a/b" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`},
		{volume.VolumeCreateBody{Name: "yy", Driver: "nosuch"}, `create yy: error looking up volume plugin nosuch: plugin "nosuch" not found`},
		{volume.VolumeCreateBody{Name: "yy", DriverOpts: map[string]string{"q": "1"}}, `create yy: invalid option: "q"`},
		{volume.VolumeCreateBody{Name: "yy", DriverOpts: map[string]string{"type": "nfs"}}, `create yy: missing required option: "device"`},
	} {
		v, err := h.VolumeCreate(c.body)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%+v: %v", c.body, err)
		}
		if c.body.Name == "" && len(v.Name) != 64 {
			t.Errorf("%+v", v)
		}
	}
	names := func(f ...filters.KeyValuePair) string {
		list, err := h.VolumeList(filters.NewArgs(f...))
		if err != nil {
			return err.Error()
		}
		var out []string
		for _, v := range list.Volumes {
			out = append(out, v.Name[:4])
		}
		return strings.Join(out, " ")
	}
	if got := strings.Fields(names()); len(got) != 2 {
		t.Error(got)
	}
	if got := names(filters.Arg("label", "a=b")); got != "data" {
		t.Error(got)
	}
	pull(t, h, "alpine")
	id := run(t, h, "c", "alpine", false)
	err := h.Change(func(c *host.Change) error {
		old, _ := c.Containers.Get(id)
		with := *old
		with.Mounts = []types.MountPoint{{Type: mount.TypeVolume, Name: "data"}}
		return c.PutContainer(&with)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(filters.Arg("dangling", "false")); got != "data" {
		t.Error(got)
	}
	if err := h.VolumeRemove("data", false); err == nil || err.Error() != "remove data: volume is in use - ["+id+"]" {
		t.Error(err)
	}
	report, err := h.VolumesPrune(filters.NewArgs())
	if err != nil || len(report.VolumesDeleted) != 1 || names() != "data" {
		t.Errorf("%+v %v", report, err)
	}
	if err := h.VolumeRemove("nosuch", false); err == nil || err.Error() != "get nosuch: no such volume" {
		t.Error(err)
	}
	if err := h.VolumeRemove("nosuch", true); err != nil {
		t.Error(err)
	}
	v, raw, err := h.VolumeInspect("data")
	if err != nil || v.Mountpoint != "/var/lib/docker/volumes/data/_data" || !strings.Contains(string(raw), `"Labels":{"a":"b"}`) {
		t.Errorf("%+v %s %v", v, raw, err)
	}
}

func TestNetworks(t *testing.T) {
	s := host.NewState(5, now)
	h := host.New(s, nil)
	names := func(f ...filters.KeyValuePair) string {
		list, err := h.NetworkList(types.NetworkListOptions{Filters: filters.NewArgs(f...)})
		if err != nil {
			return err.Error()
		}
		var out []string
		for _, n := range list {
			out = append(out, n.Name+" "+n.Driver)
		}
		return strings.Join(out, ", ")
	}
	if got := names(); got != "host host, none null" {
		t.Error(got)
	}
	s.Settings.Bridge = true
	h.SetState(s)
	for _, c := range []struct {
		f    filters.KeyValuePair
		want string
	}{
		{filters.Arg("driver", "bridge"), "bridge bridge"},
		{filters.Arg("type", "custom"), ""},
		{filters.Arg("type", "x"), "invalid filter: 'type'='x'"},
		{filters.Arg("dangling", "x"), `invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`},
		{filters.Arg("nope", "x"), "Invalid filter 'nope'"},
	} {
		if got := names(c.f); got != c.want {
			t.Errorf("%v: %s, want %s", c.f, got, c.want)
		}
	}
	n, _, err := h.NetworkInspect("host", types.NetworkInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := h.NetworkInspect(n.ID[:10], types.NetworkInspectOptions{}); err != nil || again.Name != "host" {
		t.Error(again, err)
	}
	if _, _, err := h.NetworkInspect("nosuch", types.NetworkInspectOptions{}); err == nil || err.Error() != "network nosuch not found" {
		t.Error(err)
	}
}

func TestEvents(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	if err := h.ImageTag("alpine", "b:1"); err != nil {
		t.Fatal(err)
	}
	rmi(h, "b:1", false)
	show := func(o types.EventsOptions) string {
		list, err := h.Events(o)
		if err != nil {
			return err.Error()
		}
		var out []string
		for _, m := range list {
			out = append(out, fmt.Sprint(m.Type, " ", m.Action, " ", strings.TrimPrefix(m.Actor.ID, "sha256:")[:6], " ", m.Actor.Attributes["name"]))
		}
		return strings.Join(out, "\n")
	}
	same(t, "all", show(types.EventsOptions{}), "image pull alpine alpine\nimage tag aa90b2 b:1\nimage untag aa90b2 "+alpineID)
	same(t, "by action", show(types.EventsOptions{Filters: filters.NewArgs(filters.Arg("event", "tag"))}), "image tag aa90b2 b:1")
	same(t, "by image", show(types.EventsOptions{Filters: filters.NewArgs(filters.Arg("image", "alpine"))}), "image pull alpine alpine")
	same(t, "by type", show(types.EventsOptions{Filters: filters.NewArgs(filters.Arg("type", "volume"))}), "")
	same(t, "later", show(types.EventsOptions{Since: fmt.Sprint(now/1e9 + 100)}), "")
	for range 300 {
		if err := h.ImageTag("alpine", "b:1"); err != nil {
			t.Fatal(err)
		}
	}
	if list, _ := h.Events(types.EventsOptions{}); len(list) != 256 {
		t.Errorf("%d events are remembered", len(list))
	}
}
