package formatter

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
)

// DiskUsage is what `docker system df` prints. Layers and Builder are bytes.
type DiskUsage struct {
	// Shared is what of Builder images share, where that is in it.
	Shared          int64
	Layers, Builder int64
	Images          []*types.ImageSummary
	Containers      []*types.Container
	Volumes         []*types.Volume
	BuildCache      []*types.BuildCache
}

// DiskUsageFormat gives the format that "table", "raw" or a template stand for.
func DiskUsageFormat(source string, verbose bool) string {
	switch {
	case verbose && source == "raw":
		return "{{range .Images}}type: Image\n" + ImageFormat("raw", false, true) + "\n{{end -}}\n" +
			"{{range .Containers}}type: Container\n" + ContainerFormat("raw", false, true) + "\n{{end -}}\n" +
			"{{range .Volumes}}type: Volume\n" + VolumeFormat("raw", false) + "\n{{end -}}\n" +
			"{{range .BuildCache}}type: Build Cache\n" + buildCacheRaw + "\n{{end -}}"
	case !verbose && source == "table":
		return "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}"
	case !verbose && source == "raw":
		return "type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\nreclaimable: {{.Reclaimable}}\n"
	}
	return source
}

const buildCacheRaw = `build_cache_id: {{.ID}}
parent_id: {{.Parent}}
build_cache_type: {{.CacheType}}
description: {{.Description}}
created_at: {{.CreatedAt}}
created_since: {{.CreatedSince}}
last_used_at: {{.LastUsedAt}}
last_used_since: {{.LastUsedSince}}
usage_count: {{.UsageCount}}
in_use: {{.InUse}}
shared: {{.Shared}}
`

var usageHeader = header{
	"Type": "TYPE", "TotalCount": "TOTAL", "Active": "ACTIVE", "Size": "SIZE", "Reclaimable": "RECLAIMABLE",
}

// Usage prints the sums, a line for each kind of object.
func (c Context) Usage(d DiskUsage) error {
	return c.write(usageHeader, []row{
		&diskUsageImagesContext{d.images()}, &diskUsageContainersContext{d.containers()},
		&diskUsageVolumesContext{d.volumes()}, &diskUsageBuilderContext{d.builder()},
	})
}

// usage is a line of `docker system df`. Docker has a type for each of them.
type usage struct{ kind, total, active, size, reclaimable string }

func (u usage) Type() string        { return u.kind }
func (u usage) TotalCount() string  { return u.total }
func (u usage) Active() string      { return u.active }
func (u usage) Size() string        { return u.size }
func (u usage) Reclaimable() string { return u.reclaimable }

func (u usage) field(name string) (string, bool) {
	switch name {
	case "Type":
		return u.kind, true
	case "TotalCount":
		return u.total, true
	case "Active":
		return u.active, true
	case "Size":
		return u.size, true
	case "Reclaimable":
		return u.reclaimable, true
	}
	return "", false
}

type diskUsageImagesContext struct{ usage }

func (c *diskUsageImagesContext) MarshalJSON() ([]byte, error) { return methods(c) }

type diskUsageContainersContext struct{ usage }

func (c *diskUsageContainersContext) MarshalJSON() ([]byte, error) { return methods(c) }

type diskUsageVolumesContext struct{ usage }

func (c *diskUsageVolumesContext) MarshalJSON() ([]byte, error) { return methods(c) }

type diskUsageBuilderContext struct{ usage }

func (c *diskUsageBuilderContext) MarshalJSON() ([]byte, error) { return methods(c) }

// share tells bytes and which part of all they are.
func share(part, all int64) string {
	if all > 0 {
		return fmt.Sprintf("%s (%v%%)", LongSize(part), part*100/all)
	}
	return LongSize(part)
}

func line(kind string, total, active int, size int64, reclaimable string) usage {
	return usage{kind, fmt.Sprint(total), fmt.Sprint(active), LongSize(size), reclaimable}
}

func (d DiskUsage) images() usage {
	active := 0
	var used int64
	for _, i := range d.Images {
		if i.Containers > 0 {
			active++
		}
		if i.Containers != 0 && i.VirtualSize != -1 && i.SharedSize != -1 {
			used += i.VirtualSize - i.SharedSize
		}
	}
	return line("Images", len(d.Images), active, d.Layers, share(d.Layers-used, d.Layers))
}

func (d DiskUsage) containers() usage {
	active := 0
	var size, idle int64
	for _, c := range d.Containers {
		size += c.SizeRw
		if strings.Contains(c.State, "running") || strings.Contains(c.State, "paused") || strings.Contains(c.State, "restarting") {
			active++
		} else {
			idle += c.SizeRw
		}
	}
	return line("Containers", len(d.Containers), active, size, share(idle, size))
}

func (d DiskUsage) volumes() usage {
	active := 0
	var size, idle int64
	for _, v := range d.Volumes {
		if v.UsageData == nil {
			continue
		}
		if v.UsageData.RefCount > 0 {
			active++
		}
		if v.UsageData.Size != -1 {
			size += v.UsageData.Size
			if v.UsageData.RefCount == 0 {
				idle += v.UsageData.Size
			}
		}
	}
	return line("Local Volumes", len(d.Volumes), active, size, share(idle, size))
}

func (d DiskUsage) builder() usage {
	active := 0
	var used int64
	for _, b := range d.BuildCache {
		if b.InUse {
			active++
			if !b.Shared {
				used += b.Size
			}
		}
	}
	return line("Build Cache", len(d.BuildCache), active, d.Builder, LongSize(d.Builder-used-d.Shared))
}

// diskUsageContext is what a template of `docker system df -v` sees.
type diskUsageContext struct {
	Images     []*imageContext
	Containers []*ContainerContext
	Volumes    []*volumeContext
	BuildCache []*buildCacheContext
}

// UsageOfEach prints every object with its size.
func (c Context) UsageOfEach(d DiskUsage) error {
	trunc := IsTable(c.Format)
	all := &diskUsageContext{
		Images: []*imageContext{}, Containers: []*ContainerContext{}, Volumes: []*volumeContext{}, BuildCache: []*buildCacheContext{},
	}
	for _, i := range d.Images {
		repository, tag := "<none>", "<none>"
		if len(i.RepoTags) > 0 && !dangling(i) {
			if n := strings.LastIndexByte(i.RepoTags[0], ':'); n > 0 {
				repository, tag = familiar(i.RepoTags[0][:n]), i.RepoTags[0][n+1:]
			}
		}
		all.Images = append(all.Images, &imageContext{trunc: trunc, now: c.Now, i: i, repo: repository, tag: tag})
	}
	for _, x := range d.Containers {
		own := *x
		own.SizeRootFs = 0
		all.Containers = append(all.Containers, &ContainerContext{trunc: trunc, now: c.Now, c: &own})
	}
	for _, v := range d.Volumes {
		all.Volumes = append(all.Volumes, &volumeContext{v: v})
	}
	cache := slices.Clone(d.BuildCache)
	slices.SortStableFunc(cache, func(a, b *types.BuildCache) int {
		switch {
		case a.LastUsedAt == nil && b.LastUsedAt == nil:
			return strings.Compare(a.ID, b.ID)
		case a.LastUsedAt == nil:
			return -1
		case b.LastUsedAt == nil:
			return 1
		case a.LastUsedAt.Equal(*b.LastUsedAt):
			return strings.Compare(a.ID, b.ID)
		}
		return a.LastUsedAt.Compare(*b.LastUsedAt)
	})
	for _, b := range cache {
		all.BuildCache = append(all.BuildCache, &buildCacheContext{trunc: trunc, now: c.Now, v: b})
	}
	if c.Format != "table" {
		t, err := Parse(strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(strings.Trim(strings.TrimPrefix(c.Format, "table"), " ")))
		if err != nil {
			return fmt.Errorf("template parsing error: %w", err)
		}
		return t.Execute(c.Output, all)
	}
	return c.usageTables(all, d.Builder)
}

func (c Context) usageTables(all *diskUsageContext, builder int64) error {
	for _, part := range []struct {
		title, format string
		header        header
		rows          []row
	}{
		{"Images space usage:", "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.VirtualSize}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}", imageHeader, rowsOf(all.Images)},
		{"\nContainers space usage:", "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}", containerHeader, rowsOf(all.Containers)},
		{"\nLocal Volumes space usage:", "table {{.Name}}\t{{.Links}}\t{{.Size}}", volumeHeader, rowsOf(all.Volumes)},
		{"\nBuild cache usage: " + LongSize(builder), "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}", buildCacheHeader, rowsOf(all.BuildCache)},
	} {
		if _, err := io.WriteString(c.Output, part.title+"\n\n"); err != nil {
			return err
		}
		c.Format = part.format
		if err := c.write(part.header, part.rows); err != nil {
			return err
		}
	}
	return nil
}

func rowsOf[T row](list []T) []row {
	rows := make([]row, len(list))
	for i, v := range list {
		rows[i] = v
	}
	return rows
}

var buildCacheHeader = header{
	"ID": "CACHE ID", "Parent": "PARENT", "CacheType": "CACHE TYPE", "Size": "SIZE", "CreatedSince": "CREATED",
	"LastUsedSince": "LAST USED", "UsageCount": "USAGE", "InUse": "IN USE", "Shared": "SHARED", "Description": "DESCRIPTION",
}

type buildCacheContext struct {
	HeaderContext
	trunc bool
	now   time.Time
	v     *types.BuildCache
}

func (c *buildCacheContext) MarshalJSON() ([]byte, error) { return methods(c) }
func (c *buildCacheContext) CacheType() string            { return c.v.Type }
func (c *buildCacheContext) Description() string          { return c.v.Description }
func (c *buildCacheContext) Size() string                 { return Size(c.v.Size) }
func (c *buildCacheContext) CreatedAt() string            { return c.v.CreatedAt.String() }
func (c *buildCacheContext) CreatedSince() string         { return Ago(c.now, c.v.CreatedAt) }
func (c *buildCacheContext) UsageCount() string           { return fmt.Sprint(c.v.UsageCount) }
func (c *buildCacheContext) InUse() string                { return fmt.Sprint(c.v.InUse) }
func (c *buildCacheContext) Shared() string               { return fmt.Sprint(c.v.Shared) }

func (c *buildCacheContext) ID() string {
	id := c.v.ID
	if c.trunc {
		id = ShortID(id)
	}
	if c.v.InUse {
		id += "*"
	}
	return id
}

func (c *buildCacheContext) Parent() string {
	if c.trunc {
		return ShortID(c.v.Parent)
	}
	return c.v.Parent
}

func (c *buildCacheContext) LastUsedAt() string {
	if c.v.LastUsedAt == nil {
		return ""
	}
	return c.v.LastUsedAt.String()
}

func (c *buildCacheContext) LastUsedSince() string {
	if c.v.LastUsedAt == nil {
		return ""
	}
	return Ago(c.now, *c.v.LastUsedAt)
}

func (c *buildCacheContext) field(name string) (string, bool) {
	switch name {
	case "ID":
		return c.ID(), true
	case "CacheType":
		return c.CacheType(), true
	case "Size":
		return c.Size(), true
	case "CreatedSince":
		return c.CreatedSince(), true
	case "LastUsedSince":
		return c.LastUsedSince(), true
	case "UsageCount":
		return c.UsageCount(), true
	case "Shared":
		return c.Shared(), true
	case "InUse":
		return c.InUse(), true
	case "Parent":
		return c.Parent(), true
	case "Description":
		return c.Description(), true
	}
	return "", false
}

var contextHeader = header{
	"Name": "NAME", "Description": "DESCRIPTION", "DockerEndpoint": "DOCKER ENDPOINT",
	"KubernetesEndpoint": "KUBERNETES ENDPOINT", "StackOrchestrator": "ORCHESTRATOR",
}

// ClientContext prints the one context there is.
func (c Context) ClientContext(endpoint string) error {
	return c.write(contextHeader, []row{&clientContextContext{endpoint: endpoint}})
}

type clientContextContext struct {
	HeaderContext
	endpoint string
}

func (c *clientContextContext) MarshalJSON() ([]byte, error) { return methods(c) }
func (c *clientContextContext) Current() bool                { return true }
func (c *clientContextContext) Name() string                 { return "default" }
func (c *clientContextContext) Description() string          { return "Current DOCKER_HOST based configuration" }
func (c *clientContextContext) DockerEndpoint() string       { return c.endpoint }
func (c *clientContextContext) KubernetesEndpoint() string   { return "" }
func (c *clientContextContext) StackOrchestrator() string    { return "swarm" }
func (c *clientContextContext) field(name string) (string, bool) {
	switch name {
	case "Name":
		return c.Name(), true
	case "Description":
		return c.Description(), true
	case "DockerEndpoint":
		return c.endpoint, true
	case "KubernetesEndpoint":
		return "", true
	case "StackOrchestrator":
		return c.StackOrchestrator(), true
	}
	return "", false
}
