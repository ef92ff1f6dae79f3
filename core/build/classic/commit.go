package classic

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/container"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// withComment is a config whose command is the comment of an instruction that
// runs nothing.
func withComment(c *container.Config, comment ...string) *container.Config {
	d := cloneConfig(c)
	d.Cmd = slices.Concat(shellOf(c), comment)
	return d
}

// cloneConfig copies a config as dockerd's builder does (copyRunConfig): the
// health check is not copied, so that what a container's creation completes in
// it stays in the image's.
func cloneConfig(c *container.Config) *container.Config {
	d := container.Clone(c)
	d.Healthcheck = c.Healthcheck
	return d
}

func shellOf(c *container.Config) []string {
	if len(c.Shell) > 0 {
		return c.Shell
	}
	return []string{"/bin/sh", "-c"}
}

// commit makes the image of an instruction that only changes the config: a
// container is made, never started, and committed.
func (b *builder) commit(st *state, step *Step, text string) error {
	if b.dry {
		return nil
	}
	config := withComment(st.config, "#(nop) ", text)
	step.CreatedBy = strings.Join(config.Cmd, " ")
	hit, err := b.probe(st, step, config)
	if err != nil || hit {
		return err
	}
	c, err := b.create(st, step, config)
	if err != nil {
		return err
	}
	return b.commitContainer(st, step, c, config)
}

// create makes an intermediate container. config is completed with what the
// daemon puts into it.
func (b *builder) create(st *state, step *Step, config *container.Config) (*Container, error) {
	if config.Image != "" {
		doc := b.images[digest.Digest(config.Image)].doc
		if a, os := doc.Architecture, doc.OS; a != "" && a != "amd64" && a != "386" || os != "" && os != "linux" {
			b.say(1, fmt.Sprintf(" ---> [Warning] The requested image's platform (%s) does not match the detected host platform (linux/amd64) "+
				"and no specific platform was requested\n", strings.TrimSuffix(strings.Join([]string{os, a, doc.Variant}, "/"), "/")))
		}
		if doc.Config != nil {
			container.Merge(config, doc.Config)
		}
	}
	if len(config.Entrypoint) == 1 && config.Entrypoint[0] == "" {
		config.Entrypoint = nil
	}
	if len(config.Entrypoint) == 0 && len(config.Cmd) == 0 {
		return nil, invalid{errors.New("No command specified")}
	}
	c := &Container{ID: b.id(), Image: st.id, Config: config, Created: b.now()}
	if config.Hostname == "" {
		config.Hostname = c.ID[:12]
	}
	t, err := b.tree(st.id)
	if err != nil {
		return nil, err
	}
	c.Files = container.NewFiles(t.At(c.Created.UnixNano()))
	if config.WorkingDir != "" {
		if c.Files, err = c.Files.MakeWorkdir(config.WorkingDir); err != nil {
			return nil, err
		}
		config.WorkingDir = cleanDir(config.WorkingDir)
	}
	for v := range config.Volumes {
		if n, err := c.Files.Tree.Stat(v); err == nil && !n.IsDir() {
			return nil, fmt.Errorf("cannot mount volume over existing file, file exists %s", path.Join(b.mountPoint(), v))
		}
		if c.Volumes == nil {
			c.Volumes = map[string]string{}
		}
		c.Volumes[v] = ""
	}
	for _, v := range sorted(c.Volumes) {
		c.Volumes[v] = b.id()
	}
	step.Container = c
	b.kept = append(b.kept, c)
	b.tell(&Created{c})
	b.say(1, fmt.Sprintf(" ---> Running in %s\n", c.ID[:12]))
	return c, nil
}

// commitContainer makes the image of a container; config is what its history
// and container_config say.
func (b *builder) commitContainer(st *state, step *Step, c *Container, config *container.Config) error {
	return b.image(st, step, c.Files.Changes(), c.Files.Lower, c.Files.Tree, c.ID, config)
}

// image makes the image of a step.
func (b *builder) image(st *state, step *Step, changes []layer.Change, before, after vfs.Tree, id string, config *container.Config) error {
	var l *layer.Layer
	var err error
	if entries := b.o.Overlay.Entries(changes); len(entries) > 0 {
		if l, err = layer.New(b.ctx, entries); err != nil {
			return err
		}
	}
	child := container.Child{Container: id, Author: st.maintainer, Created: b.now(), Version: b.o.Version, ContainerConfig: config,
		Config: cloneConfig(st.config)}
	var parent *image.Image
	if st.id != "" {
		parent = b.images[st.id].img
	}
	img, err := container.Commit(parent, l, child)
	if err != nil {
		return err
	}
	newID := img.ID()
	if err := b.learn(newID, img); err != nil {
		return err
	}
	step.Layer, step.Before, step.After = l, before, after
	if l != nil {
		step.Changes = changes
	}
	doc := b.images[newID].doc
	b.children[st.id] = append(b.children[st.id], &store.Image{ID: newID, Made: img, Document: doc, Parent: st.id})
	b.tell(&Committed{ID: newID, Image: img, Doc: doc, Parent: st.id, Container: id, Layer: l})
	st.id = newID
	return nil
}

// mountPoint is where the daemon has a container's files; its last part but one
// is random.
func (b *builder) mountPoint() string { return "/var/lib/docker/overlay2/" + b.id() + "/merged" }

// layerPoint is where it has those of a new layer of COPY or ADD: where there
// is nothing below that, it is not mounted.
func (b *builder) layerPoint(st *state) string {
	if st.id == "" || len(b.images[st.id].img.Layers) == 0 {
		return "/var/lib/docker/overlay2/" + b.id() + "/diff"
	}
	return b.mountPoint()
}

// remove removes the intermediate containers that are there.
func (b *builder) remove() {
	for _, c := range b.kept {
		b.tell(Removed{c.ID})
		b.say(1, fmt.Sprintf("Removing intermediate container %s\n", c.ID[:12]))
	}
	b.kept = nil
}

// probe looks for an image that the instruction made before. One miss ends the
// search for the rest of the stage.
func (b *builder) probe(st *state, step *Step, config *container.Config) (bool, error) {
	if b.o.NoCache || b.busted {
		return false, nil
	}
	hit, err := b.search(st.id, config)
	if err != nil {
		return false, err
	}
	if hit == nil {
		b.busted = true
		return false, nil
	}
	b.say(1, " ---> Using cache\n")
	if b.images[hit.ID] == nil {
		b.images[hit.ID] = &known{hit.Made, hit.Document}
	}
	st.id, step.Cached = hit.ID, true
	return true, nil
}
