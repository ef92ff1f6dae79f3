package formatter

import (
	"fmt"

	"github.com/docker/docker/api/types"
)

var volumeHeader = header{
	"Name": "VOLUME NAME", "Driver": "DRIVER", "Scope": "SCOPE", "Mountpoint": "MOUNTPOINT",
	"Labels": "LABELS", "Links": "LINKS", "Size": "SIZE",
}

// VolumeFormat gives the format that "table", "raw" or a template stand for.
func VolumeFormat(source string, quiet bool) string {
	switch {
	case source == "table" && quiet:
		return "{{.Name}}"
	case source == "table":
		return "table {{.Driver}}\t{{.Name}}"
	case source == "raw" && quiet:
		return "name: {{.Name}}"
	case source == "raw":
		return "name: {{.Name}}\ndriver: {{.Driver}}\n"
	}
	return source
}

// Volumes prints volumes.
func (c Context) Volumes(list []*types.Volume) error {
	rows := make([]row, len(list))
	for i, v := range list {
		rows[i] = &volumeContext{v: v}
	}
	return c.write(volumeHeader, rows)
}

type volumeContext struct {
	HeaderContext
	v *types.Volume
}

func (c *volumeContext) MarshalJSON() ([]byte, error) { return methods(c) }
func (c *volumeContext) Name() string                 { return c.v.Name }
func (c *volumeContext) Driver() string               { return c.v.Driver }
func (c *volumeContext) Scope() string                { return c.v.Scope }
func (c *volumeContext) Mountpoint() string           { return c.v.Mountpoint }
func (c *volumeContext) Labels() string               { return labels(c.v.Labels) }
func (c *volumeContext) Label(name string) string     { return c.v.Labels[name] }

func (c *volumeContext) Links() string {
	if c.v.UsageData == nil {
		return "N/A"
	}
	return fmt.Sprint(c.v.UsageData.RefCount)
}

func (c *volumeContext) Size() string {
	if c.v.UsageData == nil {
		return "N/A"
	}
	return LongSize(c.v.UsageData.Size)
}

func (c *volumeContext) field(name string) (string, bool) {
	switch name {
	case "Name":
		return c.Name(), true
	case "Driver":
		return c.Driver(), true
	case "Scope":
		return c.Scope(), true
	case "Mountpoint":
		return c.Mountpoint(), true
	case "Labels":
		return c.Labels(), true
	case "Links":
		return c.Links(), true
	case "Size":
		return c.Size(), true
	}
	return "", false
}

var networkHeader = header{
	"ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Scope": "SCOPE", "IPv6": "IPV6",
	"Internal": "INTERNAL", "Labels": "LABELS", "CreatedAt": "CREATED AT",
}

// NetworkFormat gives the format that "table", "raw" or a template stand for.
func NetworkFormat(source string, quiet bool) string {
	switch {
	case source == "table" && quiet:
		return "{{.ID}}"
	case source == "table":
		return "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}"
	case source == "raw" && quiet:
		return "network_id: {{.ID}}"
	case source == "raw":
		return "network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n"
	}
	return source
}

// Networks prints networks.
func (c Context) Networks(list []types.NetworkResource) error {
	rows := make([]row, len(list))
	for i := range list {
		rows[i] = &networkContext{trunc: c.Trunc, n: &list[i]}
	}
	return c.write(networkHeader, rows)
}

type networkContext struct {
	HeaderContext
	trunc bool
	n     *types.NetworkResource
}

func (c *networkContext) MarshalJSON() ([]byte, error) { return methods(c) }
func (c *networkContext) Name() string                 { return c.n.Name }
func (c *networkContext) Driver() string               { return c.n.Driver }
func (c *networkContext) Scope() string                { return c.n.Scope }
func (c *networkContext) IPv6() string                 { return fmt.Sprint(c.n.EnableIPv6) }
func (c *networkContext) Internal() string             { return fmt.Sprint(c.n.Internal) }
func (c *networkContext) Labels() string               { return labels(c.n.Labels) }
func (c *networkContext) Label(name string) string     { return c.n.Labels[name] }
func (c *networkContext) CreatedAt() string            { return c.n.Created.String() }

func (c *networkContext) ID() string {
	if c.trunc {
		return ShortID(c.n.ID)
	}
	return c.n.ID
}

func (c *networkContext) field(name string) (string, bool) {
	switch name {
	case "ID":
		return c.ID(), true
	case "Name":
		return c.Name(), true
	case "Driver":
		return c.Driver(), true
	case "Scope":
		return c.Scope(), true
	case "IPv6":
		return c.IPv6(), true
	case "Internal":
		return c.Internal(), true
	case "Labels":
		return c.Labels(), true
	case "CreatedAt":
		return c.CreatedAt(), true
	}
	return "", false
}
