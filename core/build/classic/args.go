package classic

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// builtinArgs may be given without an ARG and leave no trace in the history.
var builtinArgs = []string{"FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy"}

// buildArgs are the arguments in effect (builder/dockerfile BuildArgs). A nil
// value is one that has none.
type buildArgs struct {
	allowed map[string]*string // of the stage
	meta    map[string]*string // before the first FROM
	used    map[string]bool    // named by any ARG
	given   map[string]*string
}

func newArgs(given map[string]*string) *buildArgs {
	return &buildArgs{allowed: map[string]*string{}, meta: map[string]*string{}, used: map[string]bool{}, given: given}
}

// stage gives the arguments a new stage begins with.
func (b *buildArgs) stage() *buildArgs {
	return &buildArgs{allowed: map[string]*string{}, meta: b.meta, used: b.used, given: b.given}
}

func (b *buildArgs) add(key string, value *string) {
	b.allowed[key] = value
	b.used[key] = true
}

func (b *buildArgs) value(key string, in map[string]*string) (string, bool) {
	own, there := in[key]
	if v := b.given[key]; v != nil {
		return *v, true
	}
	if own == nil {
		if v := b.meta[key]; v != nil {
			return *v, true
		}
		return "", false
	}
	return *own, there
}

// all lists KEY=VALUE, sorted, of those named in one of the two maps.
func (b *buildArgs) all(in map[string]*string) []string {
	keys := slices.Concat(slices.Collect(maps.Keys(in)), builtinArgs)
	slices.Sort(keys)
	var out []string
	for _, k := range slices.Compact(keys) {
		if v, ok := b.value(k, in); ok {
			out = append(out, k+"="+v)
		}
	}
	return out
}

// but lists those in effect that env does not have. dockerd's order is random.
func (b *buildArgs) but(env []string) []string {
	return slices.DeleteFunc(b.all(b.allowed), func(kv string) bool {
		k, _, _ := strings.Cut(kv, "=")
		return slices.ContainsFunc(env, func(have string) bool {
			h, _, _ := strings.Cut(have, "=")
			return h == k
		})
	})
}

// command puts the arguments in effect in front of a RUN's command line, as the
// history and the cache have it.
func (b *buildArgs) command(args, cmd []string) []string {
	var shown []string
	for _, kv := range args {
		k, _, _ := strings.Cut(kv, "=")
		if _, ok := b.allowed[k]; ok || !slices.Contains(builtinArgs, k) {
			shown = append(shown, kv)
		}
	}
	slices.Sort(shown)
	return slices.Concat([]string{"|" + strconv.Itoa(len(shown))}, shown, cmd)
}

// unused is the warning about arguments no ARG took.
func (b *buildArgs) unused() string {
	var left []string
	for k := range b.given {
		if !b.used[k] && !slices.Contains(builtinArgs, k) {
			left = append(left, k)
		}
	}
	if left == nil {
		return ""
	}
	slices.Sort(left)
	return fmt.Sprintf("[Warning] One or more build-args %v were not consumed\n", left)
}

func atoi(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}
