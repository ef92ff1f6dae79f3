package option

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/blkiodev"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	units "github.com/docker/go-units"
)

func fields(v string) ([]string, error) { return csv.NewReader(strings.NewReader(v)).Read() }

// Mounts are --mount type=…,source=…,target=….
type Mounts struct{ Values []mount.Mount }

// Type is what help calls the value.
func (m *Mounts) Type() string { return "mount" }

func (m *Mounts) String() string {
	var all []string
	for _, v := range m.Values {
		all = append(all, fmt.Sprintf("%s %s %s", v.Type, v.Source, v.Target))
	}
	return strings.Join(all, ", ")
}

// Set reads a mount.
func (m *Mounts) Set(v string) error {
	list, err := fields(v)
	if err != nil {
		return err
	}
	mnt := mount.Mount{Type: mount.TypeVolume}
	for _, field := range list {
		if err := setMount(&mnt, field); err != nil {
			return err
		}
	}
	switch {
	case mnt.Type == "":
		return errors.New("type is required")
	case mnt.Target == "":
		return errors.New("target is required")
	case mnt.VolumeOptions != nil && mnt.Type != mount.TypeVolume:
		return fmt.Errorf("cannot mix 'volume-*' options with mount type '%s'", mnt.Type)
	case mnt.BindOptions != nil && mnt.Type != mount.TypeBind:
		return fmt.Errorf("cannot mix 'bind-*' options with mount type '%s'", mnt.Type)
	case mnt.TmpfsOptions != nil && mnt.Type != mount.TypeTmpfs:
		return fmt.Errorf("cannot mix 'tmpfs-*' options with mount type '%s'", mnt.Type)
	}
	m.Values = append(m.Values, mnt)
	return nil
}

func volumeOptions(m *mount.Mount) *mount.VolumeOptions {
	if m.VolumeOptions == nil {
		m.VolumeOptions = &mount.VolumeOptions{Labels: map[string]string{}, DriverConfig: &mount.Driver{}}
	}
	return m.VolumeOptions
}

func bindOptions(m *mount.Mount) *mount.BindOptions {
	if m.BindOptions == nil {
		m.BindOptions = &mount.BindOptions{}
	}
	return m.BindOptions
}

func tmpfsOptions(m *mount.Mount) *mount.TmpfsOptions {
	if m.TmpfsOptions == nil {
		m.TmpfsOptions = &mount.TmpfsOptions{}
	}
	return m.TmpfsOptions
}

func setMount(m *mount.Mount, field string) (err error) {
	name, value, given := strings.Cut(field, "=")
	key := strings.ToLower(name)
	if !given {
		switch key {
		case "readonly", "ro":
			m.ReadOnly = true
		case "volume-nocopy":
			volumeOptions(m).NoCopy = true
		case "bind-nonrecursive":
			bindOptions(m).NonRecursive = true
		default:
			return fmt.Errorf("invalid field '%s' must be a key=value pair", field)
		}
		return nil
	}
	switch key {
	case "type":
		m.Type = mount.Type(strings.ToLower(value))
	case "source", "src":
		m.Source = value
	case "target", "dst", "destination":
		m.Target = value
	case "readonly", "ro":
		m.ReadOnly, err = strconv.ParseBool(value)
	case "consistency":
		m.Consistency = mount.Consistency(strings.ToLower(value))
	case "bind-propagation":
		bindOptions(m).Propagation = mount.Propagation(strings.ToLower(value))
	case "bind-nonrecursive":
		bindOptions(m).NonRecursive, err = strconv.ParseBool(value)
	case "volume-nocopy":
		volumeOptions(m).NoCopy, err = strconv.ParseBool(value)
	case "volume-label":
		k, v, _ := strings.Cut(value, "=")
		volumeOptions(m).Labels[k] = v
	case "volume-driver":
		volumeOptions(m).DriverConfig.Name = value
	case "volume-opt":
		d := volumeOptions(m).DriverConfig
		if d.Options == nil {
			d.Options = map[string]string{}
		}
		k, v, _ := strings.Cut(value, "=")
		d.Options[k] = v
	case "tmpfs-size":
		tmpfsOptions(m).SizeBytes, err = units.RAMInBytes(value)
	case "tmpfs-mode":
		var mode uint64
		mode, err = strconv.ParseUint(value, 8, 32)
		tmpfsOptions(m).Mode = fs.FileMode(mode)
	default:
		return fmt.Errorf("unexpected key '%s' in '%s'", key, field)
	}
	if err != nil {
		return fmt.Errorf("invalid value for %s: %s", key, value)
	}
	return nil
}

// Network is one --network: a name, or name=…,alias=….
type Network struct {
	Target                   string
	Aliases                  []string
	DriverOpts               map[string]string
	Links                    []string
	IPv4Address, IPv6Address string
	LinkLocalIPs             []string
}

// Networks are all --network.
type Networks struct{ Values []Network }

// Type is what help calls the value.
func (n *Networks) Type() string   { return "network" }
func (n *Networks) String() string { return "" }

var longNetwork = regexp.MustCompile(`\w+=\w+(,\w+=\w+)*`)

// Set reads a network.
func (n *Networks) Set(v string) error {
	if !longNetwork.MatchString(v) {
		n.Values = append(n.Values, Network{Target: v})
		return nil
	}
	list, err := fields(v)
	if err != nil {
		return err
	}
	net := Network{Aliases: []string{}}
	for _, field := range list {
		key, value, ok := strings.Cut(field, "=")
		if !ok {
			return fmt.Errorf("invalid field %s", field)
		}
		key, value = strings.TrimSpace(strings.ToLower(key)), strings.TrimSpace(strings.ToLower(value))
		switch key {
		case "name":
			net.Target = value
		case "alias":
			net.Aliases = append(net.Aliases, value)
		case "ip":
			net.IPv4Address = value
		case "ip6":
			net.IPv6Address = value
		case "driver-opt":
			k, v, ok := strings.Cut(value, "=")
			if !ok {
				return errors.New("invalid key value pair format in driver options")
			}
			if net.DriverOpts == nil {
				net.DriverOpts = map[string]string{}
			}
			net.DriverOpts[strings.TrimSpace(k)] = strings.TrimSpace(v)
		default:
			return fmt.Errorf("invalid field key %s", key)
		}
	}
	if net.Target == "" {
		return errors.New("network name/id is not specified")
	}
	n.Values = append(n.Values, net)
	return nil
}

// Mode is the network that the container begins in.
func (n *Networks) Mode() string {
	if len(n.Values) == 0 {
		return "default"
	}
	return n.Values[0].Target
}

// GPUs are --gpus.
type GPUs struct{ Values []container.DeviceRequest }

// Type is what help calls the value.
func (g *GPUs) Type() string { return "gpu-request" }

func (g *GPUs) String() string {
	var all []string
	for _, v := range g.Values {
		all = append(all, fmt.Sprintf("%v", v))
	}
	return strings.Join(all, ", ")
}

// Set reads a request.
func (g *GPUs) Set(v string) error {
	list, err := fields(v)
	if err != nil {
		return err
	}
	request := container.DeviceRequest{Capabilities: [][]string{{"gpu"}}, Options: map[string]string{}}
	seen := map[string]bool{}
	for _, field := range list {
		key, value, given := strings.Cut(field, "=")
		if seen[key] {
			return fmt.Errorf("gpu request key '%s' can be specified only once", key)
		}
		seen[key] = true
		if !given {
			seen["count"] = true
			key, value = "count", key
		}
		switch key {
		case "driver":
			request.Driver = value
		case "count":
			if request.Count = -1; value != "all" {
				if request.Count, err = strconv.Atoi(value); err != nil {
					return fmt.Errorf("count must be an integer: %w", err)
				}
			}
		case "device":
			request.DeviceIDs = strings.Split(value, ",")
		case "capabilities":
			request.Capabilities = [][]string{append(strings.Split(value, ","), "gpu")}
		case "options":
			pairs, err := fields(value)
			if err != nil {
				return fmt.Errorf("failed to read gpu options: %w", err)
			}
			request.Options = Pairs(pairs)
		default:
			return fmt.Errorf("unexpected key '%s' in '%s'", key, field)
		}
	}
	if !seen["count"] && request.DeviceIDs == nil {
		request.Count = 1
	}
	g.Values = append(g.Values, request)
	return nil
}

// Weights are --blkio-weight-device PATH:WEIGHT.
type Weights struct{ Values []*blkiodev.WeightDevice }

// Type is what help calls the value.
func (w *Weights) Type() string { return "list" }

func (w *Weights) String() string { return devices(w.Values) }

func devices[T fmt.Stringer](list []T) string {
	var out []string
	for _, v := range list {
		out = append(out, v.String())
	}
	return fmt.Sprintf("%v", out)
}

func device(v string) (path, value string, err error) {
	path, value, ok := strings.Cut(v, ":")
	if !ok {
		return "", "", fmt.Errorf("bad format: %s", v)
	}
	if !strings.HasPrefix(path, "/dev/") {
		return "", "", fmt.Errorf("bad format for device path: %s", v)
	}
	return path, value, nil
}

// Set reads a weight.
func (w *Weights) Set(v string) error {
	path, value, err := device(v)
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(value, 10, 16)
	if err != nil || n > 0 && (n < 10 || n > 1000) {
		return fmt.Errorf("invalid weight for device: %s", v)
	}
	w.Values = append(w.Values, &blkiodev.WeightDevice{Path: path, Weight: uint16(n)})
	return nil
}

// Rates are --device-read-bps and its like, PATH:RATE.
type Rates struct {
	Values []*blkiodev.ThrottleDevice
	bytes  bool
}

// Type is what help calls the value.
func (r *Rates) Type() string { return "list" }

func (r *Rates) String() string { return devices(r.Values) }

// Set reads a rate.
func (r *Rates) Set(v string) error {
	path, value, err := device(v)
	if err != nil {
		return err
	}
	var rate uint64
	if r.bytes {
		n, err := units.RAMInBytes(value)
		if err != nil || n < 0 {
			return fmt.Errorf("invalid rate for device: %s. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb", v)
		}
		rate = uint64(n)
	} else if rate, err = strconv.ParseUint(value, 10, 64); err != nil {
		return fmt.Errorf("invalid rate for device: %s. The correct format is <device-path>:<number>. Number must be a positive integer", v)
	}
	r.Values = append(r.Values, &blkiodev.ThrottleDevice{Path: path, Rate: rate})
	return nil
}
