package option

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/blkiodev"
	"github.com/docker/docker/api/types/filters"
	units "github.com/docker/go-units"
	"github.com/spf13/pflag"
)

// New makes an empty value of the given kind: list, list/CHECK, filter, bytes,
// swap, decimal, map, ulimit, mount, network, gpu-request, weight, bps, iops, or
// else a list that help calls by that name. environ is asked for variables that
// are passed on by name.
func New(kind, value string, environ func(string) string) pflag.Value {
	kind, check, _ := strings.Cut(kind, "/")
	switch kind {
	case "filter":
		return &Filter{filters.NewArgs()}
	case "bytes":
		return new(Bytes)
	case "swap":
		return &swap{}
	case "decimal":
		return new(CPUs)
	case "map":
		return &Map{map[string]string{}, checks(check, environ)}
	case "ulimit":
		return &Ulimits{map[string]*units.Ulimit{}}
	case "mount":
		return &Mounts{}
	case "network":
		return &Networks{}
	case "gpu-request":
		return &GPUs{}
	case "weight":
		return &Weights{Values: []*blkiodev.WeightDevice{}}
	case "bps":
		return &Rates{bytes: true}
	case "iops":
		return &Rates{}
	}
	l := &List{kind: kind, check: checks(check, environ)}
	if value != "" {
		l.empty = value
	}
	return l
}

// List is a flag that may be repeated.
type List struct {
	Values []string
	kind   string
	empty  string // how it is shown while nothing is in it
	check  func(string) (string, error)
}

// Set adds an entry.
func (l *List) Set(v string) error {
	if l.check != nil {
		checked, err := l.check(v)
		if err != nil {
			return err
		}
		v = checked
	}
	l.Values = append(l.Values, v)
	return nil
}

// Type is what help calls the value.
func (l *List) Type() string { return l.kind }

func (l *List) String() string {
	if len(l.Values) == 0 {
		return l.empty
	}
	return fmt.Sprintf("%v", l.Values)
}

// Filter is --filter NAME=VALUE.
type Filter struct{ Args filters.Args }

// Set adds a filter.
func (f *Filter) Set(v string) error {
	if v == "" {
		return nil
	}
	name, value, ok := strings.Cut(v, "=")
	if !ok {
		return errors.New("bad format of filter (expected name=value)")
	}
	f.Args.Add(strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value))
	return nil
}

// Type is what help calls the value.
func (f *Filter) Type() string { return "filter" }

func (f *Filter) String() string {
	text, err := filters.ToJSON(f.Args)
	if err != nil {
		return "invalid filters"
	}
	return text
}

// Bytes is a size such as 64m.
type Bytes int64

// Set reads a size.
func (b *Bytes) Set(v string) error {
	n, err := units.RAMInBytes(v)
	*b = Bytes(n)
	return err
}

// Type is what help calls the value.
func (b *Bytes) Type() string { return "bytes" }

func (b *Bytes) String() string {
	if *b == 0 {
		return "0"
	}
	return units.BytesSize(float64(*b))
}

// swap is a size or -1, unlimited.
type swap struct{ Bytes }

func (s *swap) Set(v string) error {
	if v == "-1" {
		s.Bytes = -1
		return nil
	}
	return s.Bytes.Set(v)
}

// Swap is the size that a flag of kind swap holds.
func Swap(v pflag.Value) int64 { return int64(v.(*swap).Bytes) }

// CPUs is a number of processors in billionths.
type CPUs int64

// Set reads a decimal number.
func (c *CPUs) Set(v string) error {
	n, ok := new(big.Rat).SetString(v)
	if !ok {
		return fmt.Errorf("failed to parse %v as a rational number", v)
	}
	if n.Mul(n, big.NewRat(1e9, 1)); !n.IsInt() {
		return errors.New("value is too precise")
	}
	*c = CPUs(n.Num().Int64())
	return nil
}

// Type is what help calls the value.
func (c *CPUs) Type() string { return "decimal" }

func (c *CPUs) String() string {
	if *c == 0 {
		return ""
	}
	return big.NewRat(int64(*c), 1e9).FloatString(3)
}

// Map is a flag of names with values.
type Map struct {
	Values map[string]string
	check  func(string) (string, error)
}

// Set adds NAME=VALUE.
func (m *Map) Set(v string) error {
	if m.check != nil {
		checked, err := m.check(v)
		if err != nil {
			return err
		}
		v = checked
	}
	name, value, _ := strings.Cut(v, "=")
	m.Values[name] = value
	return nil
}

// Type is what help calls the value.
func (m *Map) Type() string   { return "map" }
func (m *Map) String() string { return fmt.Sprintf("%v", m.Values) }

// Ulimits are limits by name, of which the last counts.
type Ulimits struct{ values map[string]*units.Ulimit }

// Set reads a limit.
func (u *Ulimits) Set(v string) error {
	l, err := units.ParseUlimit(v)
	if err != nil {
		return err
	}
	u.values[l.Name] = l
	return nil
}

// Type is what help calls the value.
func (u *Ulimits) Type() string { return "ulimit" }

func (u *Ulimits) String() string {
	var out []string
	for _, l := range u.List() {
		out = append(out, l.String())
	}
	return fmt.Sprintf("%v", out)
}

// List gives the limits sorted by name.
func (u *Ulimits) List() []*units.Ulimit {
	var list []*units.Ulimit
	for _, l := range u.values {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *units.Ulimit) int { return strings.Compare(a.Name, b.Name) })
	return list
}
