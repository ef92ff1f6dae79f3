package disk

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// containers fills the directory of that name.
func containers(d place, s host.State) {
	for id, c := range s.Containers.All() {
		d.at(c.Created.UnixNano()).dir(id, 0o710, func(d place) { containerFiles(d, c) })
	}
}

const (
	hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n" +
		"ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
	resolv = "nameserver 192.0.2.53\n"
)

func containerFiles(d place, c *host.Container) {
	d.dir("checkpoints", 0o700, nil)
	d.text("config.v2.json", 0o600, document(configOf(c, d.path)))
	d.text("hostconfig.json", 0o644, document(c.Host))
	if c.State.StartedAt == "" || strings.HasPrefix(c.State.StartedAt, "0001") {
		return
	}
	d.make(c.ID+"-json.log", vfs.Meta{Kind: vfs.File, Mode: 0o640}, vfs.String(logText(c)))
	d.dir("mounts", 0o710, nil)
	d.text("hostname", 0o644, c.Config.Hostname+"\n")
	d.text("hosts", 0o644, hosts)
	d.text("resolv.conf", 0o644, resolv)
	d.text("resolv.conf.hash", 0o644, fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(resolv))))
}

func document(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "" // the API's types always can be written
	}
	return string(text) + "\n"
}

// logText is the log of the json-file driver.
func logText(c *host.Container) string {
	var b strings.Builder
	if c.Log == nil {
		return ""
	}
	for it := c.Log.Iterator(); !it.Done(); {
		_, l := it.Next()
		b.WriteString(document(struct {
			Log    string `json:"log"`
			Stream string `json:"stream"`
			Time   string `json:"time"`
		}{l.Text, l.Stream, l.Time.UTC().Format(time.RFC3339Nano)}))
	}
	return b.String()
}

// config is config.v2.json: what the daemon keeps of a container, in its order.
type config struct {
	StreamConfig struct{}
	State        any
	ID           string
	Created      time.Time
	Managed      bool
	Path         string
	Args         []string
	Config       any
	Image        string

	NetworkSettings        map[string]any
	LogPath                string
	Name                   string
	Driver                 string
	OS                     string
	MountLabel             string
	ProcessLabel           string
	RestartCount           int
	HasBeenStartedBefore   bool
	HasBeenManuallyStopped bool
	MountPoints            map[string]any
	SecretReferences       any
	ConfigReferences       any
	AppArmorProfile        string
	HostnamePath           string
	HostsPath              string
	ShmPath                string
	ResolvConfPath         string
	SeccompProfile         string
	NoNewPrivileges        bool
	LocalLogCacheMeta      struct{ HaveNotifyEnabled bool }
}

func configOf(c *host.Container, dir string) config {
	started := c.State.StartedAt != "" && !strings.HasPrefix(c.State.StartedAt, "0001")
	k := config{State: c.State, ID: c.ID, Created: c.Created, Path: c.Path, Args: c.Args, Config: c.Config, Image: c.Image.String(),
		NetworkSettings: map[string]any{"Networks": c.Networks}, Name: "/" + c.Name, Driver: "overlay2", OS: "linux",
		RestartCount: c.Restarts, HasBeenStartedBefore: started, MountPoints: map[string]any{}}
	if k.Args == nil {
		k.Args = []string{}
	}
	for _, m := range c.Mounts {
		k.MountPoints[m.Destination] = map[string]any{"Source": m.Source, "Destination": m.Destination, "RW": m.RW, "Name": m.Name,
			"Driver": m.Driver, "Type": m.Type, "Spec": struct{}{}, "SkipMountpointCreation": false}
	}
	if started {
		k.LogPath = dir + "/" + c.ID + "-json.log"
		k.HostnamePath, k.HostsPath, k.ResolvConfPath = dir+"/hostname", dir+"/hosts", dir+"/resolv.conf"
	}
	return k
}
