package host

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/benbjohnson/immutable"
	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/mount"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// classicBuild brings the State up to date with what a build tells.
type classicBuild struct {
	*Change
	*stream
	pull bool // --pull
}

// buildClassic builds with the classic builder and returns the id of the image.
func (c *Change) buildClassic(ctx context.Context, request Build, s *stream) (digest.Digest, error) {
	o := request.Options
	if _, err := platform(o.Platform); err != nil {
		return "", err
	}
	sent := request.Sent
	if sent == nil {
		var err error
		if sent, err = classic.Send(request.Context, o.Dockerfile); err != nil {
			return "", &Error{500, err.Error()}
		}
	}
	b := &classicBuild{c, s, o.PullParent}
	var from []*store.Image
	for _, name := range o.CacheFrom {
		if i, err := c.FindImage(name); err == nil {
			from = append(from, i)
		}
	}
	// Where --cache-from names only images that are not here, nothing is taken
	// from the cache, not even what was made here.
	busted := len(o.CacheFrom) > 0 && len(from) == 0
	result, err := classic.Build(ctx, sent, classic.Options{
		Dockerfile: o.Dockerfile, Target: o.Target, BuildArgs: o.BuildArgs, Labels: o.Labels, Platform: o.Platform,
		NoCache: o.NoCache || busted, Remove: o.Remove, ForceRemove: o.ForceRemove, CacheFrom: from, Parent: b.parent,
		Image: b.find, ID: b.named, Files: b.files, Children: b.children, IDs: c.Random.ID, Now: c.Time, Event: b.event, Download: c.host.download,
		Seed: binary.BigEndian.Uint64(c.Random.Bytes(8)),
	})
	if result != nil {
		b.keepLogs(result.Steps)
	}
	var failed *classic.Error
	if errors.As(err, &failed) {
		status := failed.Status
		if status == 0 {
			status = 500
		}
		return "", &buildError{&Error{status, failed.Message}, failed.Code}
	}
	if err != nil {
		return "", &Error{500, err.Error()}
	}
	return result.ID, nil
}

// wrongPlatform is what dockerd says of an image that was pulled for one platform
// and is for another: the platforms, and the image.
const wrongPlatform = `
WARNING: Pulled image with specified platform (%s), but the resulting image's configured platform (%s) does not match.
This is most likely caused by a bug in the build system that created the fetched image (%s).
Please notify the image author to correct the configuration.`

// find returns the image that FROM or COPY --from means, and pulls it where it
// is not here.
func (b *classicBuild) find(ctx context.Context, w classic.Wanted) (*image.Image, error) {
	if w.Local || !b.pull {
		// An image for another platform is taken all the same.
		i, err := b.FindImage(w.Name)
		if err == nil {
			return i.Made, nil
		}
		if w.Local {
			return nil, err
		}
	}
	name, err := reference.ParseNormalizedNamed(w.Name)
	if err != nil {
		return nil, err
	}
	name = reference.TagNameOnly(name)
	if _, err := b.Change.pull(ctx, name, w.Platform, b.stream); err != nil {
		return nil, err
	}
	i, err := b.FindImage(name.String())
	if err != nil {
		return nil, err
	}
	if wanted, err := platform(w.Platform); err == nil && w.Platform != "" && mismatch(i, w.Name, wanted) != nil {
		have := ocispec.Platform{OS: i.Document.OS, Architecture: i.Document.Architecture, Variant: i.Document.Variant}
		b.say("", wrongPlatform, dockerfile.FormatPlatform(wanted), dockerfile.FormatPlatform(have), reference.FamiliarString(name))
	}
	return i.Made, nil
}

func (b *classicBuild) files(i *image.Image) (vfs.Tree, error) {
	here, ok := b.Store.Image(i.ID())
	if !ok {
		return i.Tree()
	}
	return b.Store.Tree(here.Chain)
}

func (b *classicBuild) parent(id digest.Digest) digest.Digest {
	i, ok := b.Store.Image(id)
	if !ok {
		return ""
	}
	return i.Parent
}

func (b *classicBuild) children(parent digest.Digest) []*store.Image {
	var list []*store.Image
	for _, id := range b.Store.Children(parent) {
		if i, ok := b.Store.Image(id); ok {
			list = append(list, i)
		}
	}
	return list
}

// event takes over what happened.
func (b *classicBuild) event(e classic.Event) {
	switch e := e.(type) {
	case classic.Text:
		b.send(Message{Stream: e.String()})
	case classic.StageDone:
		b.aux("", types.BuildResult{ID: e.ID.String()})
	case classic.Parented:
		if next, err := b.Store.SetParent(e.ID, e.Parent); err == nil {
			b.Store = next
		}
	case *classic.Created:
		b.created(e.Container)
	case *classic.Started:
		b.update(e.Container, func(c *Container) {
			c.State.Status, c.State.Running, c.State.StartedAt = "running", true, stamp(e.At)
			c.State.Pid = 1000 + b.Random.Below(30000)
		})
		b.logContainer("attach", e.ID, nil)
		b.logContainer("start", e.ID, nil)
	case *classic.Exited:
		b.passed(e.At)
		b.update(e.Container, func(c *Container) {
			c.State.ExitCode, c.State.Error = e.Code, e.Err
			if e.Err == "" {
				c.State.Status, c.State.FinishedAt = "exited", stamp(e.At)
			}
			c.State.Running, c.State.Pid = false, 0
		})
		b.logContainer("die", e.ID, map[string]string{"exitCode": strconv.Itoa(e.Code)})
	case *classic.Committed:
		b.committed(e)
	case classic.Removed:
		b.removed(e.ID)
	}
}

// passed moves the clock on to a time that a command came to.
func (b *classicBuild) passed(at time.Time) {
	b.Clock = max(b.Clock, at.UnixNano())
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// never is the time of what has not happened.
const never = "0001-01-01T00:00:00Z"

func (b *classicBuild) created(from *classic.Container) {
	var chain digest.Digest
	if i, ok := b.Store.Image(from.Image); ok {
		chain = i.Chain
	}
	next, _, err := b.Store.AddMount(from.ID, chain, &b.Random, b.Now())
	if err != nil {
		panic(err) // a new id over an image that is here
	}
	b.Store = next
	command := append(append([]string{}, from.Config.Entrypoint...), from.Config.Cmd...)
	c := &Container{
		ID: from.ID, Name: b.DrawName(), Created: from.Created, Config: from.Config, Image: from.Image, Platform: "linux",
		Host:  &containertypes.HostConfig{NetworkMode: "default", ShmSize: 64 << 20, LogConfig: containertypes.LogConfig{Type: "json-file"}},
		State: types.ContainerState{Status: "created", StartedAt: never, FinishedAt: never},
		Lower: from.Files.Lower, Tree: from.Files.Tree, Build: true,
	}
	if len(command) > 0 {
		c.Path, c.Args = command[0], command[1:]
	}
	for _, at := range sortedKeys(from.Volumes) {
		name := from.Volumes[at]
		v, err := b.CreateVolume(name, nil, nil)
		if err != nil {
			panic(err) // a name that was drawn
		}
		anonymous := *v
		anonymous.Anonymous = true
		b.Volumes = b.Volumes.Set(name, &anonymous)
		c.Mounts = append(c.Mounts, types.MountPoint{Type: mount.TypeVolume, Name: name, Source: v.Mountpoint(), Destination: at, Driver: "local", RW: true})
		b.Log(events.VolumeEventType, "create", name, map[string]string{"driver": "local"})
	}
	if err := b.PutContainer(c); err != nil {
		panic(err) // a name that was drawn
	}
	b.logContainer("create", c.ID, nil)
}

func (b *classicBuild) update(from *classic.Container, do func(*Container)) {
	old, ok := b.Containers.Get(from.ID)
	if !ok {
		return
	}
	c := *old
	c.Tree = from.Files.Tree
	do(&c)
	b.Containers = b.Containers.Set(c.ID, &c)
}

// attributes are what the events of a container tell of it.
func (c *Container) attributes(more map[string]string) map[string]string {
	a := maps.Clone(more)
	if a == nil {
		a = map[string]string{}
	}
	for k, v := range c.Config.Labels {
		a[k] = v
	}
	if c.Config.Image != "" {
		a["image"] = c.Config.Image
	}
	a["name"] = c.Name
	return a
}

func (b *classicBuild) committed(e *classic.Committed) {
	next, i, err := b.Store.Create(e.Image, &b.Random, b.Now())
	if err == nil && e.Parent != "" {
		next, err = next.SetParent(i.ID, e.Parent)
	}
	if err != nil {
		panic(err) // the builder made it of what is here
	}
	b.Store = next
}

func (b *classicBuild) removed(id string) {
	c, ok := b.Containers.Get(id)
	if !ok {
		return
	}
	b.logContainer("destroy", id, nil)
	b.DropContainer(id)
	for _, m := range c.Mounts {
		if v, ok := b.Volumes.Get(m.Name); ok && v.Anonymous && len(b.VolumeUsers(m.Name)) == 0 {
			b.Volumes = b.Volumes.Delete(m.Name)
			b.Log(events.VolumeEventType, "destroy", m.Name, map[string]string{"driver": "local"})
		}
	}
}

// keepLogs gives the containers that stay what they wrote.
func (b *classicBuild) keepLogs(steps []*classic.Step) {
	for _, s := range steps {
		if s.Container == nil || len(s.Output) == 0 {
			continue
		}
		old, ok := b.Containers.Get(s.Container.ID)
		if !ok {
			continue
		}
		c := *old
		log := immutable.NewList[LogLine]()
		for _, t := range s.Output {
			name := "stdout"
			if t.FD == 2 {
				name = "stderr"
			}
			log = log.Append(LogLine{Stream: name, Text: t.Text, Time: time.Unix(0, b.Clock).UTC()})
		}
		c.Log = log
		b.Containers = b.Containers.Set(c.ID, &c)
	}
}

// named is what the store calls an image: in that of Engine 29 it is not the
// digest of the config.
func (b *classicBuild) named(made *image.Image) digest.Digest {
	if b.Engine == Docker29 {
		for id, i := range b.Store.Images() {
			if i.Made == made {
				return id
			}
		}
	}
	return made.ID()
}
